"""Topics, replies and comments are posted whole or not at all, and counted."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.companies.models import CompanyState
from community.core import clock, outbox
from community.core.db import db
from community.core.errors import Invalid, NotAllowed, NotFound
from community.topics import services
from community.topics.models import (
    BODY_MAX,
    COMMENT_MAX,
    TITLE_MAX,
    DeflectionEvent,
    DeflectionStep,
    Follow,
    FollowCause,
    Reply,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicStatus,
    TopicTag,
)
from tests.conftest import counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)

VISIT = "0123456789abcdef" * 2


def events() -> list[tuple[str, dict[str, object]]]:
    """Return what is owed, once per event."""
    rows = db.session.scalars(select(outbox.OutboxRow).order_by(outbox.OutboxRow.id))
    return list({row.event: (row.event, row.payload) for row in rows}.values())


def test_a_topic_is_posted_with_everything_that_belongs_to_it() -> None:
    author, company = make_user(), make_company()
    product, shown = make_product(company), make_topic(company)

    topic = services.post_topic(
        author,
        company,
        kind=TopicKind.PROBLEM,
        title="  Printer \t jams\n",
        body="On page **two**.\r\nAlways.",
        product_ids=[product.id],
        tags=["Paper Jam", "paper-jam", "Wi-Fi"],
        differs_from_id=shown.id,
        differs_reason=" mine has no tray ",
        visit=VISIT,
    )

    assert (topic.title, topic.body) == ("Printer jams", "On page **two**.\nAlways.")
    assert topic.body_html == "<p>On page <strong>two</strong>.<br>\nAlways.</p>"
    assert (topic.status, topic.follower_count) == (TopicStatus.OPEN, 1)
    assert (topic.differs_from_id, topic.differs_reason) == (shown.id, "mine has no tray")
    assert db.session.scalars(select(TopicProduct.product_id)).all() == [product.id]
    tags = select(Tag.slug).join(TopicTag).where(TopicTag.topic_id == topic.id).order_by(Tag.slug)
    assert db.session.scalars(tags).all() == ["paper-jam", "wi-fi"]
    follow = db.session.scalars(select(Follow)).one()
    assert (follow.user_id, follow.cause) == (author.id, FollowCause.ASKED)
    step = db.session.scalars(select(DeflectionEvent)).one()
    assert (step.step, step.topic_id, step.query) == (
        DeflectionStep.POSTED,
        topic.id,
        "Printer jams",
    )
    assert ("topic.posted", {"topic_id": topic.id, "company_id": company.id}) in events()


@pytest.mark.parametrize(
    ("field", "columns"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "\x00\u200b\u202e"}),
        ("title", {"title": "x" * (TITLE_MAX + 1)}),
        ("body", {"body": " \n\t\n"}),
        ("body", {"body": "x" * (BODY_MAX + 1)}),
        ("tags", {"tags": "abcdef"}),
        ("tags", {"tags": ["x" * 31]}),
        ("differs_reason", {"differs_reason": "x" * 301}),
        ("product_ids", {"product_ids": [10**12]}),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field_and_owes_nothing(
    field: str, columns: dict[str, object]
) -> None:
    arguments = {"kind": TopicKind.IDEA, "title": "Dark mode", "body": "Please."} | columns

    with pytest.raises(Invalid) as refusal:
        services.post_topic(make_user(), make_company(), **arguments)  # type: ignore[arg-type]

    assert refusal.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Topic)) == 0
    assert events() == []


def test_a_product_of_another_company_is_refused() -> None:
    with pytest.raises(Invalid, match="not a product"):
        services.post_topic(
            make_user(),
            make_company(),
            kind=TopicKind.IDEA,
            title="Dark mode",
            body="Please.",
            product_ids=[make_product().id],
        )


def test_what_cannot_be_seen_or_kept_is_taken_out_of_the_words() -> None:
    topic = services.post_topic(
        make_user(),
        make_company(),
        kind=TopicKind.IDEA,
        title="a\x00b\x1b[31mc\ud800 \u202ed👩\u200d💻",
        body="one\x00\r\ntwo\x08\u2028three",
    )
    db.session.expire(topic)

    assert topic.title == "ab[31mc d👩\u200d💻"
    assert topic.body == "one\ntwo\nthree"


def test_a_topic_is_posted_although_the_one_it_differs_from_is_hidden() -> None:
    hidden = make_topic(hidden_at=clock.now())

    topic = services.post_topic(
        make_user(),
        make_company(),
        kind=TopicKind.PROBLEM,
        title="Printer jams",
        body="On page two.",
        differs_from_id=hidden.id,
        differs_reason="mine is blue",
    )

    assert (topic.differs_from_id, topic.differs_reason) == (None, None)


def test_a_company_elsewhere_takes_no_topics_but_its_old_ones_go_on() -> None:
    company = make_company(state=CompanyState.ELSEWHERE)
    topic = make_topic(company)

    with pytest.raises(NotAllowed, match="own desk"):
        services.post_topic(
            make_user(), company, kind=TopicKind.IDEA, title="Dark mode", body="Please."
        )
    assert services.post_reply(make_user(), topic, body="Try this.").id


def test_who_may_not_take_part_may_not_post() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    soon = clock.now() + timedelta(days=1)
    for author in (
        None,
        make_user(suspended_until=soon),
        make_user(deleted_at=clock.now()),
        make_user(source_key="se:1", email=None, email_verified_at=None),
    ):
        with pytest.raises(NotAllowed):
            services.post_reply(author, topic, body="Try this.")
        with pytest.raises(NotAllowed):
            services.post_comment(author, reply, body="Thanks.")
        with pytest.raises(NotAllowed):
            services.post_topic(
                author, topic.company, kind=TopicKind.IDEA, title="Dark mode", body="Please."
            )


def test_a_reply_counts_moves_the_topic_up_and_lets_its_author_follow() -> None:
    topic, helper = make_topic(), make_user()

    with clock.frozen(clock.now() + timedelta(hours=1)):
        reply = services.post_reply(helper, topic, body="Try this.")
        services.post_reply(helper, topic, body="And this.")

    assert (topic.reply_count, topic.follower_count) == (2, 1)
    assert topic.first_reply_at == topic.last_activity_at == reply.created_at
    assert topic.first_company_reply_at is None
    follow = db.session.scalars(select(Follow)).one()
    assert (follow.user_id, follow.cause) == (helper.id, FollowCause.REPLIED)
    assert dict(events())["reply.posted"] == {
        "topic_id": topic.id,
        "company_id": topic.company_id,
        "reply_id": reply.id + 1,
    }


def test_a_comment_hangs_below_its_answer_and_is_not_counted_as_one() -> None:
    reply = make_reply()
    author, answered_at = make_user(), reply.topic.first_reply_at

    with clock.frozen(clock.now() + timedelta(hours=1)):
        comment = services.post_comment(author, reply, body="Thank you.")

    assert (comment.parent_id, comment.topic_id) == (reply.id, reply.topic_id)
    topic = reply.topic
    assert (topic.reply_count, topic.first_reply_at) == (1, answered_at)
    assert topic.last_activity_at == comment.created_at
    with pytest.raises(Invalid, match="one level"):
        services.post_comment(author, comment, body="And again.")
    with pytest.raises(Invalid, match="2001"):
        services.post_comment(author, reply, body="x" * (COMMENT_MAX + 1))


def test_the_askers_own_reply_is_no_answer() -> None:
    topic = make_topic()

    services.post_reply(topic.author, topic, body="I forgot: it is the blue one.")

    assert (topic.reply_count, topic.first_reply_at) == (1, None)


def test_only_a_mandate_that_is_valid_now_lets_speak_for_the_company() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    former = make_employee(topic.company, valid_until=clock.now() - timedelta(hours=1))
    neighbour = make_employee(make_company())

    services.post_reply(make_user(), topic, body="Me first.")
    reply = services.post_reply(employee, topic, body="We know.", as_company=True)
    comment = services.post_comment(employee, reply, body="More soon.", as_company=True)

    assert reply.speaks_for_company
    assert comment.speaks_for_company
    assert topic.first_company_reply_at == reply.created_at
    assert topic.first_reply_at is not None
    assert topic.first_reply_at < reply.created_at
    for other in (former, neighbour, make_user()):
        with pytest.raises(NotAllowed, match="mandate"):
            services.post_reply(other, topic, body="We know.", as_company=True)


def test_an_earlier_first_reply_is_kept() -> None:
    early = clock.now() - timedelta(days=1)
    topic = make_topic(first_reply_at=early, last_activity_at=clock.now() + timedelta(days=1))
    later = topic.last_activity_at

    services.post_reply(make_user(), topic, body="Try this.")

    assert (topic.first_reply_at, topic.last_activity_at) == (early, later)


def test_a_topic_that_is_hidden_cannot_be_answered_even_if_it_was_just_read() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    db.session.execute(
        Topic.__table__.update().values(hidden_at=clock.now())  # type: ignore[attr-defined]
    )

    with pytest.raises(NotFound), db.session.begin_nested():
        services.post_reply(make_user(), topic, body="Try this.")
    with pytest.raises(NotFound), db.session.begin_nested():
        services.post_comment(make_user(), reply, body="Try this.")
    assert db.session.scalar(select(func.count()).select_from(Reply)) == 1


def test_the_same_words_sent_twice_are_posted_once() -> None:
    author, company = make_user(), make_company()
    words = {"kind": TopicKind.PROBLEM, "title": "Printer jams", "body": "On page two."}
    topic = services.post_topic(author, company, **words)  # type: ignore[arg-type]
    reply = services.post_reply(author, topic, body="Page three too.")
    comment = services.post_comment(author, reply, body="And four.")
    owed = db.session.scalar(select(func.count()).select_from(outbox.OutboxRow))

    assert services.post_topic(author, company, **words) is topic  # type: ignore[arg-type]
    assert services.post_reply(author, topic, body="Page three too.") is reply
    assert services.post_comment(author, reply, body="And four.") is comment

    assert topic.reply_count == 1
    assert db.session.scalar(select(func.count()).select_from(outbox.OutboxRow)) == owed


def test_the_same_words_are_posted_again_elsewhere_by_others_and_later() -> None:
    author, topic = make_user(), make_topic()
    with clock.frozen(clock.now()) as move_on:
        first = services.post_reply(author, topic, body="Thank you.")
        services.post_comment(author, first, body="Thank you.")
        services.post_reply(author, make_topic(), body="Thank you.")
        services.post_reply(make_user(), topic, body="Thank you.")
        move_on(timedelta(minutes=11))
        services.post_reply(author, topic, body="Thank you.")

    assert db.session.scalar(select(func.count()).select_from(Reply)) == 5


def test_a_reply_takes_five_changes(app: Flask) -> None:
    topic, helper = make_topic(), make_user()

    with counted_statements(app) as statements:
        services.post_reply(helper, topic, body="Try this.")
        db.session.flush()

    kinds = [" ".join(statement.split(" (")[0].split()[:3]) for statement in statements]
    looks = [kind for kind in kinds if kind.startswith("SELECT")]
    # Was it posted just now, may they post just now, and is it spam? PostgreSQL locks the author.
    assert len(looks) <= 9
    assert [kind for kind in kinds if kind not in looks] == [
        "INSERT INTO replies",
        "INSERT INTO follows",
        "UPDATE topics SET",
        "INSERT INTO spam_judgements",
        "INSERT INTO outbox",
    ]
