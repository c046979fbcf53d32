"""Drafts of questions, answers, comments and changes: kept, found again, gone with the post.

A form that keeps drafts is a `DraftForm`; its place is named by a function of `drafted`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug import Response

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.core import clock
from community.core.db import transaction
from community.core.errors import Conflict, Invalid
from community.topics.views import bp
from community.topics.views.drafted import answer_to, change_of_reply, change_of_topic, comment_on
from community.web.errors import on_lost_token, press_once_more, sent_from_here
from community.writing import queries as kept_drafts
from community.writing import services as drafts
from community.writing.forms import BESIDE, DraftForm, fields_in, typed, version_in
from community.writing.models import ASKING, Draft

AnyForm = TypeVar("AnyForm", bound=DraftForm)

OFFERED_MAX = 3  # drafts of questions that the ask page speaks of


def keep(form: DraftForm, place: str, **more: str) -> None:
    """Keep what was typed into ``form``, which learns the key and the version of its draft.

    Of a question there may be several: what was saved meanwhile in another window stays
    beside this one.

    Args:
        more: what belongs to the draft and is no field.

    Raises:
        Outdated: it was changed in another window.
        Invalid: it is too long, or there are too many.
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
        except drafts.Outdated as error:
            if place != ASKING:
                raise
            # Where the page was still saving these very words, there is nothing to keep beside.
            key = error.newer.key if drafts.says_the_same(error.newer.fields, words) else None
            kept = drafts.save_draft(words, place=place, key=key, user=viewer)
    form.kept = kept
    form.follow(kept)


def keep_and_sign_in(form: DraftForm, place: str, **more: str) -> Response | None:
    """Keep what was typed, then lead to sign in or join, and back to the form filled in.

    Returns:
        None if it cannot be kept; the form says why.
    """
    try:
        keep(form, place, **more)
    except Invalid as error:
        form.form_errors += [_("You are signed out, and this cannot be kept."), error.message]
        return None
    return sign_in_first(url_for("writing.draft", key=form.draft.data))


def is_asked_for() -> bool:
    """Tell whether a button was pressed that saves a draft, or chooses one of two."""
    return "save_draft" in request.form


def keep_as_asked(form: DraftForm, place: str, **more: str) -> bool:
    """Save the draft as the pressed button says. Return False when the form has to be shown again.

    That is when the draft was changed in another window, which `DraftForm.other` then
    holds; when its text was chosen and now stands in the form; or when it cannot be kept.
    """
    if request.form["save_draft"] == "other":
        _swap(form)
        return False
    try:
        keep(form, place, **more)
    except drafts.Outdated as error:
        form.other = error.newer
        form.follow(error.newer)
        return False
    except Invalid as error:
        form.take(error)
        return False
    if actor() is not None:  # whoever has no session gets none for a draft
        flash(_("Your draft is saved."))
    return True


def posted(form: DraftForm) -> None:
    """Forget the draft of ``form``, in the transaction that posts it.

    What was saved later, in another window, stays: it is not what was posted. What the page
    itself was still saving when it was sent goes as well.
    """
    key, viewer = form.draft.data, actor()
    if not key or drafts.take_draft(key, version=form.version(), user=viewer):
        return
    later = kept_drafts.find_draft(key, viewer)
    if later is not None and drafts.says_the_same(later.fields, form.words()):
        drafts.take_draft(key, version=later.version, user=viewer)


@dataclass(frozen=True)
class Begun:
    """What the reader has begun to write in the forms of a page."""

    own: Mapping[str, Draft]  # by place
    named: Draft | None  # by the page's address, begun while signed out

    def form(self, form: type[AnyForm], place: str) -> AnyForm | None:
        """Return the form of a place, filled in; None if there is nothing.

        Where there are two drafts, the form holds the one that the address names, and shows
        its reader the one that was there before.
        """
        own = self.own.get(place)
        named = self.named if self.named is not None and self.named.place == place else None
        kept = named or own
        if kept is None:
            return None
        filled = form(formdata=None)
        filled.fill_in(kept)
        if named is not None and own is not None and named.key != own.key:
            filled.other, filled.kept = own, None
            filled.follow(own)
        return filled


def begun_at(viewer: User, *places: str) -> Begun:
    """Return what ``viewer`` has begun to write at these places, in one statement."""
    named = kept_drafts.find_draft(request.args.get("draft"), viewer)
    return Begun(kept_drafts.drafts_at(viewer, places), named)


def question(key: str) -> Draft | None:
    """Return the draft of a question, which from now on belongs to whoever opens it signed in."""
    viewer = actor()
    kept = kept_drafts.find_draft(key, viewer)
    if kept is None or kept.place != ASKING:
        return None
    if viewer is None or kept.user_id is not None:
        return kept
    with transaction():
        return drafts.claim_draft(key, viewer)


def offered(form: DraftForm | None = None) -> Sequence[Draft]:
    """Return drafts of questions to speak of where somebody begins to ask, the last saved first.

    Args:
        form: in which they ask; none is spoken of where one is being written.
    """
    viewer = actor()
    if viewer is None or (form is not None and (form.draft.data or form.errors)):
        return ()
    return kept_drafts.questions_of(viewer, OFFERED_MAX)


def _swap(form: DraftForm) -> None:
    """Put the text that is shown beside ``form`` into it, and what stood there beside it."""
    beside, mine, own = fields_in(request.form.get(BESIDE, "")), form.words(), form.draft.data
    version = form.version() or 1
    form.fill_in(Draft(key=own, fields=beside, version=version, saved_at=clock.now()))
    form.kept = None
    form.other = Draft(key=own, fields=mine, version=version, saved_at=clock.now())


# -- a token that has gone ----------------------------------------------------------------------


@bp.errorhandler(CSRFError)
def keep_without_token(error: CSRFError) -> ResponseReturnValue:
    """Keep what was typed before asking for one more press.

    The page was made before somebody signed in or out in this browser.
    """
    place, words = _place_of_request(), typed(request.form)
    if place is None or not sent_from_here() or not drafts.has_words(words):
        return on_lost_token(error)
    fields = request.form.to_dict()
    try:
        with transaction():
            kept = drafts.save_draft(
                words,
                place=place,
                key=request.form.get("draft"),
                version=version_in(request.form),
                user=actor(),
            )
    except (Conflict, Invalid):  # the page holds it all the same
        return press_once_more(fields.items())
    fields |= {"draft": kept.key, "draft_version": str(kept.version)}
    return press_once_more(fields.items(), is_kept=True)


def _place_of_request() -> str | None:
    """Return the place of the form that was sent, if it is one that keeps drafts."""
    args, endpoint = request.view_args or {}, request.endpoint or ""
    if endpoint == "topics.post":
        return ASKING
    return _PLACES[endpoint](**args) if endpoint in _PLACES else None


_PLACES: Mapping[str, Callable[..., str]] = {
    "topics.reply": answer_to,
    "topics.comment": comment_on,
    "topics.edit_topic": change_of_topic,
    "topics.edit_reply": change_of_reply,
}
