"""The step before posting: how it will look, and what in it everybody could read."""

from dataclasses import dataclass

from flask import request
from markupsafe import Markup  # noqa: TID251 (what our renderer made is safe)
from wtforms import Field

from community.accounts import queries as accounts
from community.core import markup
from community.writing import personal


@dataclass(frozen=True)
class Review:
    """What a writer is shown before anything is posted. Nothing of the form is lost by it."""

    preview: Markup | None = None  # where it was asked for
    findings: tuple[personal.Finding, ...] = ()

    @property
    def status(self) -> int:
        """The status of the page: 422 where something is to be decided before it can be posted."""
        return 422 if self.findings else 200


def before_posting(body: Field, *lines: Field) -> Review | None:
    """Return what the writer has to see first, or None when the form may be posted.

    The button that was pressed decides: "Preview", "Mask it and post" (the fields hold the
    masked text afterwards), "Post as it is", or the one that posts.

    Args:
        body: the field with Markdown.
        lines: fields of the same form whose words are shown to everybody as well.
    """
    if request.form.get("preview"):
        return Review(preview=rendered(body.data or ""))
    choice = request.form.get("personal")
    if choice == "keep":
        return None
    found = {field: personal.find(field.data or "") for field in (*lines, body)}
    if choice == "mask":
        for field, findings in found.items():
            field.data = personal.mask(field.data or "", findings)
        return None
    together = tuple(finding for findings in found.values() for finding in findings)
    return Review(findings=together) if together else None


def rendered(text: str) -> Markup:
    """Return the HTML that posting ``text`` would keep."""
    written = markup.read(text)
    return Markup(written.html(accounts.known_usernames(written.names)))  # noqa: S704 (see above)
