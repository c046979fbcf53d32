"""The people table."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, validates

from community.core import clock, erasing
from community.core.db import Base, IntPK
from community.core.names import folded

USERNAME_MIN, USERNAME_MAX = 3, 30  # characters
USERNAME_KEY_MAX = 60  # characters: folding can make a name longer
DISPLAY_NAME_MAX = 60  # characters
NAME_KEY_MAX = 200  # characters
ABOUT_MAX = 500  # characters
EMAIL_MAX = 254  # characters, RFC 5321
PASSWORD_MIN, PASSWORD_MAX = 10, 200  # characters
TIME_ZONE_MAX = 40  # characters
LANGUAGE_MAX = 35  # characters, RFC 5646
DEVICE_MAX = 80  # characters
DIGEST_LENGTH = 64  # hexadecimal digits of SHA-256
PATH_MAX = 1000  # characters of a local address to return to
GUEST_TOPICS_MAX = 2  # topics that wait at once for one address to be confirmed

SESSION_FOR = timedelta(days=30)  # without being used
SEEN_EVERY = timedelta(hours=1)  # how exactly we note when a session was used
LEAVE_FOR = timedelta(days=7)  # between closing an account and forgetting its owner
FRESH_FOR = timedelta(minutes=30)  # after signing in, for whoever has no password to be asked for

# How long the links in mail work.
CONFIRM_FOR = timedelta(days=3)
RESET_FOR = timedelta(hours=1)
SIGN_IN_LINK_FOR = timedelta(minutes=30)
CHANGE_EMAIL_FOR = timedelta(days=3)


def _name_key(display_name: str) -> str:
    return folded(display_name)[:NAME_KEY_MAX]


def _name_key_of_row(context: DefaultExecutionContext) -> str:
    """Return the key for a row that is inserted beside the session, as imports do."""
    row: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return _name_key(row.get("display_name") or "")


class User(Base):
    """A person. Nobody is asked for more than a user name, an e-mail address and a password.

    A *placeholder* stands for the author of imported content: it has a `source_key`,
    no e-mail and no password, until the person claims it. A deleted account keeps its
    row, without anything personal, so that its posts stay as "former member".
    """

    __tablename__ = "users"

    id: Mapped[IntPK]
    username: Mapped[str] = mapped_column(String(USERNAME_MAX))
    username_key: Mapped[str] = mapped_column(
        String(USERNAME_KEY_MAX), unique=True
    )  # names.folded(username)
    display_name: Mapped[str] = mapped_column(String(DISPLAY_NAME_MAX), default="")
    # names.folded(display_name): people are looked for by the name that they are seen with.
    name_key: Mapped[str] = mapped_column(String(NAME_KEY_MAX), default=_name_key_of_row)
    about: Mapped[str] = mapped_column(String(ABOUT_MAX), default="")
    email: Mapped[str | None] = mapped_column(String(EMAIL_MAX), unique=True)  # normalised
    email_verified_at: Mapped[datetime | None]
    # Asked for in its place, and not confirmed yet.
    new_email: Mapped[str | None] = mapped_column(String(EMAIL_MAX))
    password_hash: Mapped[str | None] = mapped_column(String(200))  # Argon2id
    is_moderator: Mapped[bool] = mapped_column(default=False)
    is_admin: Mapped[bool] = mapped_column(default=False)  # operator
    trusted_since: Mapped[datetime | None]  # serves on appeals; comes with reputation, or by hand
    suspended_until: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    source_key: Mapped[str | None] = mapped_column(String(200), unique=True)  # of an import
    # Of the address that an import gave for a placeholder, so that its owner can prove it.
    source_email_digest: Mapped[str | None] = mapped_column(String(DIGEST_LENGTH), index=True)
    email_bounced_at: Mapped[datetime | None]  # mail comes back; told to the person on the site
    time_zone: Mapped[str] = mapped_column(String(TIME_ZONE_MAX), default="")  # IANA; "": UTC
    language: Mapped[str] = mapped_column(String(LANGUAGE_MAX), default="")  # "": as the browser's
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (
        CheckConstraint(
            "email IS NOT NULL OR password_hash IS NULL", name="password_needs_an_email"
        ),
        # For `sql.begins_with`.
        Index(
            "ix_users_username_begins",
            "username_key",
            postgresql_ops={"username_key": "text_pattern_ops"},
        ),
        Index("ix_users_name_begins", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}),
    )

    @validates("display_name")
    def _follow(self, _key: str, display_name: str) -> str:
        self.name_key = _name_key(display_name)
        return display_name

    @property
    def name(self) -> str:
        """What is shown: the display name, or else the user name."""
        return self.display_name or self.username

    @property
    def is_placeholder(self) -> bool:
        """True for the author of imported content whom nobody has claimed yet."""
        return self.source_key is not None and self.email is None

    @property
    def is_guest(self) -> bool:
        """True for somebody who asked with an address alone and has not confirmed it yet."""
        return self.source_key is None and self.email is None and self.deleted_at is None


class Session(Base):
    """A browser in which somebody is signed in. Its cookie holds the key; we keep a digest."""

    __tablename__ = "sessions"

    id: Mapped[IntPK]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)  # SHA-256
    device: Mapped[str] = mapped_column(String(DEVICE_MAX), default="")  # "Firefox on Linux"
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)  # to the hour


class PersonClaim(Base):
    """Somebody says that an address is theirs, and with it a person without an account.

    That is a guest, who asked with an address alone, or the placeholder of an imported
    author. The link goes to the address; whoever opens it becomes that person, or takes
    over what that person wrote if the address has an account.
    """

    __tablename__ = "person_claims"

    id: Mapped[IntPK]
    key: Mapped[str] = mapped_column(String(22), unique=True)  # random; the link is made from it
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), index=True)  # normalised
    return_to: Mapped[str] = mapped_column(String(PATH_MAX))  # a local path
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    # Accounts find by the address what to clear, so nothing else may take that out.
    __table_args__ = ({"info": {erasing.LEFT: True}},)


class SignUp(Base):
    """Somebody asked to join and has not shown yet that the e-mail address is theirs.

    Becomes a `User` when the address is confirmed, and claims nothing before: neither
    the address nor the user name is taken by it, so nobody can keep another person out,
    nor learn from a refusal who has an account. Kept, too, when the address has an
    account already, so that asking again looks the same for everybody.
    """

    __tablename__ = "sign_ups"

    id: Mapped[IntPK]
    key: Mapped[str] = mapped_column(String(22), unique=True)  # random; the link is made from it
    username: Mapped[str] = mapped_column(String(USERNAME_MAX))
    username_key: Mapped[str] = mapped_column(String(USERNAME_KEY_MAX), index=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), index=True)  # normalised
    password_hash: Mapped[str] = mapped_column(String(200))  # Argon2id
    return_to: Mapped[str] = mapped_column(String(PATH_MAX))  # a local path
    asked_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    # Accounts find by the address what to clear, so nothing else may take that out.
    __table_args__ = ({"info": {erasing.LEFT: True}},)
