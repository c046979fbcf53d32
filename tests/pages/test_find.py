"""The search page."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask

from community import search
from community.core import clock, outbox
from community.topics import services
from community.topics.models import Topic, TopicKind
from community.topics.services import tagging
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_product, make_reply, make_topic, make_user
from tests.pages.test_browse import titles


@pytest.fixture
def topics() -> list[Topic]:
    """Three topics of two companies, in the index."""
    brightwave = make_company("Brightwave")
    router = make_product(brightwave, "Router X2")
    found = [
        services.post_topic(
            make_user(),
            brightwave,
            kind=TopicKind.PROBLEM,
            title="Router drops every night",
            body="At three in the <b>morning</b> the connection is gone.",
            product_ids=[router.id],
        ),
        make_topic(brightwave, title="Router in white", kind=TopicKind.IDEA),
        make_topic(make_company("Larkspur"), title="Night train router"),
    ]
    reply = make_reply(found[0], body="Turn off the scan.")
    services.accept(found[0].author, found[0], reply)
    for topic in found:
        outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()
    return found


def words(page: str) -> str:
    """Return the page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_the_found_words_are_marked_and_the_text_is_not_interpreted(
    client: Client, topics: list[Topic]
) -> None:
    page = client.get("/search?q=router+night").text

    assert "<mark>Router</mark> drops every <mark>night</mark>" in page
    assert "<b>morning</b>" not in page


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("q=router", 3),
        ("q=router&company=brightwave", 2),
        ("q=router&company=brightwave&product=router-x2", 1),
        ("q=router&kind=idea", 1),
        ("q=router&status=solved", 1),
        ("q=router&accepted=1", 1),
        ("q=router&official=1", 0),
        ("q=router&company=nobody&kind=nonsense&status=x", 3),
        ("", 3),
        ("q=zzzzqqqq", 0),
    ],
)
def test_facets_narrow(client: Client, topics: list[Topic], address: str, number: int) -> None:
    page = client.get(f"/search?{address}").text

    assert page.count('<li class="topic') == number


def test_a_chosen_facet_is_taken_off_again(client: Client, topics: list[Topic]) -> None:
    page = client.get("/search?q=router&company=brightwave").text

    chosen = re.search(r'href="([^"]*)" aria-current="true"', page)
    assert chosen
    assert "company" not in unquote(chosen.group(1))


def test_nothing_found_leads_to_asking(client: Client, topics: list[Topic]) -> None:
    page = client.get("/search?q=zzzzqqqq").text

    assert "Nothing was found" in page
    assert "/ask?text=zzzzqqqq" in page


def test_a_misspelt_word_is_put_right_at_once(client: Client, topics: list[Topic]) -> None:
    page = client.get("/search?q=roter").text

    assert "Nothing holds “roter”. These are for “router”." in page
    assert len(page.split('<li class="topic')) == 4
    assert "<mark>Router</mark> drops" in page
    exact = client.get("/search?q=roter&exact=1").text
    assert "exact=1" in page
    assert "Did you mean" in exact
    assert titles(exact) == []


def test_a_word_that_is_rare_is_only_asked_about(client: Client, topics: list[Topic]) -> None:
    company = make_company()
    for number in range(40):
        topic = make_topic(company, title=f"Router {number}")
        outbox.publish("topic.changed", topic_id=topic.id, company_id=company.id)
    rooter = make_topic(company, title="Rooter")
    outbox.publish("topic.changed", topic_id=rooter.id, company_id=company.id)
    outbox.deliver_due()

    page = client.get("/search?q=rooter").text

    assert "Did you mean" in page
    assert page.count('<li class="topic') == 1


def test_hits_stand_in_the_order_asked_for(client: Client) -> None:
    company, now = make_company("Brightwave"), clock.now()
    for title, days, active, me_toos in (("A", 3, 1, 0), ("B", 1, 2, 5), ("C", 2, 3, 1)):
        topic = make_topic(
            company,
            title=f"Router {title}",
            created_at=now - timedelta(days=days),
            last_activity_at=now - timedelta(days=active),
            me_too_count=me_toos,
        )
        outbox.publish("topic.changed", topic_id=topic.id, company_id=company.id)
    outbox.deliver_due()

    def order(address: str) -> str:
        page = client.get(f"/search?{address}").text
        return "".join(re.findall(r"(?:<mark>Router</mark>|Router) ([ABC])</a>", page))

    assert order("q=router&sort=newest") == "BCA"
    assert order("q=router&sort=activity") == "ABC"
    assert order("q=router&sort=me_too") == "BCA"
    assert order("sort=newest") == "BCA"
    assert order("") == "ABC"
    assert order("sort=nonsense") == "ABC"


