"""Personal data can leave the log, and the chain holds."""

import pytest
from sqlalchemy import select

from community.accounts.models import User
from community.companies.models import Company
from community.core import outbox
from community.core.db import db
from community.core.erasing import REMOVED, Traces
from community.core.errors import Invalid, NotAllowed, NotFound
from community.moderation.handlers import forget_in_log
from community.moderation.models import (
    REASON_MAX,
    DecisionAction,
    Juror,
    JurorVote,
    LogAction,
    LogEntry,
    LogRole,
    LogText,
)
from community.moderation.queries import log as queries
from community.moderation.services import appeal as appeals
from community.moderation.services import log
from community.moderation.services.redact import redact, redact_at_console, redact_person
from community.topics.models import Rule
from tests.conftest import Client
from tests.factories import make_company, make_mandate, make_reply, make_topic, make_user
from tests.moderation.trials import judged, jury_of, trusted

NEIGHBOUR = "It gives the address of Jo Doe."


@pytest.fixture
def operator() -> User:
    return make_user("otto", is_admin=True)


@pytest.fixture
def acme() -> Company:
    return make_company("Acme")


@pytest.fixture
def entry(acme: Company) -> LogEntry:
    return log.append(
        LogAction.REMOVE,
        role=LogRole.MODERATOR,
        target="reply 7",
        rule=Rule.ABUSE,
        company="acme",
        texts={"reason": NEIGHBOUR, "moderator": "mona"},
    )


def texts(seq: int) -> dict[str, str | None]:
    rows = db.session.execute(select(LogText.field, LogText.text).where(LogText.seq == seq))
    return {row.field: row.text for row in rows}


def test_a_text_goes_and_a_row_says_so(operator: User, entry: LogEntry) -> None:
    row = redact(operator, entry.seq, fields=["reason"], reason="It names a neighbour.")

    assert texts(entry.seq) == {"reason": None, "moderator": "mona"}
    assert (row.action, row.role) == (LogAction.REDACT, LogRole.OPERATOR)
    assert (row.target, row.company, row.details) == ("log 1", "acme", '{"fields": ["reason"]}')
    assert texts(row.seq) == {"reason": "It names a neighbour.", "operator": "otto"}
    assert queries.verified().redacted == 1


def test_a_text_goes_once(operator: User, entry: LogEntry) -> None:
    redact(operator, entry.seq, fields=["reason"], reason="A name.")
    for fields in (["reason"], [], ["digest"]):
        with pytest.raises(Invalid, match="still there"):
            redact(operator, entry.seq, fields=fields, reason="A name.")
    redact(operator, entry.seq, fields=["reason", "moderator"], reason="Another name.")

    assert texts(entry.seq) == {"reason": None, "moderator": None}
    assert queries.verified().head.seq == 3


@pytest.mark.parametrize("reason", ["", " \n\x00", "x" * (REASON_MAX + 1)])
def test_why_has_to_be_said(operator: User, entry: LogEntry, reason: str) -> None:
    with pytest.raises(Invalid, match="at most 1000 characters"):
        redact(operator, entry.seq, fields=["reason"], reason=reason)
    assert texts(entry.seq)["reason"] == NEIGHBOUR


@pytest.mark.parametrize("seq", [0, 2, 10**12])
def test_there_has_to_be_such_a_row(operator: User, entry: LogEntry, seq: int) -> None:
    with pytest.raises(NotFound, match=str(seq)):
        redact(operator, seq, fields=["reason"], reason="A name.")


def test_operators_alone_redact_and_not_what_concerns_their_own_company(
    operator: User, entry: LogEntry, acme: Company
) -> None:
    make_mandate(operator, acme)
    refused = (None, make_user(), make_user(is_moderator=True), operator)
    for somebody in refused:
        with pytest.raises(NotAllowed):
            redact(somebody, entry.seq, fields=["reason"], reason="A name.")
    assert texts(entry.seq)["reason"] == NEIGHBOUR

    redact_at_console(entry.seq, fields=["reason"], reason="A name.")
    assert texts(entry.seq)["reason"] is None


