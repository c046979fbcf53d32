"""Services where it matters what was before: what somebody else said last, or a moderator decided.

What a call lays on first goes with it when the call is refused; so nothing is done, and a row says so.
"""

from collections.abc import Callable
from datetime import timedelta

from community.accounts import services as accounts
from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.moderation.models import Case, DecisionAction, RestrictionKind
from community.moderation.queries import judging
from community.moderation.services import flag, lease, legal, restrictions
from community.moderation.services.appeal import appeal
from community.moderation.services.decide import Ruling, decide
from community.topics import services as topics
from community.topics.models import AskedBy, Post, Rule, Sight, TopicKind, TopicStatus
from tests.neutrality.services import Call, Service, of
from tests.neutrality.table import NOTHING, Row
from tests.neutrality.world import Stage


def _says(name: str, *statuses: TopicStatus) -> tuple[Call, ...]:
    def call(status: TopicStatus) -> Call:
        return lambda stage, actor: topics.set_status(actor, getattr(stage, name), status)

    return tuple(map(call, statuses))


def _cover(post: Post) -> None:
    topics.hide(
        post,
        sight=Sight.MASKED,
        rule=Rule.PERSONAL_DATA,
        asked_by=AskedBy.MEMBER,
        log_seq=1,
    )


def _edit_covered_reply(stage: Stage, actor: User | None) -> None:
    _cover(stage.reply)
    topics.edit_reply(actor, stage.reply, from_number=2, body="Call Ada at home: 030 1234567.")


def _edit_covered_topic(stage: Stage, actor: User | None) -> None:
    _cover(stage.topic)
    topics.edit_topic(
        actor,
        stage.topic,
        from_number=3,
        title="All is well",
        body="Nothing to see here.",
        kind=TopicKind.PROBLEM,
        product_ids=[],
        tags=[],
    )


def _sort_covered_topic(stage: Stage, actor: User | None) -> None:
    _cover(stage.topic)
    topics.sort_topic(actor, stage.topic, kind=TopicKind.IDEA)


def _edit_while_a_moderator_looks(stage: Stage, actor: User | None) -> None:
    flagged = flag.flag(stage.fan, stage.remark, rule=Rule.SPAM)
    lease.take(stage.judge, db.session.get_one(Case, flagged.case_id))
    topics.edit_reply(actor, stage.remark, from_number=1, body="It works.")


def _edit_while_a_jury_judges(stage: Stage, actor: User | None) -> None:
    flagged = flag.flag(stage.fan, stage.remark, rule=Rule.SPAM)
    case = db.session.get_one(Case, flagged.case_id)
    kept = Ruling(action=DecisionAction.KEEP, reason="It is no spam.")
    (made,) = decide(stage.judge, case, kept, seen=judging.seen(case))
    appeal(stage.fan, made, words="It is.")
    topics.edit_reply(actor, stage.remark, from_number=1, body="It works.")


def _post_twice_where_it_is_slow(stage: Stage, actor: User | None) -> None:
    for body in ("It works for us.", "It still does."):
        topics.post_reply(actor, stage.idea, body=body)


def _post_twice_while_limited(stage: Stage, actor: User | None) -> None:
    if actor is not None:
        restrictions.restrict(
            actor,
            kind=RestrictionKind.SLOW,
            until=clock.now() + timedelta(days=1),
            decision_id=stage.removal.id,
        )
    for body in ("It works for us.", "It still does."):
        topics.post_reply(actor, stage.quiet, body=body)


def _enter_a_request_about(target: Callable[[Stage], str]) -> Call:
    """Let somebody enter a request that names what it is about, and no company."""
    return lambda stage, actor: legal.enter_request(
        actor,
        received_on=clock.now().date(),
        requester="District court",
        country="DE",
        law="Trade mark act",
        target=target(stage),
        request_text="Remove it.",
    )


def _turn_a_request_upon(stage: Stage, actor: User | None) -> None:
    entered = legal.enter_request(
        stage.actor("operator"),
        received_on=clock.now().date(),
        requester="District court",
        country="DE",
        law="Trade mark act",
        company=stage.stranger,
        request_text="Remove it.",
    )
    legal.correct_request(
        actor,
        entered,
        received_on=entered.received_on,
        requester=entered.requester,
        country=entered.country,
        law=entered.law,
        company=stage.company,
        target="",
        request_text=entered.text,
        is_text_public=False,
        reason="It was another company.",
        seen=0,
    )


def _take_over(stage: Stage, actor: User | None) -> None:
    if actor is not None:
        accounts.take_over(stage.fan, actor)


WORLDS: list[tuple[str, Service]] = [
    (
        "open what the asker calls solved",
        of(Row(moderator="status logs"), *_says("settled", TopicStatus.OPEN)),
    ),
    (
        "close what the asker opened again",
        of(
            Row(moderator="status logs order"),
            *_says("reopened", TopicStatus.SOLVED, TopicStatus.NOT_A_PROBLEM),
        ),
    ),
    ("change a covered reply", of(NOTHING, _edit_covered_reply)),
    ("change a covered topic", of(NOTHING, _edit_covered_topic)),
    ("sort a covered topic", of(NOTHING, _sort_covered_topic)),
    ("change what a moderator looks at", of(NOTHING, _edit_while_a_moderator_looks)),
    ("change what a jury judges", of(NOTHING, _edit_while_a_jury_judges)),
    ("post twice where it is slow", of(NOTHING, _post_twice_where_it_is_slow)),
    ("post twice while limited to one post an hour", of(NOTHING, _post_twice_while_limited)),
    (
        "flag what is out of sight",
        of(NOTHING, lambda stage, actor: flag.flag(actor, stage.gone, rule=Rule.ABUSE)),
    ),
    (
        "enter a legal request about what is said of the company, which it does not name",
        of(
            Row(operator="legal"),
            _enter_a_request_about(lambda stage: f"topic {stage.topic.id}"),
            _enter_a_request_about(lambda stage: f"reply {stage.reply.id}"),
            _enter_a_request_about(lambda stage: f"person {stage.topic.author_id}"),
            _enter_a_request_about(lambda stage: f"company {stage.company.slug}"),
        ),
    ),
    (
        "turn a legal request upon the company",
        of(Row(operator="legal logs"), _turn_a_request_upon),
    ),
    (
        "take back a word of before one was suspended",
        of(NOTHING, lambda stage, actor: topics.remove_me_too(actor, stage.quiet)),
    ),
    (
        "follow what one does not follow yet",
        of(Row("own"), lambda stage, actor: topics.follow(actor, stage.idea)),
    ),
    ("take over what somebody with an account wrote", of(NOTHING, _take_over)),
    (
        "drop a search that was kept before one was suspended",
        of(NOTHING, lambda stage, actor: topics.drop_search(actor, stage.their_search.id)),
    ),
]
