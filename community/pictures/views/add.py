"""Taking a picture in: sent by a script, or along with a form of somebody without scripts."""

from dataclasses import dataclass

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from community.accounts.sessions import actor
from community.core import picture_keys
from community.core.db import reading, transaction
from community.core.errors import Conflict, Invalid, NotAllowed
from community.core.text import one_line
from community.pictures import apart, services
from community.pictures.models import BYTES_MAX, FIELD, Picture
from community.pictures.views import bp
from community.web import bodies
from community.web.answers import wants_json
from community.web.forms import Form
from community.web.limits import PICTURE, limiter
from community.web.redirects import see_other

ALT_MAX = 200  # characters of what a picture shows, in words
FORM_MAX = 2 * 1024 * 1024  # bytes of everything else in a form that brings a picture
BUTTON = "add_picture"  # the button of a plain form that adds the picture and posts nothing

# The limit of every view whose form may bring a picture.
takes_picture = bodies.takes(BYTES_MAX + FORM_MAX, too_large=apart.too_many_bytes)


@dataclass(frozen=True, slots=True)
class Added:
    """A picture that is one of ours now, and how to show it in a text."""

    picture: Picture
    alt: str
    note: str  # what the person should know of it, or empty

    @property
    def address(self) -> str:
        """Where it is, on this site."""
        return picture_keys.address(self.picture.key)

    @property
    def markdown(self) -> str:
        """What shows it in a text."""
        return f"![{self.alt}]({self.address})"


@bp.post("/pictures")
@limiter.limit(PICTURE)
@takes_picture
def add() -> ResponseReturnValue:
    """Take a picture in and answer how to show it in a text."""
    added = _take(request.files.get(FIELD))
    if not wants_json():
        return see_other(added.address)
    return jsonify(
        markdown=added.markdown,
        url=added.address,
        width=added.picture.width,
        height=added.picture.height,
        note=added.note,
    )


def came_with(form: Form) -> bool:
    """Put the picture that came with a form at the end of its ``body``.

    For people without scripts. The view, marked with `takes_picture`, asks this before it
    posts anything.

    Returns:
        True when the form has to be shown again instead of being posted: its button to
        add a picture was pressed, or the picture was refused, for which the form says why.
    """
    file = request.files.get(FIELD)
    only_adds = BUTTON in request.form
    if not only_adds and (file is None or not file.filename):
        return False
    try:
        added = _take(file)
    except (Invalid, NotAllowed, Conflict) as error:
        form.take(error)
        return True
    text = (form["body"].data or "").rstrip()
    form["body"].data = f"{text}\n\n{added.markdown}\n".lstrip()
    return only_adds


def _take(file: FileStorage | None) -> Added:
    """Check a picture, write it anew and keep it, with no transaction open meanwhile.

    Raises:
        NotAllowed: the person may not add one, or no more today.
        Invalid: there is none, or it is none that can be shown.
        Conflict: too many are coming in just now.
    """
    with reading():
        services.require_may_add(actor())
    if file is None or not file.filename:
        raise Invalid(_("Choose a picture first."), field=FIELD)
    encoded = apart.encode(_bytes_of(file))
    key = services.store(encoded)
    with transaction():
        picture = services.add_picture(actor(), encoded, key=key)
    note = _("It moves; here it stands still.") if encoded.is_still_of_many else ""
    return Added(picture, _alt(request.form.get("picture_alt", "")), note)


def _bytes_of(file: FileStorage) -> bytes:
    """Return what is in a file, unless it is too much to look at."""
    size = file.seek(0, 2) or file.tell()
    if size > BYTES_MAX:
        raise Invalid(apart.too_many_bytes(size), field=FIELD)
    file.seek(0)
    content: bytes = file.read()
    return content


def _alt(typed: str) -> str:
    """Return the words that stand for a picture, without what would end them in Markdown."""
    return one_line(typed.translate(str.maketrans("[]\\", "()/")))[:ALT_MAX]
