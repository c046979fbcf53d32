"""The queue of moderators: cases by risk, one at a time, decided with a rule and a reason."""

from collections.abc import Iterable
from datetime import timedelta

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.companies.policies import BARS
from community.core import clock
from community.core.db import transaction
from community.core.errors import Conflict, Invalid, NotAllowed
from community.core.sql import find
from community.moderation import sentences, words
from community.moderation.forms.cases import AlikeForm, CaseForm, ReverseForm
from community.moderation.models import Case, Decision, DecisionAction
from community.moderation.queries import appeals, decisions, judging, queue, targets
from community.moderation.queries import cases as queries
from community.moderation.queries.decisions import Context
from community.moderation.queries.targets import Target
from community.moderation.services import lease, overturn
from community.moderation.services.appeal import may_appeal
from community.moderation.services.decide import Ruling, checked, decide, decide_alike, offered
from community.moderation.views import bp
from community.moderation.views.addresses import address_of
from community.web import paging
from community.web.limits import VERDICT, limiter
from community.web.redirects import see_other

TAKE_OR_LEAVE = {"1": True, "0": False}


@bp.get("/moderation", endpoint="queue")
def show_queue() -> ResponseReturnValue:
    """Show the cases that wait, those that cannot wait first; or those that are decided."""
    viewer = actor()
    if viewer is None:
        return sign_in_first()
    lease.require_moderator(viewer)
    now, is_decided = clock.now(), request.args.get("decided") == "1"
    page = queue.queue(
        viewer,
        at=now,
        decided=is_decided,
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
    )
    median, number = queue.median_to_decision(now)
    return render_template(
        "moderation/queue.html",
        page=page,
        is_decided=is_decided,
        waiting=queue.waiting_count(),
        median=median,
        median_of=number,
        bars=BARS,
        words=words,
    )


@bp.get("/moderation/cases/<int:case_id>")
def case(case_id: int) -> ResponseReturnValue:
    """Show a case with what helps to judge it."""
    viewer, found = actor(), _case_or_404(case_id)
    if viewer is None:
        return sign_in_first()
    return _page(viewer, found)


@bp.post("/moderation/cases/<int:case_id>/lease")
@limiter.limit(VERDICT)
def lease_case(case_id: int) -> ResponseReturnValue:
    """Have a case to oneself for a while, for longer, or no more."""
    viewer, found = actor(), _case_or_404(case_id)
    if viewer is None:
        return sign_in_first(url_for(".case", case_id=case_id))
    takes = TAKE_OR_LEAVE.get(request.form.get("value", ""))
    if takes is None:
        abort(400)
    try:
        with transaction():
            (lease.take if takes else lease.release)(viewer, found)
    except Conflict as error:
        flash(error.message, "warning")
    return see_other(url_for(".case", case_id=case_id) if takes else url_for(".queue"))


@bp.post("/moderation/cases/<int:case_id>/decide")
@limiter.limit(VERDICT)
def decide_case(case_id: int) -> ResponseReturnValue:
    """Decide a case. What the author will read is shown first, and then sent along."""
    viewer, found = actor(), _case_or_404(case_id)
    if viewer is None:
        return sign_in_first(url_for(".case", case_id=case_id))
    lease.require_judge(viewer, found)
    form, target = CaseForm(), targets.target_of(found)
    form.offer(offered(target))
    if not form.validate():
        return _page(viewer, found, form), 422
    try:
        ruling = form.ruling()
        checked(ruling, target)  # before its author's sentence is shown
        told = _told(target, ruling)
        if ruling.rule is not None and request.form.get("read") != told:
            return _page(viewer, found, form, told=told)
        with transaction():
            decide(viewer, found, ruling, seen=form.seen.data or "")
    except Conflict as error:
        form.take(error)
        return _page(viewer, found, form), 409
    except (Invalid, NotAllowed) as error:
        form.take(error)
        return _page(viewer, found, form), 422
    flash(_("Decided. The author and whoever flagged it are told."))
    return see_other(url_for(".queue"))


@bp.route("/moderation/cases/<int:case_id>/alike", methods=["GET", "POST"])
@limiter.limit(VERDICT, methods=["POST"])
def alike(case_id: int) -> ResponseReturnValue:
    """Decide a whole wave at once: what the same author wrote, and texts that are nearly the same."""
    viewer, found = actor(), _case_or_404(case_id)
    if viewer is None:
        return sign_in_first()
    lease.require_judge(viewer, found)
    form = AlikeForm()
    form.offer((DecisionAction.REMOVE, DecisionAction.KEEP))
    ids = [found.id, *queries.alike(found, targets.target_of(found))]
    seen = judging.seen_of(ids)
    rows = {
        f"{row.id}:{seen[row.id]}": row
        for row in queue.case_rows(ids, viewer, clock.now())
        if row.bar is None and row.decided_at is None
    }
    if form.validate_on_submit():
        try:
            return _decide_alike(viewer, form)
        except (Invalid, NotAllowed) as error:
            form.take(error)
    page = render_template(
        "moderation/alike.html",
        form=form,
        rows=rows,
        case_id=case_id,
        chosen=(form.cases.data or ()) if form.is_submitted() else list(rows),
        words=words,
    )
    return page, 422 if form.errors else 200


