"""Asking, as pages without scripts: type, see what exists, say what it is to you, post."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from community import search
from community.accounts.models import User
from community.companies.models import Company, CompanyState, Product
from community.core import clock, outbox
from community.core.db import db
from community.topics import services
from community.topics.models import (
    DeflectionEvent,
    DeflectionStep,
    Topic,
    TopicKind,
    TopicProduct,
)
from community.writing import services as drafts
from community.writing.models import ASKING, Draft
from tests.conftest import Client
from tests.factories import make_company, make_product, make_reply, make_topic, make_user

SignIn = Callable[[User], Client]


@pytest.fixture
def solved() -> Topic:
    """A problem that was solved, in the index."""
    topic = make_topic(
        make_company("Brightwave"),
        title="Router drops the connection every night",
        body="Since the update it goes at three in the morning.",
    )
    reply = make_reply(topic, body="Turn off the nightly channel scan under Advanced.")
    services.accept(topic.author, topic, reply)
    services.record_outcome(reply, user=make_user(), worked=True)
    outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()
    return topic


def steps(step: DeflectionStep) -> list[DeflectionEvent]:
    """Return the events of one step, oldest first."""
    return list(
        db.session.scalars(
            select(DeflectionEvent).where(DeflectionEvent.step == step).order_by(DeflectionEvent.id)
        )
    )


def field(page: str, name: str) -> str:
    """Return the value of a field of the form that posts."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found.group(1))


def test_the_answer_itself_is_in_the_row_with_its_author(client: Client, solved: Topic) -> None:
    page = client.get("/ask?text=router+loses+connection+at+night").text

    assert "Turn off the nightly channel scan" in page
    assert "Solved it for the asker" in page
    assert f'data-topic-id="{solved.id}"' in page


def test_rows_of_a_page_are_recorded_as_shown_once_a_visit(client: Client, solved: Topic) -> None:
    for _ in range(2):
        client.get("/ask?text=router+drops+every+night")

    assert [(event.topic_id, event.rank) for event in steps(DeflectionStep.SHOWN)] == [
        (solved.id, 1)
    ]


def test_the_fragment_is_for_typing_and_sets_no_cookie(client: Client, solved: Topic) -> None:
    answer = client.get("/ask/suggestions?text=router+dro")

    assert "nightly channel scan" in answer.text
    assert "<html" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert steps(DeflectionStep.SHOWN) == []


def test_two_letters_are_too_few(client: Client, solved: Topic) -> None:
    assert "data-topic-id" not in client.get("/ask/suggestions?text=ro").text


def test_what_stood_still_before_ones_eyes_is_recorded(client: Client, solved: Topic) -> None:
    answer = client.submit("/ask/shown", topics=f"{solved.id} 999999 x", text="router drops")

    assert answer.status_code == 204
    assert [event.topic_id for event in steps(DeflectionStep.SHOWN)] == [solved.id]


def test_another_company_is_not_asked(client: Client, solved: Topic) -> None:
    make_company("Larkspur")

    assert "nightly" not in client.get("/c/larkspur/ask?text=router+drops+every+night").text


def test_this_fixed_it_counts_once_for_a_visit(client: Client, solved: Topic) -> None:
    for _ in range(2):
        answer = client.submit(
            "/ask/deflect", topic_id=solved.id, step="solved", rank=1, text="router drops"
        )
        assert "Solved without asking" in answer.text

    db.session.refresh(solved)
    assert solved.helped_count == 1
    assert [event.query for event in steps(DeflectionStep.SOLVED)] == ["router drops"]


def test_the_askers_own_press_does_not_count(sign_in: SignIn, solved: Topic) -> None:
    sign_in(solved.author).submit("/ask/deflect", topic_id=solved.id, step="solved")

    db.session.refresh(solved)
    assert solved.helped_count == 0


