"""The transparency report counts what happened, in the month in which it happened."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from community.companies.models import Company
from community.core import clock
from community.core.db import db
from community.moderation import months
from community.moderation.models import (
    Appeal,
    AppealState,
    Case,
    Decision,
    DecisionAction,
    Flag,
    FlagOutcome,
    LegalOutcome,
    LegalRequest,
    LogAction,
    LogEntry,
    LogRole,
)
from community.moderation.queries import transparency
from community.moderation.services import log
from community.topics.models import AskedBy, Rule
from tests.conftest import Client, counted_statements
from tests.factories import make_company, make_topic, make_user

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def a_flag(company: Company, at: datetime, **values: Any) -> Flag:
    """Make a flag; ``after`` says how long it took to judge it."""
    topic = make_topic(company)
    after = values.pop("after", None)
    case = Case(topic_id=topic.id, company_id=company.id, opened_at=at)
    db.session.add(case)
    db.session.flush()
    flag = Flag(
        case_id=case.id,
        topic_id=topic.id,
        reporter_id=make_user().id,
        created_at=at,
        closed_at=at + after if after is not None else None,
        outcome=values.pop("outcome", FlagOutcome.UPHELD if after is not None else None),
        **{"role": AskedBy.MEMBER, "rule": Rule.SPAM, **values},
    )
    db.session.add(flag)
    db.session.flush()
    return flag


def a_row(at: datetime, company: str = "", **values: Any) -> LogEntry:
    with clock.frozen(at):
        return log.append(
            values.pop("action", LogAction.REMOVE),
            role=values.pop("role", LogRole.MODERATOR),
            target="site",
            company=company,
            rule=Rule.SPAM,
        )


def an_appeal(
    company: Company, at: datetime, state: AppealState, after: timedelta | None
) -> Appeal:
    flag = a_flag(company, at - timedelta(days=400))
    decision = Decision(
        case_id=flag.case_id,
        action=DecisionAction.REMOVE,
        reason="Spam.",
        log_seq=a_row(at, company.slug).seq,
    )
    db.session.add(decision)
    db.session.flush()
    appeal = Appeal(
        decision_id=decision.id,
        appellant_id=make_user().id,
        words="It is not.",
        state=state,
        due_at=at + timedelta(days=3),
        created_at=at,
        closed_at=at + after if after is not None else None,
    )
    db.session.add(appeal)
    db.session.flush()
    return appeal


def a_request(company: Company | None, received: date, closed: datetime | None) -> None:
    request = LegalRequest(
        received_on=received,
        requester="District court",
        country="DE",
        law="Code of civil procedure",
        company_id=company.id if company else None,
        entered_by_id=make_user().id,
    )
    if closed is not None:
        request.outcome, request.done = LegalOutcome.REFUSED, "Nothing."
        request.closed_at, request.log_seq = closed, a_row(closed, action=LogAction.LEGAL).seq
    db.session.add(request)
    db.session.flush()


def november(company: Company | None = None) -> transparency.Month:
    [month] = transparency.months(first=NOVEMBER, last=NOVEMBER, company=company)
    return month


def test_flags_are_counted_by_role_and_rule_when_made_and_by_outcome_when_judged() -> None:
    acme = make_company("Acme")
    a_flag(acme, NOW)
    a_flag(acme, NOW, role=AskedBy.COMPANY, rule=Rule.ABUSE)
    a_flag(acme, NOW, role=AskedBy.COMPANY, rule=Rule.ABUSE, after=timedelta(hours=1))
    late = NOW - timedelta(days=30)  # made in October, judged in November
    a_flag(acme, late, after=timedelta(days=20), outcome=FlagOutcome.DECLINED)
    newer, older = transparency.months(first=OCTOBER, last=NOVEMBER)

    assert (newer.first, older.first) == (NOVEMBER, OCTOBER)
    assert newer.flags == {
        (AskedBy.MEMBER, Rule.SPAM): 1,
        (AskedBy.COMPANY, Rule.ABUSE): 2,
    }
    assert newer.judged == {FlagOutcome.UPHELD: 1, FlagOutcome.DECLINED: 1}
    assert (older.flags_made, older.judged) == (1, {})


@pytest.mark.parametrize(
    ("hours", "median"), [([], None), ([5], 5), ([1, 9], 1), ([9, 1, 4], 4), ([1, 2, 3, 30], 2)]
)
def test_the_median_is_the_one_in_the_middle_or_the_lower_of_two(
    hours: list[int], median: int | None
) -> None:
    acme = make_company("Acme")
    for one in hours:
        a_flag(acme, NOW, after=timedelta(hours=one), outcome=FlagOutcome.DECLINED)
    a_flag(acme, NOW)  # open
    a_flag(acme, NOW, after=timedelta(days=3), outcome=FlagOutcome.WITHDRAWN)  # not judged

    expected = None if median is None else timedelta(hours=median)
    assert november().medians.get("flags") == expected


def test_a_month_is_one_of_utc() -> None:
    end = datetime(2026, 10, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    a_row(end)
    a_row(end + timedelta(microseconds=1))
    newer, older = transparency.months(first=OCTOBER, last=NOVEMBER)

    assert (newer.actions_done, older.actions_done) == (1, 1)


def test_what_was_done_is_counted_from_the_log() -> None:
    a_row(NOW)
    a_row(NOW, role=LogRole.AUTOMATIC)
    a_row(NOW, action=LogAction.RESTORE, role=LogRole.JURY)
    month = november()

    assert month.done(LogAction.REMOVE, LogAction.MASK) == 2
    assert month.did(LogRole.JURY, LogAction.RESTORE) == 1
    assert month.by_role(LogRole) == [1, 0, 1, 1]


def test_appeals_and_legal_requests_are_counted_when_they_come_and_when_they_end() -> None:
    acme = make_company("Acme")
    an_appeal(acme, NOW - timedelta(days=30), AppealState.OVERTURNED, timedelta(days=10))
    an_appeal(acme, NOW, AppealState.OPEN, None)
    a_request(acme, date(2026, 10, 30), NOW)
    a_request(None, date(2026, 11, 1), None)
    newer, older = transparency.months(first=OCTOBER, last=NOVEMBER)

    assert (newer.appeals_made, newer.appeals) == (1, {AppealState.OVERTURNED: 1})
    assert newer.medians["appeals"] == timedelta(days=10)
    assert (newer.legal_received, newer.legal) == (1, {LegalOutcome.REFUSED: 1})
    assert newer.medians["legal"] == NOW - datetime(2026, 10, 30, tzinfo=UTC)
    assert (older.appeals_made, older.legal_received, older.legal) == (1, 1, {})


def test_a_company_is_counted_alone() -> None:
    acme, other = make_company("Acme"), make_company("Other")
    for company in (acme, other, other):
        a_flag(company, NOW, after=timedelta(hours=1))
        an_appeal(company, NOW, AppealState.UPHELD, timedelta(days=1))
        a_request(company, NOVEMBER, None)
    month = november(acme)

    assert (month.flags_made, month.judged) == (1, {FlagOutcome.UPHELD: 1})
    assert month.actions_done == 1
    assert (month.appeals_made, month.appeals) == (1, {AppealState.UPHELD: 1})
    assert month.legal_received == 1
    assert november().flags_made == 3


def test_all_months_are_told_from_the_first_with_anything_in_it() -> None:
    with clock.frozen(NOW):
        assert [month.first for month in transparency.months()] == [NOVEMBER]
        a_row(NOW - timedelta(days=70))
        found = transparency.months()
    assert [month.first for month in found] == [NOVEMBER, OCTOBER, date(2026, 9, 1)]
    assert [bool(month) for month in found] == [False, False, True]


def test_months_are_counted_back_over_years() -> None:
    assert months.earlier(date(2026, 1, 31), 1) == date(2025, 12, 1)
    assert months.earlier(date(2026, 1, 31), -12) == date(2027, 1, 1)
    assert months.earlier(date(2026, 12, 1), 12) == date(2025, 12, 1)


def test_any_number_of_months_takes_ten_statements(app: Flask) -> None:
    with counted_statements(app) as statements:
        transparency.months(first=date(2020, 1, 1), last=NOVEMBER)
    assert len(statements) == 10, statements


def table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table of a section."""
    section = page[page.index(f'<h2 id="{heading}"') :]
    body = section[section.index("<tbody>") : section.index("</tbody>")]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]


