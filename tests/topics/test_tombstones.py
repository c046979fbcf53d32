"""What readers see in place of what was taken out of sight, and what its author sees."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from community.accounts.models import User
from community.core.db import db
from community.topics import queries, services
from community.topics.models import COVERED, AskedBy, Reply, Rule, Sight, Topic
from community.topics.services import gate
from tests.conftest import Client, counted_statements
from tests.factories import make_reply, make_topic, make_user

WORDS = "Buy cheap watches from me"

SignIn = Callable[[User], Client]


@pytest.fixture
def author() -> User:
    return make_user("carl")


@pytest.fixture
def topic() -> Topic:
    """A topic with three answers, of which the second is ours."""
    topic = make_topic(title="It does not start")
    make_reply(topic, body="First.")
    return topic


@pytest.fixture
def answer(topic: Topic, author: User) -> Reply:
    answer = services.post_reply(author, topic, body=WORDS)
    make_reply(topic, body="Third.")
    db.session.flush()
    return answer


def hide(post: Topic | Reply, sight: Sight = Sight.REMOVED) -> None:
    services.hide(post, sight=sight, rule=Rule.SPAM, asked_by=AskedBy.TRUSTED, log_seq=12)
    db.session.commit()


def page(browser: Client, topic: Topic) -> str:
    answered = browser.get(f"/t/{topic.id}/{topic.slug}")
    assert answered.status_code == 200
    return str(answered.text).split("</head>")[1]  # what machines read is before that


def test_nobody_judges_what_cannot_be_read(sign_in: SignIn, topic: Topic, answer: Reply) -> None:
    hide(answer, Sight.MASKED)

    browser = sign_in(topic.author)
    html = page(browser, topic)

    assert f"/flag/reply/{answer.id}" in html
    for verdict in ("accept", "outcome", "vote"):
        offered = set(re.findall(rf'formaction="/r/(\d+)/{verdict}"', html))
        assert len(offered) == 2
        assert str(answer.id) not in offered


def test_a_removed_reply_leaves_a_line_in_its_place(
    client: Client, topic: Topic, answer: Reply
) -> None:
    hide(answer)

    html = page(client, topic)

    assert WORDS not in html
    assert "A reply was removed." in html
    assert "Rule: spam; asked for by a trusted member" in html
    assert html.index("First.") < html.index(f'id="reply-{answer.id}"') < html.index("Third.")
    assert "2 replies" in html
    link = client.get(f"/r/{answer.id}")
    assert (link.status_code, link.location) == (
        302,
        f"/t/{topic.id}/{topic.slug}#reply-{answer.id}",
    )


def test_its_author_reads_what_they_wrote_and_nobody_else_does(
    topic: Topic, answer: Reply, author: User, sign_in: SignIn
) -> None:
    hide(answer)

    assert WORDS in page(sign_in(author), topic)
    assert WORDS not in page(sign_in(make_user()), topic)


def test_a_held_reply_is_seen_by_its_author_alone(
    topic: Topic, answer: Reply, author: User, sign_in: SignIn
) -> None:
    hide(answer, Sight.HELD)

    own, others = page(sign_in(author), topic), page(sign_in(make_user()), topic)

    assert WORDS in own
    assert "Only you see your reply so far." in own
    assert f"reply-{answer.id}" not in others
    assert sign_in(author).get(f"/r/{answer.id}").status_code == 302
    assert sign_in(make_user()).get(f"/r/{answer.id}").status_code == 404


def test_a_removed_comment_leaves_a_line_below_its_answer(
    client: Client, topic: Topic, answer: Reply, author: User
) -> None:
    comments = [services.post_comment(author, answer, body=f"Note {n}.") for n in range(3)]
    hide(comments[1])

    html = page(client, topic)

    assert "Note 1." not in html
    assert "A comment was removed." in html
    assert (
        html.index("Note 0.") < html.index(f'id="reply-{comments[1].id}"') < html.index("Note 2.")
    )

    hide(comments[0])
    hide(comments[2])
    assert page(client, topic).count("A comment was removed.") == 3


def test_covered_words_leave_the_verdicts_in_sight(
    client: Client, topic: Topic, answer: Reply, author: User, sign_in: SignIn
) -> None:
    services.vote(make_user(), answer, 1)
    hide(answer, Sight.MASKED)

    html = page(client, topic)

    assert WORDS not in html
    assert COVERED not in html
    assert "These words are covered." in html
    assert "3 replies" in html
    for address in (f"/r/{answer.id}/history", f"/t/{topic.id}/feed.atom"):
        assert WORDS not in client.get(address).text
    assert f"/r/{answer.id}/edit" not in page(sign_in(author), topic)


def test_a_removed_topic_is_gone_and_says_why(
    client: Client, topic: Topic, answer: Reply, author: User, sign_in: SignIn
) -> None:
    hide(topic)

    gone = client.get(f"/t/{topic.id}/{topic.slug}")

    assert gone.status_code == 410
    assert "This topic was removed" in gone.text
    assert "Rule: spam" in gone.text
    assert topic.title not in gone.text
    assert WORDS not in gone.text
    assert topic.title in sign_in(topic.author).get(f"/t/{topic.id}").text
    answered = sign_in(author).get(f"/t/{topic.id}").text
    assert WORDS in answered
    assert topic.title not in answered
    link = client.get(f"/r/{answer.id}", follow_redirects=True)
    assert (link.status_code, WORDS in link.text) == (410, False)


def test_a_held_topic_waits_without_a_word_of_it(
    client: Client, topic: Topic, sign_in: SignIn
) -> None:
    hide(topic, Sight.HELD)

    others, own = client.get(f"/t/{topic.id}"), sign_in(topic.author).get(f"/t/{topic.id}")

    assert others.status_code == 404
    assert "waits until somebody has looked at it" in others.text
    assert topic.title not in others.text
    assert (own.status_code, topic.title in own.text) == (200, True)


def test_a_topic_of_which_nothing_but_a_tombstone_is_left_is_read_all_the_same(
    client: Client, topic: Topic
) -> None:
    for reply in queries.topic_page(topic.id).replies:  # type: ignore[union-attr]
        hide(db.session.get_one(Reply, reply.id))

    assert "A reply was removed." in page(client, topic)


def test_many_together_are_folded_and_cost_one_statement(
    app: Flask, client: Client, topic: Topic
) -> None:
    with counted_statements(app) as before:
        queries.topic_page(topic.id)
    for _ in range(5):
        hide(make_reply(topic, body=WORDS))

    with counted_statements(app) as after:
        queries.topic_page(topic.id)
    html = page(client, topic)

    assert len(after) == len(before) + 1
    assert "5 replies are out of sight here" in html
    assert html.count("A reply was removed.") == 5


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is posted is held before anybody else can see it."""

    def hold(post: Topic | Reply) -> None:
        services.hide(
            post, sight=Sight.HELD, rule=Rule.SPAM, asked_by=AskedBy.AUTOMATIC, log_seq=12
        )

    monkeypatch.setattr(gate, "_listeners", [hold])


@pytest.mark.usefixtures("holding")
def test_whoever_posts_what_is_held_is_told_so_where_it_will_stand(
    client: Client, topic: Topic, author: User, sign_in: SignIn
) -> None:
    browser, answer = sign_in(author), make_reply(topic)
    db.session.commit()
    for address in (f"/t/{topic.id}/replies", f"/r/{answer.id}/comments"):
        sent = browser.submit(address, body=WORDS)
        assert sent.status_code == 303
        html = browser.get(sent.location.split("#")[0]).text
        assert WORDS in html
        assert "It waits until somebody has looked at it" in html
    assert WORDS not in page(client, topic)


@pytest.mark.usefixtures("holding")
def test_a_guest_whose_question_is_held_is_told_so(client: Client, topic: Topic) -> None:
    company = topic.company.name
    db.session.commit()

    sent = client.submit(
        "/ask",
        guest="1",
        title="It stopped",
        body=WORDS,
        kind="problem",
        company=company,
        email="pia@mail.example",
    )
    shown = client.get(sent.location)

    assert (sent.status_code, shown.status_code) == (303, 404)
    assert "It is posted" not in shown.text
    assert "This topic waits until somebody has looked at it" in shown.text
