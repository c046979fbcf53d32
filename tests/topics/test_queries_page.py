"""A topic's page as it is read: what it holds, in how many statements."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from community.accounts.models import User
from community.core import paging
from community.core.db import db
from community.topics import queries
from community.topics.models import (
    AcceptedAnswer,
    Follow,
    FollowCause,
    MeToo,
    OfficialAnswer,
    Outcome,
    Reply,
    StatusChange,
    StatusRole,
    Tag,
    Topic,
    TopicProduct,
    TopicStatus,
    TopicTag,
    Vote,
)
from community.topics.queries import TopicPage
from community.topics.queries.comments import COMMENTS
from community.topics.queries.conversation import FIRST, NEWEST
from community.topics.queries.shapes import Mine
from tests.conftest import counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def saved(*rows: object) -> None:
    db.session.add_all(rows)
    db.session.flush()


def page_of(topic: Topic, viewer: User | None = None, **more: object) -> TopicPage:
    page = queries.topic_page(topic.id, viewer=viewer, **more)  # type: ignore[arg-type]
    assert page is not None
    return page


def furnished(replies: int) -> Topic:
    """Make a topic with something of everything that a page shows."""
    company = make_company()
    product, tag = make_product(company), Tag(slug=f"tag{company.id}")
    topic = make_topic(company, differs_from_id=make_topic(company).id, differs_reason="newer")
    saved(tag)
    saved(
        TopicProduct(topic_id=topic.id, product_id=product.id, company_id=company.id),
        TopicTag(topic_id=topic.id, tag_id=tag.id),
        StatusChange(
            topic_id=topic.id,
            actor_id=topic.author_id,
            role=StatusRole.ASKER,
            old=TopicStatus.OPEN,
            new=TopicStatus.SOLVED,
            note="It did.",
        ),
    )
    for number in range(replies):
        reply = make_reply(topic, worked_count=number % 3)
        make_reply(topic, parent_id=reply.id)
    return topic


@pytest.mark.parametrize("replies", [5, 200])
def test_statements_do_not_grow_with_the_conversation(app: Flask, replies: int) -> None:
    topic, viewer = furnished(replies), make_user()

    with counted_statements(app) as statements:
        page_of(topic)
    assert len(statements) == 5

    with counted_statements(app) as statements:
        page_of(topic, viewer)
    assert len(statements) == 7

    with counted_statements(app) as statements:
        page_of(topic, visit="0" * 32)
    assert len(statements) == 6


def test_what_there_is_none_of_is_not_asked_for(app: Flask) -> None:
    topic = make_topic()

    with counted_statements(app) as statements:
        page = page_of(topic)

    assert len(statements) == 2
    assert (page.replies, page.best, page.history, page.tags) == ((), (), (), ())
    assert (page.earlier, page.later) == (None, None)


def test_a_page_says_everything_of_its_topic() -> None:
    topic = furnished(1)
    page = page_of(topic)

    assert (page.title, page.slug, page.company_name) == (
        topic.title,
        topic.slug,
        topic.company.name,
    )
    assert page.author.is_asker
    assert page.differs_from is not None
    assert page.differs_from.id == topic.differs_from_id
    assert page.differs_reason == "newer"
    (product,) = page.products
    assert product.slug == product.name.lower().replace(" ", "-")
    assert [label.slug for label in page.tags] == [f"tag{topic.company_id}"]
    assert page.set_by is not None
    assert (page.set_by.new, page.set_by.role, page.set_by.note) == (
        TopicStatus.SOLVED,
        StatusRole.ASKER,
        "It did.",
    )
    assert page.summary == "It worked yesterday."


def test_a_hidden_topic_has_no_page_and_a_hidden_reply_no_place() -> None:
    hidden, topic = make_topic(hidden_at=NOON), make_topic()
    shown = make_reply(topic)
    below_hidden = make_reply(hidden)
    make_reply(topic, hidden_at=NOON)
    make_reply(topic, parent_id=shown.id, hidden_at=NOON)
    gone = make_topic(hidden_at=NOON)
    topic.differs_from_id = gone.id
    db.session.flush()

    page = page_of(topic)

    assert queries.topic_page(hidden.id) is None
    assert queries.place_of(below_hidden.id) is None
    assert queries.place_of(999_999) is None
    assert [view.id for view in page.replies] == [shown.id]
    assert page.replies[0].comments.shown == ()
    assert page.differs_from is None


@pytest.mark.parametrize("official", [True, False])
@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("worked", [True, False])
def test_three_verdicts_stand_side_by_side(official: bool, accepted: bool, worked: bool) -> None:
    topic = make_topic()
    reply = make_reply(topic, accepted_count=int(accepted), worked_count=5 * worked)
    if official:
        saved(OfficialAnswer(topic_id=topic.id, reply_id=reply.id, marked_by_id=reply.author_id))
    if accepted:
        saved(AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=topic.author_id))

    page = page_of(topic)
    (view,) = page.replies

    assert (view.is_official, view.accepted_by_asker, view.worked_count > 0) == (
        official,
        accepted,
        worked,
    )
    assert page.best == ((view,) if official or accepted or worked else ())
    assert not view.is_disputed


@pytest.mark.parametrize(
    ("counts", "disputed"),
    [
        ({"worked_count": 2, "failed_count": 3}, True),
        ({"worked_count": 3, "failed_count": 3}, False),
        ({"worked_count": 0, "failed_count": 1}, True),
        ({}, False),
    ],
)
def test_an_official_answer_is_disputed_when_it_fails_for_more_than_it_helps(
    counts: dict[str, Any], disputed: bool
) -> None:
    topic = make_topic()
    reply = make_reply(topic, **counts)
    saved(OfficialAnswer(topic_id=topic.id, reply_id=reply.id, marked_by_id=reply.author_id))

    assert page_of(topic).best[0].is_disputed is disputed


def test_an_ordinary_answer_that_fails_is_not_disputed_only_no_help() -> None:
    topic = make_topic()
    make_reply(topic, worked_count=1, failed_count=9)

    page = page_of(topic)

    assert page.best == ()
    assert page.replies[0].is_disputed is False


def test_the_best_three_are_named_best_first_wherever_they_stand() -> None:
    topic = make_topic()
    for minute in range(60):
        make_reply(topic, created_at=NOON + timedelta(minutes=minute))

    def late(hour: int, **columns: Any) -> Reply:
        return make_reply(topic, created_at=NOON + timedelta(hours=hour), **columns)

    some, more, accepted = (
        late(5, worked_count=1),
        late(6, worked_count=4),
        late(7, accepted_count=2),
    )
    official = late(8)
    saved(OfficialAnswer(topic_id=topic.id, reply_id=official.id, marked_by_id=topic.author_id))

    page = page_of(topic)

    assert [view.id for view in page.best] == [official.id, accepted.id, more.id]
    assert (len(page.replies), len(page.newest)) == (FIRST, NEWEST)
    assert not {view.id for view in page.replies} & {official.id, accepted.id, more.id, some.id}


@pytest.mark.parametrize("distinct_moments", [205, 9, 1])
def test_205_replies_are_paged_without_loss_or_repeat(distinct_moments: int) -> None:
    topic = make_topic()
    for number in range(205):
        moment = NOON + timedelta(minutes=number % distinct_moments)
        make_reply(topic, created_at=moment, worked_count=int(number in {3, 90, 204}))
    everything = [
        row.id
        for row in db.session.query(Reply.id)
        .where(Reply.topic_id == topic.id)
        .order_by(Reply.created_at, Reply.id)
    ]

    pages = [page_of(topic)]
    while pages[-1].later:
        pages.append(page_of(topic, after=paging.decode(pages[-1].later)))
    assert [len(page.replies) for page in pages] == [10, *[20] * 9, 15]
    assert [view.id for view in pages[0].newest] == everything[-5:]
    assert (pages[0].skipped_count, pages[1].skipped_count) == (190, 0)
    assert [view.id for page in pages for view in page.replies] == everything
    assert {tuple(view.id for view in page.best) for page in pages} == {
        tuple(view.id for view in pages[0].best)
    }

    back = [pages[-1]]
    while back[0].earlier:
        back.insert(0, page_of(topic, before=paging.decode(back[0].earlier)))
    assert [view.id for page in back for view in page.replies] == everything


def test_a_reply_is_found_on_the_page_that_holds_it() -> None:
    topic = make_topic()
    replies = [make_reply(topic, created_at=NOON + timedelta(minutes=n)) for n in range(70)]
    comment = make_reply(topic, parent_id=replies[65].id)

    for number in (0, 9, 10, 29, 30, 64, 65, 69):
        place = queries.place_of(replies[number].id)
        assert place is not None
        after = paging.decode(place.after) if place.after else None
        page = page_of(topic, after=after)
        assert replies[number].id in {view.id for view in (*page.replies, *page.newest)}
        assert (place.after is None) is (number < 10 or number >= 65)

    of_comment, of_reply = queries.place_of(comment.id), queries.place_of(replies[65].id)
    assert of_comment == of_reply


@pytest.mark.parametrize("replies", [19, 20])
def test_a_conversation_of_one_page_is_shown_whole(replies: int) -> None:
    topic = make_topic()
    ids = [make_reply(topic).id for _ in range(replies)]

    page = page_of(topic)

    assert [view.id for view in page.replies] == ids
    assert (page.newest, page.skipped_count, page.later) == ((), 0, None)
    assert [queries.place_of(id_).after for id_ in ids] == [None] * replies  # type: ignore[union-attr]


def test_a_count_that_is_wrong_does_no_harm() -> None:
    topic = make_topic()
    reply = make_reply(topic)
    empty = make_topic(reply_count=99)
    topic.reply_count = 99
    db.session.flush()

    assert [view.id for view in page_of(topic).replies] == [reply.id]
    assert page_of(topic).newest == ()
    assert page_of(empty).replies == ()
    assert queries.place_of(reply.id) is not None


def test_a_folded_comment_is_unfolded_by_its_link() -> None:
    reply = make_reply()
    comments = [make_reply(reply.topic, parent_id=reply.id) for _ in range(COMMENTS + 2)]

    opened = [queries.place_of(comment.id).opened_id for comment in comments]  # type: ignore[union-attr]

    assert opened == [None] * COMMENTS + [comment.id for comment in comments[COMMENTS:]]
    assert queries.place_of(reply.id).opened_id is None  # type: ignore[union-attr]


def test_a_reply_that_helps_is_found_on_the_first_page() -> None:
    topic = make_topic()
    replies = [make_reply(topic, created_at=NOON + timedelta(minutes=n)) for n in range(40)]
    replies[35].worked_count = 2
    db.session.flush()

    place = queries.place_of(replies[35].id)

    assert place is not None
    assert place.after is None


def test_comments_hang_below_their_reply_oldest_first() -> None:
    topic = make_topic()
    first, second = make_reply(topic), make_reply(topic)
    late = make_reply(topic, parent_id=first.id, created_at=NOON + timedelta(hours=2))
    early = make_reply(topic, parent_id=first.id, created_at=NOON)

    views = {view.id: view for view in page_of(topic).replies}

    assert [comment.id for comment in views[first.id].comments.shown] == [early.id, late.id]
    assert views[second.id].comments.shown == ()


def test_viewers_see_what_they_said_and_nobody_elses_word() -> None:
    topic, viewer, other = make_topic(), make_user(), make_user()
    reply = make_reply(topic)
    saved(
        Vote(reply_id=reply.id, user_id=viewer.id, value=-1),
        Outcome(reply_id=reply.id, user_id=viewer.id, worked=False),
        AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=viewer.id),
        MeToo(topic_id=topic.id, user_id=viewer.id),
        Follow(topic_id=topic.id, user_id=viewer.id, cause=FollowCause.ME_TOO),
        Outcome(reply_id=reply.id, visit="a" * 32, worked=True),
    )

    mine, theirs = page_of(topic, viewer), page_of(topic, other)
    visit, stranger = page_of(topic, visit="a" * 32), page_of(topic)

    (view,) = mine.replies
    assert (view.my_vote, view.my_outcome, view.i_accepted) == (-1, False, True)
    assert (mine.mine.has_this_too, mine.mine.follows, mine.mine.is_asker) == (True, True, False)
    for page, outcome in ((theirs, None), (stranger, None), (visit, True)):
        (view,) = page.replies
        assert (view.my_vote, view.my_outcome, view.i_accepted) == (0, outcome, False)
    assert theirs.mine == Mine(user_id=other.id)
    assert stranger.mine == Mine()
    assert page_of(topic, topic.author).mine.is_asker


def test_only_a_valid_mandate_at_this_company_lets_one_speak_for_it() -> None:
    topic = make_topic()
    employee = make_employee(topic.company)
    former = make_employee(topic.company, valid_until=NOON, since=NOON - timedelta(days=1))
    elsewhere = make_employee(make_company())

    assert page_of(topic, employee).mine.speaks_for_company
    assert not page_of(topic, former).mine.speaks_for_company
    assert not page_of(topic, elsewhere).mine.speaks_for_company


def test_every_speaker_is_told_apart() -> None:
    topic = make_topic()
    make_reply(topic, author=make_user("gone", deleted_at=NOON))
    make_reply(topic, author=make_user("imported", source_key="se:1", email=None))
    make_reply(topic, author=topic.author)

    gone, imported, asker = (view.speaker for view in page_of(topic).replies)

    assert (gone.is_former, imported.is_former, asker.is_former) == (True, False, False)
    assert (gone.is_placeholder, imported.is_placeholder) == (False, True)
    assert (gone.is_asker, asker.is_asker) == (False, True)
