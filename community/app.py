"""Puts the application together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

from community import search
from community.accounts import sessions
from community.accounts.models import SESSION_FOR
from community.core import config, db, jobs
from community.core.sql import ROW_ID_MAX
from community.pictures import storage
from community.search import vectors
from community.topics import visits
from community.web import (
    addresses,
    assets,
    bodies,
    caching,
    csrf,
    errors,
    language,
    limits,
    read_only,
    security,
    session_cookie,
    times,
)
from community.wiring import wire_events, wire_holdings, wire_pages

PACKAGE = Path(__file__).parent
BODY_LIMIT = 2 * 1024 * 1024  # bytes of a request; the longest text is far below
STATIC_MAX_AGE_S = 365 * 24 * 3600  # addresses of static files change with their content


def create_app(settings: config.Settings | None = None, **overrides: Any) -> Flask:
    """Build the application.

    Args:
        settings: default: from the environment.
        overrides: Flask's own configuration, such as ``TESTING=True``.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    settings = settings or config.from_environ()
    app = Flask(
        "community",
        template_folder=str(home("templates")),
        static_url_path="/static",
        static_folder=str(assets.prepared(home("static"), settings.data_dir / "static")),
        instance_path=str(settings.data_dir),
    )
    app.config.from_mapping(_flask_config(settings))
    app.config.from_mapping(overrides)
    app.url_map.converters["int"] = RowIdConverter
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _init_parts(app, settings)
    wire_pages(app)
    wire_events()
    wire_holdings()
    _wrap_server(app, settings)
    return app


class RowIdConverter(IntegerConverter):
    """A number in an address that can be the id of a row; a larger one is no address of ours."""

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 (Werkzeug's name)
        super().__init__(map, **{"max": ROW_ID_MAX, **options})


def home(folder: str) -> Path:
    """Return a folder that lies beside the package in a checkout and inside it in a wheel."""
    inside = PACKAGE / folder
    return inside if inside.is_dir() else PACKAGE.parent / folder


def _flask_config(settings: config.Settings) -> Mapping[str, Any]:
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": db.engine_options(settings.database_url),
        "MAX_CONTENT_LENGTH": BODY_LIMIT,
        "MAX_FORM_MEMORY_SIZE": BODY_LIMIT,
        "PERMANENT_SESSION_LIFETIME": SESSION_FOR,
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.is_production,
        "SESSION_REFRESH_EACH_REQUEST": False,
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _init_parts(app: Flask, settings: config.Settings) -> None:
    db.init_app(app)
    Migrate(app, db.db, directory=str(home("migrations")), render_as_batch=True)
    jobs.init_app(app)
    search.use(search.open_index(settings.search_engine, settings.search_dir))
    vectors.use(vectors.Spaces(settings.vectors_dir))
    visits.init_app(app)
    storage.use(storage.open_storage(settings.pictures_url))
    for part in (
        errors,
        bodies,  # before anything reads a form
        assets,
        addresses,
        language,
        times,
        limits,
        session_cookie,
        csrf,
        read_only,  # behind the fences: what it shows again was sent from here
        sessions,
        security,
        caching,
    ):
        part.init_app(app)


def _wrap_server(app: Flask, settings: config.Settings) -> None:
    """Serve static files ahead of Flask, and believe as many proxies as we were told.

    Replacing ``wsgi_app`` is how Flask wants it wrapped, though its types call it a method.
    """
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(app.static_folder), prefix="static/", max_age=STATIC_MAX_AGE_S
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
