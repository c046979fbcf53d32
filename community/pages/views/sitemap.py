"""What search engines read first: where they may go, and every address worth showing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from flask import Response, abort, render_template

from community.core.links import absolute
from community.pages import queries
from community.pages.queries import Part
from community.pages.views import bp
from community.topics.models import slug_of
from community.web.caching import same_for_visitors

MIMETYPE = "application/xml"
_ADDRESS: dict[Part, Callable[[Any], str]] = {
    Part.TOPICS: lambda row: absolute("topics.show", topic_id=row.id, slug=slug_of(row.title)),
    Part.COMPANIES: lambda row: absolute("pages.company", company_slug=row.slug),
    Part.PRODUCTS: lambda row: absolute(
        "pages.product", company_slug=row.company_slug, product_slug=row.slug
    ),
    Part.TAGS: lambda row: absolute("pages.tag", slug=row.slug),
    Part.PEOPLE: lambda row: absolute("pages.person", username=row.username),
}


class Location(NamedTuple):
    """An address in a site map. ``changed_at`` is none where we do not know."""

    url: str
    changed_at: datetime | None


@bp.get("/robots.txt")
@same_for_visitors
def robots() -> Response:
    """Let everybody read everything but what is worked out for each asking."""
    body = render_template("feeds/robots.txt", sitemap=absolute("pages.sitemap"))
    return Response(body, mimetype="text/plain")


@bp.get("/sitemap.xml")
@same_for_visitors
def sitemap() -> Response:
    """The list of the site maps: one for each block of each kind of page."""
    locations = [
        Location(
            absolute("pages.sitemap_block", part=block.part.value, number=block.number),
            block.changed_at,
        )
        for block in queries.blocks()
    ]
    return _xml("feeds/sitemap_index.xml", locations)


@bp.get("/sitemap/<part>-<int:number>.xml")
@same_for_visitors
def sitemap_block(part: str, number: int) -> Response:
    """The addresses of one block."""
    if part not in set(Part) or not 1 <= number <= queries.BLOCKS_MAX:
        abort(404)
    known = Part(part)
    rows = queries.addresses(known, number)
    if not rows:
        abort(404)
    return _xml(
        "feeds/sitemap.xml",
        [Location(_ADDRESS[known](row), getattr(row, "changed_at", None)) for row in rows],
    )


def _xml(template: str, locations: list[Location]) -> Response:
    return Response(render_template(template, locations=locations), mimetype=MIMETYPE)