def test_with_scripts_the_row_is_answered_with_a_row(client: Client, solved: Topic) -> None:
    answer = client.post(
        "/ask/deflect",
        data={"topic_id": solved.id, "step": "me_too"},
        headers={"X-Fragment": "row", "Sec-Fetch-Site": "same-origin"},
    )

    assert '<li class="suggestion">' in answer.text
    assert "<html" not in answer.text


def test_i_have_this_too_counts_a_member(sign_in: SignIn, solved: Topic) -> None:
    sign_in(make_user()).submit("/ask/deflect", topic_id=solved.id, step="me_too")

    db.session.refresh(solved)
    assert solved.me_too_count == 1


def test_mine_differs_leads_to_the_form_with_the_reason(client: Client, solved: Topic) -> None:
    answer = client.submit(
        "/ask/deflect",
        topic_id=solved.id,
        step="differs",
        reason="mine drops at noon",
        text="router drops at noon",
    )
    assert answer.status_code == 303

    page = client.get(answer.location).text
    assert field(page, "title") == "router drops at noon"
    assert field(page, "differs_from") == str(solved.id)
    assert "mine drops at noon" in page


@pytest.mark.parametrize("step", ["", "posted", "shown", "nonsense"])
def test_other_steps_cannot_be_pressed(client: Client, solved: Topic, step: str) -> None:
    assert client.submit("/ask/deflect", topic_id=solved.id, step=step).status_code == 400


def test_a_topic_that_is_gone_is_said_to_be_gone(client: Client) -> None:
    assert client.submit("/ask/deflect", topic_id=12345, step="solved").status_code == 404


def test_nothing_typed_into_the_box_is_typed_again(client: Client) -> None:
    make_company("Brightwave")

    page = client.get("/c/brightwave/ask?text=It+blinks+red&write=1").text

    assert field(page, "title") == "It blinks red"
    assert field(page, "company") == "Brightwave"


def test_a_long_text_becomes_title_and_details(client: Client) -> None:
    text = "word " * 60

    page = client.get("/ask", query_string={"text": text, "write": 1}).text

    assert len(field(page, "title")) <= 150
    assert text.strip() in unescape(page)


def test_details_are_looked_at_once_more_before_posting(sign_in: SignIn, solved: Topic) -> None:
    browser = sign_in(make_user())
    fields = {
        "title": "Wi-Fi trouble",
        "kind": "problem",
        "body": "The router drops the connection every night since the update.",
    }

    first = browser.submit("/c/brightwave/ask", **fields)
    assert "One more look" in first.text
    assert "nightly channel scan" in first.text
    assert "Wi-Fi trouble" in first.text

    second = browser.submit(
        "/c/brightwave/ask", **fields, turned_down=field(first.text, "turned_down")
    )
    assert second.status_code == 303
    assert db.session.scalar(select(Topic.title).order_by(Topic.id.desc())) == "Wi-Fi trouble"


def test_a_posted_topic_keeps_what_it_differs_from(sign_in: SignIn, solved: Topic) -> None:
    answer = sign_in(make_user()).submit(
        "/c/brightwave/ask",
        title="Router drops at noon",
        kind="problem",
        body="Every day at twelve.",
        tags="Wi-Fi, noon",
        differs_from=solved.id,
        reason="mine is at noon",
        turned_down=solved.id,
    )

    assert answer.status_code == 303
    topic = db.session.scalars(select(Topic).order_by(Topic.id.desc())).first()
    assert topic is not None
    assert (topic.differs_from_id, topic.differs_reason) == (solved.id, "mine is at noon")


