"""Atom feeds (RFC 4287) of whatever has a page, the same for every reader.

The id of a feed or entry is a tag URI (RFC 4151) made of the site's host and the row's id:
it stays when a title, a name or an address changes. Further pages are linked (RFC 5005).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, render_template, request
from flask_babel import gettext as _

from community import search
from community.companies import queries as companies
from community.companies.views import company_or_404
from community.core import clock, config
from community.core.links import absolute
from community.core.paging import Page
from community.pages import queries
from community.pages.queries import Entry
from community.pages.views import bp
from community.pages.views.asked import read_address
from community.pages.views.people import person_or_404
from community.search import Order
from community.topics import queries as topics
from community.topics.queries import TopicRow
from community.web import paging
from community.web.caching import same_for_visitors
from community.web.limits import SEARCH, limiter

ENTRIES = 30  # of a list
REPLIES = 50  # of a topic
SINCE = 2026  # the year in which these ids began; part of each of them (RFC 4151)
MIMETYPE = "application/atom+xml"
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself. Addresses are whole."""

    id: str
    title: str
    url: str  # its own
    page: str  # the page that it follows
    updated_at: datetime
    next: str | None = None


@bp.get("/topics/feed.atom", endpoint="topics_feed")
@same_for_visitors
def of_all() -> Response:
    """The topics of the whole site, the latest activity first."""
    return _list("topics", _("All topics"), "pages.topics_feed", "pages.latest")


@bp.get("/c/<company_slug>/feed.atom", endpoint="company_feed")
@same_for_visitors
def of_company(company_slug: str) -> Response:
    """The topics of a company."""
    company = company_or_404(company_slug)
    return _list(
        f"company/{company.id}",
        company.name,
        "pages.company_feed",
        "pages.company",
        scope={"company_id": company.id},
        company_slug=company.slug,
    )


@bp.get("/c/<company_slug>/p/<product_slug>/feed.atom", endpoint="product_feed")
@same_for_visitors
def of_product(company_slug: str, product_slug: str) -> Response:
    """The topics of a product."""
    company = company_or_404(company_slug)
    product = companies.product_by_slug(company.id, product_slug) or abort(404)
    return _list(
        f"product/{product.id}",
        f"{product.name} · {company.name}",
        "pages.product_feed",
        "pages.product",
        scope={"product_id": product.id},
        company_slug=company.slug,
        product_slug=product.slug,
    )


@bp.get("/tags/<slug>/feed.atom", endpoint="tag_feed")
@same_for_visitors
def of_tag(slug: str) -> Response:
    """The topics with a tag."""
    tag = topics.tag_by_slug(slug) or abort(404)
    title = _("Topics tagged “%(tag)s”", tag=tag.slug)
    return _list(
        f"tag/{tag.id}",
        title,
        "pages.tag_feed",
        "pages.tag",
        scope={"tag_id": tag.id},
        slug=tag.slug,
    )


@bp.get("/people/<username>/feed.atom", endpoint="person_feed")
@same_for_visitors
def of_person(username: str) -> Response:
    """What somebody asked and answered."""
    user = person_or_404(username)
    entries = queries.written_by(user.id, ENTRIES)
    return _answer(
        Feed(
            id=_id(f"person/{user.id}"),
            title=user.name,
            url=absolute("pages.person_feed", username=user.username),
            page=absolute("pages.person", username=user.username),
            updated_at=_newest(entries) or user.created_at,
        ),
        entries,
    )


@bp.get("/t/<int:topic_id>/feed.atom", endpoint="topic_feed")
@same_for_visitors
def of_topic(topic_id: int) -> Response:
    """A topic and what was replied to it, the newest first."""
    entries = queries.replies_of(topic_id, REPLIES)
    if not entries:
        abort(404, _("There is no such topic."))
    topic = entries[-1]
    return _answer(
        Feed(
            id=_id(f"topic/{topic_id}/replies"),
            title=f"{topic.title} · {topic.company_name}",
            url=absolute("pages.topic_feed", topic_id=topic_id),
            page=absolute("topics.show", topic_id=topic_id, slug=topic.slug),
            updated_at=_newest(entries) or topic.published_at,
        ),
        entries,
    )


@bp.get("/search/feed.atom", endpoint="search_feed")
@limiter.limit(SEARCH)
@same_for_visitors
def of_search() -> Response:
    """The topics that a search finds, the last asked first."""
    asked = read_address()
    found = search.index().search(asked.text, asked.filters, order=Order.NEWEST, limit=ENTRIES)
    entries = queries.topic_entries(topics.rows_for([one.topic_id for one in found.matches]))
    address = asked.values() | {"sort": None}
    return _answer(
        Feed(
            id=_id("search?" + absolute("pages.search", **address).partition("?")[2]),
            title=_("Search: %(what)s", what=asked.text) if asked.text else _("Search"),
            url=absolute("pages.search_feed", **address),
            page=absolute("pages.search", **address),
            updated_at=_newest(entries) or clock.now().replace(hour=0, minute=0, second=0),
        ),
        entries,
    )


def xml_text(text: str) -> str:
    """Return ``text`` without the characters that no XML document may hold."""
    return _NOT_XML.sub("", text)


@bp.app_template_filter("xml")
def _xml(text: str) -> str:
    return xml_text(text)


@bp.app_template_global("entry_id")
def entry_id(entry: Entry) -> str:
    """Return the id of an entry, wherever it appears."""
    of_reply = entry.reply_id is not None
    return _id(f"reply/{entry.reply_id}" if of_reply else f"topic/{entry.topic_id}")


def _list(
    name: str,
    title: str,
    endpoint: str,
    page_endpoint: str,
    *,
    scope: dict[str, Any] | None = None,
    **address: Any,
) -> Response:
    """Answer with the feed of a list of topics: of this page of it, if there are several."""
    place = request.args.get("after") or None
    page: Page[TopicRow] = topics.page_of_topics(
        after=paging.from_args(place), limit=ENTRIES, **(scope or {})
    )
    entries = queries.topic_entries(page.rows)
    return _answer(
        Feed(
            id=_id(name),
            title=title,
            url=absolute(endpoint, after=place, **address),
            page=absolute(page_endpoint, **address),
            updated_at=_newest(entries) or datetime(SINCE, 1, 1, tzinfo=clock.now().tzinfo),
            next=absolute(endpoint, after=page.next, **address) if page.next else None,
        ),
        entries,
    )


def _answer(feed: Feed, entries: Sequence[Entry]) -> Response:
    body = render_template("feeds/feed.xml", feed=feed, entries=entries)
    return Response(body, mimetype=MIMETYPE)


def _id(name: str) -> str:
    host = urlsplit(config.current().base_url).hostname
    return f"tag:{host},{SINCE}:{name}"


def _newest(entries: Sequence[Entry]) -> datetime | None:
    return max((entry.updated_at for entry in entries), default=None)
