"""Write what topics and replies said before their authors changed them."""

from collections.abc import Sequence
from typing import Any

from community.core.db import db
from community.core.names import slug
from community.demo import shapes
from community.demo.site import Site
from community.topics.models import Reply, Revision, Topic, keys_of


def write_revisions(site: Site) -> None:
    """Write every state of what was edited: the first as it was posted, the last as it is."""
    for company, topic in site.content.topics():
        products = {product.slug: product.name for product in company.products}
        _write(site.topics[topic.key], _states_of_topic(site, topic, products), topic.edits, site)
        for reply in topic.replies:
            _write(site.replies[reply.key], _states(site, reply), reply.edits, site)
    db.session.flush()


def _write(
    row: Topic | Reply,
    states: Sequence[tuple[str, dict[str, Any]]],
    edits: Sequence[shapes.Edit],
    site: Site,
) -> None:
    if not edits:
        return
    whens = [(row.created_at, ""), *((site.calendar.at(edit.at), edit.note) for edit in edits)]
    for number, ((body, about), (at, note)) in enumerate(zip(states, whens, strict=True), 1):
        db.session.add(
            Revision(
                **keys_of(row),
                number=number,
                editor_id=row.author_id,
                body=body,
                about=about,
                note=note,
                created_at=at,
            )
        )
    row.edited_at = whens[-1][0]


def _states(site: Site, post: shapes.Topic | shapes.Reply) -> list[tuple[str, dict[str, Any]]]:
    """Return what a post said at first, and after each edit."""
    bodies = [post.body]
    for edit in reversed(post.edits):
        bodies.insert(0, edit.before or bodies[0])
    return [(site.texts[body].body, {}) for body in bodies]


def _states_of_topic(
    site: Site, topic: shapes.Topic, products: dict[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    titles, tags = [topic.title], [topic.tags]
    for edit in reversed(topic.edits):
        titles.insert(0, edit.title_before or titles[0])
        tags.insert(0, edit.tags_before or tags[0])
    return [
        (
            body,
            {
                "title": title,
                "kind": topic.kind.value,
                "products": sorted(products[one] for one in topic.products),
                "tags": sorted({slug(tag, default="tag") for tag in words}),
            },
        )
        for (body, _about), title, words in zip(_states(site, topic), titles, tags, strict=True)
    ]
