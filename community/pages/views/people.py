"""People: what they know, and who helps most."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import queries as people
from community.accounts.models import User
from community.companies import queries as companies
from community.core.paging import Page
from community.pages import queries
from community.pages.queries import AnswerRow
from community.pages.views import bp
from community.pages.views.listing import PER_PAGE, canonical, is_followed, page_of_topics
from community.topics.queries import TopicRow
from community.web import paging
from community.web.caching import same_for_visitors

BEST = 3  # answers that helped most, above all others


def person_or_404(username: str) -> User:
    """Return the person of this name who has not left, or answer 404."""
    user = people.by_username(username)
    if user is None or user.deleted_at is not None:
        abort(404, _("There is nobody of this name."))
    return user


@bp.get("/people/<username>")
@same_for_visitors
def person(username: str) -> ResponseReturnValue:
    """What somebody knows and has written here, and where they help."""
    user = person_or_404(username)
    if user.username != username:
        return redirect(url_for("pages.person", username=user.username), 301)
    deeds = queries.deeds_of(user.id)
    only_asked = bool(
        deeds.topic_count and not deeds.reply_count and not queries.answers_of(user.id, limit=1)
    )
    asks = only_asked or "topics" in request.args
    page: Page[TopicRow] | Page[AnswerRow]
    if asks:
        page = page_of_topics(author_id=user.id)
    else:
        page = queries.answers_of(
            user.id,
            after=paging.from_args(request.args.get("after")),
            before=paging.from_args(request.args.get("before")),
            limit=PER_PAGE,
        )
    best = () if asks or page.previous else queries.best_answers_of(user.id, BEST)
    return render_template(
        "pages/person.html",
        person=user,
        deeds=deeds,
        asks=asks,
        only_asked=only_asked,
        page=page,
        best=best if deeds.reply_count > BEST else (),  # of a few, they are all below
        follows=is_followed(user),
        employments=companies.employments_of(user.id),
        is_indexed=deeds.reply_count > 0 and not user.is_placeholder and not asks,
        canonical=canonical("pages.person", username=user.username),
    )


@bp.get("/people", endpoint="people")
@same_for_visitors
def all_people() -> ResponseReturnValue:
    """Who has solved most for others, everywhere or at one company."""
    company = companies.by_slug(request.args.get("company", ""))
    return render_template(
        "pages/people.html",
        company=company,
        helpers=queries.top_helpers(company.id if company else None),
        canonical=canonical("pages.people"),
    )
