"""Companies, products and mandates."""

import enum
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from community.accounts.models import User
from community.core import clock
from community.core.db import Base, IntPK
from community.core.names import grams

NAME_MAX = 80  # characters
SLUG_MAX = 80  # characters
HOST_MAX = 253  # characters, RFC 1035
URL_MAX = 500  # characters
ABOUT_MAX = 500  # characters
TITLE_MAX = 80  # characters
SCOPE_MAX = 120  # characters
ALIASES_MAX = 10  # other names of one company
RIVALS_MAX = 20  # that one company declares
GRAM_LENGTH = 3  # characters
COOLING_OFF = timedelta(days=90)  # a mandate or an employment that has ended still is a stake


class CompanyState(enum.StrEnum):
    """Whether the company is here (rule N1). Each state has its own layout and words."""

    UNCLAIMED = "unclaimed"
    LISTENING = "listening"
    ELSEWHERE = "elsewhere"


class Company(Base):
    """Any organisation that people need help with. Its page belongs to its customers."""

    __tablename__ = "companies"

    id: Mapped[IntPK]
    slug: Mapped[str] = mapped_column(String(SLUG_MAX), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    name_key: Mapped[str] = mapped_column(
        String(NAME_MAX * 2), index=True
    )  # folded, for near-names
    website_host: Mapped[str | None] = mapped_column(String(HOST_MAX), unique=True)
    about: Mapped[str] = mapped_column(String(ABOUT_MAX), default="")
    state: Mapped[CompanyState] = mapped_column(default=CompanyState.UNCLAIMED)
    proved_at: Mapped[datetime | None]  # when the domain was proved
    # Rule N3: anyone may say where official help is, with a source, whether or not it joined.
    official_help_url: Mapped[str | None] = mapped_column(String(URL_MAX))
    official_help_source: Mapped[str | None] = mapped_column(String(URL_MAX))
    official_help_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    official_help_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    # It opened with a question that nobody has seen yet, and is seen when one about it is.
    held_at: Mapped[datetime | None]

    grams: Mapped[list["CompanyGram"]] = relationship(cascade="all, delete-orphan")

    @validates("name_key")
    def _cut(self, _column: str, name_key: str) -> str:
        """Keep the pieces of the name in step with it, however the row is made."""
        self.grams = [CompanyGram(gram=gram) for gram in sorted(grams(name_key))]
        return name_key

    __table_args__ = (
        CheckConstraint(
            "official_help_url IS NULL OR official_help_source IS NOT NULL",
            name="official_help_has_a_source",
        ),
        CheckConstraint(
            "state = 'unclaimed' OR proved_at IS NOT NULL", name="joined_companies_are_proved"
        ),
    )


class CompanyAlias(Base):
    """Another name that people know a company by."""

    __tablename__ = "company_aliases"

    id: Mapped[IntPK]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    alias: Mapped[str] = mapped_column(String(NAME_MAX))
    alias_key: Mapped[str] = mapped_column(String(NAME_MAX * 2), index=True)  # folded
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (UniqueConstraint("company_id", "alias_key", name="uq_company_aliases_alias"),)


class CompanyGram(Base):
    """Three letters of a company's name or of another name for it (`names.grams`).

    They find the names that are like one, or begin like it, without reading all of them.
    Each hit is compared in full, so a piece that outlives its name does no harm.
    """

    __tablename__ = "company_grams"

    gram: Mapped[str] = mapped_column(String(GRAM_LENGTH), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)


class Product(Base):
    """What a company makes: a tree of brand, product and version."""

    __tablename__ = "products"

    id: Mapped[IntPK]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    parent_id: Mapped[int | None]
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    name_key: Mapped[str] = mapped_column(String(NAME_MAX * 2), index=True)
    retired_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    held_at: Mapped[datetime | None]  # as of a company

    company: Mapped[Company] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("company_id", "slug", name="uq_products_slug"),
        UniqueConstraint("company_id", "name_key", name="uq_products_name"),
        # The pair, so that a topic cannot be about another company's product.
        UniqueConstraint("id", "company_id", name="uq_products_id_company"),
        ForeignKeyConstraint(
            ["parent_id", "company_id"],
            ["products.id", "products.company_id"],
            name="fk_products_parent",
        ),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )


class MandateKind(enum.StrEnum):
    """What an employee is to the company; each includes the rights of those before."""

    EMPLOYEE = "employee"
    REPRESENTATIVE = "representative"
    MANAGER = "manager"
    OWNER = "owner"


class Mandate(Base):
    """A person's right to speak for a company. It gives no power over customers' words.

    An ended mandate stays, for "then at Acme" beside what was written under it. Whoever ends one
    does so from now on, never from an earlier day: `COOLING_OFF` is counted from there.
    """

    __tablename__ = "mandates"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    kind: Mapped[MandateKind]
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    scope: Mapped[str] = mapped_column(String(SCOPE_MAX), default="")  # "billing"; empty: anything
    since: Mapped[datetime] = mapped_column(default=clock.now)
    valid_until: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    company: Mapped[Company] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql", foreign_keys=[user_id])

    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= since", name="ends_after_it_began"),
    )

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the person may speak for the company at that moment."""
        return self.since <= at and (self.valid_until is None or at < self.valid_until)


class Stake(enum.StrEnum):
    """What binds somebody to a company, the closest first (rule N12)."""

    MANDATE = "mandate"  # they may speak for it
    EMPLOYER = "employer"  # they said that they work for it
    CHAMPION = "champion"  # it thanks them in public
    FORMER = "former"  # a mandate, or an employment they declared, ended within `COOLING_OFF`
    RIVAL = "rival"  # one of these binds them to a company that competes with it


class Ties(NamedTuple):
    """What somebody has to do with a company at some moment."""

    mandate: Mandate | None = None  # under which they speak for it
    stake: Stake | None = None  # looked up for moderators, whom it bars


class Champion(Base):
    """A super-user whom a company thanks in public. It gives no power, and bars from its cases."""

    __tablename__ = "champions"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    thanked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    since: Mapped[datetime] = mapped_column(default=clock.now)


class Employment(Base):
    """Somebody declares whom they work for, or have a stake in. It bars them from its cases.

    It does so for `COOLING_OFF` after its end as well. What has ended stays: who says it anew gets
    a row of its own, so nothing that is said later takes an earlier stake away.
    """

    __tablename__ = "employments"

    id: Mapped[IntPK]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]

    company: Mapped[Company] = relationship(lazy="raise_on_sql")

    @property
    def bars_until(self) -> datetime | None:
        """When it ceases to be a stake; None while it lasts."""
        return self.ended_at + COOLING_OFF if self.ended_at is not None else None

    __table_args__ = (
        Index(
            "uq_employments_current",
            "user_id",
            "company_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Rivalry(Base):
    """Two companies that compete: who has a stake in one moderates neither.

    Said by who leads one of them here, or by a moderator; kept in the order of ids.
    """

    __tablename__ = "rivalries"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    rival_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, index=True)
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    # Whose people said so, and may take it back; None: a moderator did.
    declared_for_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)

    __table_args__ = (CheckConstraint("company_id < rival_id", name="in_order"),)
