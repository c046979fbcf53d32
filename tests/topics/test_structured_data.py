"""What a topic's page says to search engines and in link previews."""

import json
import re
from datetime import timedelta
from typing import Any

from community.companies.models import CompanyState
from community.core import clock
from community.core.db import db
from community.topics.models import OfficialAnswer, Topic, TopicKind
from community.topics.views.structured_data import TEXT_MAX
from tests.conftest import Client
from tests.factories import make_company, make_employee, make_reply, make_topic, make_user


def page(client: Client, topic: Topic, query: str = "") -> str:
    return str(client.get(f"/t/{topic.id}/{topic.slug}{query}").get_data(as_text=True))


def scripts(html: str) -> list[str]:
    return re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)


def question(client: Client, topic: Topic) -> dict[str, Any]:
    (found,) = scripts(page(client, topic))
    data: dict[str, Any] = json.loads(found)
    assert (data["@context"], data["@type"]) == ("https://schema.org", "QAPage")
    main: dict[str, Any] = data["mainEntity"]
    return main


def mark_official(topic: Topic, reply_id: int, by: int) -> None:
    db.session.add(OfficialAnswer(topic_id=topic.id, reply_id=reply_id, marked_by_id=by))
    db.session.flush()


def test_a_question_with_its_answers(client: Client) -> None:
    topic = make_topic(title="It drops", body="Every **night**.", me_too_count=4)
    best = make_reply(
        topic, make_user(display_name="Mira K."), helpful_count=7, body="Turn it off."
    )
    make_reply(topic, body="Wait.", created_at=clock.now() + timedelta(minutes=1))
    mark_official(topic, best.id, best.author_id)

    data = question(client, topic)

    assert (data["@type"], data["name"], data["text"]) == ("Question", "It drops", "Every night.")
    assert data["url"] == f"http://localhost/t/{topic.id}/it-drops"
    assert (data["answerCount"], data["upvoteCount"]) == (2, 4)
    assert data["author"]["@type"] == "Person"
    answer = data["acceptedAnswer"]
    assert (answer["text"], answer["upvoteCount"]) == ("Turn it off.", 7)
    assert answer["url"] == f"http://localhost/r/{best.id}"
    assert answer["author"] == {
        "@type": "Person",
        "name": "Mira K.",
        "url": f"http://localhost/people/{best.author.username}",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["dateCreated"])
    assert [one["text"] for one in data["suggestedAnswer"]] == ["Wait."]


def test_an_unclaimed_company_is_never_named_as_an_author(client: Client) -> None:
    """Not even where somebody holds a mandate there, which no page of ours has proved."""
    for state, employer in (
        (CompanyState.UNCLAIMED, None),
        (CompanyState.ELSEWHERE, None),
        (CompanyState.LISTENING, {"@type": "Organization", "name": "Acme"}),
    ):
        company = make_company("Acme" if employer else f"Acme {state}", state=state)
        topic = make_topic(company)
        employee = make_employee(company)
        said = make_reply(topic, employee, speaks_for_company=True)
        mark_official(topic, said.id, employee.id)

        author = question(client, topic)["acceptedAnswer"]["author"]

        assert author["@type"] == "Person"
        assert author["name"] == employee.username
        assert author.get("worksFor") == employer


def test_who_has_left_is_nobody(client: Client) -> None:
    topic = make_topic()
    make_reply(topic, make_user("forgotten", deleted_at=clock.now()))

    data = question(client, topic)

    assert data["suggestedAnswer"][0]["author"] == {"@type": "Person", "name": "former member"}


def test_no_text_breaks_out_of_it(client: Client) -> None:
    hostile = '</script><script>alert(1)</script> <!-- "\u2028 \\'
    topic = make_topic(title=hostile[:140], body=hostile)
    make_reply(topic, make_user(display_name="</script><b>"), body=hostile)

    html = page(client, topic)
    data = question(client, topic)

    assert "<script>alert" not in html
    assert data["name"] == topic.title
    assert data["suggestedAnswer"][0]["author"]["name"] == "</script><b>"


def test_there_is_none_where_there_is_nothing_to_say(client: Client) -> None:
    idea = make_topic(kind=TopicKind.IDEA)
    make_reply(idea)

    assert scripts(page(client, idea)) == []
    assert scripts(page(client, make_topic())) == []


def test_it_stands_on_the_first_page_only_and_stays_light(client: Client) -> None:
    topic, start = make_topic(body="word " * 2_000), clock.now()
    for number in range(40):
        make_reply(topic, body="long " * 900, created_at=start + timedelta(seconds=number))

    html = page(client, topic)
    (found,) = scripts(html)
    following = re.search(r'<link rel="next" href="[^"?]*(\?[^"]+)"', html)
    assert following

    assert scripts(page(client, topic, following[1])) == []
    assert all(
        len(one["text"]) <= TEXT_MAX for one in json.loads(found)["mainEntity"]["suggestedAnswer"]
    )


def test_a_link_preview_has_title_and_first_words(client: Client) -> None:
    topic = make_topic(title='It "drops"', body="Every **night** at three.")

    html = page(client, topic)

    assert '<meta property="og:title" content="It &#34;drops&#34;">' in html
    assert '<meta property="og:description" content="Every night at three.">' in html
    assert f'<meta property="og:url" content="http://localhost/t/{topic.id}/it-drops">' in html
    assert '<meta property="og:type" content="article">' in html
