"""What the pages of lists have in common: filters in the address, tabs, the address itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from community.accounts.models import User
from community.accounts.sessions import actor
from community.core.links import absolute
from community.core.paging import Page
from community.topics import queries as topics
from community.topics.models import TopicKind, TopicStatus
from community.topics.queries import TopicRow
from community.topics.queries.following import Followed, name_of
from community.web import paging

PER_PAGE = 20  # topics in a list
FILTERS = ("kind", "status", "unanswered", "q", "letter", "sort", "company", "product", "tag")

KINDS = {  # what topics of a kind are called, in the order of tabs
    TopicKind.PROBLEM: _l("Problems"),
    TopicKind.QUESTION: _l("Questions"),
    TopicKind.IDEA: _l("Ideas"),
    TopicKind.PRAISE: _l("Praise"),
}

Choice = TypeVar("Choice", TopicKind, TopicStatus)
Counts = Mapping[tuple[TopicKind, TopicStatus], int]


class Tab(NamedTuple):
    """One view of a list, as the macro `tabs` takes it."""

    url: str
    label: str
    number: int | None
    is_current: bool


def page_of_topics(**scope: Any) -> Page[TopicRow]:
    """Return the page of the list that the address asks for."""
    kind, status = chosen(TopicKind, "kind"), chosen(TopicStatus, "status")
    return topics.page_of_topics(
        kind=kind,
        statuses=(status,) if status else (),
        unanswered="unanswered" in request.args,
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
        limit=PER_PAGE,
        **scope,
    )


def chosen(choices: type[Choice], name: str) -> Choice | None:
    """Return what the address names; an unknown word is no filter."""
    try:
        return choices(request.args.get(name, ""))
    except ValueError:
        return None


def kind_tabs(endpoint: str, counts: Counts | None = None, **address: Any) -> list[Tab]:
    """Return the views of a list: all, each kind, and what waits for an answer."""
    kind, unanswered = chosen(TopicKind, "kind"), "unanswered" in request.args
    everything = Tab(
        url_for(endpoint, **address),
        _("All"),
        sum(counts.values()) if counts is not None else None,
        kind is None and not unanswered,
    )
    kinds = [
        Tab(
            url_for(endpoint, kind=one.value, **address),
            str(label),
            _count(counts, one) if counts is not None else None,
            kind is one,
        )
        for one, label in KINDS.items()
    ]
    waiting = Tab(
        url_for(endpoint, unanswered=1, **address),
        _("Waiting for an answer"),
        None,
        unanswered,
    )
    return [everything, *kinds, waiting]


def canonical(endpoint: str, **address: Any) -> str | None:
    """Return the whole address of this page of a list; none if it shows a part by a filter.

    Each further page of a list is a page of its own. A narrowed list is for people: search
    engines have its topics from the whole one.
    """
    if any(name in request.args for name in FILTERS):
        return None
    cursors = {name: request.args[name] for name in ("after", "before") if request.args.get(name)}
    return absolute(endpoint, **address, **cursors)


def is_followed(target: Followed) -> bool:
    """Tell whether the reader follows a company, product, tag or person."""
    reader: User | None = actor()
    return reader is not None and topics.follows(reader.id, **{f"{name_of(target)}_id": target.id})


def _count(counts: Counts, wanted: TopicKind) -> int:
    return sum(n for (kind, _status), n in counts.items() if kind is wanted)
