"""Any sequence of actions by people with a stake leaves what customers wrote as it was (rule N5)."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from community.core import outbox
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed, NotFound
from community.topics import services as topics
from tests.neutrality.effects import COUNTS, Rows
from tests.neutrality.services import SERVICES, Call
from tests.neutrality.world import BARRED, COMPANY, STAKED, SUSPENDED, Stage

CAST = (*COMPANY, SUSPENDED, *STAKED, *BARRED)
CALLS = [
    (f"{name} {number}", call)
    for name, service in sorted(SERVICES.items())
    for number, call in enumerate(service.calls)
]
# What everybody may do, so that a mandate must make no difference to it.
EVERYBODYS: dict[str, Call] = {
    "reply": lambda stage, who: topics.post_reply(who, stage.topic, body="It works for us."),
    "answer": lambda stage, who: topics.post_reply(who, stage.quiet, body="It is worth it."),
    "comment": lambda stage, who: topics.post_comment(who, stage.answer, body="No."),
    "praise": lambda stage, who: topics.vote(who, stage.reply, 1),
    "blame": lambda stage, who: topics.vote(who, stage.answer, -1),
    "take back": lambda stage, who: topics.vote(who, stage.answer, 0),
    "worked": lambda stage, who: topics.record_outcome(stage.worked, user=who, worked=True),
    "failed": lambda stage, who: topics.record_outcome(stage.answer, user=who, worked=False),
    "me too": lambda stage, who: topics.add_me_too(who, stage.topic),
    "accept": lambda stage, who: topics.accept(who, stage.topic, stage.worked),
    "follow": lambda stage, who: topics.follow(who, stage.quiet),
}
PEOPLE = ("representative", "owner")  # two of the company, who have posted nothing yet
TWINS = ("trusted", "bystander")  # and two of whom nothing binds to it
# Other examples in every run, in CI as well. The last step of one that fails is the one to blame,
# so no time is spent on looking for a shorter one.
RANDOM = settings(
    deadline=None,
    derandomize=False,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# Each call of a service by about five of the cast in a run.
LONG = settings(RANDOM, max_examples=10, stateful_step_count=50)
MANY = settings(RANDOM, max_examples=25)
_WROTE = (
    "title",
    "body",
    "body_html",
    "author_id",
    "hidden_at",
    "company_id",
    "kind",
    "created_at",
)
_JUDGED = {
    "votes": "user_id",
    "outcomes": "user_id",
    "accepted_answers": "accepted_by_id",
    "me_toos": "user_id",
    "follows": "user_id",
    "flags": "reporter_id",
    "drafts": "user_id",
}
_FILED = ("topic_tags", "topic_products", "tombstones")


def test_no_sequence_changes_what_customers_wrote(stage: Stage) -> None:
    class Company(RuleBasedStateMachine):
        """The company's people, its friends and its rivals do what they can."""

        def __init__(self) -> None:
            super().__init__()
            db.session.rollback()
            connection: Any = db.engines[None]
            random.seed()  # as in `Stage.view`
            self.point = connection.begin_nested()
            self.was = _customers(stage.before.rows, stage)

        @rule(call=st.sampled_from(CALLS), who=st.sampled_from(CAST))
        def act(self, call: tuple[str, Call], who: str) -> None:
            """Somebody calls a service."""
            _do(stage, call[1], who)

        @invariant()
        def nothing_is_lost(self) -> None:
            """Every text, verdict and tag of a customer is there, as it was."""
            db.session.rollback()
            assert _customers(stage.rows(), stage) == self.was

        def teardown(self) -> None:
            """Look once more as a visitor does, and undo it all."""
            try:
                outbox.deliver_due()
                for path, (order, marks) in stage.view(stage.rows()).items():
                    known, seen = stage.before.view[path]
                    assert seen <= marks, path
                    assert set(known) <= set(order) or path == "/unanswered", path
            finally:
                db.session.rollback()
                self.point.rollback()
                db.session.expire_all()

    run_state_machine_as_test(Company, settings=LONG)


def test_a_mandate_moves_nothing_that_a_member_would_not_move(stage: Stage) -> None:
    """The same actions of plain members leave lists, searches and conversations the same."""

    @MANY
    @given(
        st.lists(
            st.tuples(st.sampled_from(sorted(EVERYBODYS)), st.sampled_from((0, 1))),
            min_size=1,
            max_size=6,
        )
    )
    def check(steps: Sequence[tuple[str, int]]) -> None:
        assert _played(stage, steps, PEOPLE) == _played(stage, steps, TWINS)

    check()


def _played(
    stage: Stage, steps: Sequence[tuple[str, int]], people: Sequence[str]
) -> Mapping[str, Sequence[object]]:
    """Return in which order visitors see everything after these steps, and every count.

    The steps are undone.
    """
    db.session.rollback()
    connection: Any = db.engines[None]
    random.seed()
    point = connection.begin_nested()
    try:
        for name, number in steps:
            _do(stage, EVERYBODYS[name], people[number])
        outbox.deliver_due()
        rows = stage.rows()
        # What was there before: what is new has another id each time.
        orders = {
            path: [one for one in order if one in stage.before.view[path][0]]
            for path, (order, _marks) in stage.view(rows).items()
        }
        return orders | {
            f"{table} {key}": [row[name] for name in sorted(names - {"last_worked_at"})]
            for table, names in COUNTS.items()
            for key, row in rows[table].items()
            if key in stage.before.rows[table]
        }
    finally:
        db.session.rollback()
        point.rollback()
        db.session.expire_all()


def _do(stage: Stage, call: Call, who: str) -> None:
    """Call a service as somebody; being refused is an answer."""
    try:
        with transaction():
            call(stage, stage.actor(who))
    except (Conflict, Invalid, NotAllowed, NotFound):
        pass


def _customers(rows: Rows, stage: Stage) -> dict[str, object]:
    """Return what customers wrote and said, where it stands and under which tags."""
    cast = {stage.user_id(who) for who in CAST}
    return dict(_parts(rows, cast, stage.before.rows))


def _parts(rows: Rows, cast: set[int | None], were: Rows) -> Iterator[tuple[str, object]]:
    for table in ("topics", "replies"):
        yield (
            table,
            {
                key: {name: row[name] for name in _WROTE if name in row}
                for key, row in rows[table].items()
                if row["author_id"] not in cast
            },
        )
    for table, column in _JUDGED.items():
        yield table, {k: row for k, row in rows[table].items() if row[column] not in cast}
    old = {key[0] for key in were["topics"]}
    for table in _FILED:
        yield table, {k: row for k, row in rows[table].items() if row["topic_id"] in old}
    yield "revisions", {key: rows["revisions"].get(key) for key in were["revisions"]}
