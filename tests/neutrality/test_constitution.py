"""The rules of the constitution that are words and pages: N1 to N4 and N8 to N10."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from community.accounts.models import User
from community.companies.models import Company, CompanyState, MandateKind
from community.core import clock, outbox
from community.core.db import db
from community.topics import handlers, services
from community.topics.models import AskedBy, Reply, Rule, Sight, Topic, TopicKind, TopicStatus
from tests.conftest import Client
from tests.factories import (
    make_company,
    make_mandate,
    make_product,
    make_reply,
    make_topic,
    make_user,
)

SignIn = Callable[[User], Client]

ROOT = Path(__file__).parents[2]
HELP = "https://help.brightwave.example"
SOURCE = "https://brightwave.example/contact"
# What each state says at the head of its page, word for word (N1, N2).
HEADS = {
    CompanyState.UNCLAIMED: (
        "Brightwave Brightwave has not joined this page. It is run by its customers."
    ),
    CompanyState.LISTENING: (
        "Brightwave Brightwave answers here It proved on November 22, 2026 that brightwave.example"
        " is its own. It cannot remove or change what customers write."
    ),
    CompanyState.ELSEWHERE: (
        "Brightwave Brightwave answers its customers on its own pages. No new topics are taken"
        " here. The older ones stay, below."
    ),
}
PAGES = ("/c/brightwave", "/c/brightwave/p/hub", "/c/brightwave/ask")


def brightwave(state: CompanyState = CompanyState.UNCLAIMED, **columns: object) -> Company:
    company = make_company("Brightwave", state=state, website_host="brightwave.example", **columns)
    if company.proved_at is not None:
        company.proved_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    make_product(company, "Hub")
    db.session.flush()
    return company


def words_of(html: str) -> str:
    """Return what a reader sees of HTML."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#39;", "'").split())


def head_of(page: str) -> str:
    found = re.search(r'<header class="company-head.*?</header>', page, re.DOTALL)
    assert found is not None
    return words_of(re.sub(r"<svg.*?</svg>", "", found[0], flags=re.DOTALL))


def topics_in(page: str) -> list[int]:
    """Return the ids of the topics that a page leads to, in order."""
    return [int(one) for one in dict.fromkeys(re.findall(r'<h3><a href="/t/(\d+)/', page))]


# -- N1 and N2: three states, and what is said of who is absent ----------------------------------


@pytest.mark.parametrize("state", CompanyState)
def test_each_state_says_what_it_is_in_these_words(client: Client, state: CompanyState) -> None:
    brightwave(state)

    page = client.get("/c/brightwave").text

    assert head_of(page) == HEADS[state]
    others = [HEADS[other].removeprefix("Brightwave ") for other in CompanyState if other != state]
    assert not any(sentence in words_of(page) for sentence in others)


def test_each_state_has_a_layout_of_its_own(client: Client) -> None:
    layouts = {}
    for state in CompanyState:
        company = make_company(f"Of {state}", state=state, website_host=f"{state}.example")
        page = client.get(f"/c/{company.slug}").text
        header = re.search(r'<header class="company-head.*?</header>', page, re.DOTALL)
        assert header is not None
        layouts[state] = (
            "<ask-box" in page,
            *sorted(set(re.findall(r'class="([\w -]+)"', header[0]))),
        )

    assert len(set(layouts.values())) == len(CompanyState)
    assert not any("avatar" in name for name in layouts[CompanyState.UNCLAIMED][1:])  # no logo
    assert layouts[CompanyState.ELSEWHERE][0] is False


def test_no_page_about_who_has_not_joined_reads_as_if_it_were_theirs(client: Client) -> None:
    company = brightwave()
    topic = make_topic(company)
    make_reply(topic)
    addresses = (*PAGES, f"/t/{topic.id}/{topic.slug}", "/companies", "/c/brightwave/names")

    for address in addresses:
        page = client.get(address)
        words = words_of(page.text).replace("Say where Brightwave gives official help", "")
        assert page.status_code == 200, address
        for claim in ("official", "customer service of", "answers here"):
            assert claim not in words.lower(), (address, claim)
        assert "company-listening" not in page.text


def test_the_sentence_about_an_absent_company_stands_in_one_place() -> None:
    found = [
        path.name
        for folder in ("templates", "community")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".html", ".xml", ".txt", ".py"}
        for _ in re.findall(r"has not joined this page", path.read_text())
    ]
    assert found == ["companies.html"]


# -- N3: where official help is ------------------------------------------------------------------


def test_anybody_says_where_official_help_is_with_a_source(client: Client, sign_in: SignIn) -> None:
    company = brightwave()
    browser = sign_in(make_user())
    address = "/c/brightwave/official-help"

    assert browser.submit(address, url=HELP, source="").status_code == 422
    assert "Official help is at" not in client.get("/c/brightwave").text
    assert browser.submit(address, url=HELP, source=SOURCE).status_code == 303

    db.session.refresh(company)
    assert company.state is CompanyState.UNCLAIMED  # nobody has joined by it
    pages = {path: client.get(path).text for path in (*PAGES, "/c/brightwave/ask?write=1")}
    for path, page in pages.items():
        box = page.index("<ask-box") if "<ask-box" in page else page.index("<ask-form")
        assert page.index("Official help is at") < page.index(HELP) < box, path
        assert SOURCE in page, path


