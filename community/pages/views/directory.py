"""The directory of companies."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.companies.models import NAME_MAX
from community.core.names import folded
from community.pages import queries
from community.pages.queries import CompanyOrder
from community.pages.views import bp
from community.pages.views.listing import Tab, canonical
from community.web import paging
from community.web.caching import same_for_visitors


@bp.get("/companies", endpoint="companies")
@same_for_visitors
def all_companies() -> ResponseReturnValue:
    """All companies: by name, by the number of their topics, or the newest first."""
    args = request.args
    like, letters = args.get("q", "").strip()[:NAME_MAX], queries.letters()
    letter = args.get("letter", "") if args.get("letter") in letters else ""
    order = _order()
    page = queries.companies_page(
        order=order,
        like=folded(like),
        letter=letter,
        after=paging.place_by(order.key, args.get("after")),
        before=paging.place_by(order.key, args.get("before")),
    )
    kept: dict[str, Any] = {
        "q": like or None,
        "letter": letter or None,
        "sort": order.value if order is not CompanyOrder.NAME else None,
    }
    return render_template(
        "pages/companies.html",
        page=page,
        like=like,
        letter=letter,
        order=order.value,
        letters=letters,
        orders=_orders(order, {name: kept[name] for name in ("q", "letter")}),
        products=queries.products_like(folded(like)) if like else (),
        newer=url_for("pages.companies", **kept, before=page.previous) if page.previous else None,
        older=url_for("pages.companies", **kept, after=page.next) if page.next else None,
        canonical=canonical("pages.companies"),
    )


def _order() -> CompanyOrder:
    try:
        return CompanyOrder(request.args.get("sort", ""))
    except ValueError:
        return CompanyOrder.NAME


def _orders(current: CompanyOrder, kept: dict[str, Any]) -> list[Tab]:
    labels = {
        CompanyOrder.NAME: _("By name"),
        CompanyOrder.TOPICS: _("Most topics"),
        CompanyOrder.NEWEST: _("Newest here"),
    }
    return [
        Tab(
            url_for(
                "pages.companies",
                sort=order.value if order is not CompanyOrder.NAME else None,
                **kept,
            ),
            label,
            None,
            order is current,
        )
        for order, label in labels.items()
    ]
