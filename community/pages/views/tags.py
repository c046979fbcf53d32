"""Tags: all of them, and what there is about one."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.core.names import folded
from community.pages import queries
from community.pages.views import bp
from community.pages.views.listing import canonical, is_followed, kind_tabs, page_of_topics
from community.topics import queries as topics
from community.topics.models import TAG_MAX
from community.web import paging
from community.web.caching import same_for_visitors


@bp.get("/tags", endpoint="tags")
@same_for_visitors
def all_tags() -> ResponseReturnValue:
    """All tags, the most used first."""
    args = request.args
    like = args.get("q", "").strip()[:TAG_MAX]
    page = queries.tags_page(
        like=folded(like),
        after=paging.place_by(int, args.get("after")),
        before=paging.place_by(int, args.get("before")),
    )
    kept: dict[str, Any] = {"q": like or None}
    return render_template(
        "pages/tags.html",
        page=page,
        like=like,
        newer=url_for("pages.tags", **kept, before=page.previous) if page.previous else None,
        older=url_for("pages.tags", **kept, after=page.next) if page.next else None,
        canonical=canonical("pages.tags"),
    )


@bp.get("/tags/<slug>")
@same_for_visitors
def tag(slug: str) -> ResponseReturnValue:
    """The topics with a tag, where it is used, and which tags go with it."""
    found = topics.tag_by_slug(slug)
    if found is None:
        abort(404, _("Nothing has this tag."))
    return render_template(
        "pages/tag.html",
        tag=found,
        facts=queries.facts_of_tag(found.id),
        tabs=kind_tabs("pages.tag", slug=slug),
        page=page_of_topics(tag_id=found.id),
        follows=is_followed(found),
        canonical=canonical("pages.tag", slug=slug),
    )
