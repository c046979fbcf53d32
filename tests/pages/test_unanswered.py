"""The queue of those whom nobody has answered."""

import re
from collections.abc import Callable
from datetime import timedelta

from community.accounts.models import User
from community.companies.models import CompanyState
from community.core import clock
from community.topics import handlers, services
from community.topics.models import AskedBy, Rule, Sight, TopicKind, TopicStatus
from tests.conftest import Client
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_topic,
    make_user,
)
from tests.pages.test_browse import titles
from tests.pages.test_directory import walked

SignIn = Callable[[User], Client]


def test_who_has_waited_longest_comes_first(client: Client) -> None:
    now = clock.now()
    make_topic(title="New", created_at=now - timedelta(hours=1), me_too_count=2)
    make_topic(title="Old", created_at=now - timedelta(days=9))
    make_topic(title="Wanted", created_at=now - timedelta(days=2), me_too_count=7)
    make_reply(make_topic(title="Answered"))
    make_topic(title="Idea", kind=TopicKind.IDEA)
    make_topic(title="Hidden", hidden_at=now)

    assert titles(client.get("/unanswered").text) == ["Old", "Wanted", "New"]
    assert titles(client.get("/unanswered?sort=newest").text) == ["New", "Wanted", "Old"]
    assert titles(client.get("/unanswered?sort=me_too").text) == ["Wanted", "New", "Old"]
    assert titles(client.get("/unanswered?sort=nonsense").text) == ["Old", "Wanted", "New"]


def test_ones_own_reply_answers_nobody(client: Client) -> None:
    topic = make_topic(title="Talks to herself")
    services.post_reply(topic.author, topic, body="And it blinks.")

    assert titles(client.get("/unanswered").text) == ["Talks to herself"]


def test_only_the_asker_says_that_nobody_waits_any_more(client: Client) -> None:
    company = make_company("Brightwave", state=CompanyState.LISTENING)
    alone, waits = make_topic(company, title="Found out alone"), make_topic(company, title="Waits")

    services.set_status(alone.author, alone, TopicStatus.SOLVED)
    services.set_status(make_employee(company), waits, TopicStatus.SOLVED)

    assert titles(client.get("/unanswered").text) == ["Waits"]


def test_nobody_can_answer_what_cannot_be_read(client: Client) -> None:
    make_topic(title="Waits")
    covered = make_topic(title="Names somebody")
    services.hide(
        covered, sight=Sight.MASKED, rule=Rule.PERSONAL_DATA, asked_by=AskedBy.MEMBER, log_seq=12
    )
    assert titles(client.get("/unanswered").text) == ["Waits"]


def test_the_queue_is_narrowed(client: Client) -> None:
    company = make_company("Brightwave")
    router = make_product(company, "Router X2")
    services.post_topic(
        make_user(),
        company,
        kind=TopicKind.QUESTION,
        title="About the router",
        body="How?",
        product_ids=[router.id],
        tags=["wifi"],
    )
    make_topic(company, title="About something else")
    make_topic(title="Elsewhere")

    for address, found in {
        "company=brightwave": {"About the router", "About something else"},
        "company=brightwave&product=router-x2": {"About the router"},
        "tag=wifi": {"About the router"},
        "kind=question": {"About the router"},
        "kind=praise": {"About the router", "About something else", "Elsewhere"},
        "company=nobody&tag=nothing": {"About the router", "About something else", "Elsewhere"},
    }.items():
        assert set(titles(client.get(f"/unanswered?{address}").text)) == found, address
    page = client.get("/unanswered?company=brightwave&product=router-x2").text
    assert 'href="/unanswered?company=brightwave"' in page  # without the product


def test_where_one_has_helped_comes_first(client: Client, sign_in: SignIn) -> None:
    mira, known = make_user("mira"), make_company("Brightwave")
    reply = services.post_reply(mira, make_topic(known, title="Done"), body="Press it.")
    handlers.refresh_standings([{"company_id": known.id, "reply_id": reply.id}])
    make_topic(known, title="In my line")
    make_topic(known, mira, title="Mine")
    make_topic(title="Elsewhere", created_at=clock.now() - timedelta(days=1))

    page = sign_in(mira).get("/unanswered").text

    assert "Where you have helped before" in page
    assert titles(page) == ["In my line", "Elsewhere", "Mine"]
    assert "Where you have helped before" not in client.get("/unanswered").text
    assert "Where you have" not in sign_in(mira).get("/unanswered?company=brightwave").text


def test_a_long_queue_is_walked_through_in_every_order(client: Client) -> None:
    company, now = make_company(), clock.now()
    for number in range(45):
        make_topic(
            company,
            title=f"Topic {number:02}",
            created_at=now - timedelta(hours=number),
            me_too_count=number // 10,
        )
    forth = [f"Topic {number:02}" for number in range(45)]

    assert walked(client, "/unanswered?sort=newest", titles) == forth
    assert walked(client, "/unanswered", titles) == forth[::-1]
    assert walked(client, "/unanswered?sort=me_too", titles) == sorted(
        forth, key=lambda title: (int(title[-2:]) // 10, int(title[-2:])), reverse=True
    )
    assert client.get("/unanswered?sort=me_too&after=x").status_code == 404


def test_an_empty_queue_says_so(client: Client) -> None:
    assert "Nobody waits here" in client.get("/unanswered").text
    company = make_company("Brightwave")
    make_topic(company)
    handlers.refresh_figures([{"company_id": company.id}])
    assert "Nobody waits here" not in client.get("/unanswered").text
    assert '<a href="/unanswered?company=brightwave">' in client.get("/c/brightwave").text


def test_companies_stand_by_how_many_wait_there(client: Client) -> None:
    few, many, none = make_company("Few"), make_company("Many"), make_company("None")
    make_topic(few)
    for kind in (TopicKind.PROBLEM, TopicKind.QUESTION, TopicKind.IDEA, TopicKind.PRAISE):
        make_topic(many, kind=kind)
    make_topic(many, hidden_at=clock.now())
    alone = make_topic(none)
    services.set_status(alone.author, alone, TopicStatus.SOLVED)
    answered = make_topic(none)
    services.post_reply(make_user(), answered, body="Press it.")
    handlers.refresh_figures([{"company_id": one.id} for one in (few, many, none)])

    side = client.get("/unanswered").text.split("facets")[1]

    shown = re.findall(r'company=(\w+)"[^>]*><span>[^<]*</span><span class="count">(\d+)', side)
    assert shown == [("many", "2"), ("few", "1")]
