"""The register of legal requests."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock
from community.core.db import db
from community.core.errors import Conflict, Invalid, NotAllowed
from community.moderation.models import (
    LegalOutcome,
    LegalRequest,
    LogAction,
    LogEntry,
    LogRole,
    LogText,
)
from community.moderation.models.log import TARGET_MAX
from community.moderation.services.legal import answer_request, enter_request
from tests.conftest import Client
from tests.factories import make_company, make_mandate, make_user

SignIn = Callable[[User], Client]


@pytest.fixture
def operator() -> User:
    return make_user("otto", is_admin=True)


@pytest.fixture
def acme() -> Company:
    return make_company("Acme")


def a_request(operator: User, company: Company | None = None, **values: object) -> LegalRequest:
    return enter_request(
        operator,
        **{  # type: ignore[arg-type]
            "received_on": date(2026, 11, 2),
            "requester": "District court",
            "country": "DE",
            "law": "Code of civil procedure",
            "company": company,
            "request_text": "Remove it.",
            **values,
        },
    )


def answer(operator: User, request: LegalRequest, done: str = "We asked back.") -> LegalRequest:
    return answer_request(
        operator,
        request,
        outcome=LegalOutcome.GRANTED_IN_PART,
        done=done,
        is_text_public=True,
    )


def test_an_answer_is_a_row_of_the_public_log(operator: User, acme: Company) -> None:
    request = answer(operator, a_request(operator, acme, target="reply 7"))
    entry = db.session.get_one(LogEntry, request.log_seq)
    texts = db.session.execute(select(LogText.field, LogText.text))
    said = {row.field: row.text for row in texts}

    assert request.outcome is LegalOutcome.GRANTED_IN_PART
    assert request.closed_at == entry.at
    assert (entry.action, entry.role) == (LogAction.LEGAL, LogRole.OPERATOR)
    assert (entry.target, entry.company) == ("reply 7", "acme")
    assert '"received": "2026-11-02"' in entry.details
    assert said == {
        "law": "Code of civil procedure",
        "operator": "otto",
        "reason": "We asked back.",
        "requester": "District court",
    }


def test_a_request_about_much_is_named_by_its_number(operator: User) -> None:
    request = answer(operator, a_request(operator))
    assert db.session.get_one(LogEntry, request.log_seq).target == f"legal {request.id}"


def test_a_request_is_answered_once(operator: User) -> None:
    request = answer(operator, a_request(operator))
    with pytest.raises(Conflict, match="already"):
        answer(operator, request)


BAD = [
    ({"requester": " "}, "requester"),
    ({"requester": "x" * 201}, "requester"),
    ({"law": ""}, "law"),
    ({"country": "Germany"}, "country"),
    ({"country": "de"}, "country"),
    ({"target": "the post"}, "target"),
    ({"target": "reply 0"}, "target"),
    ({"target": "company " + "x" * TARGET_MAX}, "target"),
    ({"request_text": "x" * 20_001}, "text"),
    ({"received_on": date(2999, 1, 1)}, "received_on"),
]


@pytest.mark.parametrize(("values", "field"), BAD)
def test_what_does_not_fit_is_named(operator: User, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_request(operator, **values)
    assert refused.value.field == field


def test_an_answer_says_what_was_done(operator: User) -> None:
    request = a_request(operator)
    with pytest.raises(Invalid):
        answer(operator, request, done=" ")
    with pytest.raises(Invalid):
        answer(operator, request, done="x" * 2001)
    with pytest.raises(Invalid):
        answer_request(
            operator, request, outcome=LegalOutcome.PENDING, done="Nothing.", is_text_public=False
        )
    assert request.closed_at is None


def test_operators_without_a_stake_keep_the_register(operator: User, acme: Company) -> None:
    request = a_request(operator, acme)
    make_mandate(operator, acme)
    for somebody in (None, make_user(), make_user(is_moderator=True), operator):
        with pytest.raises(NotAllowed):
            enter_request(
                somebody,
                received_on=date(2026, 11, 2),
                requester="x",
                country="DE",
                law="x",
                company=acme,
            )
        with pytest.raises(NotAllowed):
            answer_request(
                somebody, request, outcome=LegalOutcome.REFUSED, done="No.", is_text_public=False
            )
    a_request(operator)  # about no company of theirs


@pytest.mark.parametrize(
    "values",
    [{"outcome": LegalOutcome.REFUSED}, {"closed_at": clock.now()}, {"done": "", "log_seq": None}],
)
def test_the_database_wants_each_answer_in_the_log(
    operator: User, values: dict[str, object]
) -> None:
    pending, answered = a_request(operator), answer(operator, a_request(operator))
    row = answered if "done" in values else pending
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(update(LegalRequest).where(LegalRequest.id == row.id).values(**values))


def test_the_register_is_public_and_a_withheld_text_is_not(
    operator: User, acme: Company, client: Client, sign_in: SignIn
) -> None:
    assert "No court, authority or lawyer" in client.get("/legal-requests").text
    request = a_request(operator, acme, target="topic 1")
    page = client.get(f"/legal-requests/{request.id}").text

    assert "District court" in client.get("/legal-requests").text
    assert "District court" in client.get("/legal-requests?company=acme").text
    other = make_company("Other")
    assert "District court" not in client.get(f"/legal-requests?company={other.slug}").text
    assert "It has not been answered yet" in page
    assert "Remove it." not in page
    assert "Remove it." in sign_in(operator).get(f"/legal-requests/{request.id}").text
    answer(operator, request)
    db.session.commit()
    page = client.get(f"/legal-requests/{request.id}").text
    assert "Remove it." in page
    assert "We asked back." in page
    assert f'href="/log/{request.log_seq}"' in page


def test_every_request_is_reached_by_paging(operator: User, client: Client) -> None:
    days = [date(2026, 11, 1) - timedelta(days=number // 2) for number in range(65)]
    for number, day in enumerate(days):
        a_request(operator, received_on=day, requester=f"Court {number:02}")
    found: list[str] = []
    address = "/legal-requests"
    while address:
        page = client.get(address).text
        found += [f"Court {number:02}" for number in range(65) if f"Court {number:02}<" in page]
        link = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
        address = link.replace("&amp;", "&") if 'rel="next"' in page else ""

    assert sorted(found) == [f"Court {number:02}" for number in range(65)]


def test_an_operator_enters_and_answers_on_the_pages(
    operator: User, acme: Company, sign_in: SignIn, client: Client
) -> None:
    browser = sign_in(operator)
    entered = browser.submit(
        "/legal-requests/new",
        received_on="2026-11-02",
        requester="Police",
        country="id",
        law="Criminal procedure",
        company="Acme",
        text="Hand it out.",
    )
    request = db.session.scalars(select(LegalRequest)).one()
    assert entered.headers["Location"].endswith(f"/legal-requests/{request.id}")
    assert (request.country, request.company_id) == ("ID", acme.id)

    path = f"/legal-requests/{request.id}/answer"
    empty = browser.submit(path, outcome="refused", done="")
    assert (empty.status_code, "Write what was done" in empty.text) == (422, True)
    wrong = browser.submit(path, outcome="pending", done="x")
    assert wrong.status_code == 422
    assert browser.submit(path, outcome="refused", done="There is none.").status_code == 303
    again = browser.submit(path, outcome="granted", done="Done.")
    assert again.status_code == 409
    assert "Refused" in client.get(f"/legal-requests/{request.id}").text


def test_a_company_that_is_not_here_is_named_beside_its_field(
    operator: User, sign_in: SignIn
) -> None:
    page = sign_in(operator).submit(
        "/legal-requests/new",
        received_on="2026-11-02",
        requester="Police",
        country="ID",
        law="Criminal procedure",
        company="Nobody knows",
    )
    assert page.status_code == 422
    assert "No company here has this name." in page.text
    assert 'value="Police"' in page.text


def test_the_form_is_for_operators(sign_in: SignIn, client: Client) -> None:
    assert "/signin" in client.get("/legal-requests/new").headers["Location"]
    assert sign_in(make_user(is_moderator=True)).get("/legal-requests/new").status_code == 403
    assert client.get("/legal-requests/1").status_code == 404
