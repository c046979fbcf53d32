"""What is taken out of sight leaves a tombstone, and comes back exactly as it was."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Barrier
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from community import search
from community.accounts import forgetting
from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import Base, db, transaction
from community.core.errors import NotAllowed
from community.core.picture_keys import Size
from community.core.sealing import Unreadable
from community.notifications.models import Notification
from community.pictures import services as pictures
from community.pictures.reading import Encoded
from community.topics import handlers, queries, services
from community.topics.models import (
    COVERED,
    AskedBy,
    DeflectionStep,
    Reply,
    Rule,
    Sight,
    Tag,
    Tombstone,
    Topic,
    TopicKind,
)
from community.topics.services import visibility
from community.writing import services as drafts
from tests.conftest import Client
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user

ENCODED = Encoded(size=Size(640, 480), full=b"full", small=b"small", is_still_of_many=False)
UNTOUCHED = {"tombstones", "outbox"}  # what is allowed to be longer afterwards


def rows() -> dict[str, list[Any]]:
    """Return every row of every table, but for the tombstones and what they owe."""
    db.session.flush()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table))))
        for table in Base.metadata.sorted_tables
        if table.name not in UNTOUCHED
    }


def hide(post: Topic | Reply, sight: Sight = Sight.REMOVED) -> Tombstone:
    return services.hide(post, sight=sight, rule=Rule.SPAM, asked_by=AskedBy.MODERATOR, log_seq=1)


@pytest.fixture
def topic() -> Topic:
    """A topic with a tag, an answer that its asker accepted, and a comment on that."""
    asker = make_user()
    topic = services.post_topic(
        asker,
        make_company(),
        kind=TopicKind.PROBLEM,
        title="It does not start",
        body="Since this morning.",
        tags=["wifi"],
    )
    answer = services.post_reply(make_user(), topic, body="Turn it on and off.")
    services.post_comment(make_user(), answer, body="Twice.")
    services.vote(make_user(), answer, 1)
    services.accept(asker, topic, answer)
    return topic


def answer_of(topic: Topic) -> Reply:
    return db.session.scalars(select(Reply).filter_by(topic_id=topic.id, parent_id=None)).one()


def test_a_removed_reply_is_counted_no_more_and_comes_back_as_it_was(topic: Topic) -> None:
    answer, before = answer_of(topic), rows()

    tombstone = hide(answer)

    assert answer.hidden_at is not None
    assert (topic.reply_count, topic.first_reply_at) == (0, None)
    assert visibility.in_force(answer) is tombstone

    assert services.lift(answer) is tombstone
    assert tombstone.lifted_at is not None
    assert rows() == before
    assert services.lift(answer) is None


def test_a_removed_topic_leaves_its_tags_and_comes_back_as_it_was(topic: Topic) -> None:
    before = rows()

    hide(topic)
    hide(topic)

    assert topic.hidden_at is not None
    assert db.session.scalars(select(Tag.topic_count)).all() == [0]

    services.lift(topic)
    assert rows() == before


def test_what_a_mask_covers_lies_sealed_and_nowhere_else(topic: Topic) -> None:
    answer = answer_of(topic)
    author = db.session.get_one(User, answer.author_id)
    services.edit_reply(author, answer, from_number=1, body="Call 0171 2345678.")
    before = rows()

    tombstone = hide(answer, Sight.MASKED)

    assert not any("0171" in row or "on and off" in row for some in rows().values() for row in some)
    assert tombstone.sealed
    assert b"0171" not in tombstone.sealed
    assert (answer.hidden_at, answer.body) == (None, COVERED)
    assert topic.reply_count == 1
    assert visibility.words_of(answer).body == "Call 0171 2345678."
    with pytest.raises(NotAllowed):
        services.edit_reply(author, answer, from_number=2, body="Call me.")

    services.lift(answer)
    assert db.session.scalars(select(Tombstone.sealed)).all() == [None]
    assert rows() == before


def test_a_covered_topic_is_called_so_wherever_it_is_named(topic: Topic) -> None:
    services.edit_topic(
        topic.author,
        topic,
        from_number=1,
        title="0171 2345678 does not start",
        body="Since this morning.",
        kind=topic.kind,
        product_ids=[],
        tags=["wifi"],
    )
    before = rows()

    hide(topic, Sight.MASKED)

    assert (topic.title, topic.slug) == (COVERED, "covered")
    assert not any("0171" in row or "morning" in row for some in rows().values() for row in some)

    hide(topic, Sight.REMOVED)  # it is removed, and what it said stays sealed
    assert topic.hidden_at is not None
    assert topic.title == COVERED
    assert visibility.words_of(topic).title == "0171 2345678 does not start"

    services.lift(topic)
    assert rows() == before


def furnished() -> list[Topic | Reply]:
    """Make two topics at one company with something of everything, and return their posts."""
    company, asker, helper = make_company(), make_user(), make_user()
    posts: list[Topic | Reply] = []
    for number in range(2):
        topic = services.post_topic(
            asker,
            company,
            kind=TopicKind.PROBLEM,
            title=f"It does not start, {number}",
            body="Since this morning.",
            tags=["wifi", f"only{number}"],
            visit=f"{number:032x}",
        )
        answer = services.post_reply(helper, topic, body="Turn it on and off.")
        employee = make_employee(company)
        official = services.post_reply(employee, topic, body="We look into it.", as_company=True)
        comment = services.post_comment(asker, answer, body="Twice.")
        services.edit_reply(helper, answer, from_number=1, body="Turn it on.", note="shorter")
        services.vote(asker, answer, 1)
        services.record_outcome(answer, user=employee, worked=True, version="2")
        services.accept(asker, topic, answer)
        services.mark_official(employee, topic, official)
        services.add_me_too(helper, topic)
        posts += [topic, answer, official, comment]
    return posts


def follow_up(posts: list[Topic | Reply]) -> None:
    """Do what the worker does after posts went or came."""
    replies = [post for post in posts if isinstance(post, Reply)]
    company_id = next(post.company_id for post in posts if isinstance(post, Topic))
    handlers.refresh_standings([{"reply_id": reply.id} for reply in replies])
    handlers.refresh_figures([{"company_id": company_id}])


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a run is not undone, so not shrunk
)
@given(seed=st.integers(0, 2**32))
def test_whatever_goes_and_comes_in_any_order_all_is_as_it_was(seed: int) -> None:
    random = Random(seed)
    with clock.frozen(clock.now()) as move_on:
        posts = furnished()
        follow_up(posts)
        before = rows()
        for _ in range(20):
            move_on(timedelta(minutes=1))
            post = random.choice(posts)
            if random.random() < 0.6:
                hide(post, random.choice([Sight.REMOVED, Sight.MASKED]))
            else:
                services.lift(post)
            if random.random() < 0.3:
                follow_up(posts)
        random.shuffle(posts)
        for post in posts:
            services.lift(post)
        move_on(-timedelta(minutes=20))  # when figures were computed is no part of it
        follow_up(posts)

        assert rows() == before


def test_a_held_post_is_told_of_once_it_can_be_seen() -> None:
    asker, follower = make_user(), make_user("fay")
    company = make_company()
    services.follow(follower, company)
    topic = services.post_topic(
        asker, company, kind=TopicKind.PROBLEM, title="It stopped", body="@fay knows."
    )
    hide(topic, Sight.HELD)
    posted_again = services.post_topic(
        asker, company, kind=TopicKind.PROBLEM, title="It stopped", body="@fay knows."
    )
    outbox.deliver_due()

    assert posted_again is topic
    assert news_of(follower) == 0

    hide(topic, Sight.REMOVED)  # somebody was wrong about it
    services.lift(topic)
    outbox.deliver_due()
    assert news_of(follower) == 1
    assert topic.last_activity_at == topic.created_at

    hide(topic)
    services.lift(topic)
    outbox.deliver_due()
    assert news_of(follower) == 1


def news_of(user: User) -> int:
    mine = select(func.count()).where(Notification.user_id == user.id)
    return db.session.scalar(mine) or 0


def test_the_index_forgets_what_is_out_of_sight_and_finds_it_again(topic: Topic) -> None:
    def found() -> list[int]:
        outbox.deliver_due()
        return [match.topic_id for match in search.index().search("morning").matches]

    assert found() == [topic.id]
    for sight in (Sight.REMOVED, Sight.MASKED):
        hide(topic, sight)
        assert found() == []
    services.lift(topic)
    assert found() == [topic.id]


def test_a_removed_answer_is_official_and_accepted_no_more_in_lists(topic: Topic) -> None:
    company_id, answer = topic.company_id, answer_of(topic)
    employee = make_employee(topic.company)
    official = services.post_reply(employee, topic, body="Known.", as_company=True)
    services.mark_official(employee, topic, official)

    def row() -> tuple[bool, int]:
        (one,) = queries.page_of_topics(company_id=company_id).rows
        return bool(one.has_official), one.accepted_count

    assert row() == (True, 1)
    hide(official)
    hide(answer)
    assert row() == (False, 0)


def test_drafts_that_quote_covered_words_hold_them_no_more(topic: Topic) -> None:
    answer, other = answer_of(topic), make_user()
    fields = {"body": "somebody wrote:\n\n> Turn it on and off.\n\nI tried that."}
    draft = drafts.save_draft(fields, place=f"topic:{topic.id}", user=other)
    before = rows()

    hide(answer, Sight.MASKED)
    assert draft.fields["body"] == f"somebody wrote:\n\n> {COVERED}\n\nI tried that."

    services.lift(answer)
    assert rows() == before

    hide(answer, Sight.MASKED)
    drafts.save_draft({"body": "Never mind."}, place=draft.place, key=draft.key, user=other)
    services.lift(answer)
    assert draft.fields == {"body": "Never mind."}


def test_whoever_is_forgotten_is_gone_from_what_is_sealed_as_well(topic: Topic) -> None:
    rita = make_user("rita")
    reply = services.post_reply(make_user(), topic, body=f"@rita knows, at {rita.email}.")
    hide(reply, Sight.MASKED)

    forgetting.forget(rita)

    services.lift(reply)
    assert "rita" not in reply.body + reply.body_html
    assert reply.body == "@former-member knows, at [removed]."


def test_what_a_lost_key_has_sealed_stays_covered(topic: Topic) -> None:
    answer = answer_of(topic)
    tombstone = hide(answer, Sight.MASKED)
    tombstone.sealed = Fernet(Fernet.generate_key()).encrypt(b"{}")

    with pytest.raises(Unreadable):
        services.lift(answer)
    handlers.erase_sealed("rita")

    assert answer.body == COVERED


def test_pictures_of_posts_out_of_sight_are_shown_to_nobody_else(
    client: Client, sign_in: Callable[[User], Client], topic: Topic
) -> None:
    author = make_user()
    key = pictures.store(ENCODED)
    pictures.add_picture(author, ENCODED, key=key)
    posts = [
        services.post_reply(author, topic, body=f"![it](/pictures/{key}) {words}")
        for words in ("One.", "Two.")
    ]
    db.session.commit()

    def status(browser: Client) -> int:
        return browser.get(f"/pictures/{key}").status_code

    assert status(client) == 200
    hide(posts[0], Sight.MASKED)
    hide(posts[1])
    db.session.commit()
    assert (status(client), status(sign_in(make_user())), status(sign_in(author))) == (
        404,
        404,
        200,
    )
    assert client.get(f"/pictures/{key}", headers={"If-None-Match": f'"{key}"'}).status_code == 404
    assert "no-store" in sign_in(author).get(f"/pictures/{key}").headers["Cache-Control"]
    services.lift(posts[0])
    db.session.commit()
    assert status(client) == 404
    services.lift(posts[1])
    db.session.commit()
    assert status(client) == 200


def test_what_was_typed_before_it_was_posted_is_covered_with_it() -> None:
    visit, shown = "7" * 32, make_topic()
    services.record_shown(visit=visit, topic_ids=[shown.id], query="0171 2345678 calls")
    services.record_step(
        visit=visit, step=DeflectionStep.DIFFERS, topic_id=shown.id, reason="Mine is 0171 2345678"
    )
    topic = services.post_topic(
        make_user(),
        shown.company,
        kind=TopicKind.PROBLEM,
        title="0171 2345678 calls me",
        body="All night.",
        differs_from_id=shown.id,
        differs_reason="Mine is 0171 2345678",
        visit=visit,
    )
    before = rows()

    hide(topic, Sight.MASKED)
    assert not any("0171" in row for some in rows().values() for row in some)

    services.lift(topic)
    assert rows() == before


def test_two_who_hide_at_once_leave_one_tombstone(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        reply_id = make_reply(make_topic()).id
    start = Barrier(4)

    def hide_it(number: int) -> None:
        with live_app.app_context():
            start.wait(timeout=10)
            with transaction():
                hide(db.session.get_one(Reply, reply_id), list(Sight)[number % 3])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(hide_it, range(4)))

    with live_app.app_context(), transaction():
        reply = db.session.get_one(Reply, reply_id)
        stones = db.session.scalars(select(Tombstone)).all()
        assert len(stones) == 4
        assert len([one for one in stones if one.lifted_at is None]) == 1
        assert len([one for one in stones if one.sealed is not None]) <= 1
        services.lift(reply)
        assert (reply.hidden_at, reply.body) == (None, "Turn it off and on again.")
        assert db.session.get_one(Topic, reply.topic_id).reply_count == 1


def test_a_post_that_goes_while_somebody_answers_is_counted_right(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        topic_id = make_topic().id
        replies = [make_reply(db.session.get_one(Topic, topic_id)).id for _ in range(4)]
        people = [make_user().id for _ in range(4)]
    start = Barrier(8)

    def hide_one(reply_id: int) -> None:
        with live_app.app_context():
            start.wait(timeout=10)
            with transaction():
                hide(db.session.get_one(Reply, reply_id))

    def answer(user_id: int) -> None:
        with live_app.app_context():
            start.wait(timeout=10)
            with transaction():
                topic = db.session.get_one(Topic, topic_id)
                services.post_reply(db.session.get_one(User, user_id), topic, body="Try this.")

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(hide_one, one) for one in replies]
        waiting += [pool.submit(answer, one) for one in people]
        for one in waiting:
            one.result()

    with live_app.app_context(), transaction():
        topic = db.session.get_one(Topic, topic_id)
        newest = select(func.max(Reply.created_at)).where(Reply.hidden_at.is_(None))
        assert topic.reply_count == len(people)
        assert topic.last_activity_at == db.session.scalar(newest)