def test_wherever_else_the_words_of_the_row_stood_they_go_too(operator: User) -> None:
    trusted(3)
    reply = make_reply()
    decision = judged(reply)
    appeal = appeals.appeal(reply.author, decision, words="Jo Doe told me to.")
    for juror in jury_of(appeal)[:2]:
        appeals.vote(juror, appeal, vote=JurorVote.UPHOLD, reason=f"Not Jo Doe, says {juror.id}.")
    assert appeal.log_seq is not None

    redact(operator, decision.log_seq, fields=["reason"], reason="A name.")
    fields = ["appeal", "juror_1", "juror_2"]
    redact(operator, appeal.log_seq, fields=fields, reason="A name.")

    db.session.expire_all()
    voted = select(Juror.reason).where(Juror.vote.is_not(None))
    said = [decision.reason, appeal.words, *db.session.scalars(voted)]
    assert said == [REMOVED] * 4


def test_operators_do_not_redact_what_concerns_their_company_in_another_way(
    operator: User, acme: Company
) -> None:
    make_mandate(operator, acme)
    critic = make_user()
    make_topic(acme, critic)
    warned = judged(critic, measure=DecisionAction.WARN, rule=Rule.ABUSE)
    moved = judged(make_topic(), DecisionAction.MOVE, rule=Rule.OFF_TOPIC, move_to=acme)
    for decision in (warned, moved):
        with pytest.raises(NotAllowed):
            redact(operator, decision.log_seq, fields=["reason"], reason="A name.")


def test_who_leaves_is_named_in_no_text_any_more(entry: LogEntry) -> None:
    rows = {
        said: log.append(LogAction.KEEP, role=LogRole.MODERATOR, target="site", texts={"a": said})
        for said in (
            "As @mona said.",
            "See /people/mona for more.",
            "Write to mona@mail.example!",
            "mona",
            "Mona is a name that others have too.",
            "As @monarch said.",
        )
    }
    gone = redact_person(Traces("mona", ("mona@mail.example",)))

    assert gone == 4
    assert texts(entry.seq) == {"reason": NEIGHBOUR, "moderator": None}
    left = [said for said, row in rows.items() if texts(row.seq)["a"] is not None]
    # What others wrote names her by a sign or an address; "mona" alone may be any word.
    assert left == ["mona", "Mona is a name that others have too.", "As @monarch said."]
    last = db.session.get_one(LogEntry, queries.head().seq)
    assert (last.action, last.role) == (LogAction.REDACT, LogRole.AUTOMATIC)
    assert queries.verified().redacted == 4
    assert redact_person(Traces("mona", ("mona@mail.example",))) == 0


def test_leaving_redacts_by_itself(entry: LogEntry) -> None:
    forget_in_log("mona", "mona@mail.example")
    assert texts(entry.seq)["moderator"] is None


def test_an_operator_redacts_on_the_page(
    operator: User, entry: LogEntry, sign_in: "object", client: Client
) -> None:
    browser: Client = sign_in(operator)  # type: ignore[operator]
    assert f"/log/{entry.seq}/redact" in browser.get("/log/1").text
    assert f"/log/{entry.seq}/redact" not in client.get("/log/1").text
    assert NEIGHBOUR in browser.get("/log/1/redact").text

    again = browser.submit("/log/1/redact", fields="reason", reason="")
    assert again.status_code == 422
    assert "Write why" in again.text
    assert browser.submit("/log/1/redact", reason="A name.").status_code == 422
    assert browser.submit("/log/1/redact", fields="digest", reason="A name.").status_code == 422
    done = browser.submit("/log/1/redact", fields="reason", reason="A name.")
    assert done.headers["Location"].endswith("/log/1")
    outbox.deliver_due()

    for address in ("/log", "/log/1", "/log/feed.atom", "/log.jsonl"):
        assert "Jo Doe" not in client.get(address).text
    assert "Redacted." in client.get("/log/1").text
    assert "The reason was redacted." in client.get("/log").text
    browser.submit("/log/1/redact", fields="moderator", reason="A name.")
    assert "no text left" in browser.get("/log/1/redact").text


def test_others_are_told_why_they_cannot(
    entry: LogEntry, sign_in: "object", client: Client
) -> None:
    moderator: Client = sign_in(make_user(is_moderator=True))  # type: ignore[operator]
    assert moderator.get("/log/1/redact").status_code == 403
    assert moderator.submit("/log/1/redact", fields="reason", reason="x").status_code == 403
    assert "/signin" in client.get("/log/1/redact").headers["Location"]
    assert texts(1)["reason"] == NEIGHBOUR
