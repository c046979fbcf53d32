"""Following: one form for everything that can be followed."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.companies import queries as companies
from community.companies.models import Company, Product
from community.core.db import transaction
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.topics import queries, services
from community.topics.models import Topic
from community.topics.queries import Followed
from community.topics.views import bp
from community.topics.views.addresses import topic_address
from community.topics.views.press import ON_OFF
from community.web.limits import VERDICT, limiter
from community.web.redirects import local_path, see_other


@bp.post("/follow")
@limiter.limit(VERDICT)
def follow() -> ResponseReturnValue:
    """Hear what happens in a topic, at a company and so on, or no more."""
    yes = ON_OFF.get(request.form.get("on", ""))
    row_id = whole_number(request.form.get("id"), most=ROW_ID_MAX)
    if yes is None or row_id is None:
        abort(400)
    target = queries.followable(request.form.get("what", ""), row_id)
    if target is None:
        abort(404, _("There is nothing like this to follow."))
    back = local_path(request.form.get("next")) or address_of(target)
    if actor() is None:
        return sign_in_first(back)
    with transaction():
        (services.follow if yes else services.unfollow)(actor(), target)
    return see_other(back)


def address_of(target: Followed) -> str:
    """Return the page of something that can be followed."""
    if isinstance(target, Topic):
        return topic_address(target)
    if isinstance(target, Company):
        return url_for("pages.company", company_slug=target.slug)
    if isinstance(target, Product):
        company = companies.by_id(target.company_id) or abort(404)
        return url_for("pages.product", company_slug=company.slug, product_slug=target.slug)
    if isinstance(target, User):
        return url_for("pages.person", username=target.username)
    return url_for("pages.tag", slug=target.slug)
