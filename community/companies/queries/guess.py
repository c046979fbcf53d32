"""What a text is about: companies and products, guessed from its words.

The text is cut into runs of up to four words and the hosts of its addresses. One
statement looks all of them up among names, other names, hosts and products, each by its
index. What is found are signs, and each company's signs are added up:

===========  =====  ====================================================================
sign         worth
===========  =====  ====================================================================
name           1.0  the company's name, at the edges of words
other name     0.9  one that was added
host           0.8  an address on its website, or a mail address there
product        0.7  divided among the companies that have a product of this name
votes          0.6  times the share of the most similar topics that are about it;
                    fewer than three of them say less
===========  =====  ====================================================================

A single word that says less than it seems (Target, Signal, Notion) is worth a quarter: one
that more topics of others hold than of the company, unless it is written as a name, with
a capital where a sentence would have none. So it needs a second sign, or the votes.
"""

import enum
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from community import search
from community.companies.models import Company, CompanyAlias, CompanyState, Product
from community.companies.queries.runs import Run, hosts_in, runs_in
from community.core.db import db
from community.search import SearchUnavailable

GUESSES_MAX = 3
SHOWN_FROM = 0.42  # what a guess's signs are worth together: seven tenths of the votes are enough
VOTES_WORTH = 0.6
QUORUM = 3  # topics, below which their votes weigh less
DOUBTFUL = 0.25  # times what a sign is worth otherwise
COMMON_FROM = 3  # topics of others that hold a word, from which it can be a common one
MOST = 0.5  # share of the votes
VOTED_FROM = 2  # topics that are about a product, for it to be guessed from votes alone
VOTED_SHARE = 0.5  # and their share of the company's
PRODUCTS_MAX = 200  # products of one name; they would say little of one company


class SignKind(enum.StrEnum):
    """What a guess rests on."""

    NAME = "name"
    ALIAS = "alias"
    HOST = "host"
    PRODUCT = "product"
    VOTES = "votes"


WORTH = {SignKind.NAME: 1.0, SignKind.ALIAS: 0.9, SignKind.HOST: 0.8, SignKind.PRODUCT: 0.7}
_NAMING = frozenset({SignKind.NAME, SignKind.ALIAS, SignKind.PRODUCT})


@dataclass(frozen=True, slots=True)
class Subject:
    """A company, and perhaps one of its products."""

    company_id: int
    company_slug: str
    company_name: str
    company_state: CompanyState
    product_id: int | None = None
    product_slug: str = ""
    product_name: str = ""

    @property
    def key(self) -> str:
        """What stands for it in addresses and forms: ``acme`` or ``acme/router-x2``."""
        return (
            f"{self.company_slug}/{self.product_slug}" if self.product_slug else self.company_slug
        )


@dataclass(frozen=True, slots=True)
class Sign:
    """Something in the text that speaks for a company."""

    kind: SignKind
    subject: Subject
    words: str  # as they were written
    key: str
    is_word: bool = False  # one word, not written as a name
    is_doubtful: bool = False  # and a common one


@dataclass(frozen=True, slots=True)
class Vote:
    """What one of the most similar topics is about."""

    subject: Subject
    topic_id: int
    weight: float


@dataclass(frozen=True, slots=True)
class Guess:
    """A company that a text may be about, with the product if one is likely.

    ``words`` are what was written that says so; there are none if it rests on votes.
    ``is_certain`` when it alone is named, and most of the similar topics are about it as well.
    """

    subject: Subject
    why: SignKind
    words: str
    score: float
    is_certain: bool


def read_signs(text: str) -> list[Sign]:
    """Find what in ``text`` speaks for which company, in one statement."""
    runs, hosts = runs_in(text), hosts_in(text)
    if not runs and not hosts:
        return []
    rows = db.session.execute(_look_up(), {"keys": list(runs), "hosts": list(hosts)}).all()
    found = [_sign(row, runs, hosts) for row in rows]
    return _with_doubts(_without_parts(found, runs))


