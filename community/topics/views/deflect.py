"""What is said of answers that were suggested; each is a step of somebody's visit."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts.sessions import actor
from community.companies import queries as companies
from community.core.db import transaction
from community.core.sql import ROW_ID_MAX
from community.core.text import whole_number
from community.topics import queries, services, visits
from community.topics.models import REASON_MAX, DeflectionStep, Topic
from community.topics.views import asking, bp
from community.topics.views.addresses import topic_address
from community.web.forms import one_line
from community.web.limits import SUGGEST, VERDICT, limiter
from community.web.redirects import see_other
from community.writing import services as drafts
from community.writing.models import Draft

PRESSED = (
    DeflectionStep.OPENED,
    DeflectionStep.SOLVED,
    DeflectionStep.ME_TOO,
    DeflectionStep.DIFFERS,
)


@bp.post("/ask/shown")
@limiter.limit(SUGGEST)
def shown() -> ResponseReturnValue:
    """Note which answers stood still before somebody's eyes; the page tells us by itself."""
    company = companies.by_slug(request.form.get("company", ""))
    visit = visits.current_or_new()
    words = request.form.get("topics", "").split()[: queries.SHOWN_MAX]
    ids = [number for word in words if (number := whole_number(word, most=ROW_ID_MAX))]
    rows = queries.rows_for(ids)
    with transaction():
        services.record_shown(
            visit=visit,
            topic_ids=[row.id for row in rows],
            query=request.form.get("text", ""),
            user=actor(),
            company_id=company.id if company else None,
        )
    return visits.remember(("", 204), visit)


@bp.post("/ask/deflect")
@limiter.limit(VERDICT)
def deflect() -> ResponseReturnValue:
    """Note what somebody says of an answer: it fixed it, they have it too, theirs differs."""
    step, topic = _step(), queries.visible(_number("topic_id"))
    if topic is None:
        abort(404, _("That topic is no longer there."))
    visit = visits.current_or_new()
    text = request.form.get("text", "")[: queries.TEXT_MAX]
    reason = one_line(request.form.get("reason"))[:REASON_MAX]
    with transaction():
        services.record_step(
            visit=visit,
            step=step,
            user=actor(),
            company_id=topic.company_id,
            topic_id=topic.id,
            reply_id=_number("reply_id") or None,
            rank=_number("rank") or None,
            query=text,
            reason=reason,
        )
    return visits.remember(_answer(step, topic, text=text, reason=reason), visit)


def _answer(step: DeflectionStep, topic: Topic, *, text: str, reason: str) -> ResponseReturnValue:
    """Lead on to the form, back to the draft, or say in the row or on a page what was noted."""
    if step is DeflectionStep.OPENED:
        return "", 204
    company_slug, about = request.form.get("company") or None, request.form.get("about", "")
    kept = drafts.find_draft(request.form.get("draft"), actor())
    if step is DeflectionStep.DIFFERS and kept is not None:
        _keep_reason(kept, topic, reason)
        return see_other(url_for("topics.draft", key=kept.key))
    if step is DeflectionStep.DIFFERS and "X-Fragment" not in request.headers:
        location = asking.address_with(
            text,
            company_slug=company_slug,
            about=about,
            write=1,
            differs_from=topic.id,
            reason=reason,
        )
        return see_other(location)
    if "X-Fragment" in request.headers:
        template, back = "_settled", ""
    else:
        back = asking.address_with(text, company_slug=company_slug, about=about)
        template = "settled"
    return render_template(
        f"topics/{template}.html",
        here=topic_address(topic),
        step=step.value,
        topic=queries.rows_for([topic.id])[0],
        text=text,
        reason=reason,
        draft=kept.key if kept else None,
        back=back,
    )


def _keep_reason(kept: Draft, topic: Topic, reason: str) -> None:
    """Write into a draft which topic does not fit, and why."""
    with transaction():
        drafts.save_draft(
            {**kept.fields, "differs_from": str(topic.id), "reason": reason},
            place=kept.place,
            key=kept.key,
            user=actor(),
        )


def _step() -> DeflectionStep:
    try:
        step = DeflectionStep(request.form.get("step", ""))
    except ValueError:
        abort(400)
    if step not in PRESSED:
        abort(400)
    return step


def _number(name: str) -> int:
    return whole_number(request.form.get(name), most=ROW_ID_MAX) or 0