def test_a_visitor_keeps_everything_while_signing_in(client: Client) -> None:
    company = make_company("Brightwave")
    product = make_product(company, "Router X2")
    typed = {
        "title": "It blinks red",
        "kind": "question",
        "body": "Three times a minute.\n\nThen green.",
        "tags": "light, red",
        "product": product.id,
    }

    answer = client.submit("/c/brightwave/ask", **typed)

    assert answer.status_code == 303
    assert "/signin" in answer.location
    draft = db.session.scalars(select(Draft)).one()
    page = client.get(f"/ask/draft/{draft.key}").text
    assert field(page, "title") == "It blinks red"
    assert field(page, "tags") == "light, red"
    assert "Three times a minute.\n\nThen green." in unescape(page)
    assert re.search(rf'<option selected value="{product.id}">', page)
    assert re.search(r'<input checked[^>]*value="question"', page)


@pytest.mark.parametrize("company_id", ["2147483648", "9" * 18, "9" * 5000])
def test_a_draft_with_a_number_of_no_company_shows_the_form(
    client: Client, company_id: str
) -> None:
    draft = drafts.save_draft({"title": "It blinks", "company_id": company_id}, place=ASKING)

    answer = client.get(f"/ask/draft/{draft.key}")

    assert answer.status_code == 200
    assert field(answer.text, "title") == "It blinks"


@pytest.mark.parametrize("number", ["2147483648", "9" * 18])
def test_topics_with_a_number_too_large_are_none(client: Client, number: str) -> None:
    make_company("Brightwave")

    assert client.get(f"/ask?text=It+blinks&write=1&differs_from={number}").status_code == 200
    assert client.submit("/ask/shown", topics=number).status_code == 204
    assert client.submit("/ask/deflect", step="opened", topic_id=number).status_code == 404


def test_posting_forgets_the_draft(sign_in: SignIn) -> None:
    make_company("Brightwave")
    key = drafts.save_draft({"title": "It blinks", "body": "Red."}, place=ASKING).key
    fields = {"title": "It blinks", "body": "Red.", "kind": "problem", "company": "Brightwave"}

    answer = sign_in(make_user()).submit("/ask", **fields, draft=key, turned_down="none")

    assert answer.status_code == 303
    assert drafts.find_draft(key) is None


def test_a_draft_that_is_gone_leads_back_to_the_box(client: Client) -> None:
    answer = client.get("/ask/draft/" + "0" * 32)

    assert answer.status_code == 303
    assert answer.location == "/ask"


def test_an_error_stands_beside_its_field_and_nothing_is_lost(sign_in: SignIn) -> None:
    make_company("Brightwave")

    answer = sign_in(make_user()).submit(
        "/c/brightwave/ask", title="", kind="problem", body="It blinks red."
    )

    assert answer.status_code == 422
    assert 'id="title-error"' in answer.text
    assert "It blinks red." in answer.text


def test_a_new_company_opens_with_the_question(sign_in: SignIn) -> None:
    browser = sign_in(make_user())
    fields = {"title": "No signal", "kind": "problem", "body": "Since Monday."}

    page = browser.submit("/ask", company="Nimbus Phones", **fields).text
    assert "No page for “Nimbus Phones” yet" in page
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0

    answer = browser.submit(
        "/ask",
        company="Nimbus Phones",
        opens=field(page, "opens"),
        website="https://www.nimbus.example/shop",
        **fields,
    )
    assert answer.status_code == 303
    company = db.session.scalars(select(Company)).one()
    assert (company.slug, company.website_host) == ("nimbus-phones", "nimbus.example")


def test_another_name_is_asked_about_again(sign_in: SignIn) -> None:
    fields = {"title": "No signal", "kind": "problem", "body": "Since Monday."}

    answer = sign_in(make_user()).submit("/ask", company="Nimbus", opens="Cumulus", **fields)

    assert "No page for “Nimbus” yet" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0


def test_a_website_that_has_a_page_offers_that_page(sign_in: SignIn) -> None:
    make_company("Brightwave", website_host="brightwave.example")
    browser = sign_in(make_user())
    fields = {
        "title": "No light",
        "kind": "problem",
        "body": "Since Monday.",
        "company": "Dimlight",
        "website": "shop.brightwave.example",
        "opens": "Dimlight",
    }

    page = browser.submit("/ask", **fields).text
    assert "This website has a page already" in page
    assert 'value="brightwave"' in page

    assert browser.submit("/ask", company_choice="none", **fields).status_code == 303
    opened = db.session.scalars(select(Company).where(Company.name == "Dimlight")).one()
    assert opened.website_host is None


