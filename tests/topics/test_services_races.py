"""People who press at the same moment, each in a transaction of their own."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from community.accounts import services as accounts
from community.accounts.models import GUEST_TOPICS_MAX, PersonClaim, User
from community.companies import services as company_services
from community.companies.models import ALIASES_MAX, Company, CompanyAlias, Product
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid
from community.topics import services
from community.topics.models import (
    DeflectionStep,
    Reply,
    StatusChange,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicStatus,
)
from community.topics.services import Question, recount
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user

VISIT = "0123456789abcdef" * 2
GUEST = "ada@mail.example"


def at_once(app: Flask, *works: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment and return what each came to, in order."""
    results: list[Any] = [None] * len(works)
    ready = threading.Barrier(len(works))

    def do(place: int, work: Callable[[], Any]) -> None:
        with app.app_context():
            ready.wait()
            try:
                with transaction():
                    results[place] = work()
            except Exception as error:  # noqa: BLE001 (the test looks at it)
                results[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=do, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def user(user_id: int) -> User:
    return db.session.get_one(User, user_id)


def topic_of(topic_id: int) -> Topic:
    return db.session.get_one(Topic, topic_id)


def reply_of(reply_id: int) -> Reply:
    return db.session.get_one(Reply, reply_id)


def count_everything() -> list[recount.Correction]:
    """Count everything again; return what was wrong, but for what the worker keeps."""
    kept_by_the_worker = {"standings", "company_figures"}
    found = [correct() for name, correct in recount.steps() if name not in kept_by_the_worker]
    return [one for one in found if one.rows]


def assert_every_count_agrees() -> None:
    with transaction():
        assert count_everything() == []


def test_two_people_accept_at_once(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic = make_topic()
            reply = make_reply(topic)
            neighbour = make_user()
            services.add_me_too(neighbour, topic)
            count_everything()  # the factory counts replies, not their moments
        ids = topic.id, reply.id

        results = at_once(
            live_app,
            lambda: services.accept(user(topic.author_id), topic_of(ids[0]), reply_of(ids[1])),
            lambda: services.accept(user(neighbour.id), topic_of(ids[0]), reply_of(ids[1])),
            lambda: services.accept(user(topic.author_id), topic_of(ids[0]), reply_of(ids[1])),
        )

        assert sorted(results) == [False, True, True]
        db.session.expire_all()
        assert reply_of(ids[1]).accepted_count == 2
        assert topic_of(ids[0]).status is TopicStatus.SOLVED
        assert db.session.scalar(select(func.count()).select_from(StatusChange)) == 1
        assert_every_count_agrees()


def test_one_person_presses_many_times_at_once(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic = make_topic()
            reply = make_reply(topic)
            person = make_user()
            count_everything()
        presses = (
            lambda: services.add_me_too(user(person.id), topic_of(topic.id)),
            lambda: services.follow(user(person.id), topic_of(topic.id)),
            lambda: services.vote(user(person.id), reply_of(reply.id), 1),
            lambda: services.record_outcome(reply_of(reply.id), visit=VISIT, worked=True),
            lambda: services.record_step(
                visit=VISIT, step=DeflectionStep.SOLVED, topic_id=topic.id, reply_id=reply.id
            ),
        )

        results = at_once(live_app, *presses, *presses)

        assert not [one for one in results if isinstance(one, Exception)]
        db.session.expire_all()
        topic, reply = topic_of(topic.id), reply_of(reply.id)
        assert (topic.me_too_count, topic.follower_count, topic.helped_count) == (1, 1, 1)
        assert (reply.helpful_count, reply.worked_count) == (1, 1)
        assert_every_count_agrees()


def test_changed_minds_at_once_leave_one_vote(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            reply = make_reply()
            people = [make_user(), make_user()]
            count_everything()

        def press(person: User, value: int) -> Callable[[], Any]:
            return lambda: services.vote(user(person.id), reply_of(reply.id), value)

        results = at_once(
            live_app, *(press(person, value) for person in people for value in (1, -1, 1, 0, -1))
        )

        assert not [one for one in results if isinstance(one, Exception)]
        db.session.expire_all()
        counted = reply_of(reply.id)
        assert 0 <= counted.helpful_count + counted.unhelpful_count <= 2
        assert_every_count_agrees()


def test_replies_at_once_are_all_counted(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic = make_topic()
            people = [make_user(), make_user(), make_employee(topic.company)]

        def post(person: User, body: str, *, as_company: bool) -> Callable[[], Any]:
            return lambda: services.post_reply(
                user(person.id), topic_of(topic.id), body=body, as_company=as_company
            )

        results = at_once(
            live_app,
            *(
                post(one, f"Try this {step}.", as_company=one is people[2])
                for one in people
                for step in range(3)
            ),
        )

        assert not [one for one in results if isinstance(one, Exception)]
        db.session.expire_all()
        counted = topic_of(topic.id)
        assert (counted.reply_count, counted.follower_count) == (9, 3)
        assert counted.first_company_reply_at is not None
        assert_every_count_agrees()


def test_the_same_words_sent_at_once_are_posted_once(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic, author = make_topic(), make_user()

        def post() -> int:
            return services.post_reply(user(author.id), topic_of(topic.id), body="Try this.").id

        results = at_once(live_app, *[post] * 6)

        assert len(set(results)) == 1
        db.session.expire_all()
        assert topic_of(topic.id).reply_count == 1
        assert_every_count_agrees()


def test_the_asker_and_the_company_at_once_leave_the_askers_word(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic = make_topic()
            employee = make_employee(topic.company)

        at_once(
            live_app,
            lambda: services.set_status(
                user(topic.author_id), topic_of(topic.id), TopicStatus.SOLVED
            ),
            lambda: services.set_status(
                user(employee.id), topic_of(topic.id), TopicStatus.NOT_A_PROBLEM
            ),
        )

        db.session.expire_all()
        assert topic_of(topic.id).status is TopicStatus.SOLVED


def test_the_same_new_tags_at_once(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            company, authors = make_company(), [make_user() for _ in range(2)]

        def post(author: User, *tags: str) -> Callable[[], Any]:
            return lambda: services.post_topic(
                user(author.id),
                db.session.get_one(type(company), company.id),
                kind=TopicKind.QUESTION,
                title="How does it go on?",
                body="I cannot find it.",
                tags=tags,
            )

        results = at_once(
            live_app, post(authors[0], "a1", "b2", "c3"), post(authors[1], "c3", "b2", "a1")
        )

        assert not [one for one in results if isinstance(one, Exception)]
        assert db.session.scalars(select(Tag.slug).order_by(Tag.slug)).all() == ["a1", "b2", "c3"]
        assert_every_tag_counts(2)


def test_tags_that_change_at_once_are_counted(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topics = [make_topic() for _ in range(2)]
            for topic, slugs in zip(topics, (["a1", "b2"], ["c3", "d4"]), strict=True):
                services.sort_topic(topic.author, topic, tags=slugs)

        def swap(topic: Topic, *slugs: str) -> Callable[[], Any]:
            return lambda: services.sort_topic(
                user(topic.author_id), topic_of(topic.id), tags=slugs
            )

        results = at_once(live_app, swap(topics[0], "c3", "d4"), swap(topics[1], "b2", "a1"))

        assert results == [True, True]
        assert_every_tag_counts(1)


def assert_every_tag_counts(number: int) -> None:
    db.session.expire_all()
    assert set(db.session.scalars(select(Tag.topic_count))) == {number}
    with transaction():
        assert dict(recount.steps())["tags.topic_count"]().rows == 0


def test_two_who_ask_about_the_same_new_company_ask_on_one_page(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        asker_ids = [make_user().id for _ in range(2)]

    def asks(asker_id: int) -> Callable[[], Any]:
        return lambda: services.ask(
            user(asker_id),
            Question(
                kind=TopicKind.QUESTION,
                title=f"How do I reset it, asks {asker_id}?",
                body="I have tried everything.",
                company=None,
                company_name="Nimbus Phones",
                website="nimbus.example",
                new_product="Nimbus One",
            ),
        )

    results = at_once(live_app, *map(asks, asker_ids))

    with live_app.app_context():
        assert all(isinstance(result, Topic) for result in results), results
        assert db.session.scalars(select(Company.slug)).all() == ["nimbus-phones"]
        assert db.session.scalars(select(Product.slug)).all() == ["nimbus-one"]
        assert db.session.scalar(select(func.count()).select_from(TopicProduct)) == 2


def test_a_guest_who_presses_twice_at_once_asks_once(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        company_id = make_company().id

    def press() -> int:
        question = Question(
            kind=TopicKind.QUESTION,
            title="How do I reset it?",
            body="I have tried everything.",
            company=db.session.get_one(Company, company_id),
        )
        return services.ask_as_guest(GUEST, question).id

    results = at_once(live_app, *[press] * 4)

    with live_app.app_context():
        assert len(set(results)) == 1, results
        assert db.session.scalar(select(func.count()).select_from(Topic)) == 1
        assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_only_so_many_topics_wait_for_one_address_when_asked_at_once(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        company_id = make_company().id

    results = at_once(live_app, *(asks_as_guest(company_id, number) for number in range(6)))

    with live_app.app_context():
        refused = [result for result in results if isinstance(result, Invalid)]
        assert len(refused) == 6 - GUEST_TOPICS_MAX, results
        assert db.session.scalar(select(func.count()).select_from(Topic)) == GUEST_TOPICS_MAX
        assert db.session.scalar(select(func.count()).select_from(User)) == GUEST_TOPICS_MAX


def test_the_links_of_one_address_opened_at_once_make_one_account(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        company_id = make_company().id
        for number in range(GUEST_TOPICS_MAX):
            asks_as_guest(company_id, number)()
        links = db.session.scalars(select(PersonClaim)).all()

    def opens(link: PersonClaim) -> Callable[[], Any]:
        # Each window has read its link before any of them goes on.
        read = {"id": link.id, "user_id": link.user_id, "email": link.email, "key": link.key}
        return lambda: accounts.confirm_claim(PersonClaim(**read)).id

    results = at_once(live_app, *(opens(link) for link in links), *(opens(link) for link in links))

    with live_app.app_context():
        done = [result for result in results if isinstance(result, int)]
        assert len(done) == len(links), results
        assert all(isinstance(one, int | Conflict) for one in results), results
        owner = db.session.scalars(select(User)).one()
        assert set(done) == {owner.id}
        assert owner.email == GUEST
        assert set(db.session.scalars(select(Topic.author_id))) == {owner.id}
        assert db.session.scalars(select(PersonClaim)).all() == []
        assert_every_count_agrees()


def asks_as_guest(company_id: int, number: int) -> Callable[[], Any]:
    def ask() -> int:
        question = Question(
            kind=TopicKind.QUESTION,
            title=f"How do I reset number {number}?",
            body="I have tried everything.",
            company=db.session.get_one(Company, company_id),
        )
        return services.ask_as_guest(GUEST, question).id

    return ask


def test_a_company_has_so_many_names_whoever_adds_them_at_once(live_app: Flask) -> None:
    with live_app.app_context(), transaction():
        company, member_id = make_company(), make_user().id
        company_id = company.id
        for number in range(ALIASES_MAX - 1):
            company_services.add_alias(user(member_id), company, alias=f"Name {number}")

    def adds(alias: str) -> Callable[[], Any]:
        return lambda: company_services.add_alias(
            user(member_id), db.session.get_one(Company, company_id), alias=alias
        )

    results = at_once(live_app, *(adds(f"Another {number}") for number in range(4)))

    with live_app.app_context():
        assert sum(isinstance(result, Invalid) for result in results) == 3, results
        assert db.session.scalar(select(func.count()).select_from(CompanyAlias)) == ALIASES_MAX