def test_the_page_shows_twelve_months(client: Client) -> None:
    acme = make_company("Acme")
    with clock.frozen(NOW):
        a_flag(acme, NOW, after=timedelta(hours=5))
        a_row(NOW, "acme")
        page = client.get("/transparency").text
        of_acme = client.get("/transparency?company=acme").text
        of_other = client.get(f"/transparency?company={make_company('Other').slug}").text

    rows = table(page, "flags")
    assert len(rows) == 12
    assert rows[0] == ["November 2026", "", "1", "1", "0", "0", "5 hours"]
    assert rows[1] == ["October 2026", "", "0", "0", "0", "0", "–"]
    assert table(of_acme, "flags")[0] == rows[0]
    assert "Nothing has been flagged or done here yet" in of_other
    assert '<rect class="part-1" x="0.00" y="0" width="100.00"' in page


def test_older_months_are_a_press_away(client: Client) -> None:
    with clock.frozen(NOW):
        a_row(NOW - timedelta(days=400))
        page = client.get("/transparency").text
        assert "until=2025-11" in page
        older = client.get("/transparency?until=2025-11").text
        assert table(older, "done")[1][0] == "October 2025"
        assert table(older, "done")[1][2] == "1"
        assert "until=2026-11" in older
        assert "until=" not in client.get("/transparency?until=2024-11").text.split("pager")[0]
        future = client.get("/transparency?until=2999-01")
    assert table(future.text, "done")[0][0] == "November 2026"