def test_a_website_that_is_none_is_said_beside_its_field(sign_in: SignIn) -> None:
    answer = sign_in(make_user()).submit(
        "/ask",
        company="Dimlight",
        opens="Dimlight",
        website="what?",
        title="No light",
        kind="problem",
        body="Since Monday.",
    )

    assert answer.status_code == 422
    assert 'id="website-error"' in answer.text


def test_what_was_chosen_among_near_names_survives_signing_in(
    client: Client, sign_in: SignIn
) -> None:
    make_company("Brightwave")
    fields = {"title": "No light", "kind": "problem", "body": "Since Monday."}
    typed = {"company": "Brightwaves", "company_choice": "none", "seen": "brightwave", **fields}

    answer = client.submit("/ask", **typed)
    assert "/signin" in answer.location
    draft = db.session.scalars(select(Draft)).one()

    browser = sign_in(make_user())
    page = browser.get(f"/ask/draft/{draft.key}").text
    kept = {name: field(page, name) for name in ("company_choice", "seen", "opens", "draft")}
    answer = browser.submit("/ask", company="Brightwaves", turned_down="none", **kept, **fields)

    assert answer.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Company)) == 2


def test_a_product_that_is_not_listed_opens_with_the_question(sign_in: SignIn) -> None:
    company = make_company("Brightwave")
    make_product(company, "Router X2")
    browser = sign_in(make_user())
    fields = {"title": "No light", "kind": "problem", "body": "Since Monday."}

    near = browser.submit("/c/brightwave/ask", new_product="Router X3", **fields)
    assert near.status_code == 422
    assert "There is “Router X2” already" in near.text

    for _ in range(2):
        answer = browser.submit(
            "/c/brightwave/ask",
            new_product="Router X3",
            opens_product=field(near.text, "opens_product"),
            **fields,
        )
        assert answer.status_code == 303
    topic = db.session.scalars(select(Topic)).one()
    products = select(Product.name).join(TopicProduct, TopicProduct.product_id == Product.id)
    assert db.session.scalars(products.where(TopicProduct.topic_id == topic.id)).all() == [
        "Router X3"
    ]


def test_a_product_that_is_listed_is_taken_from_the_list(sign_in: SignIn) -> None:
    company = make_company("Brightwave")
    product = make_product(company, "Router X2")

    answer = sign_in(make_user()).submit(
        "/c/brightwave/ask",
        new_product="router x2",
        title="No light",
        kind="problem",
        body="Since Monday.",
    )

    assert answer.status_code == 303
    assert db.session.scalars(select(TopicProduct.product_id)).all() == [product.id]


def test_one_press_shows_the_products_of_a_company(client: Client) -> None:
    make_product(make_company("Brightwave"), "Router X2")

    page = client.submit("/ask", company="brightwave", title="No light", look="1")

    assert page.status_code == 200
    assert "Router X2" in page.text
    assert 'id="body-error"' not in page.text


def test_the_company_can_still_be_changed_in_the_form(sign_in: SignIn) -> None:
    make_company("Brightwave")
    larkspur = make_company("Larkspur")

    sign_in(make_user()).submit(
        "/c/brightwave/ask",
        company="larkspur",
        title="No signal",
        kind="problem",
        body="Since Monday.",
    )

    assert db.session.scalar(select(Topic.company_id)) == larkspur.id


