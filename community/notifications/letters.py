"""Mails of news, written from what somebody was told.

All mail of one topic hangs below one address in `References`, which is how mail programs
show it as one conversation. Every mail says what it is one of (`List-Id`) and how to get no
more of its kind: a link for people, and for their mail programs one request (RFC 8058).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from flask_babel import gettext as _

from community.accounts import queries as people
from community.core import clock, mail
from community.core.links import absolute
from community.notifications import queries, tokens
from community.notifications.models import NotificationKind
from community.notifications.queries import News
from community.notifications.tokens import Stop
from community.notifications.words import KINDS, heading, sentence

STALE_AFTER = timedelta(days=1)  # what could not be mailed at once comes with the daily mail
TOPICS_SHOWN = 30  # in one daily mail
_NEW_TOPICS = (NotificationKind.POSTED, NotificationKind.MATCHED)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is not written yet: its mark for bounces is known only when it is claimed."""

    key: str  # what it tells, to whom
    user_id: int
    news_ids: tuple[int, ...]
    to: str
    template: str
    stop: Stop
    context: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    def write(self, mail_id: int) -> EmailMessage:
        """Write it."""
        token = tokens.for_stop(self.stop)
        context = {
            **self.context,
            "stop": absolute("notifications.stop", token=token),
            "settings": absolute("notifications.settings"),
            "all_news": absolute("notifications.index"),
            "heading": heading,
            "sentence": sentence,
        }
        headers = {
            **self.headers,
            "Message-ID": f"<{self.key}@{mail.host()}>",
            "List-Id": f"Common Ground news <news.{mail.host()}>",
            "List-Unsubscribe": f"<{absolute('notifications.stop', token=token)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "list",
            **mail.way_back(tokens.for_bounce(mail_id)),
        }
        return mail.compose(self.to, f"notifications/{self.template}", context, headers)


def at_once(user_id: int, topic_id: int | None) -> Letter | None:
    """Return the mail with what happened in a topic, or None if there is nothing to tell.

    Without a topic it is about the person.
    """
    news = queries.to_mail_at_once(user_id, topic_id)
    user = people.by_id(user_id)
    if not news or user is None or user.email is None:
        return None
    first, kinds = news[0], tuple(dict.fromkeys(one.kind for one in news))
    is_new = all(one.kind in _NEW_TOPICS and one.reply_id is None for one in news)
    thread = f"<topic-{topic_id}@{mail.host()}>" if topic_id is not None else ""
    return Letter(
        key=f"news-{user_id}-{first.id}",
        user_id=user_id,
        news_ids=tuple(one.id for one in news),
        to=user.email,
        template="at_once",
        stop=Stop(user_id, kinds, topic_id),
        context={
            "subject": _subject(first, is_new=is_new),
            "news": [(one, address_of(one)) for one in news],
            "title": heading(first.topic_title),
            "company": first.company_name,
            "topic": address_of(first)
            if topic_id is None
            else absolute("topics.show", topic_id=topic_id, slug=first.topic_slug),
            "kinds": [str(KINDS[kind]) for kind in kinds],
        },
        headers={"In-Reply-To": thread, "References": thread} if thread else {},
    )


def daily(user_id: int, day: str) -> Letter | None:
    """Return the mail of a day, or None if there is nothing to tell.

    Args:
        day: in the person's own time zone, as ISO 8601 writes it.
    """
    news = queries.to_mail_daily(user_id, stale_before=clock.now() - STALE_AFTER)
    user = people.by_id(user_id)
    if not news or user is None or user.email is None:
        return None
    groups = queries.by_topic(news)
    return Letter(
        key=f"{queries.DAILY_KEY}{user_id}-{day}",
        user_id=user_id,
        news_ids=tuple(one.id for one in news),
        to=user.email,
        template="daily",
        stop=Stop(user_id),
        context={
            "subject": _subject_of_day([heading(group.title) for group in groups]),
            "groups": [
                (
                    group,
                    address_of(group.news[0])
                    if group.topic_id is None
                    else absolute("topics.show", topic_id=group.topic_id, slug=group.slug),
                    [(one, address_of(one)) for one in group.news],
                )
                for group in groups[:TOPICS_SHOWN]
            ],
            "more": max(len(groups) - TOPICS_SHOWN, 0),
        },
    )


def address_of(news: News) -> str:
    """Return the whole address of where something happened."""
    if news.appeal_id is not None:
        return absolute("moderation.show_appeal", appeal_id=news.appeal_id)
    if news.decision_id is not None:
        return absolute("moderation.decision", decision_id=news.decision_id)
    if news.reply_id is not None:
        return absolute("topics.reply_link", reply_id=news.reply_id)
    return absolute("topics.show", topic_id=news.topic_id, slug=news.topic_slug)


def _subject(first: News, *, is_new: bool) -> str:
    if not first.topic_title:
        return sentence(first)
    return first.topic_title if is_new else f"Re: {first.topic_title}"


def _subject_of_day(titles: Sequence[str]) -> str:
    if len(titles) == 1:
        return str(_("News: %(title)s", title=titles[0]))
    return str(_("News: %(title)s, and %(n)s more", title=titles[0], n=len(titles) - 1))