def test_a_month_has_a_page(client: Client) -> None:
    acme = make_company("Acme")
    a_flag(acme, NOW, role=AskedBy.COMPANY, rule=Rule.ABUSE, after=timedelta(hours=5))
    a_row(NOW, "acme")
    with clock.frozen(NOW):
        page = client.get("/transparency/2026-11").text
        narrowed = client.get("/transparency/2026-11?company=acme").text
        empty = client.get("/transparency/2026-10").text
        missing = [client.get(f"/transparency/{one}") for one in ("2026-12", "2026-13", "x", "0-1")]

    assert table(page, "flags") == [["Abuse", "1"]]
    assert table(page, "done") == [["Removed", "1"]]
    assert 'href="/log?action=remove&amp;month=2026-11&amp;company=acme"' in narrowed or (
        'href="/log?action=remove&amp;company=acme&amp;month=2026-11"' in narrowed
    )
    assert "Nobody flagged anything" in empty
    assert [one.status_code for one in missing] == [404] * 4


def test_every_figure_is_in_the_table(client: Client) -> None:
    acme = make_company("Acme")
    a_flag(acme, NOW, role=AskedBy.COMPANY, rule=Rule.ABUSE, after=timedelta(hours=5))
    a_row(NOW, "acme")
    an_appeal(acme, NOW, AppealState.LAPSED, timedelta(hours=1))
    a_request(acme, NOVEMBER, NOW)
    with clock.frozen(NOW):
        answer = client.get("/transparency.csv?company=acme")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    told = {
        (row["figure"], row["role"], row["kind"], row["rule"]): int(row["value"])
        for row in rows
        if row["month"] == "2026-11"
    }

    assert answer.mimetype == "text/csv"
    assert {row["company"] for row in rows} == {"acme"}
    assert told == {
        ("flags made", "company", "", "abuse"): 1,
        ("flags closed", "", "upheld", ""): 1,
        ("actions", "moderator", "remove", "spam"): 2,
        ("appeals made", "", "", ""): 1,
        ("appeals closed", "", "lapsed", ""): 1,
        ("legal requests received", "", "", ""): 1,
        ("legal requests answered", "", "refused", ""): 1,
        ("median seconds", "", "flags", ""): 5 * 3600,
        ("median seconds", "", "appeals", ""): 3600,
        ("median seconds", "", "legal", ""): int(timedelta(days=21, hours=12).total_seconds()),
    }
    assert client.get("/transparency.csv").status_code == 200
    assert client.get("/transparency.csv?company=nobody").status_code == 404
