"""Showing pictures: the same bytes for everybody, for ever, but for those of posts out of sight."""

from datetime import timedelta
from io import BytesIO

from flask import abort, make_response, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor
from community.core.picture_keys import size_of
from community.pictures import queries, services, storage
from community.pictures.views import bp

KEPT = timedelta(days=365)


@bp.get("/pictures/<key>")
def show(key: str) -> ResponseReturnValue:
    """Show a picture."""
    return _sent(key, key)


@bp.get("/pictures/<key>/small")
def small(key: str) -> ResponseReturnValue:
    """Show a picture as it stands in a text."""
    return _sent(key, services.small(key))


def _sent(key: str, name: str) -> ResponseReturnValue:
    """Send what the storage keeps, in whole or in part, or nothing if the reader has it.

    What is withheld is sent to those who may see it all the same, and kept by no browser. What
    readers have kept from before stays with them.
    """
    found = queries.by_key(key) if size_of(key) is not None else None
    if found is None:
        abort(404, _("There is no such picture."))
    picture, because = found
    if because and not services.may_see_withheld(actor(), picture, because=because):
        abort(404, _("There is no such picture."))
    if request.if_none_match.contains_weak(name):
        response = make_response("", 304)
        response.set_etag(name)
        response.direct_passthrough = True
    else:
        try:
            content = storage.in_use().read(name)
        except storage.Missing:
            abort(404, _("There is no such picture."))
        response = send_file(
            BytesIO(content), mimetype=picture.media_type, etag=name, conditional=True
        )
    response.headers["Cache-Control"] = (
        "private, no-store"
        if because
        else f"public, max-age={int(KEPT.total_seconds())}, immutable"
    )
    response.headers["Content-Disposition"] = "inline"
    # Whoever opens it by itself opens a picture and nothing else.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
