"""The public log: a list to narrow, a page for each row, a feed, and the whole as a file."""

import enum
from collections.abc import Iterator
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor, sign_in_first
from community.core import clock, config
from community.core.db import reading, transaction
from community.core.errors import Invalid
from community.core.links import absolute
from community.core.names import slug
from community.core.text import one_line
from community.moderation import chain, months, words
from community.moderation.forms.log import RedactForm
from community.moderation.models import LogAction, LogRole
from community.moderation.models.log import TARGET_MAX
from community.moderation.queries import log as queries
from community.moderation.queries.log import Filters, Row
from community.moderation.services import redact as redacting
from community.moderation.verifying import Head, frame
from community.moderation.views import bp
from community.topics.models import Rule
from community.web import paging
from community.web.caching import same_for_visitors
from community.web.forms import SelectChoice, status_of
from community.web.limits import limiter
from community.web.redirects import see_other

PER_PAGE = 50  # rows
WHOLE = "20 per hour"  # downloads of the whole log from one place
SINCE = 2026  # the year in which the ids of feed entries began (RFC 4151)

Choice = TypeVar("Choice", bound=enum.StrEnum)


@bp.get("/log")
@same_for_visitors
def log() -> ResponseReturnValue:
    """What moderators, operators and automatic rules did, the newest first."""
    filters = filters_of_address()
    page = queries.page_of_log(
        filters,
        limit=PER_PAGE,
        after=paging.place_by(int, request.args.get("after")),
        before=paging.place_by(int, request.args.get("before")),
    )
    address = values_of(filters)
    return render_template(
        "moderation/log.html",
        page=page,
        filters=filters,
        address=address,
        words=words,
        head=queries.head(),
        newer=url_for(".log", **address, before=page.previous) if page.previous else None,
        older=url_for(".log", **address, after=page.next) if page.next else None,
        feed=absolute("moderation.log_feed", **address),
        canonical=None if filters else absolute("moderation.log"),
    )


@bp.get("/log/<int:seq>")
@same_for_visitors
def log_row(seq: int) -> ResponseReturnValue:
    """One row: what it says, its digest, and what it is committed to."""
    row = queries.row(seq) or abort(404, _("The public log has no such row."))
    return render_template(
        "moderation/log_row.html",
        row=row,
        form=chain.canonical(queries.canonical(row.entry)).decode(),
        words=words,
        head=queries.head(),
    )


@bp.get("/log/feed.atom")
@same_for_visitors
def log_feed() -> ResponseReturnValue:
    """The newest rows of the log, or of a part of it, as an Atom feed."""
    filters = filters_of_address()
    page = queries.page_of_log(filters, limit=PER_PAGE)
    address = values_of(filters)
    body = render_template(
        "moderation/log_feed.xml",
        rows=page.rows,
        words=words,
        head=queries.head(),
        id=_tag("log" + absolute("moderation.log", **address).partition("?")[2]),
        url=absolute("moderation.log_feed", **address),
        page=absolute("moderation.log", **address),
        updated_at=page.rows[0].entry.at
        if page.rows
        else clock.now().replace(SINCE, 1, 1, 0, 0, 0),
        tag=_tag,
    )
    return Response(body, mimetype="application/atom+xml")


@bp.get("/log.jsonl")
@limiter.limit(WHOLE)
def log_export() -> ResponseReturnValue:
    """The whole log as JSON lines, which `community log verify` checks without this site.

    What the file says depends on the head alone: a text that goes adds a row.
    """
    head = queries.head()
    answer = Response(stream_with_context(_lines(head)), mimetype="application/jsonl")
    answer.headers["Content-Disposition"] = f"attachment; filename=public-log-{head.seq}.jsonl"
    answer.set_etag(head.digest)
    return answer.make_conditional(request)


@bp.route("/log/<int:seq>/redact", methods=["GET", "POST"])
def redact(seq: int) -> ResponseReturnValue:
    """Take texts out of a row, for good."""
    if actor() is None:
        return sign_in_first()
    row = queries.row(seq) or abort(404, _("The public log has no such row."))
    redacting.may_redact(actor(), row.entry).require()
    form = RedactForm()
    form.fields.choices = [
        SelectChoice(one.field, one.field) for one in row.texts if one.text is not None
    ]
    if form.validate_on_submit():
        try:
            with transaction():
                redacting.redact(
                    actor(), seq, fields=form.fields.data or (), reason=form.reason.data or ""
                )
        except Invalid as error:
            form.take(error)
        else:
            flash(_("The text is gone, and a row of the log says so."))
            return see_other(url_for(".log_row", seq=seq))
    page = render_template("moderation/redact.html", form=form, row=row, words=words)
    return page, status_of(form)


@bp.app_template_global("log_target")
def target(row: Row) -> tuple[str, str | None]:
    """Return what a row is about, in words, and where that can be seen, if anywhere."""
    key = row.key
    match row.kind:
        case "topic":
            return _("topic %(number)s", number=key), url_for("topics.show", topic_id=key)
        case "reply":
            return _("answer %(number)s", number=key), url_for("topics.reply_link", reply_id=key)
        case "person" if row.username:
            return row.username, url_for("pages.person", username=row.username)
        case "person":
            return _("a former member"), None
        case "company":
            return row.company_name or key, url_for("pages.company", company_slug=key)
        case "log":
            return _("row %(number)s of this log", number=key), url_for(".log_row", seq=key)
        case "legal":
            return _("legal request %(number)s", number=key), url_for(
                "moderation.legal_request", request_id=key
            )
        case "site":
            return _("the whole site"), None
        case _:  # of a version to come
            return row.entry.target, None


def filters_of_address() -> Filters:
    """Return what the address narrows the log to; an unknown word is no filter."""
    args = request.args
    company = args.get("company", "").strip()
    return Filters(
        action=_chosen(LogAction, "action"),
        role=_chosen(LogRole, "role"),
        rule=_chosen(Rule, "rule"),
        company=slug(company, default="") if company else "",
        target=one_line(args.get("target", ""))[:TARGET_MAX],
        month=months.named(args.get("month", "")),
    )


def values_of(filters: Filters) -> dict[str, Any]:
    """Return the part of an address that narrows the log so."""
    named = {
        "action": filters.action,
        "role": filters.role,
        "rule": filters.rule,
        "company": filters.company,
        "target": filters.target,
        "month": f"{filters.month:%Y-%m}" if filters.month else "",
    }
    return {name: str(value) for name, value in named.items() if value}


def _chosen(choices: type[Choice], name: str) -> Choice | None:
    try:
        return choices(request.args.get(name, ""))
    except ValueError:
        return None


def _lines(head: Head) -> Iterator[bytes]:
    """Yield the file a part at a time, with no transaction open while a reader takes their time."""
    first = frame(config.current().base_url, head)
    yield first
    for after in range(0, head.seq, queries.CHUNK):
        with reading():
            until = min(after + queries.CHUNK, head.seq)
            part = b"".join(link.line() for link in queries.links(after=after, until=until))
        yield part
    yield first


def _tag(name: str) -> str:
    return f"tag:{urlsplit(config.current().base_url).hostname},{SINCE}:{name}"
