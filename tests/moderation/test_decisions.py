"""Cases: leased to one moderator, decided once, with a rule and a reason; and taken back."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Champion, CompanyState, Rivalry
from community.core import clock
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotAllowed
from community.moderation.models import (
    Case,
    DecisionAction,
    Flag,
    FlagOutcome,
    LogAction,
    LogEntry,
    LogRole,
    LogText,
    RestrictionKind,
)
from community.moderation.queries import judging
from community.moderation.services import lease
from community.moderation.services.cases import open_for, weigh
from community.moderation.services.decide import Ruling, decide, decide_alike, offered
from community.moderation.services.flag import flag
from community.moderation.services.overturn import overturn, reverse
from community.topics.models import AskedBy, Rule, Sight, Tombstone, Topic
from community.topics.services import editing, post, visibility
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)
from tests.moderation.trials import KEPT, REMOVED, case_of, moderator, ruled


def rows() -> list[LogEntry]:
    return list(db.session.scalars(select(LogEntry).order_by(LogEntry.seq)))


# -- leases -------------------------------------------------------------------------------------


def test_one_moderator_at_a_time_has_a_case() -> None:
    case, first, second = case_of(make_topic()), moderator(), moderator()
    with clock.frozen(clock.now()) as move_on:
        lease.take(first, case)
        with pytest.raises(Conflict, match=first.name):
            lease.take(second, case)
        with pytest.raises(Conflict, match="10 minutes at most"):
            ruled(case, KEPT, second)

        move_on(timedelta(minutes=9))
        lease.take(first, case)  # renewed
        move_on(timedelta(minutes=9))
        with pytest.raises(Conflict):
            lease.take(second, case)
        move_on(timedelta(minutes=2))
        lease.take(second, case)
    assert case.leased_by_id == second.id


def test_a_case_that_is_let_go_can_be_had() -> None:
    case, first, second = case_of(make_topic()), moderator(), moderator()
    lease.take(first, case)
    lease.release(second, case)  # is not theirs
    assert case.leased_by_id == first.id
    lease.release(first, case)
    lease.take(second, case)
    assert case.leased_by_id == second.id


def test_nobody_keeps_a_case_from_others_for_ever() -> None:
    case, first, second = case_of(make_topic()), moderator(), moderator()
    with clock.frozen(clock.now()) as move_on:
        began = clock.now()
        lease.take(first, case)
        for _ in range(6):
            move_on(timedelta(minutes=9))
            lease.take(first, case)
        assert case.leased_until == began + lease.LEASES
        with pytest.raises(Conflict, match=r"longer than an hour.*in 16 minutes"):
            lease.take(first, case)
        ruling = judging.seen(case)

        move_on(timedelta(minutes=6))
        with pytest.raises(Conflict, match="in 10 minutes"):
            lease.take(first, case)
        with db.session.begin_nested() as asked:
            lease.take(second, case)
            asked.rollback()
        decide(first, case, KEPT, seen=ruling)  # nobody else has it: deciding was never refused


def test_giving_a_case_up_and_taking_it_again_is_no_pause() -> None:
    case, first = case_of(make_topic()), moderator()
    with clock.frozen(clock.now()) as move_on:
        began = clock.now()
        for _ in range(6):
            lease.take(first, case)
            move_on(timedelta(minutes=9))
            lease.release(first, case)
            move_on(timedelta(minutes=1))
        with pytest.raises(Conflict, match="in 9 minutes"):
            lease.take(first, case)
        move_on(lease.PAUSE)
        lease.take(first, case)
        assert case.leased_since == clock.now() > began


# -- who judges ---------------------------------------------------------------------------------


def test_only_moderators_judge() -> None:
    case = case_of(make_topic())
    for nobody in (None, make_user(), make_user(trusted_since=clock.now())):
        with pytest.raises(NotAllowed):
            decided_by_nobody(case, nobody)


def decided_by_nobody(case: Case, user: User | None) -> None:
    decide(user, case, KEPT, seen=judging.seen(case))


def test_whoever_has_a_stake_does_not_judge() -> None:
    company, rival = make_company(), make_company()
    first, second = sorted((company, rival), key=lambda one: one.id)
    by = make_user()
    champion, employee, of_rival = moderator(), make_employee(company), make_employee(rival)
    employee.is_moderator = of_rival.is_admin = True
    db.session.add_all(
        [
            Champion(company_id=company.id, user_id=champion.id, thanked_by_id=by.id),
            Rivalry(company_id=first.id, rival_id=second.id, declared_by_id=by.id),
        ]
    )
    db.session.flush()
    case = case_of(make_topic(company))
    for barred in (champion, employee, of_rival):
        with pytest.raises(NotAllowed, match="so you do not moderate"):
            lease.take(barred, case)
        with pytest.raises(NotAllowed, match="so you do not moderate"):
            ruled(case, KEPT, barred)


def test_a_company_does_not_silence_its_critics() -> None:
    """A case of a person concerns every company that they wrote about."""
    company, critic = make_company(), make_user()
    barred = make_employee(company)
    barred.is_moderator = True
    make_reply(make_topic(company), critic)
    case = case_of(critic)
    with pytest.raises(NotAllowed, match="speak for this company"):
        lease.take(barred, case)
    lease.take(moderator(), case)


def test_nobody_judges_their_own_case() -> None:
    author, reporter = moderator(), moderator()
    case = case_of(make_topic(author=author), by=reporter)
    for party in (author, reporter):
        with pytest.raises(NotAllowed, match="party to this case"):
            ruled(case, KEPT, party)


# -- decisions ----------------------------------------------------------------------------------


def test_what_breaks_no_rule_is_kept() -> None:
    topic = make_topic()
    case = case_of(topic)
    (made,) = ruled(case, KEPT)

    assert case.decided_at is not None
    assert (made.action, made.rule) == (DecisionAction.KEEP, None)
    assert topic.hidden_at is None
    assert db.session.scalars(select(Flag.outcome)).one() is FlagOutcome.DECLINED
    assert [row.action for row in rows()] == [LogAction.KEEP]


def test_what_is_removed_leaves_a_tombstone_and_a_row_in_the_log() -> None:
    company = make_company("Acme")
    reply, by = make_reply(make_topic(company)), moderator()
    case = case_of(reply, by=make_employee(company))

    (made,) = ruled(case, REMOVED, by)

    stone, (row,) = db.session.scalars(select(Tombstone)).one(), rows()
    assert reply.hidden_at is not None
    assert (stone.sight, stone.rule, stone.asked_by) == (Sight.REMOVED, Rule.SPAM, AskedBy.COMPANY)
    assert stone.log_seq == made.log_seq == row.seq
    assert (row.role, row.target, row.company) == (LogRole.MODERATOR, f"reply {reply.id}", "acme")
    said = {one.field: one.text for one in db.session.scalars(select(LogText))}
    assert said == {"moderator": by.username, "reason": "Sells pills."}
    assert db.session.scalars(select(Flag.outcome)).one() is FlagOutcome.UPHELD


def test_masking_covers_the_words() -> None:
    reply = make_reply(body="My neighbour lives at 3 Elm Street.")
    ruling = Ruling(action=DecisionAction.MASK, rule=Rule.PERSONAL_DATA, reason="An address.")
    ruled(case_of(reply), ruling)
    assert db.session.scalars(select(Tombstone.sight)).one() is Sight.MASKED


def test_a_topic_moves_to_the_company_it_is_about_and_back() -> None:
    old, new = make_company("Acme"), make_company("Globex")
    topic = make_topic(old)
    product = make_product(old)
    editing.edit_topic(
        topic.author,
        topic,
        from_number=1,
        title=topic.title,
        body=topic.body,
        kind=topic.kind,
        product_ids=[product.id],
        tags=[],
    )
    ruling = Ruling(
        action=DecisionAction.MOVE, rule=Rule.OFF_TOPIC, reason="About Globex.", move_to=new
    )
    (made,) = ruled(case_of(topic), ruling)

    (row,) = rows()
    assert topic.company_id == new.id
    assert made.moved_from_id == old.id
    assert json.loads(row.details)["products"] == [product.id]
    assert (json.loads(row.details)["from"], row.company) == ("acme", "acme")

    reverse(moderator(), made, reason="It is about Acme after all.")
    assert topic.company_id == old.id
    assert products_of(topic) == [product.id]


def products_of(topic: Topic) -> list[int]:
    from community.topics.models import TopicProduct  # noqa: PLC0415 (for this test alone)

    of_it = TopicProduct.topic_id == topic.id
    return list(db.session.scalars(select(TopicProduct.product_id).where(of_it)))


def test_a_topic_with_the_companys_word_stays() -> None:
    company = make_company()
    topic = make_topic(company)
    make_reply(topic, make_employee(company), speaks_for_company=True)
    ruling = Ruling(
        action=DecisionAction.MOVE, rule=Rule.OFF_TOPIC, reason="No.", move_to=make_company()
    )
    with pytest.raises(Invalid, match="has spoken"):
        ruled(case_of(topic), ruling)


def test_a_topic_is_not_moved_to_a_company_that_takes_none() -> None:
    elsewhere = make_company(state=CompanyState.ELSEWHERE)
    ruling = Ruling(
        action=DecisionAction.MOVE, rule=Rule.OFF_TOPIC, reason="No.", move_to=elsewhere
    )
    with pytest.raises(NotAllowed, match="own desk"):
        ruled(case_of(make_topic()), ruling)


def test_removing_and_suspending_are_two_decisions() -> None:
    reply = make_reply()
    ruling = Ruling(
        action=DecisionAction.REMOVE,
        rule=Rule.SPAM,
        reason="The tenth of them.",
        measure=DecisionAction.SUSPEND,
        days=30,
    )
    with clock.frozen(clock.now()):
        removed, suspended = ruled(case_of(reply), ruling)
        assert reply.author.suspended_until == clock.now() + timedelta(days=30)

    assert [row.action for row in rows()] == [LogAction.REMOVE, LogAction.SUSPEND]
    assert rows()[1].target == f"person {reply.author_id}"
    overturn(suspended, role=LogRole.JURY, texts={"reason": "Once is enough."})
    assert db.session.scalar(select(User.suspended_until).filter_by(id=reply.author_id)) is None
    assert reply.hidden_at is not None  # the other decision holds
    assert removed.overturned_at is None


def test_a_person_is_warned() -> None:
    person = make_user()
    ruling = Ruling(
        action=DecisionAction.KEEP,
        measure=DecisionAction.WARN,
        rule=Rule.ABUSE,
        reason="Call nobody names.",
    )
    (made,) = ruled(case_of(person), ruling)
    assert made.action is DecisionAction.WARN
    assert [(row.action, row.target) for row in rows()] == [(LogAction.WARN, f"person {person.id}")]


def test_a_limit_says_what_and_for_how_long() -> None:
    person = make_user()
    limits = {"action": DecisionAction.KEEP, "measure": DecisionAction.LIMIT, "rule": Rule.SPAM}
    case = case_of(person)
    for wrong, field in (
        ({"days": 3}, "limit"),
        ({"limit": RestrictionKind.NO_LINKS}, "days"),
        ({"limit": RestrictionKind.NO_LINKS, "days": 367}, "days"),
    ):
        with pytest.raises(Invalid) as refused:
            ruled(case, Ruling(reason="Links.", **limits, **wrong))  # type: ignore[arg-type]
        assert refused.value.field == field
    (made,) = ruled(
        case,
        Ruling(reason="Links.", limit=RestrictionKind.NO_LINKS, days=3, **limits),  # type: ignore[arg-type]
    )
    assert made.until is not None


@pytest.mark.parametrize(
    ("ruling", "field"),
    [
        (Ruling(action=DecisionAction.KEEP, reason=" "), "reason"),
        (Ruling(action=DecisionAction.KEEP, reason="x" * 1001), "reason"),
        (Ruling(action=DecisionAction.REMOVE, reason="No rule."), "rule"),
        (Ruling(action=DecisionAction.KEEP, reason="A rule.", rule=Rule.SPAM), "rule"),
        (Ruling(action=DecisionAction.RELEASE, reason="Was not held."), "action"),
        (Ruling(action=DecisionAction.WARN, reason="No.", rule=Rule.SPAM), "action"),
        (Ruling(action=DecisionAction.MOVE, reason="Where?", rule=Rule.OFF_TOPIC), "company"),
    ],
)
def test_a_ruling_holds_together(ruling: Ruling, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        ruled(case_of(make_topic()), ruling)
    assert refused.value.field == field
    assert rows() == []


def test_a_case_is_decided_once() -> None:
    case = case_of(make_topic())
    ruled(case, KEPT)
    with pytest.raises(Conflict, match="is decided"):
        ruled(case, REMOVED)


def test_a_case_that_changed_meanwhile_asks_again() -> None:
    topic, by = make_topic(), moderator()
    case = case_of(topic)
    looked = judging.seen(case)
    flag(make_user(), topic, rule=Rule.ABUSE)
    with pytest.raises(Conflict, match="has changed"):
        decide(by, case, REMOVED, seen=looked)

    looked = judging.seen(case)
    editing.edit_topic(
        topic.author,
        topic,
        from_number=1,
        title=topic.title,
        body="I have taken the advertisement out.",
        kind=topic.kind,
        product_ids=[],
        tags=[],
    )
    with pytest.raises(Conflict, match="has changed"):
        decide(by, case, REMOVED, seen=looked)
    decide(by, case, KEPT, seen=judging.seen(case))


def test_a_held_post_is_released_or_removed() -> None:
    author, topic = make_user(), make_topic()
    reply = post.post_reply(author, topic, body="An honest answer.")
    visibility.hide(reply, sight=Sight.HELD, rule=Rule.SPAM, asked_by=AskedBy.AUTOMATIC, log_seq=1)
    case = open_for(reply)
    weigh(case)
    assert case.risk > 0
    with pytest.raises(Invalid):
        ruled(case, KEPT)
    warned = Ruling(
        action=DecisionAction.RELEASE,
        reason="An honest answer.",
        rule=Rule.SPAM,
        measure=DecisionAction.WARN,
    )
    with pytest.raises(Invalid, match="did nothing wrong"):
        ruled(case, warned)
    ruled(case, Ruling(action=DecisionAction.RELEASE, reason="An honest answer."))
    assert reply.hidden_at is None


# -- batches ------------------------------------------------------------------------------------


def test_a_wave_is_decided_at_once_but_for_what_is_not_ones_own() -> None:
    spammer, by, other = make_user(), moderator(), moderator()
    waves = [case_of(make_topic(author=spammer)) for _ in range(3)]
    lease.take(other, waves[0])
    looked = {case: judging.seen(case) for case in waves}
    looked[waves[1]] = "0.0"

    made, left = decide_alike(by, looked, REMOVED)

    assert [one.case_id for one in made] == [waves[2].id]
    assert [case.id for case, _ in left] == [waves[0].id, waves[1].id]
    assert other.name in left[0][1]
    assert "changed" in left[1][1]
    db.session.expire_all()
    assert waves[1].leased_by_id is None


# -- taking back --------------------------------------------------------------------------------


def test_a_removed_post_comes_back() -> None:
    reply = make_reply()
    (made,) = ruled(case_of(reply), REMOVED)

    row = overturn(made, role=LogRole.JURY, texts={"reason": "It helps."}, details={"appeal": 4})

    assert reply.hidden_at is None
    assert (row.action, row.role, row.target) == (
        LogAction.RESTORE,
        LogRole.JURY,
        f"reply {reply.id}",
    )
    assert json.loads(row.details) == {"appeal": 4, "case": made.case_id, "reverses": made.log_seq}
    assert db.session.scalars(select(Flag.outcome)).one() is FlagOutcome.DECLINED
    with pytest.raises(Conflict, match="already"):
        overturn(made, role=LogRole.JURY, texts={"reason": "Twice."})


def test_what_was_kept_wrongly_is_removed() -> None:
    topic = make_topic()
    (made,) = ruled(case_of(topic, Rule.ABUSE), KEPT)

    row = overturn(made, role=LogRole.JURY, texts={"reason": "It is an insult."})

    assert topic.hidden_at is not None
    assert (row.action, row.rule) == (LogAction.REMOVE, Rule.ABUSE)
    assert db.session.scalars(select(Flag.outcome)).one() is FlagOutcome.UPHELD


def test_who_answered_does_not_pay_for_the_asker() -> None:
    topic = make_topic()
    make_reply(topic, topic.author)
    case = case_of(topic)
    assert DecisionAction.REMOVE in offered(topic)
    answer = make_reply(topic)

    assert DecisionAction.REMOVE not in offered(topic)
    with pytest.raises(Invalid, match="Others have answered here"):
        ruled(case, REMOVED)
    ruled(case, replace(REMOVED, action=DecisionAction.MASK))
    assert (topic.hidden_at, answer.hidden_at) == (None, None)


def test_what_others_have_answered_is_covered_when_it_was_kept_wrongly() -> None:
    topic = make_reply().topic
    (made,) = ruled(case_of(topic, Rule.ABUSE), KEPT)
    reverse(moderator(), made, reason="It is an insult.")

    tombstone = visibility.in_force(topic)
    assert tombstone is not None
    assert (tombstone.sight, topic.hidden_at) == (Sight.MASKED, None)


def test_what_another_decision_holds_stays_away() -> None:
    topic = make_topic()
    (first,) = ruled(case_of(topic), REMOVED)
    visibility.hide(
        topic, sight=Sight.REMOVED, rule=Rule.UNLAWFUL, asked_by=AskedBy.AUTHORITY, log_seq=99
    )
    overturn(first, role=LogRole.JURY, texts={"reason": "No spam."})
    assert topic.hidden_at is not None


def test_a_moderator_takes_a_decision_back() -> None:
    topic, by = make_topic(), moderator()
    (made,) = ruled(case_of(topic), REMOVED, by)
    with pytest.raises(NotAllowed):
        reverse(topic.author, made, reason="It is mine.")
    with pytest.raises(Invalid):
        reverse(by, made, reason=" ")
    reverse(by, made, reason="I pressed the wrong button.")
    assert topic.hidden_at is None
    assert rows()[-1].action is LogAction.RESTORE
