"""Names that are like a name, or begin like it.

Candidates share three-letter pieces with what was typed (`CompanyGram`), which an index
finds; only they are compared in full. Among 20,000 companies that is two statements and
a few milliseconds, whatever was typed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from community.companies.hosts import registrable_part
from community.companies.models import Company, CompanyAlias, CompanyGram, CompanyState, Product
from community.core.db import db
from community.core.names import folded, grams

NEAR = 0.8  # likeness of two names (Ratcliff-Obershelp, 0 to 1) from which we ask
NEAR_SHOWN = 5
COMPLETED = 8  # names offered for what is being typed
CANDIDATES = 200  # companies with the most pieces in common, which are compared in full
# What a company's name may end or begin with, and people leave out.
_FORMS = frozenset(
    """
    ab ag as bv co company corp corporation gmbh group inc kg limited llc ltd nv oy plc pt
    sa sarl se spa srl tbk the
    """.split()  # noqa: SIM905 (a list a word a line is no easier to read)
)


@dataclass(frozen=True, slots=True)
class NearCompany:
    """A page that may be the one somebody is about to open or to ask."""

    id: int
    slug: str
    name: str
    state: CompanyState
    website_host: str | None
    same_host: bool
    likeness: float  # of the likest of its names, 0 to 1
    alias: str  # that name, where it is not the page's own


def near(name: str, host: str | None = None) -> list[NearCompany]:
    """Return the pages that may already be the one for ``name`` or ``host``, likeliest first."""
    key = core(name)
    likely = Company.id.in_(_sharing(grams(key)))
    # A name within a longer one shares few of its pieces, but has the very words.
    within = Company.name_key.in_(_stretches(key))
    wanted = or_(likely, within) if host is None else or_(likely, within, _of_host(host))
    found = []
    for row, aliases in _companies(wanted):
        likeness, alias = max(
            ((_likeness(key, core(one)), one != row.name and one) for one in (row.name, *aliases)),
            key=lambda scored: scored[0],
        )
        same_host = _same(row.website_host, host)
        if same_host or likeness >= NEAR:
            found.append(_near(row, same_host=same_host, likeness=likeness, alias=alias or ""))
    found.sort(key=lambda one: (not one.same_host, -one.likeness, one.name))
    return found[:NEAR_SHOWN]


def completions(typed: str) -> list[NearCompany]:
    """Return the companies of which a name has words that begin as ``typed`` does.

    Names that begin so come first, then by their length: the shortest is the likeliest.
    """
    key = folded(typed)
    if not key:
        return []
    # The last word may go on, so its end need not be the end of a word.
    pieces = grams(key) - {f"  {key.split()[-1]} "[-3:]}
    found = []
    for row, aliases in _companies(Company.id.in_(_sharing(pieces, all_of_them=True))):
        fitting = [one for one in (row.name, *aliases) if f" {key}" in f" {folded(one)}"]
        if fitting:
            alias = "" if fitting[0] == row.name else fitting[0]
            found.append((row, fitting[0], alias))
    found.sort(key=lambda one: (not folded(one[1]).startswith(key), len(one[1]), one[1]))
    return [
        _near(row, same_host=False, likeness=_likeness(key, folded(name)), alias=alias)
        for row, name, alias in found[:COMPLETED]
    ]


def near_products(company_id: int, name: str) -> list[Product]:
    """Return the company's products whose name is like ``name``, likeliest first."""
    key = folded(name)
    scored = [
        (_likeness(key, product.name_key), product)
        for product in db.session.scalars(
            select(Product).where(Product.company_id == company_id, Product.held_at.is_(None))
        )
    ]
    scored = sorted((one for one in scored if one[0] >= NEAR), key=lambda one: -one[0])
    return [product for _likeness_, product in scored[:NEAR_SHOWN]]


def core(name: str) -> str:
    """Return the words of a name that tell companies apart, folded."""
    words = folded(name).replace(".", "").replace(",", " ").split()
    return " ".join(word for word in words if word not in _FORMS) or folded(name)


def _sharing(pieces: Collection[str], *, all_of_them: bool = False) -> Any:
    """Return the ids of the companies that have the most of these pieces, as a subquery."""
    count = func.count(CompanyGram.gram)
    chosen = (
        select(CompanyGram.company_id)
        .where(CompanyGram.gram.in_(pieces))
        .group_by(CompanyGram.company_id)
        .order_by(count.desc(), CompanyGram.company_id)
        .limit(CANDIDATES)
    )
    return chosen.having(count == len(pieces)) if all_of_them else chosen


def _stretches(key: str) -> list[str]:
    """Return every run of words within a name."""
    words = key.split()
    return [
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    ]


def _of_host(host: str) -> ColumnElement[bool]:
    """Tell which companies have a website at what somebody registered for ``host``."""
    registered = registrable_part(host)
    return or_(
        Company.website_host == registered,
        Company.website_host.endswith(f".{registered}", autoescape=True),
    )


def _companies(wanted: ColumnElement[bool]) -> Iterable[tuple[Any, list[str]]]:
    """Yield companies with their other names, in two statements."""
    rows = db.session.execute(
        select(Company.id, Company.slug, Company.name, Company.state, Company.website_host).where(
            wanted, Company.held_at.is_(None)
        )
    ).all()
    aliases = defaultdict(list)
    if rows:
        for company_id, alias in db.session.execute(
            select(CompanyAlias.company_id, CompanyAlias.alias).where(
                CompanyAlias.company_id.in_([row.id for row in rows])
            )
        ):
            aliases[company_id].append(alias)
    for row in rows:
        yield row, aliases[row.id]


def _near(row: Any, *, same_host: bool, likeness: float, alias: str) -> NearCompany:
    return NearCompany(
        row.id, row.slug, row.name, row.state, row.website_host, same_host, likeness, alias
    )


def _likeness(one: str, other: str) -> float:
    """Return how alike two keys are; a name within the other at a word's edge counts as near."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) > 2 and f" {shorter} " in f" {longer} ":
        return 0.9
    matcher = SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR:
        return 0.0
    return matcher.ratio()


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return False
    return registrable_part(one) == registrable_part(other)
