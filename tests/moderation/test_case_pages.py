"""The pages of flags and cases, as people use them, without JavaScript."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.moderation.models import Case, Decision, Flag, FlagOutcome
from community.moderation.queries import judging
from community.moderation.services import lease
from community.moderation.services.flag import flag
from community.topics.models import Rule
from tests.conftest import Client, counted_statements
from tests.factories import (
    make_company,
    make_employee,
    make_reply,
    make_topic,
    make_user,
)
from tests.moderation.trials import KEPT, REMOVED, case_of, moderator, ruled

SignIn = Callable[[User], Client]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def fields(case: Case, **more: str) -> dict[str, str]:
    return {
        "action": "remove",
        "rule": "spam",
        "reason": "Sells pills.",
        "measure": "",
        "limit": "",
        "days": "",
        "company": "",
        "seen": judging.seen(case),
        **more,
    }


def confirmed(browser: Client, case: Case, **more: str) -> Any:
    """Send the form, and press the button under what the author will read."""
    sent = fields(case, **more)
    asked = browser.submit(f"/moderation/cases/{case.id}/decide", **sent)
    told = re.search(r'name="read" value="([^"]*)"', asked.get_data(as_text=True))
    assert told is not None, text_of(asked)
    read = unescape(told[1])
    return browser.submit(f"/moderation/cases/{case.id}/decide", **sent, read=read)


# -- flags --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["topic", "reply", "person"])
def test_anybody_flags_for_one_reason(sign_in: SignIn, what: str) -> None:
    make: dict[str, Callable[[], Any]] = {
        "topic": make_topic,
        "reply": make_reply,
        "person": make_user,
    }
    target = make[what]()
    browser = sign_in(make_user())
    page = text_of(browser.get(f"/flag/{what}/{target.id}"))
    assert "That it criticises a company is no reason." in page
    assert page.count('type="radio"') == len(Rule)

    sent = browser.submit(f"/flag/{what}/{target.id}", rule="abuse", words="It names names.")

    assert sent.headers["Location"] == "/account/flags"
    mine = text_of(browser.get("/account/flags"))
    assert "Abuse" in mine
    assert "waits for a moderator" in mine
    assert "Your flags" in text_of(browser.get(f"/flag/{what}/{target.id}"))


def test_a_visitor_signs_in_first_and_comes_back(client: Client) -> None:
    topic = make_topic()
    answer = client.get(f"/flag/topic/{topic.id}")
    assert answer.status_code == 303
    assert f"next=/flag/topic/{topic.id}" in answer.headers["Location"]


def test_a_flag_without_a_reason_is_asked_for_again(sign_in: SignIn) -> None:
    answer = sign_in(make_user()).submit(f"/flag/topic/{make_topic().id}", words="Look at this.")
    assert answer.status_code == 422
    assert "Choose what is wrong with it." in text_of(answer)
    assert "Look at this." in text_of(answer)


def test_ones_own_post_cannot_be_flagged(sign_in: SignIn) -> None:
    topic = make_topic()
    browser = sign_in(topic.author)
    assert "This is yours" in text_of(browser.get(f"/flag/topic/{topic.id}"))
    assert browser.submit(f"/flag/topic/{topic.id}", rule="spam").status_code == 422
    assert db.session.scalars(select(Flag.id)).all() == []


def test_what_is_not_there_cannot_be_flagged(sign_in: SignIn) -> None:
    browser = sign_in(make_user())
    hidden = make_reply(hidden_at=clock.now())
    gone = make_user(deleted_at=clock.now())
    for path in (f"reply/{hidden.id}", f"person/{gone.id}", "topic/99999", "company/1"):
        assert browser.get(f"/flag/{path}").status_code == 404


def test_a_flag_is_taken_back_by_whoever_made_it(sign_in: SignIn) -> None:
    reporter = make_user()
    made = flag(reporter, make_topic(), rule=Rule.SPAM)
    address = f"/account/flags/{made.id}/withdraw"
    assert sign_in(make_user()).submit(address).status_code == 404
    browser = sign_in(reporter)
    assert browser.submit(address).status_code == 303
    assert "Withdrawn" in text_of(browser.get("/account/flags"))
    assert browser.submit(address).status_code == 403  # once


def test_what_came_of_a_flag_is_told(sign_in: SignIn) -> None:
    reporter, topic = make_user(), make_topic()
    made = flag(reporter, topic, rule=Rule.SPAM)
    case = db.session.get_one(Case, made.case_id)
    ruled(case, KEPT)
    browser = sign_in(reporter)
    page = text_of(browser.get("/account/flags"))
    assert "Declined" in page
    address = re.search(r'href="(/decisions/\d+)"', page)
    assert address is not None
    decision = text_of(browser.get(address[1]))
    assert "It breaks no rule." in decision
    assert "/appeal" in decision


def test_without_flags_the_page_says_how(sign_in: SignIn) -> None:
    assert "You have flagged nothing." in text_of(sign_in(make_user()).get("/account/flags"))


# -- the queue ----------------------------------------------------------------------------------


def test_only_moderators_see_the_queue(client: Client, sign_in: SignIn) -> None:
    assert client.get("/moderation").status_code == 303
    assert sign_in(make_user()).get("/moderation").status_code == 403
    assert "Nothing waits" in text_of(sign_in(moderator()).get("/moderation"))
    assert sign_in(make_user(is_admin=True)).get("/moderation").status_code == 200


def test_the_riskiest_come_first(sign_in: SignIn) -> None:
    mild = case_of(make_topic(title="Off the point"), Rule.OFF_TOPIC)
    bad = case_of(make_topic(title="Against the law"), Rule.UNLAWFUL)
    page = text_of(sign_in(moderator()).get("/moderation"))
    assert page.index("Against the law") < page.index("Off the point")
    assert bad.risk > mild.risk


def test_the_queue_is_paged(sign_in: SignIn) -> None:
    for number in range(33):
        case_of(make_topic(title=f"Case number {number}!"))
    browser = sign_in(moderator())
    first = browser.get("/moderation").get_data(as_text=True)
    assert len(re.findall("Case number", first)) >= 30
    older = re.search(r'href="(/moderation\?after=[^"]*)"', first)
    assert older is not None
    second = browser.get(older[1]).get_data(as_text=True)
    titles = set(re.findall(r">(Case number \d+!)<", second))
    assert len(titles) == 3
    assert not titles & set(re.findall(r">(Case number \d+!)<", first))
    newer = re.search(r'href="(/moderation\?before=[^"]*)"', second)
    assert newer is not None
    again = browser.get(newer[1]).get_data(as_text=True)
    assert re.findall(r">(Case number \d+!)<", again) == re.findall(r">(Case number \d+!)<", first)


def test_whoever_has_a_stake_sees_no_content(sign_in: SignIn) -> None:
    company = make_company("Acme")
    topic = make_topic(company, title="Acme sold me a lemon")
    case = case_of(topic)
    barred = make_employee(company)
    barred.is_moderator = True
    db.session.flush()
    browser = sign_in(barred)
    page = text_of(browser.get("/moderation"))
    assert "A case about Acme" in page
    assert "You speak for this company" in page
    assert "lemon" not in page
    for answer in (
        browser.get(f"/moderation/cases/{case.id}"),
        browser.get(f"/moderation/cases/{case.id}/alike"),
        browser.submit(f"/moderation/cases/{case.id}/lease", value="1"),
        browser.submit(f"/moderation/cases/{case.id}/decide", **fields(case)),
    ):
        assert answer.status_code == 403
        assert "You speak for this company" in text_of(answer)
        assert "lemon" not in text_of(answer)


@pytest.mark.parametrize("page", ["", "/cases/{}", "/cases/{}/alike"])
def test_pages_ask_the_database_as_often_for_many_cases_as_for_few(
    app: Flask, sign_in: SignIn, page: str
) -> None:
    author, browser = make_user(), sign_in(moderator())
    path = "/moderation" + page.format(case_of(make_reply(author=author)).id)
    counts = []
    for _ in range(2):
        for _ in range(5):
            case_of(make_reply(author=author))
        with counted_statements(app) as statements:
            assert browser.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_median_is_over_what_people_decided(sign_in: SignIn) -> None:
    by = moderator()
    with clock.frozen(clock.now()) as move_on:
        for hours in (1, 3, 30):
            case = case_of(make_topic())
            move_on(timedelta(hours=hours))
            ruled(case, KEPT, by)
        page = text_of(sign_in(by).get("/moderation?decided=1"))
    assert re.search(r"3 hours\s*<span class=\"n\">of 3", page)


# -- a case -------------------------------------------------------------------------------------


def test_a_case_shows_what_helps_to_judge_it(sign_in: SignIn) -> None:
    author = make_user("pillseller")
    first = case_of(make_reply(author=author))
    by = moderator()
    ruled(first, REMOVED, by)
    reply = make_reply(make_topic(title="Router drops"), author, body="Buy **pills** here.")
    case = case_of(reply, words="He writes this everywhere.")

    page = text_of(sign_in(by).get(f"/moderation/cases/{case.id}"))

    for said in (
        "Router drops",
        "<strong>pills</strong>",
        "He writes this everywhere.",
        "their first flag that is judged",
        "Sells pills.",
        "Take it for 10 minutes",
    ):
        assert said in page, said


def flags_on(page: Any) -> list[str]:
    """Return the words of the flags on a page of a case, in its order."""
    return re.findall(r'<p class="excerpt">(Reason \d+)</p>', page.get_data(as_text=True))


def test_of_many_flags_the_latest_are_shown_and_all_are_counted(
    app: Flask, sign_in: SignIn
) -> None:
    company = make_company()
    topic, browser = make_topic(company), sign_in(moderator())
    flag(make_employee(company), topic, rule=Rule.ABUSE, words="Reason 0")
    case = db.session.scalars(select(Case)).one()
    address = f"/moderation/cases/{case.id}"
    counts = []
    for numbers in (range(1, 60), range(60, 120)):
        for number in numbers:
            flag(make_user(), topic, rule=Rule.SPAM, words=f"Reason {number}")
        with counted_statements(app) as statements:
            browser.get(address)
        counts.append(len(statements))

    assert counts[0] == counts[1]
    pages = [browser.get(address)]
    while older := re.search(r'href="([^"]*[?]after=[^"]*)" rel="next"', pages[-1].text):
        pages.append(browser.get(older[1]))
    found = [words for one in pages for words in flags_on(one)]
    assert found == [f"Reason {number}" for number in reversed(range(120))]
    assert [len(flags_on(one)) for one in pages] == [50, 50, 20]
    for one in pages:
        assert "<dt>Spam</dt> <dd>119 × a member</dd>" in text_of(one)
        assert "<dd>1 × somebody from a company concerned</dd>" in text_of(one)
    newer = re.search(r'href="([^"]*[?]before=[^"]*)" rel="prev"', pages[-1].text)
    assert newer is not None
    assert flags_on(browser.get(newer[1])) == flags_on(pages[1])
    assert browser.get(f"{address}?after=x").status_code == 404


def test_taking_and_leaving_a_case(sign_in: SignIn) -> None:
    case, first, second = case_of(make_topic()), moderator(), moderator()
    browser, other = sign_in(first), sign_in(second)
    address = f"/moderation/cases/{case.id}"

    assert browser.submit(f"{address}/lease", value="1").headers["Location"] == address
    page = text_of(other.get(address))
    assert f"{first.name} is looking at it until" in page
    assert "Decide" not in page.split("What stands there")[1].split("Keys:")[0]
    assert first.name in text_of(other.get("/moderation"))
    other.submit(f"{address}/lease", value="1")
    assert "is looking at this case" in text_of(other.get(address))  # the refusal

    assert browser.submit(f"{address}/lease", value="0").headers["Location"] == "/moderation"
    other.submit(f"{address}/lease", value="1")
    assert "yours until" in text_of(other.get(address))
    assert browser.submit(f"{address}/lease", value="9").status_code == 400


def test_what_the_author_will_read_is_shown_before_anything_is_taken(sign_in: SignIn) -> None:
    reply = make_reply(make_topic(title="Router drops"))
    case, by = case_of(reply), moderator()
    browser = sign_in(by)

    asked = browser.submit(f"/moderation/cases/{case.id}/decide", **fields(case))

    assert asked.status_code == 200
    assert "Your answer in “Router drops” was removed. Spam:" in text_of(asked)
    assert reply.hidden_at is None
    assert confirmed(browser, case).headers["Location"] == "/moderation"
    db.session.refresh(reply)
    assert reply.hidden_at is not None


def test_nothing_is_shown_of_what_does_not_hold_together(sign_in: SignIn) -> None:
    case = case_of(make_reply())
    browser = sign_in(moderator())
    typed = fields(case) | {"measure": "suspend", "days": ""}
    answer = browser.submit(f"/moderation/cases/{case.id}/decide", **typed)
    assert answer.status_code == 422
    assert "Say for how long: 1 to 366 days." in text_of(answer)
    assert "The author will read this" not in text_of(answer)


def test_another_reason_than_the_one_that_was_shown_is_shown_again(sign_in: SignIn) -> None:
    case = case_of(make_reply())
    browser = sign_in(moderator())
    answer = browser.submit(
        f"/moderation/cases/{case.id}/decide", **fields(case), read="Something else."
    )
    assert "The author will read this" in text_of(answer)
    assert case.decided_at is None


def test_keeping_is_done_at_once(sign_in: SignIn) -> None:
    case = case_of(make_reply())
    answer = sign_in(moderator()).submit(
        f"/moderation/cases/{case.id}/decide", **fields(case, action="keep", rule="")
    )
    assert answer.headers["Location"] == "/moderation"
    assert db.session.scalars(select(Flag.outcome)).one() is FlagOutcome.DECLINED


def test_a_case_that_changed_meanwhile_asks_again_and_keeps_what_was_typed(
    sign_in: SignIn,
) -> None:
    topic = make_topic()
    case, browser = case_of(topic), sign_in(moderator())
    sent = fields(case, action="keep", rule="", reason="A long and careful reason.")
    flag(make_user(), topic, rule=Rule.ABUSE, words="And this.")

    answer = browser.submit(f"/moderation/cases/{case.id}/decide", **sent)

    assert answer.status_code == 409
    page = text_of(answer)
    assert "has changed since you opened it" in page
    assert "A long and careful reason." in page
    assert "And this." in page
    fresh = re.search(r'name="seen"[^>]*value="([^"]*)"', page)
    assert fresh is not None
    sent["seen"] = fresh[1]
    assert browser.submit(f"/moderation/cases/{case.id}/decide", **sent).status_code == 303


def test_a_case_that_somebody_else_decided_says_so_and_keeps_what_was_typed(
    sign_in: SignIn,
) -> None:
    case = case_of(make_topic())
    browser, sent = sign_in(moderator()), fields(case, action="keep", rule="", reason="My words.")
    ruled(case, KEPT)
    answer = browser.submit(f"/moderation/cases/{case.id}/decide", **sent)
    assert answer.status_code == 409
    assert "My words." in text_of(answer)
    assert "It breaks no rule." in text_of(answer)
    assert len(db.session.scalars(select(Decision.id)).all()) == 1


def test_moving_asks_for_a_company_that_is_there(sign_in: SignIn) -> None:
    topic = make_topic(make_company("Acme"))
    make_company("Globex")
    case, browser = case_of(topic, Rule.OFF_TOPIC), sign_in(moderator())
    answer = browser.submit(
        f"/moderation/cases/{case.id}/decide",
        **fields(case, action="move", rule="off_topic", company="Initech"),
    )
    assert answer.status_code == 422
    assert "no page of a company called “Initech”" in text_of(answer)
    confirmed(browser, case, action="move", rule="off_topic", company="globex")
    db.session.refresh(topic, ["company_id"])
    assert topic.company_id != case.company_id


def test_a_wave_is_decided_together(sign_in: SignIn) -> None:
    author = make_user()
    mine = [case_of(make_topic(author=author, title=f"Offer {n}")) for n in range(3)]
    words = "Call our customer care number now and get your account back today"
    like = case_of(make_reply(body=words))
    other_like = case_of(make_reply(body=f"{words} please"))
    apart = case_of(make_reply(body="Hold the power button for ten seconds."))
    browser = sign_in(moderator())

    page = text_of(browser.get(f"/moderation/cases/{mine[0].id}/alike"))
    assert all(f'id="case-{one.id}"' in page for one in mine)
    assert f'id="case-{apart.id}"' not in page
    assert f'id="case-{other_like.id}"' in text_of(
        browser.get(f"/moderation/cases/{like.id}/alike")
    )

    sent = fields(mine[0])
    chosen = [f"{one.id}:{judging.seen(one)}" for one in mine]
    answer = browser.submit(f"/moderation/cases/{mine[0].id}/alike", cases=chosen, **sent)
    assert answer.headers["Location"] == "/moderation"
    assert len(db.session.scalars(select(Decision.id)).all()) == 3
    assert "3 cases are decided." in text_of(browser.get("/moderation"))


def test_what_changed_meanwhile_is_left_out_of_a_wave_and_named(sign_in: SignIn) -> None:
    author = make_user()
    topics = [make_topic(author=author) for _ in range(3)]
    changed, decided, same = wave = [case_of(topic) for topic in topics]
    chosen = [f"{one.id}:{judging.seen(one)}" for one in wave]
    case_of(topics[0], Rule.ABUSE)
    ruled(decided)
    browser = sign_in(moderator())

    sent = fields(same)
    browser.submit(f"/moderation/cases/{same.id}/alike", cases=[*chosen, "x", "0:"], **sent)

    page = text_of(browser.get("/moderation"))
    assert "1 case is decided." in page
    for left in (changed, decided):
        assert f"Case {left.id} was left" in page


def test_nothing_chosen_is_asked_for_again(sign_in: SignIn) -> None:
    case = case_of(make_topic())
    answer = sign_in(moderator()).submit(f"/moderation/cases/{case.id}/alike", **fields(case))
    assert answer.status_code == 422
    assert "Choose at least one case." in text_of(answer)


# -- decisions ----------------------------------------------------------------------------------


def removed(by: User) -> tuple[Decision, User]:
    reply = make_reply(make_topic(title="Router drops"))
    case = case_of(reply)
    (made,) = ruled(case, REMOVED, by)
    return made, reply.author


def test_the_author_reads_what_was_decided_and_why(sign_in: SignIn) -> None:
    made, author = removed(moderator())
    page = text_of(sign_in(author).get(f"/decisions/{made.id}"))
    for said in ("Your answer in “Router drops” was removed.", "Sells pills.", "/appeal", "/log/"):
        assert said in page, said


def test_others_are_led_to_the_public_log(client: Client, sign_in: SignIn) -> None:
    made, _author = removed(moderator())
    for browser in (client, sign_in(make_user())):
        answer = browser.get(f"/decisions/{made.id}")
        assert answer.headers["Location"] == f"/log/{made.log_seq}"


def test_a_moderator_takes_a_decision_back(sign_in: SignIn) -> None:
    by = moderator()
    made, author = removed(by)
    address = f"/decisions/{made.id}/reverse"
    assert sign_in(author).submit(address, reason="It is mine.").status_code == 403
    browser = sign_in(by)
    assert browser.submit(address, reason=" ").status_code == 422
    assert browser.submit(address, reason="I misread it.").status_code == 303
    assert "taken back" in text_of(browser.get(f"/decisions/{made.id}"))


def test_a_lease_that_ran_out_is_nobodys(sign_in: SignIn) -> None:
    case, first = case_of(make_topic()), moderator()
    with clock.frozen(clock.now()) as move_on:
        lease.take(first, case)
        move_on(timedelta(minutes=11))
        page = text_of(sign_in(moderator()).get("/moderation"))
    assert first.name not in page
