"""Lists of topics, the answers beside them, and a company's figures."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.core import paging
from community.core.db import db
from community.topics import queries
from community.topics.models import (
    AcceptedAnswer,
    CompanyFigures,
    OfficialAnswer,
    Standing,
    Tag,
    Topic,
    TopicKind,
    TopicProduct,
    TopicStatus,
    TopicTag,
)
from community.topics.queries.lists import excerpt
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


def titles(page: paging.Page[queries.TopicRow]) -> list[str]:
    return [row.title for row in page.rows]


def test_the_newest_activity_comes_first_and_hidden_topics_not_at_all() -> None:
    for number in range(3):
        make_topic(title=f"Case {number}", last_activity_at=NOON + timedelta(hours=number))
    make_topic(title="Hidden", last_activity_at=NOON + timedelta(days=1), hidden_at=NOON)

    assert titles(queries.page_of_topics()) == ["Case 2", "Case 1", "Case 0"]


def test_a_row_says_what_a_list_shows() -> None:
    company = make_company("Acme")
    topic = make_topic(
        company,
        make_user("mira", display_name="Mira K."),
        title="Router drops at 3 am",
        body="It **drops** & comes back.",
        kind=TopicKind.PROBLEM,
        status=TopicStatus.SOLVED,
        me_too_count=4,
    )
    first, second = make_reply(topic), make_reply(topic)
    saved(
        OfficialAnswer(topic_id=topic.id, reply_id=first.id, marked_by_id=first.author_id),
        AcceptedAnswer(topic_id=topic.id, reply_id=first.id, accepted_by_id=topic.author_id),
        AcceptedAnswer(topic_id=topic.id, reply_id=second.id, accepted_by_id=topic.author_id),
    )

    (row,) = queries.page_of_topics().rows

    assert (row.id, row.slug, row.company_slug) == (topic.id, "router-drops-at-3-am", "acme")
    assert (row.author_name, row.author_username) == ("Mira K.", "mira")
    assert (row.kind, row.status) == (TopicKind.PROBLEM, TopicStatus.SOLVED)
    assert (row.reply_count, row.me_too_count, row.accepted_count) == (2, 4, 2)
    assert row.has_official is True
    assert row.excerpt == "It drops & comes back."


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        ("<p>Whole</p>", "Whole"),
        ('<p>See <a href="https://acme.exa', "See"),
        ("<p>This &amp; tha", "This & tha"),
        ("<p>This &am", "This"),
        ("<p>5 &lt; 6</p><p>Really</p", "5 < 6 Really"),
    ],
)
def test_an_excerpt_of_html_that_is_cut_anywhere_has_no_remains_of_it(
    opening: str, words: str
) -> None:
    assert excerpt(opening) == words


def test_each_filter_keeps_what_fits() -> None:
    company = make_company()
    product, tag = make_product(company), Tag(slug="wifi")
    saved(tag)
    fits = make_topic(company, kind=TopicKind.IDEA, status=TopicStatus.PLANNED)
    saved(
        TopicProduct(topic_id=fits.id, product_id=product.id, company_id=company.id),
        TopicTag(topic_id=fits.id, tag_id=tag.id),
    )
    answered, waits = make_topic(company), make_topic(company)
    make_reply(answered)
    make_reply(waits, waits.author)  # to oneself
    make_topic(kind=TopicKind.IDEA)

    def found(**filters: object) -> set[int]:
        return {row.id for row in queries.page_of_topics(**filters).rows}  # type: ignore[arg-type]

    assert found(company_id=company.id) == {fits.id, answered.id, waits.id}
    assert found(company_id=company.id, unanswered=True) == {waits.id}
    assert found(company_id=company.id, unanswered=True, kind=TopicKind.IDEA) == {fits.id}
    assert found(company_id=company.id, answered=True) == {answered.id}
    assert found(company_id=company.id, asked_after=waits.created_at) == set()
    helper = make_user()
    assert found(helper_id=helper.id) == set()
    saved(Standing(company_id=company.id, user_id=helper.id, reply_count=1))
    assert found(helper_id=helper.id, unanswered=True) == {waits.id}
    assert found(helper_id=waits.author_id) == set()
    assert found(company_id=company.id, kind=TopicKind.IDEA) == {fits.id}
    assert found(company_id=company.id, statuses=[TopicStatus.PLANNED]) == {fits.id}
    assert found(statuses=[TopicStatus.PLANNED, TopicStatus.SOLVED]) == {fits.id}
    assert found(product_id=product.id) == {fits.id}
    assert found(tag_id=tag.id) == {fits.id}
    assert found(author_id=answered.author_id) == {answered.id}
    assert found(company_id=company.id, kind=TopicKind.PRAISE) == set()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    minutes=st.lists(st.integers(0, 3), max_size=17),
    limit=st.integers(1, 6),
    by_author=st.booleans(),
)
def test_paging_forth_and_back_loses_and_repeats_nothing(
    minutes: list[int], limit: int, by_author: bool
) -> None:
    """Moments are often equal: an import has whole seconds, a bulk change one moment for all."""
    company, author = make_company(), make_user()
    for minute in minutes:
        moment = NOON + timedelta(minutes=minute)
        make_topic(company, author, created_at=moment, last_activity_at=moment)
    scope: dict[str, Any] = {"author_id": author.id} if by_author else {"company_id": company.id}
    everything = [row.id for row in queries.page_of_topics(**scope, limit=100).rows]
    assert len(everything) == len(minutes)

    pages = [queries.page_of_topics(**scope, limit=limit)]
    assert pages[0].previous is None
    while pages[-1].next:
        pages.append(
            queries.page_of_topics(**scope, limit=limit, after=paging.decode(pages[-1].next))
        )
    assert [row.id for page in pages for row in page.rows] == everything

    back = [pages[-1]]
    while back[0].previous:
        back.insert(
            0, queries.page_of_topics(**scope, limit=limit, before=paging.decode(back[0].previous))
        )
    assert [row.id for page in back for row in page.rows] == everything


def test_rows_come_in_the_order_asked_for_without_those_hidden() -> None:
    one, two, hidden = make_topic(), make_topic(), make_topic(hidden_at=NOON)

    rows = queries.rows_for([two.id, hidden.id, one.id, 999_999])

    assert [row.id for row in rows] == [two.id, one.id]
    assert queries.rows_for([]) == []


def test_a_list_is_one_statement(app: Flask) -> None:
    for _ in range(5):
        make_topic()

    with counted_statements(app) as statements:
        page = queries.page_of_topics(limit=3)
        queries.rows_for([row.id for row in page.rows])
        queries.answers_for([row.id for row in page.rows])

    assert len(statements) == 3


# -- answers ------------------------------------------------------------------------------------


def official(topic: Topic) -> int:
    reply = make_reply(topic)
    saved(OfficialAnswer(topic_id=topic.id, reply_id=reply.id, marked_by_id=reply.author_id))
    return reply.id


def accepted_by_asker(topic: Topic) -> int:
    reply = make_reply(topic, accepted_count=1)
    saved(AcceptedAnswer(topic_id=topic.id, reply_id=reply.id, accepted_by_id=topic.author_id))
    return reply.id


def accepted_by_many(topic: Topic) -> int:
    return make_reply(topic, accepted_count=7).id


def worked(topic: Topic) -> int:
    return make_reply(topic, worked_count=9, failed_count=2).id


def helpful(topic: Topic) -> int:
    return make_reply(topic, helpful_count=12).id


def plain(topic: Topic) -> int:
    return make_reply(topic).id


RANKED: list[Callable[[Topic], int]] = [
    official,
    accepted_by_asker,
    accepted_by_many,
    worked,
    helpful,
    plain,
]


@pytest.mark.parametrize("best", range(len(RANKED)))
def test_the_better_answer_wins_though_it_came_later(best: int) -> None:
    topic = make_topic()
    ids = [make(topic) for make in reversed(RANKED[best:])]

    assert queries.answers_for([topic.id])[topic.id].reply_id == ids[-1]


def test_among_equals_the_first_answer_is_the_answer() -> None:
    topic = make_topic()
    late = make_reply(topic, created_at=NOON + timedelta(hours=1))
    early = make_reply(topic, created_at=NOON)

    assert queries.answers_for([topic.id])[topic.id].reply_id == early.id
    assert late.id < early.id


def test_among_replies_with_the_same_verdicts_the_words_decide() -> None:
    topic = make_topic()
    make_reply(topic, body="Which router is it?", created_at=NOON)
    about = make_reply(topic, body="At night the router scans.", created_at=NOON + timedelta(1))
    vouched = make_topic()
    make_reply(vouched, body="At night the router scans.", created_at=NOON)
    worked = make_reply(vouched, body="Send it back.", worked_count=2)

    answers = queries.answers_for([topic.id, vouched.id], "router drops at night")

    assert answers[topic.id].reply_id == about.id
    assert answers[vouched.id].reply_id == worked.id


def test_the_passage_that_is_shown_is_about_the_question() -> None:
    topic = make_topic(language="en-GB")
    filler = "Thank you very much for telling us. " * 20
    make_reply(topic, body=f"{filler}\n\nTurn off the scan.\n\n{filler}")

    shown = queries.answers_for([topic.id], "scanning at night")[topic.id].passage.text
    detailed = queries.answers_for([topic.id], "it fails", body="it is scanning")[topic.id]

    assert "Turn off the scan." in shown
    assert len(shown) <= 400
    assert "Turn off the scan." in detailed.passage.text
    beginning = queries.answers_for([topic.id])[topic.id].passage.text
    assert beginning.startswith("Thank you")
    assert "scan" not in beginning


def test_what_is_no_answer_is_not_shown_as_one() -> None:
    topic = make_topic()
    reply = make_reply(topic, failed_count=3, worked_count=1)
    make_reply(topic, author=topic.author, body="It is version 5.2.")
    make_reply(topic, hidden_at=NOON, accepted_count=3)
    make_reply(topic, parent_id=reply.id, body="Same here.")
    hidden = make_topic(hidden_at=NOON)
    make_reply(hidden)

    assert queries.answers_for([topic.id, hidden.id]) == {}
    assert queries.answers_for([]) == {}


def test_the_askers_own_answer_counts_once_it_solved_it() -> None:
    topic = make_topic()
    own = make_reply(topic, author=topic.author, accepted_count=1, body="Found it: **reset**.")
    saved(AcceptedAnswer(topic_id=topic.id, reply_id=own.id, accepted_by_id=topic.author_id))

    answer = queries.answers_for([topic.id])[topic.id]

    assert (answer.reply_id, answer.accepted_by_asker, answer.speaker.is_asker) == (
        own.id,
        True,
        True,
    )
    assert answer.passage.text == "Found it: reset."
    assert answer.html == "<p>Found it: <strong>reset</strong>.</p>"


def test_an_answer_says_who_gives_it_at_this_company() -> None:
    company = make_company("Acme")
    topics = [make_topic(company), make_topic()]
    mira = make_user("mira")
    saved(Standing(company_id=company.id, user_id=mira.id, reply_count=40, solved_count=10))
    for topic in topics:
        make_reply(topic, author=mira)

    here, elsewhere = (queries.answers_for([t.id for t in topics])[t.id].speaker for t in topics)

    assert (here.level, here.solved_count, here.company_name) == ("super-user", 10, "Acme")
    assert (elsewhere.level, elsewhere.solved_count) == ("member", 0)


def test_an_answer_in_the_companys_name_is_its_word_while_the_mandate_lasts() -> None:
    company = make_company("Acme")
    topic, other = make_topic(company), make_topic(company)
    now_there = make_employee(company, title="Engineer", scope="billing")
    then_there = make_employee(company, valid_until=NOON, since=NOON - timedelta(days=9))
    make_reply(topic, author=now_there, speaks_for_company=True)
    make_reply(other, author=then_there, speaks_for_company=True)

    answers = queries.answers_for([topic.id, other.id])

    speaks, once_spoke = answers[topic.id].speaker, answers[other.id].speaker
    assert (speaks.speaks_for, speaks.title, speaks.scope) == ("Acme", "Engineer", "billing")
    assert speaks.then_at is None
    assert (once_spoke.speaks_for, once_spoke.title, once_spoke.then_at) == (None, "", "Acme")


def test_an_employee_who_speaks_as_a_customer_carries_no_mark() -> None:
    company = make_company("Acme")
    topic = make_topic(company)
    make_reply(topic, author=make_employee(company))

    speaker = queries.answers_for([topic.id])[topic.id].speaker

    assert (speaker.speaks_for, speaker.then_at) == (None, None)


# -- figures ------------------------------------------------------------------------------------


def test_figures_of_a_company() -> None:
    company = make_company()
    make_topic(company, kind=TopicKind.IDEA)
    make_topic(company, status=TopicStatus.SOLVED)
    make_topic(company, status=TopicStatus.SOLVED)
    make_topic(company, hidden_at=NOON)
    assert queries.odds(company.id) is None
    saved(
        CompanyFigures(
            company_id=company.id, asked_count=2, answered_count=1, median_first_reply_s=5400
        )
    )

    odds = queries.odds(company.id)

    assert odds is not None
    assert odds.median_first_reply == timedelta(minutes=90)
    assert queries.counts_of(company.id) == {
        (TopicKind.IDEA, TopicStatus.OPEN): 1,
        (TopicKind.PROBLEM, TopicStatus.SOLVED): 2,
    }


def test_who_answers_most_at_a_company() -> None:
    company = make_company()
    for username, replies, solved in (("ana", 50, 2), ("ben", 20, 11), ("cem", 9, 2)):
        user = make_user(username)
        saved(
            Standing(
                company_id=company.id, user_id=user.id, reply_count=replies, solved_count=solved
            )
        )
    gone = make_user("gone", deleted_at=NOON)
    saved(Standing(company_id=company.id, user_id=gone.id, reply_count=9, solved_count=99))

    helpers = queries.who_answers(company.id, limit=2)

    assert [(one.username, one.level) for one in helpers] == [
        ("ben", "super-user"),
        ("ana", "member"),
    ]
