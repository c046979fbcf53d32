"""Drafts: saved by the page while somebody types, listed, gone on with, deleted.

The page's script asks for JSON; whoever comes without one gets pages.
"""

from typing import Any

from flask import abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, generate_csrf

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.core.db import transaction
from community.core.errors import Invalid
from community.web.errors import on_lost_token
from community.web.limits import DRAFT, NEW_DRAFT, limiter, spend_or_refuse, whose
from community.web.redirects import see_other
from community.web.times import iso
from community.writing import places, queries, services
from community.writing.forms import typed, version_in
from community.writing.models import ASKING, Draft
from community.writing.views import bp


@bp.get("/drafts")
def drafts() -> ResponseReturnValue:
    """List everything that the reader has begun to write."""
    viewer = actor()
    if viewer is None:
        return sign_in_first()
    found = queries.drafts_of(viewer)
    return render_template("writing/drafts.html", drafts=found, places=places.describe(found))


@bp.post("/drafts")
@limiter.limit(DRAFT)
def save() -> ResponseReturnValue:
    """Keep what has been typed so far, or put back what was deleted."""
    place = request.form.get("draft_place", "")
    if not places.is_place(place):
        abort(400)
    viewer = actor()
    if _is_for_somebody_else(viewer) or (viewer is None and place != ASKING):
        return _signed_out() if _wants_json() else sign_in_first(url_for("writing.drafts"))
    fields, key = typed(request.form), request.form.get("draft")
    if not services.has_words(fields):
        with transaction():
            services.take_draft(key or "", version=version_in(request.form), user=viewer)
        return jsonify(key="", version=0)
    try:
        with transaction():
            saved = services.save_draft(
                fields, place=place, key=key, version=version_in(request.form), user=viewer
            )
            if saved.version == 1 and viewer is None:
                spend_or_refuse(NEW_DRAFT, "draft", whose())
    except services.Outdated as error:
        if not _wants_json():  # putting back what was deleted, while something else was begun
            raise
        return jsonify(_state(error.newer) | {"message": error.message}), 409
    except Invalid as error:
        return jsonify(message=error.message), 422
    return jsonify(_state(saved)) if _wants_json() else see_other(_address(saved))


@bp.get("/drafts/<key>")
def draft(key: str) -> ResponseReturnValue:
    """Lead to the form that a draft is of, filled in. It belongs to whoever opens it signed in."""
    viewer = actor()
    kept = queries.find_draft(key, viewer)
    if _wants_json():
        return jsonify(_state(kept)) if kept else (jsonify(message=_("It is gone.")), 404)
    if viewer is None and (kept is None or kept.place != ASKING):
        return sign_in_first()
    if kept is None:
        abort(404, _("There is no such draft any more. It was posted or deleted, or is very old."))
    if viewer is not None and kept.user_id is None:
        try:
            with transaction():
                kept = services.claim_draft(key, viewer) or kept
        except services.Outdated:
            return see_other(_address(kept, named=key))  # there the two are shown
    return see_other(_address(kept))


@bp.post("/drafts/<key>/delete")
@limiter.limit(DRAFT)
def delete(key: str) -> ResponseReturnValue:
    """Delete a draft, and offer to put it back."""
    viewer = actor()
    kept = queries.find_draft(key, viewer)
    if kept is None:
        if viewer is None:
            return sign_in_first(url_for("writing.drafts"))
        abort(404, _("There is no such draft any more. It was posted or deleted, or is very old."))
    with transaction():
        services.take_draft(key, user=viewer)
    # The button stands in the form as well, whose words may be newer than what was saved.
    fields = typed(request.form)
    if not services.has_words(fields):
        fields = kept.fields
    place = places.describe([kept])[kept.key]
    return render_template("writing/deleted.html", draft=kept, fields=fields, place=place)


@bp.errorhandler(CSRFError)
def lost_token(error: CSRFError) -> ResponseReturnValue:
    """Give the page a new token, if who is signed in now is whom it was made for."""
    if not _wants_json():
        return on_lost_token(error)
    if _is_for_somebody_else(actor()):
        return _signed_out()
    return jsonify(message=_("Signed in or out meanwhile."), token=generate_csrf()), 400


# -- what they have in common -------------------------------------------------------------------


def _address(draft: Draft, *, named: str = "") -> str:
    """Return where the form of ``draft`` is, which may be gone with what it belongs to.

    Args:
        named: the key of a draft that the form has to show besides.
    """
    address = places.describe([draft])[draft.key].address
    if address is None:
        abort(
            404, _("What this draft belongs to is no longer there. Its words are in your drafts.")
        )
    path, mark, anchor = address.partition("#")
    return f"{path}?draft={named}{mark}{anchor}" if named else address


def _state(draft: Draft) -> dict[str, Any]:
    return {
        "key": draft.key,
        "version": draft.version,
        "saved_at": iso(draft.saved_at),
        "fields": draft.fields,
    }


def _is_for_somebody_else(viewer: User | None) -> bool:
    """Tell whether the page was made for somebody who is not signed in here any more."""
    owner = request.form.get("draft_owner", "")
    return owner not in {"", str(viewer.id) if viewer else ""}


def _signed_out() -> ResponseReturnValue:
    message = _("You are signed out. What you typed is kept in this browser.")
    return jsonify(message=message, signed_out=True), 401


def _wants_json() -> bool:
    return "application/json" in request.headers.get("Accept", "")
