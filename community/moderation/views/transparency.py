"""The transparency report: what was flagged and done, month by month, for everybody to check."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from community.companies import queries as companies
from community.companies.models import Company
from community.core import clock
from community.core.links import absolute
from community.core.names import slug
from community.moderation import months, words
from community.moderation.queries import transparency as queries
from community.moderation.queries.transparency import Month
from community.moderation.views import bp
from community.web.caching import same_for_visitors

MONTHS = 12  # on a page
COLUMNS = ("month", "company", "figure", "role", "kind", "rule", "value")


@bp.get("/transparency")
@same_for_visitors
def transparency() -> ResponseReturnValue:
    """The last twelve months of the site, or of what concerns one company."""
    company = _company()
    now = clock.now().date().replace(day=1)
    last = min(months.named(request.args.get("until", "")) or now, now)
    first = months.earlier(last, MONTHS - 1)
    address: dict[str, Any] = {"company": company.slug} if company else {}
    later = months.earlier(last, -MONTHS)
    return render_template(
        "moderation/transparency.html",
        months=queries.months(first=first, last=last, company=company),
        company=company,
        words=words,
        month_name=month_name,
        newer=url_for(".transparency", **address, until=f"{later:%Y-%m}") if last < now else None,
        older=url_for(".transparency", **address, until=f"{months.earlier(first, 1):%Y-%m}")
        if queries.has_before(first, company)
        else None,
        canonical=None if request.args else absolute("moderation.transparency"),
    )


@bp.get("/transparency/<month>")
@same_for_visitors
def transparency_month(month: str) -> ResponseReturnValue:
    """One month, by role, rule and outcome."""
    first = months.named(month)
    if first is None or first > clock.now().date():
        abort(404, _("There is no report of such a month."))
    company = _company()
    [found] = queries.months(first=first, last=first, company=company)
    return render_template(
        "moderation/transparency_month.html",
        month=found,
        company=company,
        words=words,
        month_name=month_name,
        roles=sorted({role for role, _rule in found.flags}),
        rules=sorted({rule for _role, rule in found.flags}),
        done=sorted({action for _role, action, _rule in found.actions}),
        doers=sorted({role for role, _action, _rule in found.actions}),
    )


@bp.get("/transparency.csv")
@same_for_visitors
def transparency_table() -> ResponseReturnValue:
    """Every figure of every month as a table, a line each."""
    company = _company()
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    whose = company.slug if company else ""
    for month in reversed(queries.months(company=company)):
        writer.writerows((f"{month.first:%Y-%m}", whose, *line) for line in _lines(month))
    answer = Response(table.getvalue(), mimetype="text/csv")
    name = f"transparency-{whose}.csv" if whose and whose.isascii() else "transparency.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def month_name(month: Month) -> str:
    """Return what a month is called: "November 2026"."""
    return str(format_date(month.first, "MMMM yyyy"))


def _lines(month: Month) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield figure, role, kind, rule and value of all that there is to tell of a month."""
    for (role, rule), count in sorted(month.flags.items()):
        yield "flags made", role.value, "", rule.value, count
    for outcome, count in sorted(month.judged.items()):
        yield "flags closed", "", outcome.value, "", count
    for (doer, action, broken), count in sorted(month.actions.items(), key=str):
        yield "actions", doer.value, action.value, broken.value if broken else "", count
    if month.appeals_made:
        yield "appeals made", "", "", "", month.appeals_made
    for state, count in sorted(month.appeals.items()):
        yield "appeals closed", "", state.value, "", count
    if month.legal_received:
        yield "legal requests received", "", "", "", month.legal_received
    for answer, count in sorted(month.legal.items()):
        yield "legal requests answered", "", answer.value, "", count
    for what, length in sorted(month.medians.items()):
        yield "median seconds", "", what, "", int(length.total_seconds())


def _company() -> Company | None:
    """Return the company that the address names, None if it names none, or answer 404."""
    said = request.args.get("company", "")
    if not said:
        return None
    found = companies.by_slug(said) or companies.by_slug(slug(said, default="-"))
    return found or abort(404, _("There is no company at this address."))
