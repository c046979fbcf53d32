"""Flags: one reason of a closed list, one open flag for each person and target, and limits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company
from community.companies.services.stakes import declare_employer, end_employment
from community.core import clock
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.moderation import policies, risk
from community.moderation.models import Case, Flag, FlagOutcome
from community.moderation.queries import judging
from community.moderation.services.flag import flag, withdraw
from community.topics.models import AskedBy, Rule
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user


def only_case() -> Case:
    return db.session.scalars(select(Case)).one()


def test_a_first_flag_opens_a_case_and_the_post_stays() -> None:
    topic = make_topic()
    made = flag(make_user(), topic, rule=Rule.SPAM, words=" Sells pills. ")

    case = only_case()
    assert (made.case_id, made.rule, made.words) == (case.id, Rule.SPAM, "Sells pills.")
    assert (case.topic_id, case.company_id) == (topic.id, topic.company_id)
    assert topic.hidden_at is None


def test_a_second_flag_makes_the_case_weigh_more() -> None:
    reply = make_reply()
    flag(make_user(), reply, rule=Rule.SPAM)
    before, version = only_case().risk, only_case().version

    flag(make_user(), reply, rule=Rule.ABUSE)

    assert only_case().risk > before
    assert only_case().version > version


def test_the_same_person_flags_once() -> None:
    reporter, topic = make_user(), make_topic()
    first = flag(reporter, topic, rule=Rule.SPAM)

    assert flag(reporter, topic, rule=Rule.ABUSE).id == first.id
    assert db.session.scalars(select(Flag.rule)).all() == [Rule.SPAM]


def test_people_do_not_flag_themselves() -> None:
    author = make_user()
    for own in (author, make_topic(author=author), make_reply(author=author)):
        with pytest.raises(NotAllowed, match="yours"):
            flag(author, own, rule=Rule.SPAM)


def test_guests_and_suspended_people_do_not_flag() -> None:
    topic = make_topic()
    suspended = make_user(suspended_until=clock.now() + timedelta(days=1))
    for nobody in (None, suspended, make_user(email=None, email_verified_at=None)):
        with pytest.raises(NotAllowed):
            flag(nobody, topic, rule=Rule.SPAM)


def test_what_is_out_of_sight_cannot_be_flagged() -> None:
    reply = make_reply(hidden_at=clock.now())
    for gone in (reply, make_topic(hidden_at=clock.now()), make_user(deleted_at=clock.now())):
        with pytest.raises(NotFound):
            flag(make_user(), gone, rule=Rule.SPAM)


def test_flags_are_limited_by_the_hour() -> None:
    reporter = make_user()
    for _ in range(policies.FLAGS_AN_HOUR):
        flag(reporter, make_topic(), rule=Rule.SPAM)

    with pytest.raises(NotAllowed, match="within an hour"):
        flag(reporter, make_topic(), rule=Rule.SPAM)


def test_flags_are_limited_by_the_day() -> None:
    reporter = make_user()
    with clock.frozen(clock.now()) as move_on:
        for number in range(policies.FLAGS_A_DAY):
            if number % policies.FLAGS_AN_HOUR == 0:
                move_on(timedelta(hours=2))
            flag(reporter, make_topic(), rule=Rule.SPAM)
        move_on(timedelta(hours=2))
        with pytest.raises(NotAllowed, match="within a day"):
            flag(reporter, make_topic(), rule=Rule.SPAM)


def test_words_are_limited() -> None:
    with pytest.raises(Invalid) as refused:
        flag(make_user(), make_topic(), rule=Rule.SPAM, words="x" * 501)
    assert refused.value.field == "words"


def test_a_flag_says_in_what_role_it_was_made() -> None:
    company = make_company()
    topic = make_topic(company)
    now = clock.now()
    people: dict[AskedBy, User] = {
        AskedBy.MEMBER: make_user(),
        AskedBy.TRUSTED: make_user(trusted_since=now),
        AskedBy.COMPANY: make_employee(company),
        AskedBy.MODERATOR: make_user(is_moderator=True),
        AskedBy.OPERATOR: make_user(is_admin=True),
    }
    for role, person in people.items():
        assert flag(person, topic, rule=Rule.OFF_TOPIC).role is role


def working_at(company: Company) -> User:
    person = make_user()
    declare_employer(person, company)
    return person


@pytest.mark.parametrize("make", [make_employee, working_at])
def test_whoever_is_of_a_company_concerned_flags_as_the_company(
    make: Callable[[Company], User],
) -> None:
    company, critic = make_company(), make_user()
    topic = make_topic(company, critic)
    for target in (topic, make_reply(topic), critic):
        assert flag(make(company), target, rule=Rule.ABUSE).role is AskedBy.COMPANY
        assert flag(make(make_company()), target, rule=Rule.ABUSE).role is AskedBy.MEMBER


def test_a_person_concerns_what_they_wrote_about_of_late() -> None:
    company, critic = make_company(), make_user()
    with clock.frozen(clock.now() - judging.CONCERNS - timedelta(days=1)):
        make_topic(company, critic)
        of_it = make_employee(company)
    assert flag(of_it, critic, rule=Rule.ABUSE).role is AskedBy.MEMBER


def test_whoever_has_left_the_company_flags_as_a_member() -> None:
    company, now = make_company(), clock.now()
    former = make_employee(company, since=now - timedelta(days=9), valid_until=now)
    left = working_at(company)
    end_employment(left, company)
    for person in (former, left):
        assert flag(person, make_topic(company), rule=Rule.ABUSE).role is AskedBy.MEMBER


def test_a_moderator_of_the_company_flags_as_the_company() -> None:
    company = make_company()
    moderator = make_employee(company)
    moderator.is_moderator = True
    assert flag(moderator, make_topic(company), rule=Rule.SPAM).role is AskedBy.COMPANY


def test_a_flag_taken_back_ends_its_case() -> None:
    reporter, topic = make_user(), make_topic()
    made = flag(reporter, topic, rule=Rule.SPAM)

    withdraw(reporter, made)

    assert made.outcome is FlagOutcome.WITHDRAWN
    assert only_case().decided_at is not None
    again = flag(reporter, topic, rule=Rule.SPAM)  # another case
    assert again.case_id != made.case_id


def test_others_flags_keep_the_case() -> None:
    reporter, topic = make_user(), make_topic()
    made = flag(reporter, topic, rule=Rule.UNLAWFUL)
    flag(make_user(), topic, rule=Rule.SPAM)
    before = only_case().risk

    withdraw(reporter, made)

    assert only_case().decided_at is None
    assert only_case().risk < before


def test_only_ones_own_flag_is_taken_back_and_once() -> None:
    reporter = make_user()
    made = flag(reporter, make_topic(), rule=Rule.SPAM)
    with pytest.raises(NotAllowed, match="Only who made"):
        withdraw(make_user(), made)
    withdraw(reporter, made)
    with pytest.raises(NotAllowed, match="judged already"):
        withdraw(reporter, made)


def test_risk_follows_its_formula() -> None:
    new = risk.Said(Rule.SPAM, upheld=0, judged=0)
    good = risk.Said(Rule.SPAM, upheld=8, judged=8)
    assert risk.risk_of([new], reach=0, is_held=False) == pytest.approx(1.5)
    assert risk.risk_of([good], reach=0, is_held=False) == pytest.approx(2.7)
    assert risk.risk_of([new, new], reach=9, is_held=False) == pytest.approx(3 * 0.75 * 2)
    assert risk.risk_of([], reach=0, is_held=True) == pytest.approx(risk.HELD)


def test_a_case_twice_as_risky_goes_before_one_a_day_older() -> None:
    now = clock.now()
    older = risk.due_at(now - timedelta(hours=23), 2.0)
    assert risk.due_at(now, 4.0) < older < risk.due_at(now, 2.0)
    assert risk.due_at(now, 0.0) > now  # no risk at all has its place too
