"""The searches that somebody keeps: kept from the search page, listed, renamed and let go."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.core.db import transaction
from community.core.errors import DomainError, Invalid
from community.pages.views import bp
from community.pages.views.asked import address_values, read_address
from community.pages.views.find import Refused, page_of
from community.topics import queries as topics
from community.topics import services
from community.topics.models import SEARCHES_MAX
from community.topics.queries import KeptSearch
from community.web.limits import POST, limiter
from community.web.redirects import see_other


@bp.get("/searches")
def searches() -> ResponseReturnValue:
    """What the reader keeps, and what was let go a moment ago, to be put back."""
    user = actor()
    if user is None:
        return sign_in_first()
    dropped = request.args.get("dropped", "")
    return _page(
        user,
        dropped=dropped,
        asked=read_address() if dropped else None,
        tells="tells" in request.args,
    )


@bp.post("/searches")
@limiter.limit(POST)
def keep_search() -> ResponseReturnValue:
    """Keep a search."""
    asked, user = read_address(), actor()
    if user is None:
        return sign_in_first(back=asked.url())
    try:
        with transaction():
            kept = services.keep_search(
                user,
                asked.text,
                asked.filters,
                name=request.form.get("name", "") or asked.name,
                tells="tells" in request.form,
            )
            name = kept.name
    except DomainError as error:
        if asked.is_anything:  # and so has the form, which says why not
            return page_of(asked, _refused(error))
        flash(error.message, "error")
        return see_other(asked.url())
    flash(_("“%(name)s” is kept.", name=name))
    return see_other(url_for("pages.searches"))


@bp.post("/searches/<int:search_id>")
@limiter.limit(POST)
def change_search(search_id: int) -> ResponseReturnValue:
    """Call a kept search something else, or hear of it no more."""
    user = actor()
    try:
        with transaction():
            services.change_search(
                user,
                search_id,
                name=request.form.get("name", ""),
                tells="tells" in request.form,
            )
    except Invalid as error:
        assert user is not None, "Nobody else gets as far as to a name."
        return _page(user, refused_id=search_id, refused=_refused(error)), 422
    flash(_("It is changed."))
    return see_other(url_for("pages.searches"))


@bp.post("/searches/<int:search_id>/delete")
@limiter.limit(POST)
def drop_search(search_id: int) -> ResponseReturnValue:
    """Keep a search no longer; the page that follows can put it back."""
    user = actor()
    kept = topics.searches_of(user.id) if user is not None else ()
    address = next((_address(one) for one in kept if one.search.id == search_id), {})
    with transaction():
        dropped = services.drop_search(user, search_id)
        name, tells = dropped.name, "1" if dropped.tells else None
    return see_other(url_for("pages.searches", dropped=name, tells=tells, **address))


def _page(user: User, **more: object) -> str:
    return render_template(
        "pages/searches.html",
        searches=[(one, _address(one)) for one in topics.searches_of(user.id)],
        most=SEARCHES_MAX,
        **more,
    )


def _refused(error: DomainError) -> Refused:
    """Return what the form holds, to be shown again with what is wrong with it."""
    return Refused(request.form.get("name", ""), "tells" in request.form, error.message)


def _address(kept: KeptSearch) -> dict[str, Any]:
    search = kept.search
    return address_values(search.text, search, kept.company_slug, kept.product_slug)
