"""The texts of the files as they are posted: with pictures where drawings are named."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from community.core import markup, picture_keys
from community.demo.shapes import Content

_DRAWING = re.compile(r"!\[([^\]]*)\]\(drawing:([a-z0-9-]+)\)")


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is posted, and what it is rendered to."""

    body: str
    html: str


def drawings_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name of every drawing that a text shows, with the words in its place."""
    yield from ((found[2], found[1].strip()) for found in _DRAWING.finditer(text))


def written(content: Content, keys: Mapping[str, str]) -> dict[str, Written]:
    """Return what is made of each text.

    Args:
        content: whose people can be named in it.
        keys: of the pictures, by the names of their drawings.
    """
    people = [person.username for person in content.people]

    def shown(drawing: re.Match[str]) -> str:
        return f"![{drawing[1]}]({picture_keys.address(keys[drawing[2]])})"

    bodies = {text: _DRAWING.sub(shown, text) for text, _author, _at in content.texts()}
    return {text: Written(body, markup.render(body, people)) for text, body in bodies.items()}