def weigh(signs: Sequence[Sign], votes: Sequence[Vote] = ()) -> list[Guess]:
    """Return at most `GUESSES_MAX` companies that signs and votes speak for, likeliest first."""
    cases: dict[int, _Case] = {}
    for sign in signs:
        cases.setdefault(sign.subject.company_id, _Case(sign.subject)).signs.append(sign)
    for vote in votes:
        cases.setdefault(vote.subject.company_id, _Case(vote.subject)).votes.append(vote)
    sharing = defaultdict(set)  # of one name, the companies that have a product called so
    for sign in signs:
        if sign.kind is SignKind.PRODUCT:
            sharing[sign.key].add(sign.subject.company_id)
    shared = {key: len(companies) for key, companies in sharing.items()}
    named = {one.subject.company_id for one in signs if not one.is_doubtful}
    total = _weight(votes) * max(1.0, QUORUM / max(len({vote.topic_id for vote in votes}), 1))
    guesses = [case.guess(shared, total, is_alone=len(named) == 1) for case in cases.values()]
    guesses = [one for one in guesses if one.score >= SHOWN_FROM]
    guesses.sort(key=lambda one: (-one.score, one.subject.company_name))
    return guesses[:GUESSES_MAX]


def named(text: str) -> list[Sign]:
    """Return the companies that ``text`` names, each once, by its name or another one."""
    signs = [sign for sign in read_signs(text) if sign.kind in {SignKind.NAME, SignKind.ALIAS}]
    first: dict[int, Sign] = {}
    for sign in sorted(signs, key=lambda one: (one.kind is not SignKind.NAME, one.key)):
        if not sign.is_doubtful:
            first.setdefault(sign.subject.company_id, sign)
    return list(first.values())[:GUESSES_MAX]


@dataclass
class _Case:
    """What speaks for one company."""

    company: Subject
    signs: list[Sign] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)

    def guess(self, shared: dict[str, int], total: float, *, is_alone: bool) -> Guess:
        """Add everything up.

        Args:
            shared: how many companies have a product of a name.
            total: the weight of all votes.
            is_alone: whether no second company is named without a doubt.
        """
        best: dict[SignKind, tuple[float, Sign]] = {}
        for sign in self.signs:
            worth = WORTH[sign.kind] * (DOUBTFUL if sign.is_doubtful else 1.0)
            if sign.kind is SignKind.PRODUCT:
                worth /= shared[sign.key]
            if sign.kind not in best or worth > best[sign.kind][0]:
                best[sign.kind] = worth, sign
        share = _weight(self.votes) / total if total else 0.0
        worth, why = max(
            best.values(), key=lambda one: (one[0], len(one[1].words)), default=(0, None)
        )
        by_words = why is not None and worth >= VOTES_WORTH * share
        is_named = any(_names_alone(sign, worth) for worth, sign in best.values())
        return Guess(
            subject=self._subject(),
            why=why.kind if why and by_words else SignKind.VOTES,
            words=why.words if why and by_words else "",
            score=round(sum(one for one, _sign in best.values()) + VOTES_WORTH * share, 3),
            is_certain=is_alone and is_named and share > MOST,
        )

    def _subject(self) -> Subject:
        """Return the company with the product that is named, or else the one most votes are for."""
        signs = [sign for sign in self.signs if sign.kind is SignKind.PRODUCT]
        named = [sign for sign in signs if not sign.is_doubtful]
        if named:
            return max(named, key=lambda one: len(one.key)).subject
        hinted = {sign.subject for sign in signs}
        voted: dict[Subject, list[Vote]] = defaultdict(list)
        for vote in self.votes:
            voted[vote.subject].append(vote)
        enough = VOTED_SHARE * _weight(self.votes)
        for product, votes in sorted(voted.items(), key=lambda one: -_weight(one[1])):
            if product.product_id is None:
                continue
            if product in hinted or (len(votes) >= VOTED_FROM and _weight(votes) >= enough):
                return product
        return replace(self.company, product_id=None, product_slug="", product_name="")


def _weight(votes: Iterable[Vote]) -> float:
    """Return the weight of votes; a topic that is about two products has two, and counts once."""
    return sum({vote.topic_id: vote.weight for vote in votes}.values())


