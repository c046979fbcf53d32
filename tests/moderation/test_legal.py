"""The register of legal requests."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from community.accounts.models import User
from community.companies.models import Company
from community.core import clock
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed
from community.moderation.models import (
    DecisionAction,
    LegalCorrection,
    LegalOutcome,
    LegalRequest,
    LogAction,
    LogEntry,
    LogRole,
    LogText,
)
from community.moderation.models.log import TARGET_MAX
from community.moderation.queries.legal import corrections_of, version_of
from community.moderation.queries.log import newest_referred_to
from community.moderation.services.legal import answer_request, correct_request, enter_request
from community.moderation.services.redact import redact
from community.topics.models import Rule
from tests.conftest import Client
from tests.factories import make_company, make_mandate, make_reply, make_topic, make_user
from tests.moderation.test_races import at_once
from tests.moderation.trials import judged

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


BAD: list[tuple[dict[str, Any], str | None]] = [
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
def test_what_does_not_fit_is_named(
    operator: User, values: dict[str, Any], field: str | None
) -> None:
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


def about(kind: str, company: Company) -> str:
    """Return something of this kind that concerns the company, as the log names it."""
    topic = make_topic(company)
    if kind == "company":
        return f"company {company.slug}"
    if kind == "reply":
        return f"reply {make_reply(topic).id}"
    if kind == "person":
        return f"person {make_reply(topic).author_id}"
    if kind == "topic that moved":
        judged(topic, DecisionAction.MOVE, rule=Rule.OFF_TOPIC, move_to=make_company("New Home"))
    return f"topic {topic.id}"


@pytest.mark.parametrize("kind", ["topic", "reply", "person", "company", "topic that moved"])
def test_an_entry_concerns_the_companies_of_what_it_is_about(
    operator: User, acme: Company, kind: str, sign_in: SignIn
) -> None:
    """It says so or not: whoever has a stake in one neither keeps the entry nor reads its text."""
    target, bound = about(kind, acme), make_user(is_admin=True)
    make_mandate(bound, acme)
    with pytest.raises(NotAllowed, match="You speak for this company"):
        a_request(bound, target=target)

    request = a_request(operator, target=target)
    with pytest.raises(NotAllowed):
        answer(bound, request)
    with pytest.raises(NotAllowed):
        put_right(bound, request, target="")
    db.session.commit()
    path = f"/legal-requests/{request.id}"
    for address in (path, f"{path}/correct"):
        assert "Remove it." not in sign_in(bound).get(address).text
        assert "Remove it." in sign_in(operator).get(address).text

    put_right(operator, request, target="")
    with pytest.raises(NotAllowed):
        answer(bound, request)
    assert put_right(operator, a_request(operator), target=target)
    with pytest.raises(NotAllowed):
        put_right(bound, a_request(operator), target=target)


def test_what_is_not_there_concerns_nobody(operator: User, acme: Company) -> None:
    make_mandate(operator, acme)
    for target in ("topic 9999999999", "reply 77", "person 9999999999", "company nobody", ""):
        assert answer(operator, a_request(operator, target=target)).closed_at


def test_a_text_is_published_after_the_answer(
    operator: User, acme: Company, client: Client, sign_in: SignIn
) -> None:
    request = answer(operator, a_request(operator, acme, request_text="Remove what Jo Smith says."))
    put_right(operator, request, is_text_public=False)
    db.session.commit()
    path = f"/legal-requests/{request.id}"
    assert "Remove what" not in client.get(path).text

    sent = sign_in(operator).submit(
        f"{path}/correct",
        received_on="2026-11-02",
        requester=request.requester,
        country=request.country,
        law=request.law,
        company="acme",
        outcome=request.outcome.value,
        done=request.done,
        text="Remove what N. N. says.",
        is_text_public="y",
        reason="The court has allowed it.",
        seen=str(version_of(request)),
    )

    assert sent.status_code == 303
    page = client.get(path).text
    assert "Remove what N. N. says." in page
    assert "The court has allowed it." in page
    assert "Jo Smith" not in page


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


def put_right(operator: User | None, request: LegalRequest, **values: object) -> LegalCorrection:
    """Correct an entry: what is not said stays."""
    company = db.session.get(Company, request.company_id) if request.company_id else None
    return correct_request(
        operator,
        request,
        **{  # type: ignore[arg-type]
            "received_on": request.received_on,
            "requester": request.requester,
            "country": request.country,
            "law": request.law,
            "company": company,
            "target": request.target,
            "request_text": request.text,
            "is_text_public": request.is_text_public,
            "outcome": request.outcome,
            "done": request.done,
            "reason": "It was misread.",
            "seen": version_of(request),
            **values,
        },
    )


def texts_of(seq: int) -> dict[str, str | None]:
    rows = db.session.execute(select(LogText.field, LogText.text).where(LogText.seq == seq))
    return {row.field: row.text for row in rows}


def test_a_correction_keeps_what_was_said_and_is_logged(operator: User, acme: Company) -> None:
    request = answer(operator, a_request(operator, acme))
    bolt, answered_in = make_company("Bolt"), request.log_seq

    made = put_right(
        operator,
        request,
        country="AT",
        company=bolt,
        received_on=date(2026, 11, 3),
        outcome=LegalOutcome.REFUSED,
        done="We refused.",
        is_text_public=False,
    )

    entry = db.session.get_one(LogEntry, made.log_seq)
    assert (entry.action, entry.role) == (LogAction.CORRECT, LogRole.OPERATOR)
    assert (entry.target, entry.company) == (f"legal {request.id}", "acme")
    assert texts_of(made.log_seq) == {
        "reason": "It was misread.",
        "operator": "otto",
        "country_before": "DE",
        "country_after": "AT",
        "company_before": "acme",
        "company_after": "bolt",
        "received_on_before": "2026-11-02",
        "received_on_after": "2026-11-03",
        "outcome_before": "granted_in_part",
        "outcome_after": "refused",
        "done_before": "We asked back.",
        "done_after": "We refused.",
        "is_text_public_before": "yes",
        "is_text_public_after": "no",
    }
    assert (request.country, request.company_id, request.done) == ("AT", bolt.id, "We refused.")
    assert request.log_seq == answered_in
    assert newest_referred_to() == made.log_seq


def test_an_entry_is_corrected_again_and_before_it_is_answered(operator: User) -> None:
    request = a_request(operator)

    first = put_right(operator, request, law="Trade mark act", outcome=LegalOutcome.GRANTED)
    second = put_right(operator, request, requester="Court of appeal")

    assert (request.law, request.requester) == ("Trade mark act", "Court of appeal")
    assert (request.outcome, request.closed_at) == (LegalOutcome.PENDING, None)
    assert [one.id for one in corrections_of(request)] == [second.id, first.id]


def test_what_was_changed_meanwhile_is_looked_at_again(operator: User) -> None:
    request = a_request(operator)
    seen = version_of(request)
    put_right(operator, request, law="Trade mark act")
    with pytest.raises(Conflict, match="changed meanwhile"):
        put_right(operator, request, law="Copyright act", seen=seen)
    seen = version_of(request)
    answer(operator, request)
    with pytest.raises(Conflict, match="changed meanwhile"):
        put_right(operator, request, law="Copyright act", seen=seen)
    assert request.law == "Trade mark act"


BAD_CORRECTIONS: list[tuple[dict[str, Any], str | None]] = [
    *BAD,
    ({"law": "Copyright act", "reason": " "}, "reason"),
    ({"law": "Copyright act", "reason": "x" * 1001}, "reason"),
    ({"outcome": LegalOutcome.PENDING}, "outcome"),
    ({"outcome": None}, "outcome"),
    ({"done": ""}, "done"),
    ({}, None),  # nothing differs
]


@pytest.mark.parametrize(("values", "field"), BAD_CORRECTIONS)
def test_a_correction_that_does_not_fit_changes_nothing(
    operator: User, values: dict[str, Any], field: str | None
) -> None:
    request = answer(operator, a_request(operator))
    db.session.commit()
    with pytest.raises(Invalid) as refused, transaction():
        put_right(operator, request, **values)
    assert refused.value.field == field
    assert corrections_of(request) == []
    assert (request.law, request.done) == ("Code of civil procedure", "We asked back.")


def test_whoever_has_a_stake_in_any_company_it_concerned_corrects_nothing(
    operator: User, acme: Company
) -> None:
    """Not even after the entry was put under another company."""
    bolt, of_acme, of_bolt = make_company("Bolt"), *(make_user(is_admin=True) for _ in range(2))
    make_mandate(of_acme, acme)
    make_mandate(of_bolt, bolt)
    request = a_request(operator, acme)
    for somebody in (None, make_user(), make_user(is_moderator=True), of_acme):
        with pytest.raises(NotAllowed):
            put_right(somebody, request, law="None")
    with pytest.raises(NotAllowed):
        put_right(of_bolt, request, company=bolt)

    put_right(operator, request, company=bolt)
    put_right(operator, request, company=None)

    for somebody in (of_acme, of_bolt):
        with pytest.raises(NotAllowed):
            put_right(somebody, request, law="None")
        with pytest.raises(NotAllowed):
            answer(somebody, request)
    answer(operator, request)


def test_earlier_words_are_public_and_earlier_texts_are_for_operators(
    operator: User, acme: Company, client: Client, sign_in: SignIn
) -> None:
    request = answer(operator, a_request(operator, acme, request_text="Remove what Jo Smith says."))
    bound = make_user(is_admin=True)
    make_mandate(bound, acme)
    path = f"/legal-requests/{request.id}"
    made = put_right(
        operator, request, law="Trade mark act", request_text="Remove what N. N. says."
    )
    db.session.commit()

    page = client.get(path).text
    assert "Code of civil procedure" in page
    assert "Trade mark act" in page
    assert "It was misread." in page
    assert f'href="/log/{made.log_seq}"' in page
    assert "Remove what N. N. says." in page
    assert "Jo Smith" not in page
    assert "Jo Smith" in sign_in(operator).get(path).text
    assert "Jo Smith" not in sign_in(bound).get(path).text
    assert "Jo Smith" not in client.get(f"/log/{made.log_seq}").text

    redact(operator, made.log_seq, fields=["law_before"], reason="It named a person.")
    db.session.commit()
    page = client.get(path).text
    assert "Code of civil procedure" not in page
    assert "Redacted." in page


def test_an_operator_puts_it_right_on_the_page(
    operator: User, acme: Company, sign_in: SignIn, client: Client
) -> None:
    request = a_request(operator, acme)
    other = make_user(is_moderator=True)
    db.session.commit()
    browser, path = sign_in(operator), f"/legal-requests/{request.id}/correct"
    sent = {
        "received_on": "2026-11-02",
        "requester": "Court of appeal",
        "country": "de",
        "law": "Code of civil procedure",
        "company": "acme",
        "text": "Remove it.",
        "reason": "There are two courts.",
        "seen": "0",
    }

    assert "/signin" in client.get(path).headers["Location"]
    assert sign_in(other).get(path).status_code == 403
    assert 'href="' + path in browser.get(f"/legal-requests/{request.id}").text
    shown = browser.get(path).text
    assert 'value="District court"' in shown
    assert 'name="outcome"' not in shown
    empty = browser.submit(path, **sent | {"reason": ""})
    assert (empty.status_code, "Say why." in empty.text) == (422, True)
    same = browser.submit(path, **sent | {"requester": "District court"})
    assert (same.status_code, "Nothing here differs" in same.text) == (422, True)
    assert browser.submit(path, **sent).status_code == 303
    late = browser.submit(path, **sent | {"law": "Trade mark act"})
    assert late.status_code == 409
    assert 'value="Trade mark act"' in late.text
    assert 'name="seen" type="hidden" value="1"' in late.text
    assert browser.submit(path, **sent | {"law": "Trade mark act", "seen": "1"}).status_code == 303

    answer(operator, request)
    db.session.commit()
    assert "We asked back." in browser.get(path).text
    answered = sent | {
        "law": "Trade mark act",
        "seen": "3",
        "done": "We asked.",
        "text": "Remove it.",
    }
    assert browser.submit(path, **answered, outcome="pending").status_code == 422
    assert browser.submit(path, **answered, outcome="refused").status_code == 303
    assert "Refused" in client.get(f"/legal-requests/{request.id}").text


def test_two_who_correct_at_once_do_not_undo_each_other(live_app: Flask) -> None:
    with live_app.app_context():
        with transaction():
            operators = [make_user(is_admin=True).id for _ in range(2)]
            request_id = a_request(db.session.get_one(User, operators[0])).id

        def correcting(number: int) -> Callable[[], None]:
            def do() -> None:
                row = db.session.get_one(LegalRequest, request_id)
                put_right(db.session.get_one(User, operators[number]), row, law=f"{number}", seen=0)

            return do

        came_of = at_once(live_app, correcting(0), correcting(1))

        assert [type(error) for error in came_of if error is not None] == [Conflict]
        row = db.session.get_one(LegalRequest, request_id, populate_existing=True)
        assert row.law == f"{came_of.index(None)}"
        assert len(corrections_of(row)) == 1


def test_the_form_is_for_operators(sign_in: SignIn, client: Client) -> None:
    assert "/signin" in client.get("/legal-requests/new").headers["Location"]
    assert sign_in(make_user(is_moderator=True)).get("/legal-requests/new").status_code == 403
    assert client.get("/legal-requests/1").status_code == 404
