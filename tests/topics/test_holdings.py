"""What is kept about a person is moved and exported as a whole, and the counts stay right."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from community.accounts import services
from community.accounts.models import User
from community.core import clock, holdings, outbox
from community.core.db import Base, db
from community.core.errors import DomainError
from community.topics import services as topics
from community.topics.models import (
    DeflectionStep,
    Follow,
    FollowCause,
    ReadMark,
    Reply,
    Topic,
    Vote,
)
from community.topics.services import recount
from tests.factories import make_company, make_reply, make_topic, make_user

STEPS = ("topic", "reply", "comment", "vote", "outcome", "accept", "me_too", "follow", "solved")


def guest() -> User:
    """Make a guest, who for once may take part in everything."""
    return make_user(email=None, source_key=None)


def left_of(user_id: int) -> list[str]:
    """Return the columns that refer to somebody."""
    return [
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "users"
        and db.session.scalar(select(func.count()).select_from(table).where(key.parent == user_id))
    ]


def act(step: str, who: User, at: int) -> None:
    """Do something to one of the topics and replies there are; what is refused does not happen."""
    topic, reply = _one(Topic, at), _one(Reply, at)
    with suppress(DomainError):
        match step:
            case "topic":
                make_topic(topic.company, who)
            case "reply":
                topics.post_reply(who, topic, body=f"Answer {at} of {who.id}")
            case "comment":
                topics.post_comment(who, reply, body=f"Comment {at} of {who.id}")
            case "vote":
                topics.vote(who, reply, 1 if at % 2 else -1)
            case "outcome":
                topics.record_outcome(reply, user=who, worked=bool(at % 2))
            case "accept":
                topics.accept(who, topic, reply)
            case "me_too":
                topics.add_me_too(who, topic)
            case "follow":
                topics.follow(who, topic)
            case "solved":
                topics.record_step(
                    visit=f"{who.id:032x}",
                    step=DeflectionStep.SOLVED,
                    user=who,
                    topic_id=topic.id,
                    reply_id=reply.id,
                )
            case _:
                raise AssertionError(step)


def _one(table: Any, at: int) -> Any:
    rows = db.session.scalars(
        select(table).order_by(table.id).execution_options(populate_existing=True)
    ).all()
    found = rows[at % len(rows)]
    if table is Topic:
        found.company  # noqa: B018 (read before it may not be any more)
    return found


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(STEPS), st.sampled_from("abc"), st.integers(0, 9)),
        min_size=5,
        max_size=40,
    )
)
def test_counting_again_after_a_move_changes_nothing(
    steps: list[tuple[str, str, int]],
) -> None:
    before = db.session.begin_nested()
    try:
        people = {"a": guest(), "b": make_user(), "c": make_user()}
        company = make_company()
        for person in people.values():
            make_reply(make_topic(company, person), people["c"])
        for _name, correct in recount.steps():
            correct()
        for step, who, at in steps:
            act(step, people[who], at)
        outbox.settle(outbox_rows())
        for _name, correct in recount.steps():
            correct()  # what jobs would have done

        services.take_over(people["a"], people["b"])

        db.session.expire_all()
        wrong = {
            correction.name: correction
            for _name, correct in recount.steps()
            for correction in [correct()]
            if correction.rows and correction.name != "company_figures"  # owed to a job
        }
        assert wrong == {}
        assert left_of(people["a"].id) == []
    finally:
        before.rollback()
        db.session.expunge_all()  # of rows that never were


def outbox_rows() -> list[outbox.OutboxRow]:
    return list(db.session.scalars(select(outbox.OutboxRow)))


def test_what_one_may_not_say_of_an_own_post_is_dropped() -> None:
    first, second = guest(), make_user()
    answer = make_reply(author=first)
    topics.vote(second, answer, 1)
    topics.record_outcome(answer, user=second, worked=True)
    asked = make_topic(author=first)
    topics.add_me_too(second, asked)

    services.take_over(first, second)

    for row in (answer, asked):
        db.session.refresh(row)
    assert (answer.author_id, answer.helpful_count, answer.worked_count) == (second.id, 0, 0)
    assert (asked.author_id, asked.me_too_count) == (second.id, 0)


def test_what_both_did_counts_once() -> None:
    first, second = guest(), make_user()
    answer = make_reply()
    for person in (first, second):
        db.session.add(Vote(reply_id=answer.id, user_id=person.id, value=1))
        db.session.add(
            Follow(topic_id=answer.topic_id, user_id=person.id, cause=FollowCause.CHOSEN)
        )
        db.session.add(
            ReadMark(topic_id=answer.topic_id, user_id=person.id, read_until=clock.now())
        )
    db.session.flush()

    services.take_over(first, second)

    db.session.refresh(answer)
    assert answer.helpful_count == 1
    followers = select(Topic.follower_count).where(Topic.id == answer.topic_id)
    assert db.session.scalar(followers) == 1


def test_who_followed_each_other_is_one_and_follows_nobody() -> None:
    first, second, third = guest(), make_user(), make_user()
    for who, whom in ((first, second), (second, first), (third, first), (third, second)):
        db.session.add(Follow(user_id=who.id, person_id=whom.id))
    db.session.flush()

    services.take_over(first, second)

    rows = db.session.execute(select(Follow.user_id, Follow.person_id)).all()
    assert [tuple(row) for row in rows] == [(third.id, second.id)]


def test_every_table_with_people_in_it_is_somebody_s() -> None:
    """A new reference to a person has to be handed over as well: this test says where."""
    handled = {
        "companies.official_help_by_id",
        "companies.created_by_id",
        "company_aliases.added_by_id",
        "products.created_by_id",
        "mandates.user_id",
        "mandates.granted_by_id",
        "pictures.uploaded_by_id",
        "drafts.user_id",
        "sessions.user_id",
        "person_claims.user_id",
        "notifications.user_id",
        "notifications.actor_id",
        "notification_preferences.user_id",
        "notification_mails.user_id",
        "topics.author_id",
        "topic_tags.added_by_id",
        "status_changes.actor_id",
        "revisions.editor_id",
        "me_toos.user_id",
        "follows.user_id",
        "follows.person_id",
        "saved_searches.user_id",
        "read_marks.user_id",
        "deflection_events.user_id",
        "standings.user_id",
        "replies.author_id",
        "official_answers.marked_by_id",
        "accepted_answers.accepted_by_id",
        "outcomes.user_id",
        "votes.user_id",
        "employments.user_id",
        "champions.user_id",
        "champions.thanked_by_id",
        "rivalries.declared_by_id",
        "flags.reporter_id",
        "flags.person_id",
        "cases.person_id",
        "cases.leased_by_id",
        "decisions.moderator_id",
        "restrictions.user_id",
        "appeals.appellant_id",
        "appeals.moderator_id",
        "jurors.user_id",
        "modes.set_by_id",
        "legal_corrections.corrected_by_id",
        "legal_requests.entered_by_id",
    }
    found = {
        f"{table.name}.{key.parent.name}"
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }

    assert found == handled


def test_an_export_holds_what_somebody_did() -> None:
    user = make_user("mira")
    topic = make_topic(make_company("Brightwave"), user, title="It blinks")
    answer = make_reply(body="Turn it off.")
    mine = make_reply(answer.topic, user, body="Or unplug it.")
    topics.vote(user, answer, 1)
    topics.follow(user, answer.topic)

    kept = {holding.name: holding.export(user) for holding in holdings.all_holdings()}

    (written,) = kept["topics"]["topics"]
    assert (written["title"], written["company"]) == ("It blinks", "Brightwave")
    assert written["address"] == f"http://localhost/t/{topic.id}"
    (replied,) = kept["topics"]["answers_and_comments"]
    assert (replied["id"], replied["text"]) == (mine.id, "Or unplug it.")
    (voted,) = kept["topics"]["votes"]
    assert (voted["reply_id"], voted["value"]) == (answer.id, 1)
    (followed,) = kept["topics"]["follows"]
    assert followed["topic"] == answer.topic.title
    assert kept["account"]["username"] == "mira"
    assert holdings.posts_of(user) == 2


def test_leaving_takes_follows_along_and_counts_them() -> None:
    user, topic = make_user(), make_topic()
    topics.follow(user, topic)
    for holding in holdings.all_holdings():
        holding.forget(user)

    db.session.refresh(topic)
    assert topic.follower_count == 0