def test_a_near_name_is_asked_about_first(sign_in: SignIn) -> None:
    company = make_company("Brightwave")
    browser = sign_in(make_user())
    fields = {"title": "No light", "kind": "problem", "body": "Since Monday."}

    page = browser.submit("/ask", company="Brigthwave", **fields).text
    assert 'name="company_choice"' in page
    assert db.session.scalar(select(func.count()).select_from(Topic)) == 0

    browser.submit("/ask", company="Brigthwave", company_choice=company.slug, **fields)
    assert db.session.scalar(select(Topic.company_id)) == company.id


def test_none_of_the_near_names_opens_a_new_page(sign_in: SignIn) -> None:
    make_company("Brightwave")

    sign_in(make_user()).submit(
        "/ask",
        company="Brightwaves",
        company_choice="none",
        title="No light",
        kind="problem",
        body="Since Monday.",
    )

    assert db.session.scalar(select(func.count()).select_from(Company)) == 2


def test_a_company_that_answers_elsewhere_takes_no_topics(sign_in: SignIn) -> None:
    make_company("Larkspur", state=CompanyState.ELSEWHERE)
    browser = sign_in(make_user())

    assert browser.get("/c/larkspur/ask?text=hello").status_code == 403
    fields = {"title": "Hello", "kind": "problem", "body": "Are you there?"}
    assert browser.submit("/ask", company="Larkspur", **fields).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Topic)) == 0


def test_without_an_index_one_can_still_post(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    make_company("Brightwave")
    search.use(search.open_index("whoosh", tmp_path_factory.mktemp("nothing") / "here"))
    browser = sign_in(make_user())

    assert "Suggestions are off" in browser.get("/ask?text=router+drops").text
    answer = browser.submit(
        "/c/brightwave/ask", title="Router drops", kind="problem", body="Every night."
    )
    assert answer.status_code == 303


def test_praise_is_not_looked_up(sign_in: SignIn, solved: Topic) -> None:
    answer = sign_in(make_user()).submit(
        "/c/brightwave/ask",
        title="Router drops the connection no more, thank you",
        kind=TopicKind.PRAISE.value,
        body="The update at night works.",
    )

    assert answer.status_code == 303


def test_a_company_is_chosen_once_among_near_names(sign_in: SignIn, solved: Topic) -> None:
    browser = sign_in(make_user())
    fields = {"title": "Router drops the connection", "kind": "problem", "body": "Every night."}

    look = browser.submit("/ask", company="Brigthwave", company_choice="brightwave", **fields).text
    assert "One more look" in look
    assert 'value="Brightwave"' in look

    kept = {name: field(look, name) for name in ("turned_down", "draft")}
    assert browser.submit("/ask", company="Brightwave", **fields, **kept).status_code == 303


@pytest.mark.parametrize("step", ["differs", "solved", "me_too"])
def test_the_last_look_leads_back_to_all_that_was_typed(
    client: Client, solved: Topic, step: str
) -> None:
    look = client.submit(
        "/c/brightwave/ask",
        title="Router drops the connection every day",
        kind="question",
        body="At noon, while it is warm.",
        tags="heat",
    ).text

    answer = client.submit(
        "/ask/deflect",
        topic_id=solved.id,
        step=step,
        reason="mine is at noon",
        draft=field(look, "draft"),
    )

    back = f"/ask/draft/{field(look, 'draft')}"
    assert back == answer.location if step == "differs" else back in answer.text
    page = client.get(back).text
    assert field(page, "title") == "Router drops the connection every day"
    assert field(page, "tags") == "heat"
    assert "At noon, while it is warm." in page
    assert ("mine is at noon" in page) == (step == "differs")


def test_who_may_not_post_keeps_what_was_typed(sign_in: SignIn) -> None:
    suspended = make_user(suspended_until=clock.now() + timedelta(days=3))

    answer = sign_in(suspended).submit(
        "/ask",
        company="Acme",
        opens="Acme",
        title="It hums",
        body="My precious words.",
        kind="problem",
    )

    assert answer.status_code == 422
    assert "You can take part again on" in answer.text
    assert "My precious words." in answer.text
