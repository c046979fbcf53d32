"""Showing pictures: the same bytes for everybody, but for those of posts out of sight."""

from datetime import timedelta
from io import BytesIO
from typing import NoReturn

from flask import Response, abort, after_this_request, make_response, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor
from community.core.picture_keys import size_of
from community.pictures import queries, services, storage
from community.pictures.views import bp

KEPT = timedelta(minutes=5)  # by browsers and caches, before they ask whether it is still there


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

    The table is asked first, in one statement: a reader who has a picture that is withheld since
    is not told that it is as it was. What is withheld is sent to those who may see it all the same,
    and kept by nobody.
    """
    found = queries.by_key(key) if size_of(key) is not None else None
    if found is None:
        _absent()
    picture, because = found
    if because and not services.may_see_withheld(actor(), picture, because=because):
        _absent()
    if request.if_none_match.contains_weak(name):
        response = make_response("", 304)
        response.set_etag(name)
        response.direct_passthrough = True
    else:
        try:
            content = storage.in_use().read(name)
        except storage.Missing:
            _absent()
        response = send_file(
            BytesIO(content), mimetype=picture.media_type, etag=name, conditional=True
        )
    response.headers["Cache-Control"] = (
        "private, no-store" if because else f"public, max-age={int(KEPT.total_seconds())}"
    )
    response.headers["Content-Disposition"] = "inline"
    # Whoever opens it by itself opens a picture and nothing else.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _absent() -> NoReturn:
    """Answer that there is no such picture, and let no cache say so after it is back."""

    @after_this_request
    def unstored(response: Response) -> Response:
        response.headers["Cache-Control"] = "private, no-store"
        return response

    abort(404, _("There is no such picture."))
