"""Appeals: opened once by whoever a decision went against, judged by three people drawn at random.

A jury decides as soon as two of its votes agree. A juror who declines, or lets the time pass, is
replaced by a new draw until the jury's time is over. Where no two votes can agree any more, a
moderator who did not act before decides; where none answers either, the appeal lapses in favour
of whoever wrote what was judged.
"""

import random
from collections import Counter
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Stake
from community.companies.policies import can_moderate
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Conflict, Invalid
from community.core.policy import Decision as Answer
from community.core.sql import change
from community.core.text import lines
from community.moderation import policies
from community.moderation.models import (
    ANSWER_WITHIN,
    JURORS,
    JURY_FOR,
    MAJORITY,
    MODERATOR_WITHIN,
    REASON_MAX,
    REMIND_AFTER,
    WORDS_MAX,
    Appeal,
    AppealState,
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    Juror,
    JurorVote,
    LogRole,
)
from community.moderation.queries import appeals, jurors, targets
from community.moderation.queries.decisions import case_of
from community.moderation.services import cases, log, outcome
from community.moderation.services.draw import SYSTEM, draw


def appeal(
    actor: User | None, decision: Decision, *, words: str, chance: random.Random = SYSTEM
) -> Appeal:
    """Ask that ``decision`` be judged again, and draw the jury.

    Args:
        words: why, 1 to `WORDS_MAX` characters; public when the appeal has ended.
        chance: as `draw` takes it.

    Raises:
        NotAllowed: the actor is not concerned, was too slow, or has appealed already.
        Invalid: the words do not fit.
    """
    said = _said(words, limit=WORDS_MAX, field="words")
    db.session.refresh(decision, with_for_update={"key_share": True})
    may_appeal(actor, decision, at=clock.now()).require()
    assert actor is not None  # may_appeal refuses None
    now = clock.now()
    cases.hold_still(targets.target_of(case_of(decision)))  # from now on it stays as it is
    made = Appeal(
        decision_id=decision.id,
        appellant_id=actor.id,
        words=said,
        due_at=now + JURY_FOR,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    outbox.publish("appeal.opened", appeal_id=made.id, decision_id=decision.id)
    _go_on(made, at=now, chance=chance)
    return made


def may_appeal(actor: User | None, decision: Decision, *, at: datetime) -> Answer:
    """Tell whether ``actor`` may appeal against a decision (`policies.can_appeal`)."""
    case = db.session.get_one(Case, decision.case_id)
    flaggers = select(Flag.reporter_id).where(
        Flag.case_id == case.id, Flag.outcome == FlagOutcome.DECLINED
    )
    return policies.can_appeal(
        actor,
        decision,
        author_id=targets.author_of(targets.target_of(case)).id,
        flagger_ids=db.session.scalars(flaggers).all(),
        has_been_appealed=appeals.has_been_appealed(decision, case),
        at=at,
    )


def vote(actor: User | None, appeal: Appeal, *, vote: JurorVote, reason: str) -> None:
    """Say as a juror whether the decision holds. The second vote that agrees decides.

    Args:
        reason: 1 to `REASON_MAX` characters; public when the appeal has ended, without a name.

    Raises:
        NotAllowed: the actor was not drawn, has answered, has a stake by now, or it is decided.
        Invalid: the reason does not fit.
        Conflict: the decision was taken back meanwhile.
    """
    now = clock.now()
    said = _said(reason, limit=REASON_MAX, field="reason")
    _lock(appeal)
    may_serve(actor, appeal, at=now).require()
    _refuse_moot(appeal)
    assert actor is not None  # may_serve refuses None
    seat = db.session.get_one(Juror, (appeal.id, actor.id))
    change(seat, vote=vote, reason=said, voted_at=now)
    _go_on(appeal, at=now)


def decline(actor: User | None, appeal: Appeal, *, chance: random.Random = SYSTEM) -> None:
    """Give one's place in a jury back, without a reason; somebody else is drawn.

    Raises:
        NotAllowed: the actor has no place to give back.
    """
    now = clock.now()
    _lock(appeal)
    seat = _seat_of(actor, appeal)
    policies.can_serve(actor, appeal, seat, stake=None, is_involved=False, at=now).require()
    assert seat is not None  # can_serve refuses None
    change(seat, declined_at=now)
    _go_on(appeal, at=now, chance=chance)


def decide(actor: User | None, appeal: Appeal, *, vote: JurorVote, reason: str) -> None:
    """Decide an appeal as a moderator, in place of a jury that did not come together.

    Args:
        reason: 1 to `REASON_MAX` characters; public.

    Raises:
        NotAllowed: the actor acted in the case before, has a stake, or a jury judges this.
        Invalid: the reason does not fit.
        Conflict: the decision was taken back meanwhile.
    """
    now = clock.now()
    said = _said(reason, limit=REASON_MAX, field="reason")
    _lock(appeal)
    may_decide(actor, appeal, at=now).require()
    _refuse_moot(appeal)
    assert actor is not None  # may_decide refuses None
    change(appeal, moderator_id=actor.id, reason=said)
    state = AppealState.UPHELD if vote is JurorVote.UPHOLD else AppealState.OVERTURNED
    role = log.role_of(actor)
    _close(appeal, state, overturns=vote is JurorVote.OVERTURN, role=role, at=now)


def may_serve(actor: User | None, appeal: Appeal, *, at: datetime) -> Answer:
    """Tell whether ``actor`` may vote on an appeal (`policies.can_serve`)."""
    seat = _seat_of(actor, appeal)
    if actor is None or seat is None:
        return policies.can_serve(actor, appeal, seat, stake=None, is_involved=False, at=at)
    return policies.can_serve(
        actor,
        appeal,
        seat,
        stake=_stake_in(actor.id, appeal, at),
        is_involved=jurors.is_involved(actor.id, appeal, _case(appeal)),
        at=at,
    )


def may_decide(actor: User | None, appeal: Appeal, *, at: datetime) -> Answer:
    """Tell whether ``actor`` may decide in place of a jury (`policies.can_decide_appeal`)."""
    if actor is None or not can_moderate(actor, None, at):  # whatever binds them
        return policies.can_decide_appeal(actor, appeal, stake=None, is_involved=False, at=at)
    return policies.can_decide_appeal(
        actor,
        appeal,
        stake=_stake_in(actor.id, appeal, at),
        is_involved=jurors.is_involved(actor.id, appeal, _case(appeal)),
        at=at,
    )


def advance(appeal: Appeal, *, chance: random.Random = SYSTEM) -> None:
    """Do what the clock asks for: remind, replace who is late, ask a moderator, or lapse.

    Running it again changes nothing more.
    """
    now = clock.now()
    _lock(appeal)
    if appeal.state is not AppealState.OPEN or _is_moot(appeal):
        return
    if appeal.fallback_at is not None:
        if appeal.due_at <= now:
            _lapse(appeal, at=now)
        return
    for seat in _waiting(appeal):
        if min(seat.due_at, appeal.due_at) <= now:
            change(seat, declined_at=now)
        elif seat.reminded_at is None and seat.drawn_at + REMIND_AFTER <= now:
            change(seat, reminded_at=now)
            outbox.publish("juror.reminded", appeal_id=appeal.id, user_id=seat.user_id)
    _go_on(appeal, at=now, chance=chance)


def end_moot(decision: Decision, *, log_seq: int) -> None:
    """End the appeal against a decision that a moderator has taken back meanwhile.

    Args:
        log_seq: of the row that says so.
    """
    open_one = select(Appeal).where(
        Appeal.decision_id == decision.id, Appeal.state == AppealState.OPEN
    )
    made = db.session.scalar(open_one)
    if made is None:
        return
    _lock(made)
    if made.state is AppealState.OPEN:
        _end(made, AppealState.OVERTURNED, log_seq=log_seq, overturned=True, at=clock.now())


def _go_on(appeal: Appeal, *, at: datetime, chance: random.Random = SYSTEM) -> None:
    """Close the appeal if it is decided, else fill the jury, else ask a moderator."""
    votes = Counter(seat.vote for seat in _seats(appeal) if seat.vote is not None)
    for said, number in votes.items():
        if number >= MAJORITY:
            overturns = said is JurorVote.OVERTURN
            state = AppealState.OVERTURNED if overturns else AppealState.UPHELD
            _close(appeal, state, overturns=overturns, role=LogRole.JURY, at=at)
            return
    if appeal.due_at > at:
        _fill(appeal, at=at, chance=chance)
    if max(votes.values(), default=0) + len(_waiting(appeal)) < MAJORITY:
        _ask_moderator(appeal, at=at)


def _fill(appeal: Appeal, *, at: datetime, chance: random.Random) -> None:
    """Draw somebody for every place in the jury that is free, as far as there is anybody."""
    free = JURORS - len(_seats(appeal))
    for user_id in draw(appeal, _case(appeal), number=free, at=at, chance=chance):
        due_at = min(at + ANSWER_WITHIN, appeal.due_at)
        db.session.add(Juror(appeal_id=appeal.id, user_id=user_id, drawn_at=at, due_at=due_at))
        outbox.publish("juror.drawn", appeal_id=appeal.id, user_id=user_id)
    db.session.flush()


def _ask_moderator(appeal: Appeal, *, at: datetime) -> None:
    for seat in _waiting(appeal):  # one who waits alone can decide nothing
        change(seat, declined_at=at)
    change(appeal, fallback_at=at, due_at=at + MODERATOR_WITHIN)
    outbox.publish("appeal.unjudged", appeal_id=appeal.id)


def _lapse(appeal: Appeal, *, at: datetime) -> None:
    """End an appeal that nobody judged, in favour of the author of what was judged."""
    decision = db.session.get_one(Decision, appeal.decision_id)
    overturns = decision.action is not DecisionAction.KEEP
    _close(appeal, AppealState.LAPSED, overturns=overturns, role=LogRole.AUTOMATIC, at=at)


def _close(
    appeal: Appeal, state: AppealState, *, overturns: bool, role: LogRole, at: datetime
) -> None:
    entry = outcome.settle(appeal, overturns=overturns, role=role)
    _end(appeal, state, log_seq=entry.seq, overturned=overturns, at=at)


def _end(
    appeal: Appeal, state: AppealState, *, log_seq: int, overturned: bool, at: datetime
) -> None:
    for seat in _waiting(appeal):  # what they would have said changes nothing any more
        change(seat, declined_at=at)
    change(appeal, state=state, closed_at=at, log_seq=log_seq)
    outbox.publish(
        "appeal.closed",
        appeal_id=appeal.id,
        appellant_id=appeal.appellant_id,
        state=state.value,
        overturned=overturned,
    )


def _lock(appeal: Appeal) -> None:
    """Read ``appeal`` afresh and let nobody else judge it before our transaction ends."""
    db.session.flush()
    db.session.refresh(appeal, with_for_update={"key_share": True})


def _refuse_moot(appeal: Appeal) -> None:
    if _is_moot(appeal):
        raise Conflict(gettext("A moderator has taken the decision back meanwhile. Thank you."))


def _is_moot(appeal: Appeal) -> bool:
    """Tell whether a moderator has taken the decision back, and `end_moot` is still to come.

    If not, nobody else can before this transaction ends.
    """
    decision = db.session.get_one(Decision, appeal.decision_id)
    db.session.refresh(decision, with_for_update={"key_share": True})
    return appeal.state is AppealState.OPEN and decision.overturned_at is not None


def _seats(appeal: Appeal) -> list[Juror]:
    """Return those who were drawn and have not given their place back."""
    return list(
        db.session.scalars(
            select(Juror)
            .where(Juror.appeal_id == appeal.id, Juror.declined_at.is_(None))
            .order_by(Juror.drawn_at, Juror.user_id)
            .execution_options(populate_existing=True)
        )
    )


def _waiting(appeal: Appeal) -> list[Juror]:
    return [seat for seat in _seats(appeal) if seat.vote is None]


def _seat_of(actor: User | None, appeal: Appeal) -> Juror | None:
    """Return the actor's place in the jury as it is now, whatever this session has read before."""
    if actor is None:
        return None
    return db.session.get(Juror, (appeal.id, actor.id), populate_existing=True)


def _stake_in(user_id: int, appeal: Appeal, at: datetime) -> Stake | None:
    decision = db.session.get_one(Decision, appeal.decision_id)
    return jurors.barred(decision, case_of(decision), [user_id], at).get(user_id)


def _case(appeal: Appeal) -> Case:
    return case_of(db.session.get_one(Decision, appeal.decision_id))


def _said(typed: str, *, limit: int, field: str) -> str:
    said = lines(typed).strip()
    if not said:
        raise Invalid(gettext("Say why."), field=field)
    if len(said) > limit:
        raise Invalid(gettext("Say it in at most %(n)s characters.", n=limit), field=field)
    return said
