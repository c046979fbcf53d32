"""Posts that are held, looked at or shown; and what is learnt from decisions and from time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from community import search
from community.accounts.models import User
from community.companies.models import Company
from community.core import clock, outbox
from community.core.db import db
from community.moderation import risk
from community.moderation.handlers import judge_edited
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    LogAction,
    LogEntry,
    LogRole,
    RestrictionKind,
    SpamCount,
    SpamJudgement,
)
from community.moderation.queries import cases, targets
from community.moderation.queries import spam as known
from community.moderation.services import restrictions, spam
from community.moderation.services.decide import Ruling
from community.moderation.services.flag import flag, withdraw
from community.moderation.spam import ALL, Outcome
from community.moderation.spam.learning import key_of
from community.moderation.spam.signs import LONG_HERE, LONG_HERE_DAYS
from community.notifications.models import Notification, NotificationKind
from community.topics.models import AskedBy, Reply, Rule, Sight, Tombstone, Topic, TopicKind
from community.topics.services import follow, post_reply, post_topic, visibility
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user
from tests.moderation import trials

FLOOD = "Sunrise Loan App customer care helpline number (❾❽❼❻❺❹❸❷❶⓿)"
ASKED = "After the update my printer prints nothing but empty pages."


def post(
    title: str = "My printer jams",
    body: str = ASKED,
    *,
    author: User | None = None,
    company: Company | None = None,
) -> Topic:
    return post_topic(
        author or make_user(),
        company or make_company(),
        kind=TopicKind.PROBLEM,
        title=title,
        body=body,
    )


def judged(post: Topic | Reply) -> SpamJudgement:
    judgement = known.judgement_of(post)
    assert judgement is not None
    return judgement


def open_case(post: Topic | Reply) -> Case | None:
    keys = {"topic_id": post.id} if isinstance(post, Topic) else {"reply_id": post.id}
    return db.session.scalar(select(Case).filter_by(**keys).where(Case.decided_at.is_(None)))


def held(author: User | None = None, company: Company | None = None) -> Topic:
    topic = post(f"☎️//{FLOOD}//💯", FLOOD, author=author, company=company)
    assert judged(topic).outcome is Outcome.HELD
    return topic


def ruled(post: Topic | Reply, action: DecisionAction, rule: Rule | None = None) -> None:
    case = open_case(post)
    assert case is not None
    trials.ruled(case, Ruling(action=action, rule=rule, reason="As it looks."))
    outbox.deliver_due()


def test_what_people_ask_is_shown() -> None:
    topic = post()
    assert judged(topic).outcome is Outcome.SHOWN
    assert topic.hidden_at is None
    assert open_case(topic) is None
    assert db.session.scalars(select(LogEntry)).all() == []


def test_flood_is_held_logged_and_waits_in_the_queue() -> None:
    company = make_company()
    topic = held(company=company)
    assert topic.hidden_at is not None
    tombstone = visibility.in_force(topic)
    assert tombstone is not None
    assert (tombstone.sight, tombstone.rule, tombstone.asked_by) == (
        Sight.HELD,
        Rule.SPAM,
        AskedBy.AUTOMATIC,
    )
    row = db.session.get_one(LogEntry, tombstone.log_seq)
    assert (row.action, row.role, row.target) == (
        LogAction.HOLD,
        LogRole.AUTOMATIC,
        f"topic {topic.id}",
    )
    assert row.company == company.slug
    case = open_case(topic)
    assert case is not None
    assert case.risk > 0
    decision = db.session.scalars(select(Decision)).one()
    assert (decision.action, decision.moderator_id) == (DecisionAction.HOLD, None)
    assert FLOOD not in decision.reason  # the log is public


def told(user: User) -> list[int | None]:
    rows = select(Notification.topic_id).where(
        Notification.user_id == user.id, Notification.kind == NotificationKind.POSTED
    )
    return list(db.session.scalars(rows))


def test_nobody_hears_of_what_is_held_until_it_is_released() -> None:
    company, follower = make_company(), make_user()
    follow(follower, company)
    topic = held(company=company)
    outbox.deliver_due()
    assert told(follower) == []
    assert search.index().similar("helpline", company_id=company.id) == []

    ruled(topic, DecisionAction.RELEASE)
    assert told(follower) == [topic.id]
    assert open_case(topic) is None


def test_released_stands_where_it_would_have_stood() -> None:
    author = make_user()
    before = clock.now()
    topic = held(author=author)
    moments = (topic.created_at, topic.last_activity_at, topic.title, topic.body)
    assert moments[0] >= before

    ruled(topic, DecisionAction.RELEASE)
    db.session.refresh(topic)
    assert (topic.created_at, topic.last_activity_at, topic.title, topic.body) == moments


def test_released_teaches_that_it_was_honest_and_that_holding_was_wrong() -> None:
    topic = held()
    ruled(topic, DecisionAction.RELEASE)
    assert judged(topic).is_spam is False
    assert counts(ALL) == (0, 1)
    hold = db.session.scalars(select(Decision).filter_by(action=DecisionAction.HOLD)).one()
    assert hold.overturned_at is not None


def test_removed_as_spam_teaches_its_signs_and_words() -> None:
    topic = held()
    ruled(topic, DecisionAction.REMOVE, Rule.SPAM)
    assert judged(topic).is_spam is True
    assert counts(ALL) == (1, 0)
    assert counts(key_of("helpline")) == (1, 0)
    assert counts("*call_in_title") == (1, 0)
    hold = db.session.scalars(select(Decision).filter_by(action=DecisionAction.HOLD)).one()
    assert hold.overturned_at is None


def test_removed_for_something_else_teaches_nothing() -> None:
    topic = held()
    ruled(topic, DecisionAction.REMOVE, Rule.ABUSE)
    assert judged(topic).is_spam is None
    assert counts(ALL) == (0, 0)


def test_learning_twice_counts_once_and_anew_overrules() -> None:
    topic = post()
    spam.learn(topic, is_spam=True)
    spam.learn(topic, is_spam=True)
    assert counts(ALL) == counts(key_of("printer")) == (1, 0)
    spam.learn(topic, is_spam=False)
    assert counts(ALL) == counts(key_of("printer")) == (0, 1)


def test_no_word_of_anybody_lies_in_the_counts() -> None:
    spam.learn(post(body="Write to jane.roe@mail.example, please"), is_spam=False)
    tokens = db.session.scalars(select(SpamCount.token)).all()
    assert not any("jane" in token or "roe" in token for token in tokens)


def counts(token: str) -> tuple[int, int]:
    row = db.session.get(SpamCount, token, populate_existing=True)
    return (row.spam, row.honest) if row is not None else (0, 0)


def test_second_of_a_flood_is_known_by_the_first() -> None:
    first = held()
    ruled(first, DecisionAction.REMOVE, Rule.SPAM)
    again = post(f"☎️//{FLOOD.upper()}", FLOOD)
    names = {part.name for part in known.parts_of(judged(again))}
    assert {"like_spam", "repeated_by_others"} <= names


COMPLAINT = (
    "My Acme kettle caught fire on Sunday morning and the shop refuses any refund although it is "
    "under warranty; call me on 0171 5550 1234."
)


def copies_removed(number: int) -> None:
    """Have copies of a complaint removed as spam, each by somebody of their own."""
    for copy in range(number):
        made = post("Kettle caught fire", COMPLAINT + " " + "x" * copy)
        if open_case(made) is None:
            flag(make_user(), made, rule=Rule.SPAM)
        ruled(made, DecisionAction.REMOVE, Rule.SPAM)


def names_of(post: Topic | Reply) -> set[str]:
    return {part.name for part in known.parts_of(judged(post))}


@pytest.mark.parametrize("days", [0, 5])
def test_copies_of_a_complaint_that_are_removed_do_not_make_it_spam(
    days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = make_user()
    assert post("Kettle caught fire", COMPLAINT, author=victim).hidden_at is None
    later = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: later)
    copies_removed(3)
    again = post("Kettle caught fire (shop)", COMPLAINT, author=victim)
    assert names_of(again).isdisjoint({"like_spam", "repeated_by_others", "repeated_often"})
    assert again.hidden_at is None
    assert "like_spam" not in names_of(post("Kettle caught fire", COMPLAINT))


def test_what_was_found_honest_outweighs_copies_that_were_removed() -> None:
    copies_removed(1)
    honest = post("Kettle caught fire", COMPLAINT)
    ruled(honest, DecisionAction.RELEASE if honest.hidden_at else DecisionAction.KEEP)
    copies_removed(2)
    assert "like_spam" not in names_of(post("Kettle caught fire (shop)", COMPLAINT))


def test_plain_words_are_never_held_for_being_copied() -> None:
    plain = "My Acme kettle caught fire on Sunday morning and the shop refuses any refund at all."
    for copy in range(3):
        made = post("Kettle caught fire", plain + " " + "x" * copy)
        if open_case(made) is None:
            flag(make_user(), made, rule=Rule.SPAM)
        ruled(made, DecisionAction.REMOVE, Rule.SPAM)
    last = post("Kettle caught fire", plain)
    assert {"like_spam", "repeated_often"} <= names_of(last)
    assert last.hidden_at is None


def test_whoever_has_taken_part_for_long_is_far_from_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long_here, had_to_go, topic = make_user(), make_user(), make_topic()
    for author in (long_here, had_to_go):
        for _number in range(LONG_HERE):
            make_reply(topic, author)
    trials.judged(make_reply(topic, had_to_go), DecisionAction.REMOVE)
    later = clock.now() + timedelta(days=LONG_HERE_DAYS + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    advert = "Acme customer care number 1-888-555-0197, call now"
    assert judged(post(advert, author=long_here)).outcome is Outcome.SHOWN
    assert "long_here" not in names_of(post(f"{advert}!", author=had_to_go))


def test_repetition_is_forgotten_after_two_days(monkeypatch: pytest.MonkeyPatch) -> None:
    held()
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    names = {part.name for part in known.parts_of(judged(held()))}
    assert "repeated_by_others" not in names


def test_uncertain_is_shown_and_looked_at() -> None:
    topic = post("Cheaper ink", "I got it for half with the coupon abc934948, and it fits")
    assert judged(topic).outcome is Outcome.LOOKED_AT
    assert topic.hidden_at is None
    assert open_case(topic) is not None


def test_case_says_why_an_automatic_rule_was_not_sure() -> None:
    for number in range(25):
        spam.learn(post(f"Casino {number}", "Take the sunrise bonus"), is_spam=True)
        spam.learn(post(f"Printer {number}", ASKED), is_spam=False)
    topic = post("Sunrise casino bonus", "You get it with the coupon abc934948 if you ask")
    case = open_case(topic)
    assert case is not None
    target, judge = targets.target_of(case), make_user(is_moderator=True)
    doubt = cases.case_view(case, target, judge, at=clock.now()).doubt
    assert doubt is not None
    assert doubt.score == judged(topic).score
    assert {"code_to_redeem", "words"} <= set(doubt.towards)
    assert {"casino", "bonus", "sunrise"} <= set(doubt.words)


def test_what_is_shown_needs_no_explanation() -> None:
    assert known.explained(post()) is None


def test_suspicion_weighs_in_the_queue_until_somebody_has_looked() -> None:
    topic = post("Cheaper ink", "I got it for half with the coupon abc934948, and it fits")
    case = open_case(topic)
    assert case is not None
    assert case.risk == pytest.approx(
        risk.risk_of([], reach=1, is_held=False, suspicion=judged(topic).score)
    )
    assert known.suspicion(topic) == judged(topic).score
    spam.learn(topic, is_spam=False)
    assert known.suspicion(topic) == 0


def test_taking_back_a_flag_leaves_what_an_automatic_rule_asks_for() -> None:
    topic = post("Cheaper ink", "I got it for half with the coupon abc934948, and it fits")
    reporter = make_user()
    withdraw(reporter, flag(reporter, topic, rule=Rule.OFF_TOPIC))
    assert open_case(topic) is not None


def test_kept_after_a_look_is_honest() -> None:
    topic = post("Cheaper ink", "I got it for half with the coupon abc934948, and it fits")
    ruled(topic, DecisionAction.KEEP)
    assert judged(topic).is_spam is False


@pytest.mark.parametrize("role", ["trusted_since", "is_moderator", "is_admin"])
def test_trusted_people_are_never_held(role: str) -> None:
    author = make_user()
    setattr(author, role, clock.now() if role == "trusted_since" else True)
    topic = post(f"☎️//{FLOOD}//💯", FLOOD, author=author)
    assert judged(topic).outcome is Outcome.LOOKED_AT
    assert topic.hidden_at is None


def test_reply_is_held_and_not_counted() -> None:
    topic = make_topic()
    reply = post_reply(make_user(), topic, body=f"☎️//{FLOOD}//💯 call call")
    assert judged(reply).outcome is Outcome.HELD
    db.session.refresh(topic)
    assert topic.reply_count == 0

    ruled(reply, DecisionAction.RELEASE)
    db.session.refresh(topic)
    assert topic.reply_count == 1
    assert topic.last_activity_at == reply.created_at


def test_who_is_looked_at_first_is_held_whatever_they_write() -> None:
    author, topic = make_user(), held()
    ruled(topic, DecisionAction.REMOVE, Rule.ABUSE)
    decision = db.session.scalars(select(Decision).filter_by(action=DecisionAction.REMOVE)).one()
    restrictions.restrict(
        author,
        kind=RestrictionKind.HELD,
        until=clock.now() + timedelta(days=1),
        decision_id=decision.id,
    )
    again = post(author=author)
    tombstone = visibility.in_force(again)
    assert tombstone is not None
    assert (tombstone.sight, tombstone.rule, tombstone.asked_by) == (
        Sight.HELD,
        Rule.ABUSE,
        AskedBy.MODERATOR,
    )


def test_what_others_have_seen_is_never_held() -> None:
    topic = make_topic(title=f"☎️//{FLOOD}//💯", body=FLOOD)
    judge_edited(topic.id)
    assert judged(topic).outcome is Outcome.LOOKED_AT
    assert topic.hidden_at is None
    assert open_case(topic) is not None


def test_imported_posts_are_judged_at_night_and_not_held() -> None:
    fine, bad = make_topic(body=ASKED), make_topic(title=f"☎️//{FLOOD}//💯", body=FLOOD)
    reply = make_reply(fine)
    assert spam.look_through(100) == 3
    assert [judged(one).outcome for one in (fine, bad, reply)] == [
        Outcome.SHOWN,
        Outcome.LOOKED_AT,
        Outcome.SHOWN,
    ]
    assert spam.look_through(100) == 0
    assert db.session.scalars(select(Tombstone)).all() == []


def test_what_has_stood_for_a_week_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    topic, waiting = post(), held()
    assert spam.settle(100) == 0
    later = clock.now() + spam.STANDS
    monkeypatch.setattr(clock, "now", lambda: later)
    assert spam.settle(100) == 1
    assert spam.settle(100) == 0
    assert judged(topic).learnt_as_spam is False
    assert judged(waiting).learnt_as_spam is None
    assert counts(ALL) == counts(key_of("printer")) == (0, 1)

    spam.learn(topic, is_spam=True)  # found out later
    assert counts(ALL) == counts(key_of("printer")) == (1, 0)


def test_learning_again_of_an_edited_post_counts_nothing_below_nought() -> None:
    topic = post()
    spam.learn(topic, is_spam=False)
    topic.body = "Something else altogether now"
    db.session.flush()
    spam.learn(topic, is_spam=True)
    assert counts(ALL) == (1, 0)
    assert counts(key_of("altogether")) == (1, 0)


def test_speaking_for_a_company_neither_spares_nor_costs() -> None:
    company = make_company()
    ours = post("Paper jam", "It jams on the second page.", author=make_employee(company))
    other = post("No sound", "The loudspeaker hums, but says nothing else.")
    assert judged(ours).score == judged(other).score
    flood = post_reply(make_employee(company), make_topic(company), body=f"☎️//{FLOOD}//💯 call")
    assert judged(flood).outcome is Outcome.HELD
