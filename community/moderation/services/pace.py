"""Who may not post just now, and what stays as it is: asked before it is written (`topics.services.gate`).

Modes slow everybody down alike, restrictions one person. A guest is known by their address alone. Whoever has to wait is told for how long,
and whoever has to change something what; the form keeps what they typed.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from flask_babel import format_date, gettext, ngettext

from community.accounts.models import User
from community.core.errors import Invalid, NotAllowed
from community.moderation.models import RestrictionKind
from community.moderation.queries import modes, restrictions, still
from community.topics.models import Post, Topic
from community.topics.services import words
from community.topics.services.gate import Attempt

SLOW_FOR_ONE = timedelta(hours=1)  # between two posts of somebody who was told to go slowly


def look_at(attempt: Attempt) -> None:
    """Refuse what a mode or a restriction does not let through.

    Raises:
        NotAllowed: it is too soon.
        Invalid: there are links, and its author may post none.
    """
    author = attempt.author
    limits = restrictions.in_force(author.id, attempt.at)
    if attempt.new_links and (until := limits.get(RestrictionKind.NO_LINKS)):
        raise Invalid(
            gettext(
                "Until %(day)s your posts go without links, as a moderator decided. Take the "
                "links out, and it can be posted.",
                day=format_date(until, "d MMMM yyyy"),
            ),
            field="body",
        )
    if attempt.is_change:
        return
    if until := limits.get(RestrictionKind.SLOW):
        _require_pause_of_one(attempt, until)
    again_at = may_post_again_at(
        restrictions.guests_of_address(author) if author.is_guest else {author.id},
        company_id=attempt.company_id,
        topic_id=attempt.topic_id,
        at=attempt.at,
        among=modes.in_force(attempt.at),
    )
    if again_at is not None:
        raise NotAllowed(
            gettext(
                "Slow mode is on here, for everybody. You can post again %(soon)s; what you typed "
                "stays here until then.",
                soon=_soon(again_at - attempt.at),
            )
        )


def keep_still(post: Post, at: datetime) -> None:
    """Refuse to change what somebody judges: what is decided is about the text that they read.

    Else whoever does not want it judged changes it again and again; and of the jurors of one
    appeal each would vote on another text.

    Raises:
        NotAllowed: a moderator has its case, or an appeal about it is open.
    """
    until = still.leased_until(post, at)
    if until is not None:
        raise NotAllowed(
            gettext(
                "A moderator is looking at this, so it stays as it is for now. Try again "
                "%(soon)s; what you typed stays here until then.",
                soon=_soon(until - at),
            )
        )
    until = still.appealed_until(post)
    if until is not None and until > at:
        raise NotAllowed(
            gettext(
                "An appeal about this is being judged, and all who judge it read the same text. You "
                "can change it when that has ended: %(day)s at the latest.",
                day=format_date(until, "d MMMM yyyy"),
            )
        )


def binds_guest(guest: User, topic: Topic) -> bool:
    """Tell whether the member whose address a guest gave could not have posted this as themselves.

    Whoever gave the address may not be that member, and must not learn that it has an account: so
    they are not refused, and what they ask is looked at first.
    """
    member = restrictions.member_of_address(guest)
    if member is None:
        return False
    limits = restrictions.in_force(member.id, topic.created_at)
    if not words.links(topic.body_html, title=topic.title):
        limits.pop(RestrictionKind.NO_LINKS, None)
    if limits:
        return True
    again_at = may_post_again_at(
        {member.id},
        company_id=topic.company_id,
        topic_id=None,
        at=topic.created_at,
        among=modes.in_force(topic.created_at),
    )
    return again_at is not None


def may_post_again_at(
    people: Collection[int],
    *,
    company_id: int,
    topic_id: int | None,
    at: datetime,
    among: tuple[modes.InForce, ...],
) -> datetime | None:
    """Return when slow mode lets somebody post again in a place; None if they may at once.

    Args:
        people: their ids; guests are many, one for each question, and one by their address.
        topic_id: None for a new topic.
        among: the modes in force.
    """
    ends = []
    for mode in among:
        if mode.seconds and mode.is_at(company_id=company_id, topic_id=topic_id):
            last = restrictions.last_post_at(
                people, topic_id=mode.topic_id, company_id=mode.company_id
            )
            if last is not None:
                ends.append(last + timedelta(seconds=mode.seconds))
    again_at = max(ends, default=at)
    return again_at if again_at > at else None


def _require_pause_of_one(attempt: Attempt, until: datetime) -> None:
    last = restrictions.last_post_at({attempt.author.id})
    if last is None or last + SLOW_FOR_ONE <= attempt.at:
        return
    raise NotAllowed(
        gettext(
            "Until %(day)s you can post once an hour, as a moderator decided. You can post again "
            "%(soon)s; what you typed stays here until then.",
            day=format_date(until, "d MMMM yyyy"),
            soon=_soon(last + SLOW_FOR_ONE - attempt.at),
        )
    )


def _soon(wait: timedelta) -> str:
    """Return a wait in words, rounded up so that it is never too short: "in 6 minutes"."""
    words: str
    if wait > timedelta(minutes=90):
        hours = -(-wait // timedelta(hours=1))
        words = ngettext("in %(num)s hour", "in %(num)s hours", hours)
    elif wait > timedelta(minutes=1):
        minutes = -(-wait // timedelta(minutes=1))
        words = ngettext("in %(num)s minute", "in %(num)s minutes", minutes)
    else:
        seconds = -(-wait // timedelta(seconds=1))
        words = ngettext("in %(num)s second", "in %(num)s seconds", seconds)
    return words
