"""The one module that knows every part: it puts the application together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

from community import search
from community.accounts import forgetting, sessions
from community.accounts import handlers as accounts_handlers
from community.accounts import holdings as accounts_holdings
from community.accounts import views as accounts_views
from community.accounts.models import SESSION_FOR
from community.accounts.services import prune_sessions
from community.api import views as api_views
from community.companies import holdings as companies_holdings
from community.companies import views as companies_views
from community.core import config, db, erasing, holdings, jobs, outbox
from community.core.sql import ROW_ID_MAX
from community.notifications import handlers as news
from community.notifications import holdings as notifications_holdings
from community.notifications import services as notifications_services
from community.notifications import views as notifications_views
from community.pages import views as pages_views
from community.pictures import holdings as pictures_holdings
from community.pictures import services as pictures_services
from community.pictures import storage as pictures_storage
from community.pictures import views as pictures_views
from community.topics import handlers as topics_handlers
from community.topics import holdings as topics_holdings
from community.topics import views as topics_views
from community.topics import visits
from community.topics.importing import finishing
from community.web import (
    addresses,
    assets,
    bodies,
    caching,
    csrf,
    errors,
    language,
    limits,
    security,
    session_cookie,
    times,
)
from community.web import views as web_views
from community.writing import holdings as writing_holdings
from community.writing import services as writing_services
from community.writing import views as writing_views

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
    _register_blueprints(app)
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


def wire_events() -> None:
    """Say what follows each change, and each night. This list is the whole of it."""
    for event in (
        "topic.posted",
        "topic.changed",
        "topic.helped",
        "reply.posted",
        "reply.edited",
        "comment.posted",
        "verdict.given",
        "me_too.said",
        "me_too.taken_back",
        "answer.accepted",
        "answer.unaccepted",
        "answer.marked_official",
        "answer.unmarked_official",
        "status.changed",
    ):
        outbox.subscribe(event, topics_handlers.index_topics, batch=True)
    for event in ("reply.posted", "answer.accepted", "answer.unaccepted"):
        outbox.subscribe(event, topics_handlers.refresh_standings, batch=True)
    for event in ("topic.posted", "topic.changed", "reply.posted", "status.changed"):
        outbox.subscribe(event, topics_handlers.refresh_figures, batch=True)
    for event in ("topic.posted", "topic.edited", "status.changed"):
        outbox.subscribe(event, topics_handlers.relate_topic)
    jobs.nightly(topics_handlers.relate_nightly)
    outbox.subscribe(finishing.EVENT, finishing.finish_batch)
    jobs.nightly(writing_services.prune_drafts)
    writing_services.after_saving(pictures_services.keep_for_draft)
    jobs.nightly(pictures_services.sweep)
    jobs.nightly(prune_sessions)
    outbox.subscribe("account.closed", accounts_handlers.mail_account_closed, alone=True)
    outbox.subscribe("person.left", accounts_handlers.forget_person, alone=True)
    forgetting.before_forgetting(limits.forget)
    outbox.subscribe(erasing.EVENT, topics_handlers.index_erased, batch=True)
    outbox.subscribe("person.forgotten", topics_handlers.compact_index, alone=True, patient=True)
    outbox.subscribe("person.forgotten", accounts_handlers.wipe_database, alone=True, patient=True)
    jobs.nightly(limits.prune)
    outbox.subscribe("address.claimed", accounts_handlers.mail_claim, alone=True)
    outbox.subscribe("sign_in_link.asked", accounts_handlers.mail_sign_in_link, alone=True)
    outbox.subscribe("confirmation.asked", accounts_handlers.mail_confirmation, alone=True)
    outbox.subscribe("password.forgotten", accounts_handlers.mail_reset, alone=True)
    outbox.subscribe("password.changed", accounts_handlers.mail_password_changed, alone=True)
    outbox.subscribe("email.change_asked", accounts_handlers.mail_new_address, alone=True)
    outbox.subscribe("email.change_asked", accounts_handlers.mail_old_address, alone=True)
    for event, telling in (
        ("topic.posted", news.tell_of_topic),
        ("topic.edited", news.tell_of_edited_topic),
        ("reply.posted", news.tell_of_reply),
        ("reply.edited", news.tell_of_edited_reply),
        ("comment.posted", news.tell_of_comment),
        ("answer.accepted", news.tell_of_acceptance),
        ("answer.marked_official", news.tell_of_official_answer),
        ("answer.helped", news.tell_of_help),
        ("status.changed", news.tell_of_status),
    ):
        outbox.subscribe(event, telling, alone=True)
    outbox.subscribe("account.closed", news.let_news_go)
    outbox.subscribe("news.waiting", news.mail_news, batch=True, alone=True, patient=True)
    outbox.subscribe("day.begun", news.mail_daily, batch=True, alone=True, patient=True)
    jobs.often(news.begin_the_day)
    jobs.nightly(notifications_services.prune_mails)
    jobs.nightly(notifications_services.prune_news)


def wire_holdings() -> None:
    """Say who keeps what about a person. Accounts come last: they empty the person's row."""
    hold = holdings.hold
    topics, pictures = topics_holdings, pictures_holdings
    hold(
        "notifications",
        export=notifications_holdings.export,
        forget=notifications_holdings.forget,
        move=notifications_holdings.move,
    )
    hold(
        "topics",
        export=topics.export,
        forget=topics.forget,
        move=topics.move,
        count=topics.count,
    )
    hold(
        "writing",
        export=writing_holdings.export,
        forget=writing_holdings.forget,
        move=writing_holdings.move,
    )
    hold(
        "pictures",
        export=pictures.export,
        forget=pictures.forget,
        move=pictures.move,
        files=pictures.files,
    )
    hold(
        "companies",
        export=companies_holdings.export,
        forget=companies_holdings.forget,
        move=companies_holdings.move,
    )
    hold(
        "account",
        export=accounts_holdings.export,
        forget=accounts_holdings.forget,
        move=accounts_holdings.move,
    )


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
    visits.init_app(app)
    pictures_storage.use(pictures_storage.open_storage(settings.pictures_url))
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
        sessions,
        security,
        caching,
    ):
        part.init_app(app)


def _register_blueprints(app: Flask) -> None:
    app.register_blueprint(web_views.bp)
    app.register_blueprint(accounts_views.bp)
    app.register_blueprint(companies_views.bp)
    app.register_blueprint(pictures_views.bp)
    app.register_blueprint(writing_views.bp)
    app.register_blueprint(topics_views.bp)
    app.register_blueprint(notifications_views.bp)
    app.register_blueprint(pages_views.bp)
    app.register_blueprint(api_views.bp)


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


__all__ = ["create_app", "home", "wire_events", "wire_holdings"]
