"""The queue of those whom nobody has answered yet."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor
from community.companies import queries as companies
from community.companies.models import Company, Product
from community.pages import queries
from community.pages.views import bp
from community.pages.views.listing import KINDS, PER_PAGE, Tab, canonical, chosen
from community.topics import queries as topics
from community.topics.models import Tag, TopicKind
from community.topics.queries import ASKING, ListOrder
from community.web import paging
from community.web.caching import same_for_visitors

WHERE_YOU_HELP = 5  # topics above the queue, at companies where the reader has answered
COMPANIES = 12  # that one can narrow the queue to with one press
ORDERS = (ListOrder.OLDEST, ListOrder.NEWEST, ListOrder.ME_TOO)


@bp.get("/unanswered")
@same_for_visitors
def unanswered() -> ResponseReturnValue:
    """Questions and problems without an answer: where the reader has helped before, then all."""
    args, reader = request.args, actor()
    company = companies.by_slug(args.get("company", ""))
    product = companies.product_by_slug(company.id, args.get("product", "")) if company else None
    tag = topics.tag_by_slug(args.get("tag", ""))
    kind, order = _kind(), _order()
    page = topics.page_of_topics(
        unanswered=True,
        company_id=company.id if company else None,
        product_id=product.id if product else None,
        tag_id=tag.id if tag else None,
        kind=kind,
        order=order,
        after=paging.place_by(order.key, args.get("after")),
        before=paging.place_by(order.key, args.get("before")),
        limit=PER_PAGE,
    )
    queue = _Queue(company, product, tag, kind, order)
    is_whole = not (company or product or tag or kind or page.previous)
    yours = (
        topics.page_of_topics(
            unanswered=True, helper_id=reader.id, order=order, limit=WHERE_YOU_HELP
        ).rows
        if reader is not None and is_whole
        else ()
    )
    return render_template(
        "pages/unanswered.html",
        queue=queue,
        page=page,
        rows=[row for row in page.rows if row.id not in {one.id for one in yours}],
        yours=yours,
        companies=queries.waiting_by_company(COMPANIES),
        kinds=queue.kinds(),
        orders=queue.orders(),
        newer=queue.url(before=page.previous) if page.previous else None,
        older=queue.url(after=page.next) if page.next else None,
        canonical=canonical("pages.unanswered"),
    )


class _Queue:
    """What the address narrows the queue to, and addresses that narrow it otherwise."""

    def __init__(
        self,
        company: Company | None,
        product: Product | None,
        tag: Tag | None,
        kind: TopicKind | None,
        order: ListOrder,
    ) -> None:
        self.company, self.product, self.tag = company, product, tag
        self.kind, self.order = kind, order

    def url(self, **changes: str | None) -> str:
        """Return the address of this queue with something changed, at its beginning."""
        values: dict[str, str | None] = {
            "company": self.company.slug if self.company else None,
            "product": self.product.slug if self.product else None,
            "tag": self.tag.slug if self.tag else None,
            "kind": self.kind.value if self.kind else None,
            "sort": self.order.value if self.order is not ListOrder.OLDEST else None,
        }
        return url_for("pages.unanswered", **(values | changes))  # type: ignore[arg-type] # words

    def kinds(self) -> list[Tab]:
        return [
            Tab(self.url(kind=None), _("All"), None, self.kind is None),
            *(
                Tab(self.url(kind=kind.value), str(KINDS[kind]), None, self.kind is kind)
                for kind in ASKING
            ),
        ]

    def orders(self) -> list[Tab]:
        labels = {
            ListOrder.OLDEST: _("Waiting longest"),
            ListOrder.NEWEST: _("Newest"),
            ListOrder.ME_TOO: _("Most have it too"),
        }
        return [
            Tab(
                self.url(sort=order.value if order is not ListOrder.OLDEST else None),
                labels[order],
                None,
                self.order is order,
            )
            for order in ORDERS
        ]


def _kind() -> TopicKind | None:
    kind = chosen(TopicKind, "kind")
    return kind if kind in ASKING else None


def _order() -> ListOrder:
    word = request.args.get("sort", "")
    return ListOrder(word) if word in set(ORDERS) else ListOrder.OLDEST
