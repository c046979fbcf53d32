"""What drafts belong to: the places of topics' forms, in names, words and addresses."""

from collections.abc import Callable, Collection, Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _

from community.topics.queries.headings import Heading, headings, reply_headings
from community.writing import places
from community.writing.models import ASKING, Draft
from community.writing.places import Place


def answer_to(topic_id: int) -> str:
    """Return the place of an answer to a topic."""
    return f"topic:{topic_id}"


def comment_on(reply_id: int) -> str:
    """Return the place of a comment on an answer."""
    return f"reply:{reply_id}"


def change_of_topic(topic_id: int) -> str:
    """Return the place of a change of a topic."""
    return f"edit-topic:{topic_id}"


def change_of_reply(reply_id: int) -> str:
    """Return the place of a change of an answer or comment."""
    return f"edit-reply:{reply_id}"


def _questions(found: Sequence[Draft]) -> Mapping[str, Place]:
    return {draft.key: _question(draft) for draft in found}


def _question(draft: Draft) -> Place:
    title = draft.fields.get("title")
    words = _("Your question “%(title)s”", title=title) if title else _("Your question")
    return Place(words, url_for("topics.draft", key=draft.key))


def _answer(number: int, topic: Heading | None) -> Place:
    if topic is None:
        return Place(_("Your answer to a topic that is gone"), None)
    address = url_for("topics.show", topic_id=number, slug=topic.slug, _anchor="answer")
    return Place(_("Your answer to “%(title)s”", title=topic.title), address)


def _comment(number: int, reply: Heading | None) -> Place:
    if reply is None:
        return Place(_("Your comment on an answer that is gone"), None)
    name = reply.author or _("a former member")
    words = _("Your comment to %(name)s on “%(title)s”", name=name, title=reply.title)
    return Place(words, url_for("topics.reply_link", reply_id=number))


def _change_of_topic(number: int, topic: Heading | None) -> Place:
    if topic is None:
        return Place(_("Your change of a topic that is gone"), None)
    address = url_for("topics.edit_topic", topic_id=number)
    return Place(_("Your change of “%(title)s”", title=topic.title), address)


def _change_of_reply(number: int, reply: Heading | None) -> Place:
    if reply is None:
        return Place(_("Your change of an answer that is gone"), None)
    address = url_for("topics.edit_reply", reply_id=number)
    return Place(_("Your change of an answer to “%(title)s”", title=reply.title), address)


def _each(
    read: Callable[[Collection[int]], Mapping[int, Heading]],
    describe: Callable[[int, Heading | None], Place],
) -> places.Describe:
    """Read what all drafts of a kind belong to in one go, then describe one by one."""

    def all_of(found: Sequence[Draft]) -> Mapping[str, Place]:
        numbers = {draft.key: places.number(draft.place) for draft in found}
        known = read(set(numbers.values()))
        return {key: describe(number, known.get(number)) for key, number in numbers.items()}

    return all_of


places.declare(ASKING, _questions)
places.declare("topic", _each(headings, _answer))
places.declare("reply", _each(reply_headings, _comment))
places.declare("edit-topic", _each(headings, _change_of_topic))
places.declare("edit-reply", _each(reply_headings, _change_of_reply))
