"""The search page."""

import re
from urllib.parse import unquote

import pytest

from community import search
from community.core import outbox
from community.topics import services
from community.topics.models import Topic, TopicKind
from tests.conftest import Client
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


def test_a_misspelt_word_is_put_right(client: Client, topics: list[Topic]) -> None:
    page = client.get("/search?q=roter").text

    assert "Did you mean" in page
    assert "router" in page


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