# -- N4: the odds, before typing -----------------------------------------------------------------


def test_the_odds_stand_before_the_box_with_their_n(client: Client) -> None:
    company = brightwave()
    services.post_reply(make_user(), make_topic(company), body="Try this.")
    make_topic(company)
    handlers.refresh_figures([{"company_id": company.id}])

    for path in PAGES:
        page = client.get(path).text
        said = words_of(page[page.index('class="odds"') - 3 : page.index('id="ask-text"')])
        assert "Customers answered 50% of 2 topics" in said, path
        assert "Brightwave has not answered here." in said, path


def test_where_nothing_can_be_measured_it_says_so(client: Client) -> None:
    brightwave()
    for path in PAGES:
        assert "so there is nothing to measure" in client.get(path).text, path


# -- N8: joining gives no rank -------------------------------------------------------------------


def test_joining_moves_no_topic(client: Client) -> None:
    ours, theirs = brightwave(), make_company("Larkspur")
    for number in range(4):
        topic = make_topic(
            (ours, theirs)[number % 2], title=f"The hub blinks, case {number}", body="It blinks."
        )
        make_reply(topic)
        outbox.publish("topic.posted", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()
    lists = ("/topics", "/c/brightwave", "/search?q=hub+blinks", "/unanswered")
    before = [topics_in(client.get(path).text) for path in lists]

    ours.state, ours.proved_at = CompanyState.LISTENING, clock.now()
    for kind in MandateKind:
        make_mandate(make_user(), ours, kind=kind)
    db.session.flush()
    for topic_id in db.session.scalars(select(Topic.id)):
        outbox.publish("topic.changed", topic_id=topic_id, company_id=ours.id)
    outbox.deliver_due()

    assert [topics_in(client.get(path).text) for path in lists] == before
    assert len(before[2]) == 4


# -- N9: what search engines are told ------------------------------------------------------------


def test_a_page_is_for_search_engines_as_long_as_it_helps(client: Client) -> None:
    company = brightwave()
    topic = make_topic(company)
    pages = PAGES[:2]

    def is_told() -> list[bool]:
        told = ["noindex" not in client.get(path).text for path in pages]
        maps = [client.get(f"/sitemap/{part}-1.xml").text for part in ("companies", "products")]
        return [*told, *("/c/brightwave" in one for one in maps)]

    assert is_told() == [False] * 4
    services.set_status(topic.author, topic, TopicStatus.SOLVED)
    assert is_told() == [True] * 4
    services.hide(topic, sight=Sight.REMOVED, rule=Rule.SPAM, asked_by=AskedBy.MODERATOR, log_seq=1)
    assert is_told() == [False] * 4


@pytest.mark.parametrize("state", [CompanyState.LISTENING, CompanyState.ELSEWHERE])
def test_who_has_joined_is_told_to_search_engines(client: Client, state: CompanyState) -> None:
    brightwave(state)
    assert "noindex" not in client.get("/c/brightwave").text


# -- N10: elsewhere ------------------------------------------------------------------------------


def test_elsewhere_takes_no_new_topics_from_anybody(client: Client, sign_in: SignIn) -> None:
    company = brightwave(
        CompanyState.ELSEWHERE, official_help_url=HELP, official_help_source=SOURCE
    )
    employee = make_user()
    make_mandate(employee, company, kind=MandateKind.OWNER)
    typed = {"title": "It blinks red", "company": "Brightwave", "body": "All night long."}

    for browser in (
        client,
        sign_in(make_user()),
        sign_in(employee),
        sign_in(make_user(is_admin=True)),
    ):
        box = browser.get("/c/brightwave/ask")
        assert box.status_code == 403
        assert "Brightwave gives help at its own desk" in box.text
        sent = browser.submit("/ask", **typed, kind="problem")
        assert sent.status_code == 422
        assert "Brightwave gives help at its own desk" in sent.text
        assert "All night long." in sent.text
    assert db.session.scalar(select(func.count()).select_from(Topic)) == 0
    assert HELP in client.get("/c/brightwave").text


def test_elsewhere_the_older_topics_stay_and_live_on(client: Client, sign_in: SignIn) -> None:
    company = brightwave()
    topic = make_topic(company, title="It blinks", kind=TopicKind.PROBLEM)
    answer = make_reply(topic, body="Turn it off.")
    outbox.publish("topic.posted", topic_id=topic.id, company_id=company.id)
    outbox.deliver_due()
    company.state, company.proved_at = CompanyState.ELSEWHERE, clock.now()
    db.session.flush()

    assert topics_in(client.get("/c/brightwave").text) == [topic.id]
    assert "Turn it off." in client.get(f"/t/{topic.id}/{topic.slug}").text
    assert topics_in(client.get("/search?q=blinks").text) == [topic.id]
    browser = sign_in(make_user())
    assert browser.submit(f"/t/{topic.id}/replies", body="Or unplug it.").status_code == 303
    assert browser.submit(f"/r/{answer.id}/outcome", value="worked").status_code == 303
    assert browser.submit(f"/t/{topic.id}/me-too", value="1").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Reply)) == 2
    db.session.refresh(topic)
    assert (topic.me_too_count, topic.hidden_at) == (1, None)
