"""Changing what was posted, in the open: who may, what is kept, and who was faster."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed, NotFound
from community.topics import queries, services
from community.topics.models import (
    COMMENT_MAX,
    Reply,
    Revision,
    StatusChange,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicStatus,
    TopicTag,
)
from community.topics.queries import revisions
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)
from tests.topics.test_services_races import at_once


def edit(topic: Topic, editor: User | None = None, *, from_number: int = 1, **more: Any) -> bool:
    """Edit a topic; what is not said stays as it is."""
    filed = revisions.filed_under(topic.id)
    fields: dict[str, Any] = {
        "title": topic.title,
        "body": topic.body,
        "kind": topic.kind,
        "product_ids": list(filed.products),
        "tags": filed.tags,
    }
    return services.edit_topic(
        editor or topic.author,
        topic,
        from_number=from_number,
        **(fields | more),
    )


def kept() -> list[Revision]:
    return list(db.session.scalars(select(Revision).order_by(Revision.number)))


def events() -> list[str]:
    return list(
        db.session.scalars(
            select(outbox.OutboxRow.event).distinct().order_by(outbox.OutboxRow.event)
        )
    )


def test_the_first_edit_keeps_the_text_as_it_was_posted() -> None:
    topic = make_topic(
        title="It drops", body="At night.", created_at=clock.now() - timedelta(days=2)
    )

    assert edit(topic, title="It drops nightly", body="At **three**.", note="said when")

    first, second = kept()
    assert (first.number, first.body, first.about["title"]) == (1, "At night.", "It drops")
    assert (first.editor_id, first.created_at, first.note) == (
        topic.author_id,
        topic.created_at,
        "",
    )
    assert (second.number, second.body, second.note) == (2, "At **three**.", "said when")
    assert second.about["title"] == "It drops nightly"
    assert (topic.title, topic.body) == ("It drops nightly", "At **three**.")
    assert topic.body_html == "<p>At <strong>three</strong>.</p>"
    assert topic.edited_at == second.created_at
    assert events() == ["topic.changed", "topic.edited"]


def test_an_edit_does_not_raise_a_topic_in_the_lists() -> None:
    topic = make_topic(last_activity_at=clock.now() - timedelta(days=9))
    reply = make_reply(topic)
    before = topic.last_activity_at

    edit(topic, body="More of it.")
    services.edit_reply(reply.author, reply, from_number=1, body="Better.")

    db.session.refresh(topic)
    assert topic.last_activity_at == before


def test_what_a_topic_is_filed_under_is_changed_with_it() -> None:
    company = make_company()
    old, new = make_product(company, "X1"), make_product(company, "X2")
    topic = make_topic(company, kind=TopicKind.PROBLEM, status=TopicStatus.SOLVED)
    db.session.add(TopicProduct(topic_id=topic.id, product_id=old.id, company_id=company.id))
    services.sort_topic(topic.author, topic, tags=["wifi", "night"])

    assert edit(
        topic,
        from_number=2,
        kind=TopicKind.IDEA,
        product_ids=[new.id],
        tags=["Night", "Dark mode"],
    )

    assert kept()[-1].about == {
        "title": topic.title,
        "kind": "idea",
        "products": ["X2"],
        "tags": ["dark-mode", "night"],
    }
    assert revisions.filed_under(topic.id).products == {new.id: "X2"}
    tags = select(Tag.slug).join(TopicTag, TopicTag.tag_id == Tag.id).order_by(Tag.slug)
    assert db.session.scalars(tags).all() == ["dark-mode", "night"]
    assert (topic.kind, topic.status) == (TopicKind.IDEA, TopicStatus.OPEN)
    step = db.session.scalars(select(StatusChange)).one()
    assert (step.old, step.new, step.actor_id) == (
        TopicStatus.SOLVED,
        TopicStatus.OPEN,
        topic.author_id,
    )


def test_what_stays_the_same_leaves_no_revision() -> None:
    topic, reply = make_topic(title="It drops"), make_reply()

    assert not edit(topic, title="  It   drops ", tags=[])
    assert not services.sort_topic(topic.author, topic, kind=topic.kind, tags=[])
    assert not services.edit_reply(reply.author, reply, from_number=1, body=f"{reply.body}\n")

    assert kept() == []
    assert (topic.edited_at, reply.edited_at) == (None, None)
    assert events() == []


def test_moderators_sort_through_the_same_path() -> None:
    topic, moderator = make_topic(kind=TopicKind.PROBLEM), make_user(is_moderator=True)

    services.sort_topic(moderator, topic, kind=TopicKind.QUESTION)
    services.sort_topic(moderator, topic, tags=["wifi"])

    assert [(one.number, one.editor_id, one.about["kind"]) for one in kept()] == [
        (1, topic.author_id, "problem"),
        (2, moderator.id, "question"),
        (3, moderator.id, "question"),
    ]
    assert kept()[-1].about["tags"] == ["wifi"]
    with pytest.raises(NotAllowed):
        edit(topic, moderator, from_number=3, body="Not my words.")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"email": None, "email_verified_at": None}, "Confirm"),
        ({"suspended_until": clock.now() + timedelta(days=3)}, "again on"),
        ({"deleted_at": clock.now()}, "Confirm"),
    ],
)
def test_who_may_not_take_part_does_not_edit(columns: dict[str, Any], words: str) -> None:
    author = make_user(**columns)
    topic = make_topic(author=author)
    reply = make_reply(topic, author)

    with pytest.raises(NotAllowed, match=words):
        edit(topic, body="Changed.")
    with pytest.raises(NotAllowed, match=words):
        services.edit_reply(author, reply, from_number=1, body="Changed.")
    with pytest.raises(NotAllowed):
        services.edit_reply(None, reply, from_number=1, body="Changed.")


def test_no_role_of_a_company_edits_what_a_customer_wrote() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    comment = make_reply(topic, parent_id=reply.id)
    employee = make_employee(topic.company)
    employee.is_moderator = True

    with pytest.raises(NotAllowed):
        edit(topic, employee, body="It is fine.")
    with pytest.raises(NotAllowed):
        services.sort_topic(employee, topic, kind=TopicKind.PRAISE)
    for post in (reply, comment):
        with pytest.raises(NotAllowed):
            services.edit_reply(employee, post, from_number=1, body="It is fine.")
    assert kept() == []


def test_the_companys_word_is_changed_only_by_who_still_speaks_for_it() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    gone = make_employee(topic.company, valid_until=clock.now() - timedelta(hours=1))
    said = make_reply(topic, employee, speaks_for_company=True)
    said_then = make_reply(topic, gone, speaks_for_company=True)
    own = make_reply(topic, gone)

    assert services.edit_reply(employee, said, from_number=1, body="In 5.3.")
    assert services.edit_reply(gone, own, from_number=1, body="I think so.")
    with pytest.raises(NotAllowed, match="speak for it no more"):
        services.edit_reply(gone, said_then, from_number=1, body="Never mind.")


def test_an_answer_and_a_comment_are_changed_by_their_author() -> None:
    reply = make_reply()
    comment = make_reply(reply.topic, parent_id=reply.id)

    for post in (reply, comment):
        assert services.edit_reply(post.author, post, from_number=1, body="*Better*.", note="typo")
        assert post.body_html == "<p><em>Better</em>.</p>"
        assert post.edited_at is not None

    assert [(one.reply_id, one.number) for one in kept()] == [
        (reply.id, 1),
        (comment.id, 1),
        (reply.id, 2),
        (comment.id, 2),
    ]
    assert events() == ["reply.edited"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "t" * 151}, "title"),
        ({"body": "\n"}, "body"),
        ({"body": "b" * 50_001}, "body"),
        ({"note": "n" * 301}, "note"),
        ({"tags": list("abcdef")}, "tags"),
        ({"product_ids": [999_999]}, "product_ids"),
    ],
)
def test_what_does_not_fit_changes_nothing(fields: dict[str, Any], field: str) -> None:
    topic = make_topic()

    with pytest.raises(Invalid) as refused:
        edit(topic, **fields)

    assert refused.value.field == field
    assert kept() == []


def test_a_comment_stays_short() -> None:
    comment = make_reply(parent_id=(reply := make_reply()).id, topic=reply.topic)

    with pytest.raises(Invalid):
        services.edit_reply(comment.author, comment, from_number=1, body="c" * (COMMENT_MAX + 1))


def test_what_is_hidden_is_not_edited() -> None:
    topic = make_topic(hidden_at=clock.now())
    reply = make_reply(topic)
    hidden = make_reply(hidden_at=clock.now())

    with pytest.raises(NotFound):
        edit(topic, body="Changed.")
    for post in (reply, hidden):
        with pytest.raises(NotFound):
            services.edit_reply(post.author, post, from_number=1, body="Changed.")


@pytest.mark.parametrize("from_number", [0, 1, 3])
def test_an_edit_that_did_not_begin_from_the_newest_is_a_conflict(from_number: int) -> None:
    topic, reply = make_topic(), make_reply()
    edit(topic, body="Second.")
    services.edit_reply(reply.author, reply, from_number=1, body="Second.")

    with pytest.raises(Conflict, match="after you began"):
        edit(topic, from_number=from_number, body="Third.")
    with pytest.raises(Conflict):
        services.edit_reply(reply.author, reply, from_number=from_number, body="Third.")

    assert edit(topic, from_number=2, body="Third.")
    assert services.edit_reply(reply.author, reply, from_number=2, body="Third.")


def test_of_two_edits_at_once_one_is_told_of_the_other(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            topic, reply = make_topic(), make_reply()
        ids = topic.id, reply.id, topic.author_id, reply.author_id

        def change_topic(body: str) -> bool:
            found = queries.visible(ids[0])
            assert found is not None
            return edit(found, db.session.get_one(User, ids[2]), body=body)

        def change_reply(body: str) -> bool:
            return services.edit_reply(
                db.session.get_one(User, ids[3]),
                db.session.get_one(Reply, ids[1]),
                from_number=1,
                body=body,
            )

        for change, post, target in (
            (change_topic, topic, {"topic_id": ids[0]}),
            (change_reply, reply, {"reply_id": ids[1]}),
        ):
            results = at_once(live_app, lambda: change("Mine."), lambda: change("Yours."))  # noqa: B023

            assert sorted(str(type(result).__name__) for result in results) == ["Conflict", "bool"]
            db.session.rollback()  # let go of what was read before
            db.session.expire_all()
            numbers = select(func.max(Revision.number)).filter_by(**target)
            assert db.session.scalar(numbers) == 2
            assert post.body == ("Mine." if results[0] is True else "Yours.")
