"""Who quotes a post: moderators see it beside the case, since it stays when the post is covered."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from community.accounts.models import User
from community.core import clock
from community.moderation.models import DecisionAction
from community.moderation.queries.quotes import quotes_of
from community.moderation.quoting import Quoted, names_reply
from community.moderation.services.decide import Ruling
from community.topics.models import Rule
from tests.conftest import Client, counted_statements
from tests.factories import make_reply, make_topic, make_user
from tests.moderation.trials import case_of, moderator, ruled

SignIn = Callable[[User], Client]

SAID = "Call her at home, her number is 030 1234567, and ask for *Ada*."
MASKED = Ruling(action=DecisionAction.MASK, rule=Rule.PERSONAL_DATA, reason="A number.")


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        ("> her number is 030 1234567\n\nI did.", "her number is 030 1234567"),
        ("Hm.\n   > CALL HER, at home: her\nnumber", "CALL HER, at home: her number"),
        (">> number is 030 1234567, and **ask**", "number is 030 1234567, and **ask**"),
        ("> nothing of it\n\n> ask for Ada", "ask for Ada"),
        ("> 030 1234567", "030 1234567"),
        ("> Call", ""),  # in too many texts
        ("> a text of five other words", ""),
        ("> Call him at home, his number is 1", ""),
        ("Call her at home, her number is 030 1234567.", ""),  # says so itself
        ("", ""),
    ],
)
def test_a_quotation_is_told_by_its_words(body: str, quoted: str) -> None:
    assert Quoted(SAID).quotation_in(body) == quoted


def test_a_script_without_spaces_is_quoted_too() -> None:
    said = Quoted("\u5979\u7684\u7535\u8bdd\u53f7\u7801\u662f\u4e00\u4e8c\u4e09\u56db\u4e94\u3002")
    assert said.quotation_in("> \u7535\u8bdd\u53f7\u7801\u662f\u4e00\u4e8c\u4e09")


def test_an_address_names_one_reply() -> None:
    assert names_reply("See https://example.com/r/12.", 12)
    assert not names_reply("See https://example.com/r/123 and /t/12.", 12)


def test_who_quotes_a_post_is_listed_also_when_it_is_covered() -> None:
    reply = make_reply(body=SAID)
    topic, other = reply.topic, make_topic(body=f"> {SAID}")
    make_reply(topic, body="I agree, 2 > 1.")
    make_reply(other, body=f"> {SAID}")  # elsewhere
    make_reply(topic, body=f"> {SAID}", hidden_at=clock.now())
    comment = make_reply(topic, body="> ask for Ada\n\nNo.", parent_id=reply.id)
    linking = make_reply(topic, body=f"As in /r/{reply.id}: do that.")
    topic.body = f"> {SAID}\n\nWhose is it?"
    case = case_of(comment)
    listed = [
        (linking.id, "", None),
        (comment.id, "ask for Ada", case.id),
        (None, SAID, None),
    ]
    for _ in ("in sight", "covered"):
        found = [(one.reply_id, one.quotation, one.case_id) for one in quotes_of(reply)]
        assert sorted(found, key=str) == sorted(listed, key=str)
        if reply.hidden_at is None:
            ruled(case_of(reply, Rule.PERSONAL_DATA), MASKED)


def test_answers_that_quote_a_topic_are_listed_by_title_and_text() -> None:
    topic = make_topic(title="Ada of 3 Elm Street cheats", body=SAID)
    ids = [make_reply(topic, body=f"> {said}").id for said in ("Ada of 3 Elm Street", "for Ada")]
    assert {one.reply_id for one in quotes_of(topic)} == set(ids)


def test_the_case_leads_to_each_who_quotes_it(app: Flask, sign_in: SignIn) -> None:
    reply = make_reply(body=SAID)
    case, browser = case_of(reply), sign_in(moderator())
    path = f"/moderation/cases/{case.id}"
    assert "Who quotes it" not in text_of(browser.get(path))
    quoting = make_reply(reply.topic, make_user(display_name="Quinn"), body=f"> {SAID}")
    page = text_of(browser.get(path))
    assert "Who quotes it" in page
    assert "by Quinn" in page
    assert f'href="/r/{quoting.id}"' in page
    assert f'href="/flag/reply/{quoting.id}"' in page

    counts = []
    for _ in range(2):
        with counted_statements(app) as statements:
            page = text_of(browser.get(path))
        counts.append(len(statements))
        for _ in range(4):
            make_reply(reply.topic, body=f"> {SAID}")
    assert counts[0] == counts[1]
    own = case_of(quoting)
    assert f'href="/moderation/cases/{own.id}"' in text_of(browser.get(path))
