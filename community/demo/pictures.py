"""The pictures of the demonstration: drawn, stored as if they had been sent, and kept."""

from collections.abc import Mapping

from community.core.db import db
from community.demo import drawings
from community.demo.shapes import Content
from community.demo.site import Site
from community.demo.texts import drawings_in
from community.pictures import services
from community.pictures.reading import Encoded, encode


def draw(content: Content) -> dict[str, tuple[str, Encoded]]:
    """Draw what the texts show and store it. Return each one's key and form, by its name.

    Runs outside of any transaction: a disk can be slow.
    """
    names = dict.fromkeys(
        name for text, _author, _at in content.texts() for name, _words in drawings_in(text)
    )
    forms = {name: encode(drawings.DRAWINGS[name]()) for name in names}
    return {name: (services.store(form), form) for name, form in forms.items()}


def write_pictures(site: Site, drawn: Mapping[str, tuple[str, Encoded]]) -> None:
    """Let every picture be its author's, wanted for as long as the text is there."""
    for text, author, at in site.content.texts():
        for name, _words in drawings_in(text):
            key, form = drawn[name]
            picture = services.add_picture(site.users[author], form, key=key)
            picture.created_at = site.calendar.at(at)
            db.session.flush()
            services.keep(site.texts[text].body)
