"""The bases of forms whose words are looked at before posting, and kept while they are written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup  # noqa: TID251 (what our renderer made is safe)
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.web.forms import Form
from community.writing.models import Draft
from community.writing.personal import Finding

BESIDE = "draft_beside"  # holds the text of another window, while both are shown

# What is sent with the fields of a form and is not of its text: the draft's own, and buttons.
_NO_WORDS = frozenset(
    {
        "csrf_token",
        "draft",
        "draft_version",
        "draft_place",
        "draft_owner",
        BESIDE,
        "save_draft",
        "delete_draft",
        "preview",
        "personal",
        "disclose",
        "picture",
        "picture_alt",
        "add_picture",
        # Of who asks without an account: an address is not kept where nobody owns it.
        "email",
        "homepage",
        "guest",
        "sign_in",
        "look",
    }
)


@dataclass(frozen=True)
class Review:
    """What a writer sees before posting, with the form once more. Nothing of it is lost."""

    preview: Markup | None = None  # how it will look, where that was asked for
    findings: tuple[Finding, ...] = ()  # what everybody could read, to be decided on


@dataclass(frozen=True)
class Insider:
    """Where the writer has to say first in what role they write: about whom they work for."""

    company: str  # its name
    may_speak: bool  # for it, in this form


class ReviewedForm(Form):
    """A form whose words are looked at before they are posted (`writing.views.review`)."""

    review: Review | None = None
    insider: Insider | None = None
    is_disclosed = False  # they post as themselves, with their employer beside the name
    keeps_personal = False  # its writer has said "post as it is", and is not asked again

    @property
    def status(self) -> int:
        """Return the status of a page that shows the form once more."""
        return 200 if self.review is not None and not self.review.findings else 422


class DraftForm(ReviewedForm):
    """A form with a draft: its key, and the version that the form was filled in from."""

    draft = HiddenField()
    draft_version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: Draft | None = None  # what the form was filled in from, or saved as
        self.other: Draft | None = None  # what was saved in its place in another window

    @property
    def status(self) -> int:
        """Return the status of a page that shows the form once more."""
        return 409 if self.other is not None else super().status

    def fill_in(self, draft: Draft) -> None:
        """Put everything back as it was typed."""
        self.process(MultiDict(draft.fields))
        self.follow(draft)
        self.kept = draft

    def follow(self, draft: Draft) -> None:
        """Go on from this state of the draft."""
        self.draft.data, self.draft_version.data = draft.key, str(draft.version)

    def words(self) -> dict[str, str]:
        """Return what the fields hold, as a browser would send it."""
        return {
            name: "y" if field.data is True else str(field.data)
            for name, field in self._fields.items()
            if name not in _NO_WORDS and field.data not in {None, False, ""}
        }

    def version(self) -> int | None:
        """Return the version that the form was filled in from, if it says so."""
        return whole_number(self.draft_version.data, most=ROW_ID_MAX)


def typed(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, of everything that a form has sent."""
    return {name: value for name, value in fields.items() if name not in _NO_WORDS}


def fields_in(word: str) -> dict[str, str]:
    """Return the fields that a page has written down as JSON; none if that is not what it is."""
    try:
        read = json.loads(word)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict):
        return {}
    return {name: value for name, value in read.items() if isinstance(value, str)}


def version_in(fields: Mapping[str, str]) -> int | None:
    """Return the version of the draft that a form was filled in from, if it says so."""
    return whole_number(fields.get("draft_version"), most=ROW_ID_MAX)
