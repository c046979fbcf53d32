"""What people write, checked before it is kept."""

import re
from collections.abc import Iterable

from flask_babel import gettext

from community.accounts import queries as accounts
from community.core import markup, text
from community.core.errors import Invalid
from community.core.names import slug
from community.topics.models import (
    BODY_MAX,
    GUEST_LINKS_MAX,
    NOTE_MAX,
    REASON_MAX,
    TAG_MAX,
    TAGS_MAX,
    TITLE_MAX,
)

# A link that was let through leads elsewhere unless it begins as one to here does; browsers take
# "//", "/\\" and "HTTP:name" for another host as well.
_LINK = re.compile(r'<a [^>]*?href="(?!(?:/(?![/\\])|[#?]|mailto:))([^"]*)"', re.IGNORECASE)


def title(typed: str) -> str:
    """Return a title on one line.

    Raises:
        Invalid: it has no readable sign, or more than `TITLE_MAX` characters.
    """
    cleaned = text.one_line(typed)
    if not 1 <= len(cleaned) <= TITLE_MAX or not text.is_readable(cleaned):
        raise Invalid(
            gettext(
                "A title has 1 to %(limit)d characters; this one has %(length)d.",
                limit=TITLE_MAX,
                length=len(cleaned) if text.is_readable(cleaned) else 0,
            ),
            field="title",
        )
    return cleaned


def body(typed: str, *, limit: int = BODY_MAX) -> str:
    """Return a text of one or more lines.

    Args:
        limit: characters.

    Raises:
        Invalid: there is nothing to read, or more than ``limit``.
    """
    cleaned = text.lines(typed)
    if not text.is_readable(cleaned):
        raise Invalid(gettext("Write something first."), field="body")
    if len(cleaned) > limit:
        raise Invalid(
            gettext(
                "At most %(limit)d characters; this text has %(length)d.",
                limit=limit,
                length=len(cleaned),
            ),
            field="body",
        )
    return cleaned


def html(body: str) -> str:
    """Return the HTML of a text, in which the names of people lead to them.

    Only the names need the database, and only where there are any.
    """
    written = markup.read(body)
    return written.html(accounts.known_usernames(written.names))


def links(body_html: str, *, title: str = "") -> frozenset[str]:
    """Return the addresses elsewhere that a text leads to, or that its title names."""
    return frozenset([*_LINK.findall(body_html), *markup.addresses(title)])


def few_links(typed: str) -> None:
    """Refuse a guest's text with many links, which advertising has.

    Raises:
        Invalid: it has more than `GUEST_LINKS_MAX`.
    """
    count = len(_LINK.findall(html(body(typed))))
    if count > GUEST_LINKS_MAX:
        raise Invalid(
            gettext(
                "Without an account a question has at most %(most)s links; this one has %(count)s."
                " Take some out, or sign in.",
                most=GUEST_LINKS_MAX,
                count=count,
            ),
            field="body",
        )


def note(typed: str) -> str:
    """Return the reason for a change of status, which may be empty.

    Raises:
        Invalid: it has more than `NOTE_MAX` characters.
    """
    return _short(typed, NOTE_MAX, field="note")


def reason(typed: str) -> str:
    """Return "mine differs because …", which may be empty.

    Raises:
        Invalid: it has more than `REASON_MAX` characters.
    """
    return _short(typed, REASON_MAX, field="differs_reason")


def tags(typed: Iterable[str]) -> list[str]:
    """Return tags as slugs, each once, in the order in which they were given.

    Raises:
        Invalid: there are more than `TAGS_MAX`, or one has more than `TAG_MAX` characters.
    """
    slugs = list(dict.fromkeys(filter(None, (slug(text.one_line(t), default="") for t in typed))))
    if len(slugs) > TAGS_MAX:
        raise Invalid(gettext("At most %(limit)d tags.", limit=TAGS_MAX), field="tags")
    long = next((tag for tag in slugs if len(tag) > TAG_MAX), None)
    if long is not None:
        raise Invalid(
            gettext("A tag has at most %(limit)d characters: “%(tag)s”.", limit=TAG_MAX, tag=long),
            field="tags",
        )
    return slugs


def _short(typed: str, limit: int, *, field: str) -> str:
    cleaned = text.one_line(typed)
    if len(cleaned) > limit:
        raise Invalid(gettext("At most %(limit)d characters.", limit=limit), field=field)
    return cleaned
