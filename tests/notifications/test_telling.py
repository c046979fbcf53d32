"""Who is told of what: everybody whom it concerns, once, and nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.core.sql import ROW_ID_MAX
from community.notifications import handlers, services
from community.notifications.models import Delivery, Notification, NotificationKind
from community.notifications.queries import Reason, following_topic, having_too, just
from community.notifications.services import Happening, telling
from community.topics import services as topics
from community.topics.models import (
    DeflectionStep,
    Follow,
    MeToo,
    Revision,
    Tag,
    Topic,
    TopicKind,
    TopicStatus,
)
from community.topics.queries import Followed
from tests.conftest import counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)
from tests.notifications.conftest import follow, kinds, told


def post(author: User | None = None, **columns: object) -> Topic:
    """Post a topic as people do."""
    values = {
        "kind": TopicKind.PROBLEM,
        "title": "It stopped",
        "body": "Since the update.",
        **columns,
    }
    company = values.pop("company", None) or make_company()
    return topics.post_topic(author or make_user(), company, **values)  # type: ignore[arg-type]


# -- a new topic --------------------------------------------------------------------------------


def test_a_topic_tells_who_follows_what_it_is_about() -> None:
    company, asker = make_company(), make_user()
    product = make_product(company)
    tag = Tag(slug="wifi")
    db.session.add(tag)
    db.session.flush()
    readers = [make_user() for _ in range(4)]
    targets: list[Followed] = [company, product, tag, asker]
    for reader, target in zip(readers, targets, strict=True):
        topics.follow(reader, target)
    stranger = make_user()

    topic = post(asker, company=company, product_ids=[product.id], tags=["wifi"])

    for reader in readers:
        assert told(reader) == [("posted", f"topic-{topic.id}")]
    assert told(stranger) == []
    assert told(asker) == []


def test_several_reasons_are_one_notification_and_the_weightiest_counts() -> None:
    company, reader = make_company(), make_user("mira")
    topics.follow(reader, company)
    keep_search(reader, "router drops")

    post(company=company, title="My router drops its network")
    assert kinds(reader) == ["matched"]

    post(company=company, title="My router drops its network", body="Ask @mira about it.")
    assert kinds(reader) == ["matched", "mentioned"]


# -- answers and comments -----------------------------------------------------------------------


def test_an_answer_tells_the_followers_and_not_who_wrote_it() -> None:
    asker, helper, friend = make_user(), make_user(), make_user()
    topic = post(asker)
    topics.follow(friend, helper)

    reply = topics.post_reply(helper, topic, body="Turn it off and on.")

    assert told(asker) == [("replied", f"reply-{reply.id}")]
    assert told(friend) == [("posted", f"reply-{reply.id}")]
    assert told(helper) == []


def test_a_comment_tells_whose_answer_it_is_and_the_followers() -> None:
    topic, asker = make_topic(), make_user()
    reply = make_reply(topic)
    follow(asker, topic)
    comment = topics.post_comment(make_user(), reply, body="Which menu?")

    assert told(reply.author) == told(asker) == [("commented", f"reply-{comment.id}")]


def test_who_is_named_is_told_of_that_and_not_of_the_answer_besides() -> None:
    topic, ana, ben = make_topic(), make_user("ana"), make_user("ben")
    follow(ana, topic)

    topics.post_reply(make_user(), topic, body="@Ana and @ben know more; @nobody does not.")

    assert kinds(ana) == ["mentioned"]
    assert kinds(ben) == ["mentioned"]


def test_one_text_names_ten_people_at_most() -> None:
    people = [make_user(f"member{number}") for number in range(12)]

    topics.post_reply(make_user(), make_topic(), body=" ".join(f"@{p.username}" for p in people))

    assert sum(len(kinds(person)) for person in people) == handlers.telling.MENTIONS_MAX


def test_an_edit_tells_its_author_and_whom_it_names_newly() -> None:
    topic, ana, ben = make_topic(), make_user("ana"), make_user("ben")
    author = make_user()
    reply = topics.post_reply(author, topic, body="Ask @ana.")
    assert kinds(ana) == ["mentioned"]
    moderator = make_user(is_moderator=True)
    reply.body = "Ask @ana or @ben."
    db.session.add(Revision(reply_id=reply.id, number=2, editor_id=moderator.id, body=reply.body))
    db.session.flush()

    for _twice in range(2):
        handlers.tell_of_edited_reply(reply_id=reply.id, editor_id=moderator.id)

    assert kinds(ana) == ["mentioned"]
    assert kinds(ben) == ["mentioned"]
    assert told(author) == [("edited", f"reply-{reply.id}-revision-2")]


def test_who_edits_their_own_words_is_not_told() -> None:
    topic = make_topic()

    handlers.tell_of_edited_topic(topic_id=topic.id, editor_id=topic.author_id)

    assert kinds(topic.author) == []


# -- verdicts -----------------------------------------------------------------------------------


def test_solved_tells_every_me_too_and_follower_once_whatever_happens_later() -> None:
    asker, helper = make_user(), make_user()
    has_it_too, follower = make_user(), make_user()
    topic = post(asker)
    reply = topics.post_reply(helper, topic, body="Turn it off and on.")
    topics.add_me_too(has_it_too, topic)
    topics.unfollow(has_it_too, topic)  # they still have it
    told(asker)
    topics.follow(follower, topic)

    topics.accept(asker, topic, reply)
    assert told(has_it_too) == told(follower) == [("solved", f"topic-{topic.id}")]
    topics.unaccept(asker, topic, reply)
    assert kinds(follower) == ["solved", "status"]
    topics.accept(asker, topic, reply)

    assert kinds(has_it_too) == ["solved"]
    assert kinds(follower) == ["solved", "status"]
    assert kinds(asker) == ["replied"]
    assert kinds(helper) == ["accepted", "status"]  # not besides that it is solved


def test_what_was_opened_again_before_the_worker_came_is_not_told_as_solved() -> None:
    asker = make_user()
    topic = post(asker)
    reply = topics.post_reply(make_user(), topic, body="Turn it off and on.")
    reader = make_user()
    follow(reader, topic)
    outbox.deliver_due()

    topics.accept(asker, topic, reply)
    topics.unaccept(asker, topic, reply)

    assert "solved" not in kinds(reader)


def test_an_official_answer_tells_who_follows_or_has_it_too() -> None:
    company = make_company()
    employee = make_employee(company)
    topic = make_topic(company)
    reply = make_reply(topic, employee, speaks_for_company=True)
    reader = make_user()
    topics.add_me_too(reader, topic)

    topics.mark_official(employee, topic, reply)

    assert told(reader) == [("official", f"reply-{reply.id}")]
    assert told(employee) == []


def test_who_hears_of_an_answer_is_not_told_besides_that_it_is_official() -> None:
    company = make_company()
    employee = make_employee(company)
    topic = make_topic(company)
    named, follower, has_read = (make_user(name) for name in ("nina", "finn", "rudi"))
    for one in (named, follower, has_read):
        follow(one, topic)
    reply = topics.post_reply(employee, topic, body="@nina, hold the button.", as_company=True)
    outbox.deliver_due()
    services.read_all(has_read, until=ROW_ID_MAX)

    topics.mark_official(employee, topic, reply)

    assert kinds(named) == ["mentioned"]
    assert kinds(follower) == ["replied"]
    assert kinds(has_read) == ["replied", "official"]


def test_who_hears_of_an_answer_but_not_by_mail_is_told_that_it_is_official() -> None:
    company, reader = make_company(), make_user()
    employee = make_employee(company)
    topic = make_topic(company)
    follow(reader, topic)
    services.choose(reader.id, {NotificationKind.REPLIED: Delivery.DAILY})
    reply = topics.post_reply(employee, topic, body="Hold the button.")
    outbox.deliver_due()

    topics.mark_official(employee, topic, reply)

    assert kinds(reader) == ["replied", "official"]


def test_a_status_tells_the_followers() -> None:
    company = make_company()
    employee, reader = make_employee(company), make_user()
    topic = make_topic(company)
    follow(reader, topic)

    topics.set_status(employee, topic, TopicStatus.IN_PROGRESS)

    assert kinds(reader) == ["status"]


def test_each_number_of_people_helped_is_told_when_it_is_reached_and_once() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    for number in range(11):
        topics.record_step(
            visit=f"{number:032x}",
            step=DeflectionStep.SOLVED,
            topic_id=topic.id,
            reply_id=reply.id,
        )
    assert kinds(reply.author) == ["helped"] * 3

    # Help was taken back since, and given once more.
    handlers.tell_of_help(topic_id=topic.id, reply_id=reply.id, helped_count=10)

    numbers = db.session.scalars(select(Notification.number).order_by(Notification.id)).all()
    assert list(numbers) == [1, 3, 10]


def test_what_was_told_is_forgotten_after_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "BATCH", 2)
    reader, topic, now = make_user(), make_topic(), clock.now()
    for days in (500, 400, 366, 364, 0):
        with clock.frozen(now - timedelta(days=days)):
            services.tell(
                Happening(source_key=f"day-{days}", topic_id=topic.id),
                [Reason(NotificationKind.REPLIED, just(reader.id))],
            )

    assert services.prune_news() == 3

    left = db.session.scalars(select(Notification.created_at).order_by(Notification.id)).all()
    assert left == [now - timedelta(days=364), now]


# -- nobody else --------------------------------------------------------------------------------


@pytest.mark.parametrize("hide", ["topic", "reply"])
def test_nobody_is_told_of_what_is_hidden(hide: str) -> None:
    topic, reader = make_topic(), make_user()
    follow(reader, topic)
    reply = topics.post_reply(make_user(), topic, body="Buy my pills.")
    (topic if hide == "topic" else reply).hidden_at = clock.now()

    assert told(reader) == []


def test_who_left_and_whom_nobody_has_claimed_hear_of_nothing() -> None:
    topic = make_topic()
    gone = make_user(email=None, deleted_at=clock.now())
    imported = make_user(email=None, email_verified_at=None, source_key="forum:1")
    for user in (gone, imported):
        follow(user, topic)

    topics.post_reply(make_user(), topic, body="Turn it off and on.")

    assert told(gone) == told(imported) == []


def test_a_guest_finds_it_in_the_bell_later_and_gets_no_mail() -> None:
    topic, guest = make_topic(), make_user(email=None, email_verified_at=None)
    follow(guest, topic)

    topics.post_reply(make_user(), topic, body="Turn it off and on.")

    assert kinds(guest) == ["replied"]
    assert db.session.scalars(select(Notification.mailed_at)).one() is not None


def test_nobody_is_told_of_what_an_import_brings() -> None:
    topic, reader = make_topic(), make_user()
    topics.follow(reader, topic.company)
    outbox.publish("topics.imported", topic_ids=[topic.id], company_ids=[topic.company_id])

    with clock.frozen(clock.now() + timedelta(hours=1)):
        outbox.deliver_due()

    assert kinds(reader) == []


# -- many ---------------------------------------------------------------------------------------


def crowd(topic: Topic, number: int) -> None:
    people = [make_user() for _ in range(number)]
    db.session.add_all(MeToo(topic_id=topic.id, user_id=user.id) for user in people)
    db.session.add_all(Follow(topic_id=topic.id, user_id=user.id) for user in people[::2])
    db.session.flush()


def tell_crowd(topic: Topic) -> int:
    return services.tell(
        Happening(source_key=f"topic-{topic.id}", topic_id=topic.id),
        [
            Reason(NotificationKind.SOLVED, following_topic(topic.id)),
            Reason(NotificationKind.SOLVED, having_too(topic.id)),
        ],
    )


def test_ten_times_as_many_take_as_many_statements(app: Flask) -> None:
    few, many = make_topic(), make_topic()
    crowd(few, 5)
    crowd(many, 50)
    with counted_statements(app) as for_few:
        assert tell_crowd(few) == 5
    with counted_statements(app) as for_many:
        assert tell_crowd(many) == 50

    assert len(for_many) == len(for_few) == 3


def test_a_crowd_is_told_in_batches_and_a_broken_one_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "BATCH", 4)
    topic = make_topic()
    crowd(topic, 10)
    write: Callable[..., int] = telling._write
    calls = []

    def break_off(*arguments: object) -> int:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return write(*arguments)

    monkeypatch.setattr(telling, "_write", break_off)
    with pytest.raises(RuntimeError):
        tell_crowd(topic)
    monkeypatch.setattr(telling, "_write", write)

    assert tell_crowd(topic) == 6  # and not the four who were told
    assert db.session.scalar(select(func.count()).select_from(Notification)) == 10
    waiting = select(func.count()).where(outbox.OutboxRow.event == "news.waiting")
    assert db.session.scalar(waiting) == 10


def keep_search(user: User, words: str) -> None:
    topics.keep_search(user, words, name=words, tells=True)
