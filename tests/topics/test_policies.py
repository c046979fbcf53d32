"""The rules themselves, over every role: what a stake in a company never allows."""

from datetime import timedelta
from itertools import product

import pytest

from community.accounts.models import User
from community.companies.models import Company, CompanyState, Mandate, MandateKind, Stake
from community.companies.policies import BARS, can_moderate
from community.core import clock
from community.topics import policies
from community.topics.models import STATUSES, Reply, StatusRole, Topic, TopicKind, TopicStatus

NOW = clock.now()
COMPANY = Company(id=1, name="Acme", state=CompanyState.LISTENING)


def person(user_id: int, **columns: object) -> User:
    return User(id=user_id, email_verified_at=NOW, **columns)


def topic(kind: TopicKind = TopicKind.PROBLEM, status: TopicStatus = TopicStatus.OPEN) -> Topic:
    return Topic(id=1, company_id=1, author_id=1, kind=kind, status=status)


def mandate(kind: MandateKind = MandateKind.EMPLOYEE) -> Mandate:
    return Mandate(company_id=1, user_id=2, kind=kind)


@pytest.mark.parametrize("stake", list(Stake))
def test_nobody_with_a_stake_moderates_and_each_is_told_why(stake: Stake) -> None:
    for is_moderator, is_admin in product((False, True), repeat=2):
        actor = person(2, is_moderator=is_moderator, is_admin=is_admin)
        is_barred = is_moderator or is_admin

        decisions = [
            policies.can_sort(actor, topic(), stake=stake, at=NOW),
            can_moderate(actor, stake, NOW),
        ]
        assert [bool(decision) for decision in decisions] == [False, False]
        if is_barred:
            assert {decision.reason for decision in decisions} == {str(BARS[stake])}
        assert bool(policies.can_sort(actor, topic(), stake=None, at=NOW)) == is_barred
        assert bool(can_moderate(actor, None, NOW)) == is_barred


@pytest.mark.parametrize("new", list(TopicStatus))
@pytest.mark.parametrize("said", [None, TopicStatus.OPEN, TopicStatus.SOLVED])
@pytest.mark.parametrize("kind", list(TopicKind))
def test_the_company_never_overrules_the_asker(
    kind: TopicKind, said: TopicStatus | None, new: TopicStatus
) -> None:
    for status in STATUSES[kind]:
        decision = policies.can_set_status(
            person(2),
            topic(kind, status),
            new,
            role=StatusRole.COMPANY,
            asker_said=said,
            at=NOW,
        )
        overrules = (said is TopicStatus.SOLVED and status is TopicStatus.SOLVED) or (
            said is TopicStatus.OPEN and new in {TopicStatus.SOLVED, TopicStatus.NOT_A_PROBLEM}
        )
        assert decision.allowed == (new in STATUSES[kind] and not overrules)
        assert decision.allowed == (decision.reason == "")


@pytest.mark.parametrize("new", list(TopicStatus))
@pytest.mark.parametrize("kind", list(TopicKind))
def test_the_asker_and_the_moderator(kind: TopicKind, new: TopicStatus) -> None:
    def may(role: StatusRole | None) -> bool:
        return bool(
            policies.can_set_status(person(1), topic(kind), new, role=role, asker_said=None, at=NOW)
        )

    solvable = kind in {TopicKind.QUESTION, TopicKind.PROBLEM}
    assert may(StatusRole.ASKER) == (solvable and new in {TopicStatus.OPEN, TopicStatus.SOLVED})
    assert may(StatusRole.MODERATOR) == (new in STATUSES[kind])
    assert not may(None)


@pytest.mark.usefixtures("app")  # refuses in the language of a request
def test_who_cannot_take_part_can_do_nothing() -> None:
    reply = Reply(id=1, topic_id=1, author_id=9, parent_id=None)
    for actor in (
        None,
        person(1, suspended_until=NOW + timedelta(seconds=1)),
        person(1, deleted_at=NOW),
        User(id=1, source_key="import:1"),
    ):
        assert not policies.can_post_topic(actor, COMPANY, at=NOW)
        assert not policies.can_reply(actor, at=NOW)
        assert not policies.can_follow(actor, topic(), at=NOW)
        assert not policies.can_say_me_too(actor, topic(), at=NOW)
        assert not policies.can_judge(actor, reply, at=NOW)
        assert not policies.can_accept(actor, topic(), reply, has_me_too=True, at=NOW)
        assert not policies.can_mark_official(actor, mandate(), reply, at=NOW)
        assert not policies.can_sort(actor, topic(), stake=None, at=NOW)
        for role in StatusRole:
            assert not policies.can_set_status(
                actor, topic(), TopicStatus.SOLVED, role=role, asker_said=None, at=NOW
            )


def test_a_company_elsewhere_takes_no_topics_from_anybody() -> None:
    elsewhere = Company(id=1, name="Acme", state=CompanyState.ELSEWHERE)

    decision = policies.can_post_topic(person(1, is_admin=True), elsewhere, at=NOW)

    assert decision == (False, "Acme gives help at its own desk; ask there.")
    assert policies.can_post_topic(person(1), COMPANY, at=NOW)
