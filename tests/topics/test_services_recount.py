"""Whatever people do, in whatever order, every number is what its rows say."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.errors import DomainError
from community.topics import handlers, services
from community.topics.models import (
    AskedBy,
    CompanyFigures,
    DeflectionStep,
    Reply,
    Rule,
    Sight,
    Standing,
    Tag,
    Topic,
    TopicStatus,
)
from community.topics.services import recount
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user

TAGS = ["wifi", "router", "night"]
VISITS = [f"{number:032x}" for number in range(3)]


def corrections() -> dict[str, int]:
    """Count everything again; return how many rows of each number were wrong."""
    found = [correct() for _name, correct in recount.steps()]
    db.session.expire_all()
    return {one.name: one.rows for one in found if one.rows}


def test_wrong_numbers_are_named_and_put_right() -> None:
    topic = make_topic(first_reply_at=clock.now(), last_activity_at=clock.now())
    reply = make_reply(topic, created_at=clock.now() + timedelta(hours=1))
    services.vote(make_user(), reply, 1)
    db.session.execute(update(Topic).values(reply_count=7, follower_count=3))
    db.session.execute(update(Reply).values(helpful_count=0, worked_count=2))
    db.session.add(Standing(company_id=topic.company_id, user_id=topic.author_id, reply_count=9))
    db.session.add(Tag(slug="wifi", topic_count=4))
    db.session.flush()

    steps = dict(recount.steps())
    counted = steps["topics.reply_count"]()

    assert (counted.rows, counted.examples) == (1, (recount.Example(topic.id, was=7, now=1),))
    assert corrections() == {
        "topics.follower_count": 1,
        "topics.first_reply_at": 1,
        "topics.last_activity_at": 1,
        "replies.helpful_count": 1,
        "replies.worked_count": 1,
        "tags.topic_count": 1,
        "standings": 2,  # one that nothing justifies, and one that was missing
        "company_figures": 1,
    }
    assert corrections() == {}
    assert (topic.reply_count, topic.last_activity_at) == (1, reply.created_at)
    assert (reply.helpful_count, reply.worked_count) == (1, 0)


def test_hidden_replies_are_not_counted() -> None:
    topic = make_topic()
    make_reply(topic, hidden_at=clock.now(), created_at=clock.now() + timedelta(hours=1))

    corrections()

    assert (topic.reply_count, topic.first_reply_at) == (0, None)
    assert topic.last_activity_at == topic.created_at
    assert db.session.scalars(select(Standing)).all() == []


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a run is not undone, so not shrunk
)
@given(seed=st.integers(0, 2**32))
def test_numbers_follow_their_rows_through_any_sequence(seed: int) -> None:
    random = Random(seed)
    company = make_company()
    people = [make_user() for _ in range(3)] + [make_employee(company)]
    topics = [make_topic(company, author) for author in people[:2]]
    replies = [make_reply(topic) for topic in topics for _ in range(2)]
    corrections()  # the factories count replies only
    payloads = [{"company_id": company.id, "reply_id": reply.id} for reply in replies]

    with clock.frozen(clock.now()) as move_on:
        for _ in range(40):
            move_on(timedelta(minutes=1))
            try:
                with db.session.begin_nested():
                    reply = _do_something(random, people, topics, replies)
            except DomainError:
                continue
            if isinstance(reply, Reply) and reply.parent_id is None:
                replies.append(reply)
                payloads.append({"company_id": company.id, "reply_id": reply.id})
        handlers.refresh_standings(payloads)
        handlers.refresh_figures(payloads)
        assert corrections() == {}


def _do_something(
    random: Random,
    people: list[User],
    topics: list[Topic],
    replies: list[Reply],
) -> object:
    """Let somebody press something; most of it is allowed."""
    who, reply = random.choice(people), random.choice(replies)
    topic = next(one for one in topics if one.id == reply.topic_id)
    visit, step = random.choice(VISITS), random.choice(list(DeflectionStep))
    as_company, worked = random.random() < 0.3, random.choice([True, False, None])
    posts: list[Topic | Reply] = [topic, reply]
    actions: list[Callable[[], object]] = [
        lambda: services.post_reply(who, topic, body="Try this.", as_company=as_company),
        lambda: services.post_comment(who, reply, body="Thanks.", as_company=as_company),
        lambda: services.add_me_too(who, topic),
        lambda: services.remove_me_too(who, topic),
        lambda: services.follow(who, topic),
        lambda: services.unfollow(who, topic),
        lambda: services.vote(who, reply, random.choice([-1, 0, 1])),
        lambda: services.record_outcome(reply, user=who, visit=visit, worked=worked),
        lambda: services.record_outcome(reply, visit=visit, worked=worked),
        lambda: services.accept(who, topic, reply),
        lambda: services.accept(topic.author, topic, reply),
        lambda: services.unaccept(who, topic, reply),
        lambda: services.sort_topic(who, topic, tags=random.sample(TAGS, random.randint(0, 3))),
        lambda: services.set_status(who, topic, random.choice(list(TopicStatus))),
        lambda: services.hide(
            random.choice(posts),
            sight=random.choice(list(Sight)),
            rule=Rule.SPAM,
            asked_by=AskedBy.MEMBER,
            log_seq=1,
        ),
        lambda: services.lift(random.choice(posts)),
        lambda: services.record_step(
            visit=visit,
            step=step,
            user=random.choice([None, who]),
            topic_id=topic.id,
            reply_id=reply.id,
        ),
    ]
    return random.choice(actions)()


@pytest.mark.parametrize("size", [0, 1, 2, 5])
def test_figures_say_what_their_formula_says(size: int) -> None:
    company = make_company()
    employee = make_employee(company)
    waits = [timedelta(seconds=10 * number + 5, milliseconds=400) for number in range(size)]
    with clock.frozen(clock.now().replace(microsecond=900_000)) as move_on:
        for wait in waits:
            topic = make_topic(company)
            move_on(wait)
            services.post_reply(employee, topic, body="Try this.", as_company=True)
            services.post_reply(topic.author, topic, body="Thanks.")
        unanswered = make_topic(company)
        make_topic(company, status=TopicStatus.SOLVED)
        services.post_reply(unanswered.author, unanswered, body="Anybody?")
        make_topic(company, kind="praise")
        make_topic(company, hidden_at=clock.now())
        make_topic()

        handlers.refresh_figures([{"company_id": company.id}] * 3)

        figures = db.session.scalars(select(CompanyFigures)).one()
        assert (figures.topic_count, figures.asked_count) == (size + 3, size + 2)
        assert (figures.answered_count, figures.company_answered_count) == (size, size)
        assert figures.solved_count == 1
        assert (
            figures.waiting_count == 2
        )  # whoever answers only themselves, and what a company calls solved
        assert figures.computed_at == clock.now()
    seconds = figures.median_first_reply_s
    if size == 0:
        assert seconds is None
    else:
        assert seconds is not None
        # Whole seconds on both ends may differ from the whole wait by one.
        assert 0 <= seconds - int(waits[(size - 1) // 2].total_seconds()) <= 1


def test_standings_count_what_others_accepted_once_a_topic() -> None:
    company, helper = make_company(), make_user()
    topics = [make_topic(company) for _ in range(3)]
    own = make_topic(company, helper)
    first = [make_reply(topic, helper) for topic in topics]
    second = make_reply(topics[0], helper)
    self_made = make_reply(own, helper)
    comment = make_reply(topics[0], helper, parent_id=second.id)
    for topic, reply in ((topics[0], first[0]), (topics[0], second), (topics[1], first[1])):
        services.accept(topic.author, topic, reply)
    services.accept(helper, own, self_made)

    payloads = [{"reply_id": reply.id} for reply in (*first, second, self_made, comment)]
    handlers.refresh_standings(payloads)
    handlers.refresh_standings(payloads)

    standing = db.session.scalars(select(Standing)).one()
    assert (standing.company_id, standing.user_id) == (company.id, helper.id)
    assert (standing.reply_count, standing.solved_count) == (4, 2)  # nothing for the own topic

    services.unaccept(topics[1].author, topics[1], first[1])
    first[2].hidden_at = clock.now()
    db.session.flush()
    handlers.refresh_standings([{"reply_id": first[1].id}])
    db.session.refresh(standing)
    assert (standing.reply_count, standing.solved_count) == (3, 1)

    db.session.execute(update(Topic).values(hidden_at=clock.now()))
    handlers.refresh_standings([{"reply_id": first[1].id}])
    db.session.refresh(standing)
    assert standing.reply_count == 3  # whoever answered is not punished for the asker

    db.session.execute(update(Reply).values(hidden_at=clock.now()))
    handlers.refresh_standings([{"reply_id": first[1].id}])
    assert db.session.scalar(select(func.count()).select_from(Standing)) == 0
