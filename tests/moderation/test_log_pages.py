"""The public log as people and programs read it."""

import json
import re
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from community.core import clock
from community.moderation import chain, months, words
from community.moderation.models import FlagOutcome, LegalOutcome, LogAction, LogEntry, LogRole
from community.moderation.queries import log as queries
from community.moderation.queries.log import CHUNK, Filters
from community.moderation.services import log, redact
from community.moderation.verifying import NOTHING, Head, Verified, check_file
from community.moderation.views.log import PER_PAGE
from community.topics.models import AskedBy, Rule
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_reply, make_topic, make_user


def a_row(**values: Any) -> LogEntry:
    return log.append(
        values.pop("action", LogAction.REMOVE),
        **{
            "role": LogRole.MODERATOR,
            "target": "reply 7",
            "rule": Rule.SPAM,
            "texts": {"reason": "Sells pills.", "moderator": "mona"},
            **values,
        },
    )


def seqs(page: str) -> list[int]:
    return [int(seq) for seq in re.findall(r'id="row-(\d+)"', page)]


def test_an_empty_log_says_so_and_has_a_head(client: Client) -> None:
    page = client.get("/log")

    assert page.status_code == 200
    assert "Nothing has been done here yet" in page.text
    assert str(NOTHING) in page.text


def test_the_newest_row_comes_first_with_rule_role_and_reason(client: Client) -> None:
    a_row()
    a_row(action=LogAction.KEEP, rule=None, texts={"reason": "It is criticism <b>only</b>."})
    page = client.get("/log").text

    assert seqs(page) == [2, 1]
    assert "Rule: Spam" in page
    assert "Sells pills." in page
    assert "It is criticism &lt;b&gt;only&lt;/b&gt;." in page
    assert str(queries.head()) in page


FILTERED = [
    ("action=keep", [2]),
    ("role=automatic", [3]),
    ("rule=abuse", [4]),
    ("company=acme", [5]),
    ("company=Acme", [5]),
    ("target=topic+9", [6]),
    ("month=2025-03", [7]),
    ("action=remove&role=moderator&rule=spam&month=2025-03", [7]),
    ("action=keep&role=automatic", []),
    ("month=2025-13", [7, 6, 5, 4, 3, 2, 1]),  # an unknown word is no filter
    ("month=0000-01", [7, 6, 5, 4, 3, 2, 1]),
    ("month=9999-12", [7, 6, 5, 4, 3, 2, 1]),
    ("action=vanish", [7, 6, 5, 4, 3, 2, 1]),
    ("target=%00", [7, 6, 5, 4, 3, 2, 1]),
]


@pytest.mark.parametrize(("address", "found"), FILTERED)
def test_the_log_can_be_narrowed(client: Client, address: str, found: list[int]) -> None:
    a_row()
    a_row(action=LogAction.KEEP)
    a_row(role=LogRole.AUTOMATIC)
    a_row(rule=Rule.ABUSE)
    a_row(company="acme")
    a_row(target="topic 9")
    with clock.frozen(clock.now().replace(year=2025, month=3, day=31, hour=23)):
        a_row()

    page = client.get(f"/log?{address}")
    assert page.status_code == 200
    assert seqs(page.text) == found
    feed = feedparser.parse(client.get(f"/log/feed.atom?{address}").text)
    assert [int(entry.id.rpartition("/")[2]) for entry in feed.entries] == found


def test_every_row_is_reached_once_by_paging(client: Client) -> None:
    count = PER_PAGE * 2 + 3
    for _ in range(count):
        a_row(texts={})
    found: list[int] = []
    page, address, pages = "", "/log?action=remove", 0
    while address:
        page = client.get(address).text
        found += seqs(page)
        pages += 1
        link = re.search(r'href="([^"]*)" rel="next"', page)
        address = link[1].replace("&amp;", "&") if link else ""
    back = re.search(r'href="([^"]*)" rel="prev"', page)

    assert found == list(range(count, 0, -1))
    assert pages == 3
    assert back is not None
    assert seqs(client.get(back[1].replace("&amp;", "&")).text) == found[PER_PAGE : PER_PAGE * 2]


def test_a_list_of_any_length_takes_the_same_few_statements(app: Flask, client: Client) -> None:
    acme, reader = make_company("Acme"), make_user("mira")
    for number in range(20):
        a_row(company=acme.slug, target=f"person {reader.id}" if number % 2 else "topic 1")
    with counted_statements(app) as statements:
        assert client.get("/log").status_code == 200

    assert len(statements) <= 6, statements


def test_a_row_shows_what_its_digest_is_made_from(client: Client) -> None:
    entry = a_row()
    page = client.get("/log/1").text
    form = re.search(r'aria-label="Canonical form"><code>(.*?)</code>', page)

    assert form is not None
    row = json.loads(form[1].replace("&#34;", '"'))
    assert chain.digest(row) == entry.digest
    assert entry.digest in page
    for one in queries.row(1).texts:  # type: ignore[union-attr]
        assert chain.commitment(one.salt or "", one.text or "") == row["commitments"][one.field]
        assert str(one.salt) in page
        assert str(one.text) in page