def test_what_is_chosen_stands_above_and_comes_off(client: Client, topics: list[Topic]) -> None:
    page = client.get(
        "/search?q=router&company=brightwave&product=router-x2&kind=problem&accepted=1"
    ).text

    chips = re.findall(r'class="chip" href="([^"]*)">([^<]*)<', page)
    assert [label.strip() for _, label in chips] == [
        "Brightwave",
        "Router X2",
        "problem",
        "solved it for somebody",
    ]
    assert "product" not in chips[0][0]  # goes with its company
    assert "kind" not in chips[2][0]
    assert "company=brightwave" in chips[2][0]


def test_a_search_that_is_too_narrow_leads_back(client: Client, topics: list[Topic]) -> None:
    page = words(client.get("/search?q=router&kind=praise").text)

    assert "Nothing was found for “router”." in page
    assert "Search everywhere: 3 topics" in page
    assert "Nothing fits all of this." in client.get("/search?kind=praise").text


def test_languages_are_counted_as_far_as_they_are_known(
    client: Client, topics: list[Topic]
) -> None:
    def page_with(*languages: str | None) -> str:
        for topic, language in zip(topics, languages, strict=False):
            topic.language = language
            outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
        outbox.deliver_due()
        return words(client.get("/search?q=router").text)

    assert "Language" not in page_with(*[None for _ in topics])
    page = page_with("id", "en-GB", *[None for _ in topics[2:]])
    assert "Indonesian1" in page
    assert "English1" in page
    assert "not said1" in page
    assert client.get("/search?q=router&language=id").text.count('<li class="topic') == 1
    assert client.get("/search?q=router&language=und").text.count('<li class="topic') == 1
    assert client.get("/search?q=router&language=xx-nonsense").status_code == 200


def test_tags_and_the_unanswered_narrow(client: Client, topics: list[Topic]) -> None:
    for topic in (topics[1],):
        tagging.add_tags(topic, ["wifi"], topic.author)
        outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()

    assert client.get("/search?q=router&tag=wifi").text.count('<li class="topic') == 1
    assert client.get("/search?q=router&unanswered=1").text.count('<li class="topic') == 2


def test_a_page_behind_the_last_leads_back(client: Client, topics: list[Topic]) -> None:
    page = client.get("/search?q=router&page=7").text

    assert "There are no more pages." in page
    assert "/ask?text" not in page


def test_a_search_costs_the_same_however_much_it_finds(
    app: Flask, client: Client, topics: list[Topic]
) -> None:
    path = "/search?q=router&company=brightwave"
    with counted_statements(app) as few:
        client.get(path)
    for number in range(18):
        topic = make_topic(topics[0].company, title=f"Router number {number}")
        outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()
    with counted_statements(app) as many:
        page = client.get(path).text

    assert len(few) == len(many) <= 6
    assert len(page) < 100_000


def test_without_an_index_the_page_says_so(
    client: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    search.use(search.open_index("whoosh", tmp_path_factory.mktemp("nothing") / "here"))

    answer = client.get("/search?q=router")

    assert answer.status_code == 503
    assert "Search is off right now" in answer.text
    assert "router" in answer.text


def test_hits_of_a_long_list_are_paged(client: Client) -> None:
    company = make_company("Brightwave")
    for number in range(25):
        topic = make_topic(company, title=f"Router number {number}")
        outbox.publish("topic.changed", topic_id=topic.id, company_id=company.id)
    outbox.deliver_due()

    first, second = client.get("/search?q=router").text, client.get("/search?q=router&page=2").text

    assert "1 to 20 of 25 topics" in words(first)
    assert "21 to 25 of 25 topics" in words(second)
    assert titles(first) == titles(first)[:20]