_COMPANY = (Company.id, Company.slug, Company.name, Company.state)


@cache
def _look_up() -> CompoundSelect[*tuple[Any, ...]]:
    """Build the statement once: each part finds its rows by an index."""
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    hosts: BindParameter[Any] = bindparam("hosts", expanding=True)
    products = (
        select(Product.id, Product.slug, Product.name, Product.name_key, Product.company_id)
        .where(Product.name_key.in_(keys), Product.retired_at.is_(None), Product.held_at.is_(None))
        .order_by(Product.id)
        .limit(PRODUCTS_MAX)
        .subquery()
    )
    # PostgreSQL takes a NULL without a type for text, which is no number.
    no_product = (cast(null(), Integer), literal(""), literal(""))
    is_seen = Company.held_at.is_(None)
    parts: list[Select[*tuple[Any, ...]]] = [
        select(
            literal("name").label("kind"), Company.name_key.label("key"), *_COMPANY, *no_product
        ).where(Company.name_key.in_(keys), is_seen),
        select(literal("alias"), CompanyAlias.alias_key, *_COMPANY, *no_product)
        .join(Company, Company.id == CompanyAlias.company_id)
        .where(CompanyAlias.alias_key.in_(keys), is_seen),
        select(literal("host"), Company.website_host, *_COMPANY, *no_product).where(
            Company.website_host.in_(hosts), is_seen
        ),
        select(
            literal("product"),
            products.c.name_key,
            *_COMPANY,
            products.c.id,
            products.c.slug,
            products.c.name,
        ).join(Company, and_(Company.id == products.c.company_id, is_seen)),
    ]
    return union_all(*parts)


def _names_alone(sign: Sign, worth: float) -> bool:
    """Tell whether a sign names a company without another; "family" does not, "Halo 6" does."""
    if sign.kind is SignKind.PRODUCT:
        return not sign.is_word and worth >= WORTH[sign.kind]
    return sign.kind in _NAMING and not sign.is_doubtful


def _sign(row: Any, runs: dict[str, Run], hosts: dict[str, str]) -> Sign:
    kind, key, *subject = row
    if kind == "host":
        return Sign(SignKind.HOST, Subject(*subject), hosts[key], key)
    is_word = runs[key].is_single and not runs[key].is_written_as_name
    return Sign(SignKind(kind), Subject(*subject), runs[key].words, key, is_word=is_word)


def _without_parts(signs: list[Sign], runs: dict[str, Run]) -> list[Sign]:
    """Leave out names that only stand within a longer one of somebody else."""
    naming = [sign for sign in signs if sign.kind in _NAMING]

    def is_part(sign: Sign) -> bool:
        longer = [
            place
            for other in naming
            if other.key != sign.key and f" {sign.key} " in f" {other.key} "
            for place in runs[other.key].places
        ]
        owners = {
            other.subject.company_id
            for other in naming
            if other.key != sign.key and f" {sign.key} " in f" {other.key} "
        }
        return (
            sign.subject.company_id not in owners
            and bool(longer)
            and all(
                any(start <= place[0] and place[1] <= end for start, end in longer)
                for place in runs[sign.key].places
            )
        )

    return [sign for sign in signs if sign.kind not in _NAMING or not is_part(sign)]


def _with_doubts(signs: list[Sign]) -> list[Sign]:
    """Mark the single words that are common ones."""
    common = set(_common([sign for sign in signs if sign.is_word]))
    return [replace(one, is_doubtful=True) if one in common else one for one in signs]


def _common(signs: list[Sign]) -> Iterable[Sign]:
    """Yield the signs whose word topics of others hold more often than the company's own."""
    if not signs:
        return
    try:
        spreads = search.index().spread([(one.key, one.subject.company_id) for one in signs])
    except SearchUnavailable:
        return
    for sign, spread in zip(signs, spreads, strict=True):
        others = spread.everywhere - spread.at_company
        if others >= COMMON_FROM and others > spread.at_company:
            yield sign