def test_no_row_is_no_page(client: Client) -> None:
    assert client.get("/log/1").status_code == 404
    assert "no such row" in client.get("/log/2147483647").text


def test_rows_that_take_each_other_back_are_linked(client: Client) -> None:
    removed = a_row()
    a_row(target="reply 8")
    restored = a_row(action=LogAction.RESTORE, details={"reverses": removed.seq})

    assert f'href="/log/{restored.seq}"' in client.get("/log/1").text
    assert "taken back later" in client.get("/log/1").text
    assert "taken back later" not in client.get("/log/2").text
    assert "takes back row 1" in client.get(f"/log/{restored.seq}").text


def test_a_row_leads_to_what_it_is_about(client: Client) -> None:
    company, mira = make_company("Acme"), make_user("mira")
    gone = make_user("gone", deleted_at=clock.now())
    topic = make_topic(company)
    reply = make_reply(topic)
    expected = {
        f"topic {topic.id}": f'href="/t/{topic.id}"',
        f"reply {reply.id}": f'href="/r/{reply.id}"',
        f"person {mira.id}": 'href="/people/mira"',
        f"person {gone.id}": "a former member",
        "company acme": 'href="/c/acme"',
        "log 1": 'href="/log/1"',
        "legal 3": 'href="/legal-requests/3"',
        "site": "the whole site",
        "elsewhere": "elsewhere",
    }
    for target in expected:
        a_row(target=target, company="acme")
    for seq, link in enumerate(expected.values(), start=1):
        heading = re.search(r"<h1>(.*?)</h1>", client.get(f"/log/{seq}").text, re.DOTALL)
        assert heading is not None
        assert link in heading[1]


def test_the_feed_tells_of_rows_and_of_the_head(client: Client) -> None:
    a_row(texts={"reason": "Sells \x0bpills & <more>."})
    entry = a_row(company="acme")
    feed = feedparser.parse(client.get("/log/feed.atom").text)

    assert not feed.bozo
    assert [one.title for one in feed.entries] == ["Removed: answer 7 · Spam"] * 2
    assert feed.entries[0].link == "http://localhost/log/2"
    assert f"2:{entry.digest}" in feed.entries[0].content[0].value
    assert str(queries.head()) in feed.feed.subtitle
    assert "Sells pills & <more>." in feed.entries[1].content[0].value


def test_an_empty_feed_is_a_feed(client: Client) -> None:
    feed = feedparser.parse(client.get("/log/feed.atom").text)
    assert not feed.bozo
    assert feed.entries == []


def test_the_whole_log_comes_as_a_file_that_holds(client: Client) -> None:
    for number in range(5):
        a_row(texts={"reason": f"“Pills” number {number}\n\u2028 \U0001f48a"})
    redact.redact_at_console(2, fields=["reason"], reason="A name.")
    answer = client.get("/log.jsonl")

    assert answer.mimetype == "application/jsonl"
    assert "public-log-6.jsonl" in answer.headers["Content-Disposition"]
    lines = answer.data.splitlines(keepends=True)
    assert check_file(lines, [queries.head()]) == Verified(queries.head(), redacted=1)
    assert b"number 2" in answer.data
    assert b"number 1" not in answer.data


def test_an_empty_log_is_a_file_as_well(client: Client) -> None:
    answer = client.get("/log.jsonl")
    assert check_file(answer.data.splitlines(keepends=True)).head == NOTHING


def test_a_mirror_that_has_the_file_is_told_so(client: Client) -> None:
    a_row()
    tag = client.get("/log.jsonl").headers["ETag"]

    assert client.get("/log.jsonl", headers={"If-None-Match": tag}).status_code == 304
    a_row()
    assert client.get("/log.jsonl", headers={"If-None-Match": tag}).status_code == 200


def test_the_file_is_read_in_parts_without_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(7):
        a_row(texts={})
    monkeypatch.setattr(queries, "CHUNK", 3)

    assert CHUNK > 3
    assert [link.row["seq"] for link in queries.links(until=6)] == [1, 2, 3, 4, 5, 6]
    assert [link.row["seq"] for link in queries.links(after=2, until=5)] == [3, 4, 5]


@given(st.dates())
def test_a_month_begins_where_the_one_before_ends(day: Any) -> None:
    if day.year < 9999:
        first, after = months.bounds(day)
        assert months.bounds(after.date())[0] == after
        assert (after - timedelta(microseconds=1)).month == first.month == day.month


def test_everything_has_a_word() -> None:
    assert list(words.ACTIONS) == list(LogAction)
    assert list(words.ROLES) == list(LogRole)
    assert list(words.RULES) == list(Rule)
    assert list(words.ASKED_BY) == list(AskedBy)
    assert list(words.FLAG_OUTCOMES) == list(FlagOutcome)
    assert list(words.LEGAL_OUTCOMES) == list(LegalOutcome)


def test_filters_that_narrow_nothing_are_false() -> None:
    assert not Filters()
    assert Filters(company="acme")
    assert Head.parse(str(queries.head())) == queries.head()