@bp.get("/decisions/<int:decision_id>")
def decision(decision_id: int) -> ResponseReturnValue:
    """Show a decision to those whom it concerns; to others, its row in the public log."""
    found, viewer = _decision_or_404(decision_id), actor()
    context = decisions.context_of(found)
    is_judge = viewer is not None and bool(lease.may_judge(viewer, decisions.case_of(found)))
    if viewer is None or not (is_judge or viewer.id in context.parties):
        return see_other(url_for(".log_row", seq=found.log_seq))
    return _decision_page(viewer, found, context, ReverseForm(), is_judge=is_judge)


@bp.post("/decisions/<int:decision_id>/reverse")
@limiter.limit(VERDICT)
def reverse(decision_id: int) -> ResponseReturnValue:
    """Take a decision back, as a moderator who sees that it was wrong."""
    found, viewer = _decision_or_404(decision_id), actor()
    if viewer is None:
        return sign_in_first(url_for(".decision", decision_id=decision_id))
    form = ReverseForm()
    if form.validate():
        try:
            with transaction():
                overturn.reverse(viewer, found, reason=form.reason.data or "")
            flash(_("Taken back. Those concerned are told, and the public log says why."))
            return see_other(url_for(".decision", decision_id=decision_id))
        except Invalid as error:
            form.take(error)
    lease.require_judge(viewer, decisions.case_of(found))
    return _decision_page(viewer, found, decisions.context_of(found), form, is_judge=True), 422


# -- the parts of a page ------------------------------------------------------------------------


def _case_or_404(case_id: int) -> Case:
    return find(Case, case_id) or abort(404, _("There is no such case."))


def _decision_or_404(decision_id: int) -> Decision:
    return find(Decision, decision_id) or abort(404, _("There is no such decision."))


def _page(viewer: User, found: Case, form: CaseForm | None = None, *, told: str = "") -> str:
    """Render a case; with ``told``, what the author will read, to be confirmed."""
    lease.require_judge(viewer, found)
    target = targets.target_of(found)
    actions = offered(target)
    view = queries.case_view(
        found,
        target,
        viewer,
        at=clock.now(),
        after=paging.from_args(request.args.get("after")),
        before=paging.from_args(request.args.get("before")),
    )
    form = form or CaseForm(formdata=None)
    form.offer(actions)
    form.seen.data = view.seen
    return render_template(
        "moderation/case.html",
        case=view,
        form=form,
        told=told,
        words=words,
        hints=_hints(view.row, actions),
    )


def _hints(row: queue.CaseRow, actions: Iterable[DecisionAction]) -> dict[str, str]:
    """Return, for each thing that can be done, the sentence that the author would read."""
    if row.kind == "person":
        return {}
    return {
        action.value: sentences.about_post(
            action, row.kind, title=row.title, company=_("another company")
        )
        for action in actions
    }


def _told(target: Target, ruling: Ruling) -> str:
    """Return what the author will read of a ruling."""
    said = []
    if not isinstance(target, User) and (
        ruling.measure is None or ruling.action is not DecisionAction.KEEP
    ):
        said.append(
            sentences.about_post(
                ruling.action,
                targets.kind_of(target),
                title=targets.title_of(target),
                company=ruling.move_to.name if ruling.move_to is not None else "",
            )
        )
    if ruling.measure is not None:
        until = clock.now() + timedelta(days=ruling.days)
        said.append(sentences.about_author(ruling.measure, until=until, limit=ruling.limit))
    if ruling.rule is not None:
        said.append(
            f"{words.RULES[ruling.rule]}: {sentences.MEANINGS[ruling.rule]} “{ruling.reason}”"
        )
    return " ".join(said)


def _decide_alike(viewer: User, form: AlikeForm) -> ResponseReturnValue:
    with transaction():
        made, left = decide_alike(viewer, form.seen(), form.ruling())
    number = len({one.case_id for one in made})
    flash(ngettext("%(num)s case is decided.", "%(num)s cases are decided.", number))
    for one, why in left:
        flash(_("Case %(id)s was left: %(why)s", id=one.id, why=why), "warning")
    return see_other(url_for(".queue"))


def _decision_page(
    viewer: User, found: Decision, context: Context, form: ReverseForm, *, is_judge: bool
) -> str:
    return render_template(
        "moderation/decision.html",
        decision=found,
        title=targets.title_of(context.target),
        address=address_of(context.target),
        told=_told_of(found, context),
        is_author=viewer.id == context.author_id,
        is_judge=is_judge,
        may_appeal=bool(may_appeal(viewer, found, at=clock.now())),
        appeal=appeals.of_person(viewer.id, found.id),
        form=form,
        words=words,
        meanings=sentences.MEANINGS,
    )


def _told_of(decision: Decision, context: Context) -> str:
    """Return what the author read of a decision."""
    title = targets.title_of(context.target)
    if decision.action in sentences.ABOUT_AUTHOR:
        return sentences.about_author(decision.action, until=decision.until, limit=context.limit)
    if isinstance(context.target, User):
        told: str = _("%(name)s was flagged, and nothing follows from it.", name=title)
        return told
    kind = targets.kind_of(context.target)
    return sentences.about_post(decision.action, kind, title=title, company=context.company_name)
