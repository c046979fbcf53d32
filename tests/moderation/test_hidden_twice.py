"""Two decisions about one post: taking one back leaves what the other holds."""

from community.moderation.models import Decision, DecisionAction, LogRole
from community.moderation.services.overturn import overturn
from community.topics.models import COVERED, Reply, Sight
from community.topics.services import visibility
from tests.factories import make_reply
from tests.moderation.trials import judged

WORDS = "Turn it off and on again."


def masked_and_removed() -> tuple[Reply, Decision, Decision]:
    reply = make_reply(body=WORDS)
    masked = judged(reply, DecisionAction.MASK)
    return reply, masked, judged(reply, DecisionAction.REMOVE)


def take_back(decision: Decision) -> None:
    overturn(decision, role=LogRole.JURY, texts={"reason": "It was wrong."})


def test_what_is_covered_stays_so_when_its_removal_is_taken_back() -> None:
    reply, masked, removed = masked_and_removed()

    take_back(removed)

    stands = visibility.in_force(reply)
    assert stands is not None
    assert (stands.sight, stands.log_seq) == (Sight.MASKED, masked.log_seq)
    assert (reply.hidden_at, reply.body) == (None, COVERED)
    assert visibility.words_of(reply).body == WORDS

    take_back(masked)
    assert visibility.in_force(reply) is None
    assert reply.body == WORDS


def test_what_nothing_holds_any_more_comes_back_in_whichever_order() -> None:
    reply, masked, removed = masked_and_removed()

    take_back(masked)
    assert visibility.in_force(reply) is not None

    take_back(removed)
    assert visibility.in_force(reply) is None
    assert (reply.hidden_at, reply.body) == (None, WORDS)


def test_what_was_let_go_in_between_is_not_hidden_for_it_again() -> None:
    reply = make_reply(body=WORDS)
    judged(reply, DecisionAction.MASK)
    visibility.lift(reply)
    removed = judged(reply, DecisionAction.REMOVE)

    take_back(removed)

    assert visibility.in_force(reply) is None
    assert reply.body == WORDS
