"""Appeals: asking that a decision be judged again, judging one, and reading how it ended."""

from dataclasses import dataclass
from datetime import timedelta

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)

from community.accounts.models import User
from community.accounts.sessions import actor, sign_in_first
from community.companies.policies import can_moderate
from community.core import clock
from community.core.db import transaction
from community.core.errors import Invalid
from community.core.links import absolute
from community.core.policy import Decision as Answer
from community.core.sealing import Unreadable
from community.core.sql import find
from community.moderation import sentences, words
from community.moderation.forms.appeals import AppealForm, VoteForm
from community.moderation.models import (
    ANSWER_WITHIN,
    JURORS,
    Appeal,
    AppealState,
    JurorVote,
)
from community.moderation.queries import appeals as queries
from community.moderation.queries import targets
from community.moderation.queries.appeals import AppealPage
from community.moderation.services import appeal as services
from community.moderation.views import bp
from community.moderation.views.addresses import address_of
from community.topics.services import visibility
from community.web import paging
from community.web.caching import same_for_visitors
from community.web.forms import status_of
from community.web.limits import POST, limiter
from community.web.redirects import see_other


@dataclass(frozen=True, slots=True)
class Seen:
    """What the reader may do with an appeal, and what of it they see."""

    may_serve: Answer
    may_decide: Answer
    is_appellant: bool

    @property
    def judges(self) -> bool:
        """Tell whether the reader judges it now, and so sees what was judged."""
        return bool(self.may_serve or self.may_decide)


@dataclass(frozen=True, slots=True)
class Said:
    """What was judged, as it was rendered when it was written."""

    kind: str  # "topic", "reply" or "comment"
    title: str  # of the topic
    html: Markup
    address: str  # where it stood, with what was said around it


@bp.route("/log/<int:seq>/appeal", methods=["GET", "POST"])
@limiter.limit(POST, methods=["POST"])
def appeal(seq: int) -> ResponseReturnValue:
    """Ask that the decision be judged again of which a row of the public log tells."""
    decision = queries.decision_in(seq)
    if decision is None:
        return _outcome_in(seq)
    who = actor()
    if who is None:
        return sign_in_first()
    made = queries.of_person(who.id, decision.id)
    if made is not None:
        return see_other(url_for(".show_appeal", appeal_id=made.id))
    may = services.may_appeal(who, decision, at=clock.now())
    form = AppealForm()
    if may and form.validate_on_submit():
        try:
            with transaction():
                made = services.appeal(who, decision, words=form.words.data or "")
        except Invalid as error:
            form.take(error)
        else:
            flash(_("Your appeal is being judged. You hear how it ends."))
            return see_other(url_for(".show_appeal", appeal_id=made.id))
    page = render_template(
        "moderation/appeal.html",
        form=form,
        may=may,
        decision=decision,
        target=queries.target_in(decision),
        jurors=JURORS,
        hours=ANSWER_WITHIN // timedelta(hours=1),
        words=words,
    )
    return page, status_of(form) if may else 403


def _outcome_in(seq: int) -> ResponseReturnValue:
    """Lead from a row that is the outcome of an appeal to that appeal; else answer 404."""
    ended = queries.ended_in(seq)
    if ended is None:
        abort(404, _("There is no decision in this row that could be appealed."))
    return see_other(url_for(".show_appeal", appeal_id=ended.id))


@bp.get("/appeals")
@same_for_visitors
def appeals() -> ResponseReturnValue:
    """How appeals ended; and for the reader, what they are asked to judge and what they appealed."""
    who, now = actor(), clock.now()
    return render_template(
        "moderation/appeals.html",
        page=queries.ended(
            after=paging.from_args(request.args.get("after")),
            before=paging.from_args(request.args.get("before")),
        ),
        to_judge=queries.to_judge(who.id) if who else (),
        without_jury=queries.without_jury() if can_moderate(who, None, now) else (),
        mine=queries.made_by(who.id) if who else (),
        words=words,
        canonical=absolute("moderation.appeals"),
    )


@bp.get("/appeals/<int:appeal_id>")
@same_for_visitors
def show_appeal(appeal_id: int) -> ResponseReturnValue:
    """An appeal: public when it has ended, before that for those concerned."""
    return _appeal_page(_appeal_or_404(appeal_id), VoteForm(formdata=None))


@bp.post("/appeals/<int:appeal_id>/vote")
@limiter.limit(POST)
def vote_on_appeal(appeal_id: int) -> ResponseReturnValue:
    """Say as a juror, or as a moderator in place of a jury, whether the decision holds."""
    found, who = _appeal_or_404(appeal_id), actor()
    if who is None:
        return sign_in_first(url_for(".show_appeal", appeal_id=appeal_id))
    form = VoteForm()
    now = clock.now()
    judge = services.decide if found.fallback_at is not None else services.vote
    may = services.may_decide if found.fallback_at is not None else services.may_serve
    may(who, found, at=now).require()
    if form.validate_on_submit():
        try:
            with transaction():
                judge(who, found, vote=JurorVote(form.vote.data), reason=form.reason.data or "")
        except Invalid as error:
            form.take(error)
        else:
            flash(_("Thank you. What you said is public when the appeal has ended."))
            return see_other(url_for(".show_appeal", appeal_id=appeal_id))
    return _appeal_page(found, form), 422


@bp.post("/appeals/<int:appeal_id>/decline")
@limiter.limit(POST)
def decline_appeal(appeal_id: int) -> ResponseReturnValue:
    """Give one's place in the jury back."""
    found, who = _appeal_or_404(appeal_id), actor()
    if who is None:
        return sign_in_first(url_for(".show_appeal", appeal_id=appeal_id))
    with transaction():
        services.decline(who, found)
    flash(_("Your place goes to somebody else. Nobody asks why."))
    return see_other(url_for(".appeals"))


def _appeal_page(found: Appeal, form: VoteForm) -> str:
    who = actor()
    page, seen = queries.page_of(found), _seen(who, found)
    is_over = found.state is not AppealState.OPEN
    return render_template(
        "moderation/appeal_page.html",
        page=page,
        seen=seen,
        is_over=is_over,
        reads=is_over or seen.judges or seen.is_appellant,
        said=_said(page) if seen.judges else None,
        form=form,
        words=words,
        meanings=sentences.MEANINGS,
        jurors=JURORS,
    )


def _seen(who: User | None, found: Appeal) -> Seen:
    now = clock.now()
    return Seen(
        may_serve=services.may_serve(who, found, at=now),
        may_decide=services.may_decide(who, found, at=now),
        is_appellant=who is not None and who.id == found.appellant_id,
    )


def _said(page: AppealPage) -> Said | None:
    """Return what was judged, covered or not; None for a person, or if it cannot be opened."""
    target = targets.target_of(page.case)
    if isinstance(target, User):
        return None
    try:
        said = visibility.words_of(target)
    except Unreadable:
        return None
    return Said(
        kind=targets.kind_of(target),
        title=said.title or targets.title_of(target),
        html=Markup(said.body_html),  # noqa: S704 (sanitised at write time)
        address=address_of(target),
    )


def _appeal_or_404(appeal_id: int) -> Appeal:
    return find(Appeal, appeal_id) or abort(404, _("There is no such appeal."))
