"""Drafts of questions, answers, comments and changes: kept, found again, gone with the post.

A form that keeps drafts is a `DraftForm`; its place is named by one of the functions below.
"""

from typing import TypeVar

from werkzeug.datastructures import MultiDict

from community.accounts.sessions import actor
from community.core.db import transaction
from community.writing import services as drafts
from community.writing.forms import DraftForm
from community.writing.models import ASKING, Draft

AnyForm = TypeVar("AnyForm", bound=DraftForm)


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


def keep(form: DraftForm, place: str, **more: str) -> None:
    """Keep what was typed into ``form``, which learns the key and the version of its draft.

    Of a question there may be several: what was saved meanwhile in another window stays
    beside this one.

    Args:
        more: what belongs to the draft and is no field.

    Raises:
        Outdated: it was changed in another window.
        Invalid: it is too long.
    """
    viewer, words = actor(), {**form.words(), **more}
    if viewer is None:  # so that, after signing in, it takes the place of the one it goes on from
        words |= {
            drafts.CONTINUES: form.draft.data or "",
            drafts.CONTINUES_VERSION: form.draft_version.data or "",
        }
    with transaction():
        try:
            kept = drafts.save_draft(
                words, place=place, key=form.draft.data, version=form.version(), user=viewer
            )
        except drafts.Outdated:
            if place != ASKING:
                raise
            kept = drafts.save_draft(words, place=place, user=viewer)
    form.draft.data, form.draft_version.data = kept.key, str(kept.version)


def filled_in(form: type[AnyForm], draft: Draft) -> AnyForm:
    """Return a form with everything as it was typed."""
    own = {"draft": draft.key, "draft_version": str(draft.version)}
    return form(formdata=MultiDict(draft.fields | own))


def posted(form: DraftForm) -> None:
    """Forget the draft of ``form``, in the transaction that posts it."""
    if form.draft.data:
        drafts.take_draft(form.draft.data, version=form.version(), user=actor())
