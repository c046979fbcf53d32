"""Searches that somebody keeps, to look again and to hear of new topics that fit."""

from flask_babel import gettext
from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock, text
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.core.sql import lock
from community.search import Filters
from community.topics import policies
from community.topics.models import QUERY_MAX, SEARCH_NAME_MAX, SEARCHES_MAX, SavedSearch
from community.topics.queries import columns_of, kept_search


def keep_search(
    user: User | None,
    words: str,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    *,
    name: str,
    tells: bool,
) -> SavedSearch:
    """Keep a search. The same one again takes the new name and is kept once.

    Args:
        words: what is looked for.
        filters: what it is narrowed to.
        name: what its owner calls it, up to `SEARCH_NAME_MAX` characters.
        tells: whether its owner hears of each new topic that fits.

    Raises:
        NotAllowed: the person may not take part, or keeps `SEARCHES_MAX` already.
        Invalid: there is nothing to look for, or the name does not fit.
    """
    policies.can_keep_searches(user, at=clock.now()).require()
    assert user is not None  # can_keep_searches refuses None
    name = _name(name)
    if not words and filters == Filters():
        raise Invalid(gettext("A search to keep needs words, or something it is narrowed to."))
    if len(words) > QUERY_MAX:
        raise Invalid(gettext("A search has up to %(max)s characters.", max=QUERY_MAX))
    lock(user)  # of two windows that keep the same, one sees what the other has kept
    kept = kept_search(user.id, words, filters)
    if kept is None:
        if _number_kept(user) >= SEARCHES_MAX:
            raise NotAllowed(
                gettext(
                    "You keep %(max)s searches, which is the most. Let one go first.",
                    max=SEARCHES_MAX,
                )
            )
        kept = SavedSearch(user_id=user.id, **columns_of(words, filters))
        db.session.add(kept)
    kept.name, kept.tells = name, tells
    db.session.flush()
    return kept


def change_search(user: User | None, search_id: int, *, name: str, tells: bool) -> SavedSearch:
    """Call a kept search something else, or hear of it no more.

    Raises:
        NotAllowed: the person may not take part.
        NotFound: they keep no such search.
        Invalid: the name does not fit.
    """
    kept = _own(user, search_id)
    kept.name, kept.tells = _name(name), tells
    db.session.flush()
    return kept


def drop_search(user: User | None, search_id: int) -> SavedSearch:
    """Keep a search no longer. Return what it was, so that it can be kept again.

    Raises:
        NotAllowed: the person may not take part.
        NotFound: they keep no such search.
    """
    kept = _own(user, search_id)
    db.session.delete(kept)
    db.session.flush()
    return kept


def _own(user: User | None, search_id: int) -> SavedSearch:
    policies.can_keep_searches(user, at=clock.now()).require()
    assert user is not None  # can_keep_searches refuses None
    kept = db.session.get(SavedSearch, search_id)
    if kept is None or kept.user_id != user.id:
        raise NotFound(gettext("You keep no such search."))
    return kept


def _name(name: str) -> str:
    name = text.one_line(name)
    if not 1 <= len(name) <= SEARCH_NAME_MAX:
        raise Invalid(
            gettext("Give it a name of up to %(max)s characters.", max=SEARCH_NAME_MAX),
            field="name",
        )
    return name


def _number_kept(user: User) -> int:
    statement = select(func.count()).select_from(SavedSearch)
    return db.session.scalar(statement.where(SavedSearch.user_id == user.id)) or 0
