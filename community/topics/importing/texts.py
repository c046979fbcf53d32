"""Texts from elsewhere, made ready to keep: cleaned Markdown and its safe HTML.

Nothing here needs the database or the application, so that it can run in processes of
its own (`rendering`).
"""

from typing import NamedTuple

from community.core import markup, text
from community.topics.importing import from_html

CUT = "\n\n[…]"


class Text(NamedTuple):
    """What somebody wrote elsewhere.

    ``limit`` is in characters. ``lead`` is plain text that is put in front as a paragraph: a
    title that was cut.
    """

    source: str
    limit: int
    is_html: bool = False
    lead: str = ""


class Prepared(NamedTuple):
    """What is kept of a text. ``body`` is empty when there was nothing to read."""

    body: str
    body_html: str
    was_cut: bool = False


def prepare(written: Text) -> Prepared:
    """Return a text as Markdown, within its limit, and rendered."""
    body = from_html.to_markdown(written.source) if written.is_html else written.source
    body = text.lines(body)
    if not text.is_readable(body):
        body = ""
    if written.lead:
        body = f"{from_html.escaped(written.lead)}\n\n{body}".rstrip()
    was_cut = len(body) > written.limit
    if was_cut:
        body = _cut(body, written.limit)
    return Prepared(body, markup.render(body) if body else "", was_cut)


def prepare_all(written: list[Text]) -> list[Prepared]:
    """Prepare many texts, in order."""
    return [prepare(each) for each in written]


def _cut(body: str, limit: int) -> str:
    """Return the beginning of ``body``, up to the end of a line or a word, marked as cut."""
    body = body[: limit - len(CUT)]
    for end in ("\n", " "):
        kept, found, _rest = body.rpartition(end)
        if found and len(kept) > limit // 2:
            body = kept
            break
    return body.rstrip() + CUT
