"""Which companies a case concerns: whoever has a stake in one of them stays out of it (rule N12)."""

from typing import Any

import pytest

from community.accounts.models import User
from community.companies import services as companies
from community.companies.models import Company
from community.core.errors import Invalid, NotAllowed
from community.moderation.models import Case, Decision, DecisionAction
from community.moderation.services import lease
from community.moderation.services.decide import Ruling
from community.moderation.services.overturn import reverse
from community.topics.models import Rule, Topic
from tests.factories import make_company, make_reply, make_topic, make_user
from tests.moderation.trials import REMOVED, case_of, judged, moderator, ruled

pytestmark = pytest.mark.usefixtures("app")


def working_at(company: Company, **columns: Any) -> User:
    """Return a moderator who has said that they work there."""
    person = make_user(**columns or {"is_moderator": True})
    companies.declare_employer(person, company)
    return person


def moved(topic: Topic, to: Company) -> Decision:
    return judged(topic, DecisionAction.MOVE, rule=Rule.OFF_TOPIC, move_to=to)


@pytest.fixture
def old() -> Company:
    return make_company("Old Home")


@pytest.fixture
def new() -> Company:
    return make_company("New Home")


def test_what_was_kept_elsewhere_is_not_taken_away_by_the_company_it_moved_to(
    old: Company, new: Company
) -> None:
    topic = make_topic(old)
    kept = judged(topic, DecisionAction.KEEP)
    moved(topic, new)

    for barred in (working_at(old), working_at(new)):
        with pytest.raises(NotAllowed):
            reverse(barred, kept, reason="We do not like it.")
    assert topic.hidden_at is None


def test_open_cases_of_its_answers_move_along(old: Company, new: Company) -> None:
    topic = make_topic(old)
    case = case_of(make_reply(topic))
    move = moved(topic, new)

    assert case.company_id == new.id
    with pytest.raises(NotAllowed):
        lease.take(working_at(new), case)
    lease.take(working_at(old), case)
    reverse(moderator(), move, reason="It was theirs.")
    assert case.company_id == old.id


def test_neither_company_takes_a_move_back(old: Company, new: Company) -> None:
    topic = make_topic(old)
    move = moved(topic, new)
    for barred in (working_at(old), working_at(new)):
        with pytest.raises(NotAllowed):
            reverse(barred, move, reason="It is not about us.")
    assert topic.company_id == new.id


def test_nobody_moves_topics_to_a_company_of_theirs(old: Company, new: Company) -> None:
    case = case_of(make_topic(old), Rule.OFF_TOPIC)
    ruling = Ruling(
        action=DecisionAction.MOVE, rule=Rule.OFF_TOPIC, reason="It is about us.", move_to=new
    )
    with pytest.raises(Invalid, match="a stake in New Home") as refused:
        ruled(case, ruling, working_at(new))
    assert refused.value.field == "company"


def critic_of(company: Company, elsewhere: Company) -> tuple[User, Case]:
    """Return somebody who criticises a company, and a case of what they wrote about another."""
    critic = make_user()
    make_topic(company, critic, title="It broke on the first day")
    return critic, case_of(make_topic(elsewhere, critic))


def test_a_critic_is_not_silenced_through_a_case_of_another_company(
    old: Company, new: Company
) -> None:
    critic, case = critic_of(new, old)
    barred = working_at(new)
    ruling = Ruling(
        action=DecisionAction.REMOVE,
        rule=Rule.ABUSE,
        reason="They are rude.",
        measure=DecisionAction.SUSPEND,
        days=366,
    )
    with pytest.raises(Invalid, match="somebody else decides about the person") as refused:
        ruled(case, ruling, barred)
    assert (refused.value.field, critic.suspended_until) == ("measure", None)

    ruled(case, REMOVED, barred)  # the post is none of theirs
    assert case.decided_at is not None


def test_without_a_stake_both_is_decided(old: Company, new: Company) -> None:
    critic, case = critic_of(new, old)
    ruling = Ruling(
        action=DecisionAction.REMOVE,
        rule=Rule.ABUSE,
        reason="They are rude.",
        measure=DecisionAction.SUSPEND,
        days=3,
    )
    assert len(ruled(case, ruling)) == 2
    assert critic.suspended_until is not None
