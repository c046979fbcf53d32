"""Settings: environment variables ``COMMUNITY_*``, read and checked once at start.

Every one is described in ``docs/settings.md``; a test keeps the two in step.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from community.core.errors import SettingsError
from community.core.secret_files import kept_secret

SECRET_KEY_MIN = 32  # characters
SEARCH_FOLDERS = {"whoosh": "search", "tantivy": "search-tantivy"}  # by engine, in the data folder
MAIL_SCHEMES = ("file", "smtp", "smtps", "memory")
ENVIRONMENTS = ("development", "production")


@dataclass(frozen=True)
class Settings:
    """What the operator decides. Build it with `from_environ`."""

    environment: str
    data_dir: Path
    database_url: str
    search_url: str
    pictures_url: str
    secret_key: str
    base_url: str
    mail_url: str
    mail_from: str
    mail_bounces: str
    limits_url: str
    trusted_proxies: int
    port: int

    @property
    def is_production(self) -> bool:
        """True where cookies must be secure and nothing may be made up."""
        return self.environment == "production"

    @property
    def search_engine(self) -> str:
        """The name before the colon of ``COMMUNITY_SEARCH_URL``."""
        return self.search_url.partition(":")[0]

    @property
    def search_dir(self) -> Path:
        """The folder of the index: what follows the colon, else one of the engine's own."""
        engine, _, path = self.search_url.partition(":")
        return Path(path) if path else self.data_dir / SEARCH_FOLDERS[engine]

    @property
    def vectors_dir(self) -> Path:
        """The folder of the sentence vectors, which serve every engine."""
        return self.data_dir / "vectors"


def from_environ(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings and make the data folder.

    Raises:
        SettingsError: a value is missing or wrong; the message names the variable.
    """
    environment = environ.get("COMMUNITY_ENV", "development")
    if environment not in ENVIRONMENTS:
        raise SettingsError(
            f"COMMUNITY_ENV is {environment!r}; it can be development or production."
        )
    data_dir = _data_dir(environ.get("COMMUNITY_DATA_DIR", "instance"))
    port = _whole_number(environ, "PORT", default=8000, low=1, high=65535)
    return Settings(
        environment=environment,
        data_dir=data_dir,
        database_url=_database_url(environ.get("COMMUNITY_DATABASE_URL", ""), data_dir),
        search_url=_search_url(environ.get("COMMUNITY_SEARCH_URL", "whoosh:")),
        pictures_url=_pictures_url(environ.get("COMMUNITY_PICTURES_URL", ""), data_dir),
        secret_key=_secret_key(environ.get("COMMUNITY_SECRET_KEY", ""), environment, data_dir),
        base_url=_base_url(environ.get("COMMUNITY_BASE_URL", ""), environment, port),
        mail_url=_mail_url(environ.get("COMMUNITY_MAIL_URL", ""), data_dir),
        mail_from=environ.get("COMMUNITY_MAIL_FROM", "Common Ground <no-reply@localhost>"),
        mail_bounces=_mail_bounces(environ.get("COMMUNITY_MAIL_BOUNCES", "")),
        limits_url=environ.get("COMMUNITY_LIMITS_URL", "") or f"sqlite://{data_dir}/limits.sqlite3",
        trusted_proxies=_whole_number(
            environ, "COMMUNITY_TRUSTED_PROXIES", default=0, low=0, high=10
        ),
        port=port,
    )


def current() -> Settings:
    """Return the settings of the application in whose context this runs."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _data_dir(value: str) -> Path:
    path = Path(value).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"COMMUNITY_DATA_DIR is {str(path)!r}, which cannot be made: {error.strerror}."
        ) from error
    if not os.access(path, os.W_OK):
        raise SettingsError(f"COMMUNITY_DATA_DIR is {str(path)!r}, which cannot be written to.")
    return path


def _whole_number(
    environ: Mapping[str, str], name: str, *, default: int, low: int, high: int
) -> int:
    value = environ.get(name, "") or str(default)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise SettingsError(f"{name} is {value!r}; it must be a whole number from {low} to {high}.")
    return int(value)


def _database_url(value: str, data_dir: Path) -> str:
    if not value:
        return f"sqlite:///{data_dir}/community.sqlite3"
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise SettingsError(
            "COMMUNITY_DATABASE_URL cannot be read; write it like "
            "postgresql://user:password@host/name or sqlite:////path/to/file.sqlite3."
        ) from error
    if url.drivername in {"postgresql", "postgres"}:  # what hosts hand out; we speak psycopg 3
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"postgresql+psycopg", "sqlite"}:
        raise SettingsError(
            f"COMMUNITY_DATABASE_URL names {url.drivername!r}; it can be postgresql or sqlite."
        )
    return url.render_as_string(hide_password=False)


def _search_url(value: str) -> str:
    engine, colon, _path = value.partition(":")
    if engine not in SEARCH_FOLDERS or not colon:
        raise SettingsError(
            f"COMMUNITY_SEARCH_URL is {value!r}; write whoosh: or tantivy:, and after the colon "
            "a folder if it should be another."
        )
    return value


def _pictures_url(value: str, data_dir: Path) -> str:
    """Return where pictures lie; `community.pictures.storage` knows which schemes there are."""
    if not value:
        return (data_dir / "pictures").as_uri()
    parts = urlsplit(value)
    is_no_folder = parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/"))
    if not parts.scheme or is_no_folder:
        raise SettingsError(
            f"COMMUNITY_PICTURES_URL is {value!r}; write it like file:///path/to/folder."
        )
    return value


def _secret_key(value: str, environment: str, data_dir: Path) -> str:
    if value:
        if len(value) < SECRET_KEY_MIN:
            raise SettingsError(
                f"COMMUNITY_SECRET_KEY has {len(value)} characters; "
                f"it needs {SECRET_KEY_MIN} or more, chosen at random."
            )
        return value
    if environment == "production":
        raise SettingsError(
            "COMMUNITY_SECRET_KEY is required in production. Make one with: "
            'python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    return kept_secret(data_dir / "secret_key", partial(secrets.token_hex, 32))


def _base_url(value: str, environment: str, port: int) -> str:
    if not value:
        if environment == "production":
            raise SettingsError(
                "COMMUNITY_BASE_URL is required in production: the address people type, "
                "like https://help.example.org. Links in mail are made from it."
            )
        return f"http://localhost:{port}"
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(
            f"COMMUNITY_BASE_URL is {value!r}; write it like https://help.example.org."
        )
    if environment == "production" and parts.scheme != "https":
        raise SettingsError("COMMUNITY_BASE_URL must begin with https:// in production.")
    return value.rstrip("/")


def _mail_url(value: str, data_dir: Path) -> str:
    if not value:
        return f"file://{data_dir}/mail"
    parts = urlsplit(value)
    if parts.scheme not in MAIL_SCHEMES or (parts.scheme.startswith("smtp") and not parts.hostname):
        raise SettingsError(
            "COMMUNITY_MAIL_URL cannot be read; write it like "
            "smtp://user:password@host:587 or file:///path/to/folder."
        )
    return value


def _mail_bounces(value: str) -> str:
    local, at, domain = value.partition("@")
    if value and not (local and at and domain and "@" not in domain and "+" not in local):
        raise SettingsError(
            f"COMMUNITY_MAIL_BOUNCES is {value!r}; write an address like bounces@example.org."
        )
    return value
