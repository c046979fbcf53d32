"""Quoting somebody's words into an answer, for who has no scripts: ``?quote=34#answer``."""

from flask import request
from flask_babel import gettext as _

from community.accounts import queries as accounts
from community.accounts.models import User
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.topics import queries
from community.topics.forms.topic import ReplyForm
from community.topics.models import Reply, Topic

TOPIC = "topic"  # quotes the question


def put_quote(form: ReplyForm, topic_id: int) -> None:
    """Put what the address says into the form, behind what was begun there."""
    word = request.args.get("quote", "")
    quoted = _quoted(word, topic_id)
    author = accounts.by_id(quoted.author_id) if quoted is not None else None
    if quoted is not None and author is not None:
        begun = f"{form.body.data.rstrip()}\n\n" if form.body.data else ""
        form.body.data = begun + _quotation(author, quoted.body)


def _quoted(word: str, topic_id: int) -> Reply | Topic | None:
    """Return what is quoted: something of this topic, that everybody can see."""
    if word == TOPIC:
        return queries.visible(topic_id)
    reply_id = whole_number(word, most=ROW_ID_MAX)
    reply = queries.visible_reply(reply_id) if reply_id is not None else None
    return reply if reply is not None and reply.topic_id == topic_id else None


def _quotation(author: User, text: str) -> str:
    name = _("A former member") if author.deleted_at else f"@{author.username}"
    lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"{_('%(name)s wrote:', name=name)}\n\n{lines}\n\n"
