"""The pages of appeals, and the mails that ask and tell."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.core import clock, outbox
from community.core.db import db
from community.moderation.handlers import advance_appeals
from community.moderation.models import (
    Appeal,
    AppealState,
    Decision,
    DecisionAction,
    Juror,
    JurorVote,
)
from community.moderation.services import appeal as appeals
from community.notifications.models import Notification, Outcome
from community.topics.models import AskedBy, Reply, Rule, Sight
from community.topics.services import hide
from tests.conftest import Client, browser_for
from tests.factories import make_reply, make_topic, make_user
from tests.moderation.trials import appealed, judged, jury_of, trusted

SignIn = Callable[[User], Client]
SECRET = "The reset button is behind the lid."


@pytest.fixture
def reply(app: Flask) -> Reply:
    return make_reply(make_topic(), body=SECRET, body_html=f"<p>{SECRET}</p>")


def test_the_way_from_the_log_to_an_appeal_and_its_outcome(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    trusted(3)
    decision = judged(reply)
    address = f"/log/{decision.log_seq}/appeal"
    author = sign_in(reply.author)

    assert browser_for(app).get(address).headers["Location"].startswith("/signin")
    refused = sign_in(make_user()).get(address)
    assert refused.status_code == 403
    assert "Only who wrote what was judged can appeal." in refused.text
    assert "An advertisement." in author.get(address).text
    assert author.submit(address, words=" ").status_code == 422
    answer = author.submit(address, words="It answers the question.")
    assert answer.status_code == 303
    appeal = db.session.get_one(Appeal, int(answer.headers["Location"].rsplit("/", 1)[1]))
    assert author.get(address).headers["Location"] == f"/appeals/{appeal.id}"

    for juror in jury_of(appeal)[:2]:
        browser = sign_in(juror)
        assert "You are asked to judge" in browser.get("/appeals").text
        assert SECRET in browser.get(f"/appeals/{appeal.id}").text
        vote = {"vote": "overturn", "reason": "It helps."}
        assert browser.submit(f"/appeals/{appeal.id}/vote", vote="maybe").status_code == 422
        assert browser.submit(f"/appeals/{appeal.id}/vote", **vote).status_code == 303

    db.session.refresh(appeal)
    page = browser_for(app).get(f"/appeals/{appeal.id}").text
    assert "It answers the question." in page
    assert page.count("It helps.") == 2
    assert not any(
        juror.username in page for juror in db.session.query(User) if juror.trusted_since
    )
    assert SECRET in browser_for(app).get(f"/t/{reply.topic_id}/{reply.topic.slug}").text
    outcome = browser_for(app).get(f"/log/{appeal.log_seq}/appeal")
    assert outcome.headers["Location"] == f"/appeals/{appeal.id}"
    assert f"/appeals/{appeal.id}" in browser_for(app).get("/appeals").text


def test_the_way_to_an_appeal_is_shown_to_those_who_may(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    trusted(3)
    flagger = make_user()
    decision = judged(reply, flagger=flagger)
    way, page = f"/log/{decision.log_seq}/appeal", f"/decisions/{decision.id}"

    assert way in browser_for(app).get(f"/log/{decision.log_seq}").text
    author = sign_in(reply.author)
    assert way in author.get(page).text
    assert way not in sign_in(flagger).get(page).text

    appeal = appeals.appeal(reply.author, decision, words="It answers the question.")
    assert f"/appeals/{appeal.id}" in author.get(page).text
    assert way not in author.get(page).text
    for juror in jury_of(appeal)[:2]:
        appeals.vote(juror, appeal, vote=JurorVote.OVERTURN, reason="It helps.")
    assert way not in browser_for(app).get(f"/log/{decision.log_seq}").text


def test_a_juror_reads_the_rule_and_what_was_said_around_it(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    trusted(3)
    appeal = appeals.appeal(reply.author, judged(reply), words="It answers the question.")
    page = sign_in(jury_of(appeal)[0]).get(f"/appeals/{appeal.id}").text
    assert f"An answer in “{reply.topic.title}”" in page
    assert f'href="/r/{reply.id}"' in page
    assert "It advertises, or says the same in many places" in page


def test_what_nobody_has_judged_yet_cannot_be_appealed(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    hide(reply, sight=Sight.HELD, rule=Rule.SPAM, asked_by=AskedBy.AUTOMATIC, log_seq=1)
    page = sign_in(reply.author).get(f"/t/{reply.topic_id}/{reply.topic.slug}").text
    assert "Only you see your reply so far." in page
    assert "A rule of the site was not sure of it" in page
    assert "Rule: spam" not in page
    assert "/log/1/appeal" not in page


def test_until_the_end_only_those_concerned_read_it(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    trusted(3)
    appeal = appealed(reply)
    address = f"/appeals/{appeal.id}"
    moderator = db.session.get_one(
        User, db.session.get_one(Decision, appeal.decision_id).moderator_id
    )

    for browser in (browser_for(app), sign_in(make_user()), sign_in(moderator)):
        page = browser.get(address).text
        assert "Everything is public when it ends." in page
        assert appeal.words not in page
        assert SECRET not in page
    own = sign_in(reply.author).get(address).text
    assert appeal.words in own
    assert f"/appeals/{appeal.id}" not in browser_for(app).get("/appeals").text


def test_nobody_else_votes_or_declines(app: Flask, sign_in: SignIn, reply: Reply) -> None:
    trusted(3)
    appeal = appealed(reply)
    vote = {"vote": "uphold", "reason": "It is."}
    address = f"/appeals/{appeal.id}"

    visitor = browser_for(app)
    assert visitor.submit(f"{address}/vote", **vote).headers["Location"].startswith("/signin")
    assert visitor.submit(f"{address}/decline").headers["Location"].startswith("/signin")
    for user in (make_user(), reply.author, make_user(is_moderator=True)):
        assert sign_in(user).submit(f"{address}/vote", **vote).status_code == 403
        assert sign_in(user).submit(f"{address}/decline").status_code == 403
    juror = jury_of(appeal)[0]
    assert sign_in(juror).submit(f"{address}/decline").status_code == 303
    assert sign_in(juror).submit(f"{address}/vote", **vote).status_code == 403

    assert db.session.get_one(Juror, (appeal.id, juror.id)).declined_at is not None


def test_a_moderator_decides_where_no_jury_came_together(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    appeal = appealed(reply)
    moderator = make_user("nora", is_moderator=True)
    browser = sign_in(moderator)

    assert "Waiting for a moderator" in browser.get("/appeals").text
    assert SECRET in browser.get(f"/appeals/{appeal.id}").text
    vote = {"vote": "uphold", "reason": "It is an advertisement."}
    assert browser.submit(f"/appeals/{appeal.id}/vote", **vote).status_code == 303

    page = browser_for(app).get(f"/appeals/{appeal.id}").text
    assert "In place of a jury: nora" in page
    db.session.refresh(appeal)
    assert appeal.state is AppealState.UPHELD


def test_a_masked_text_is_read_by_those_who_judge(
    app: Flask, sign_in: SignIn, reply: Reply
) -> None:
    trusted(3)
    decision = judged(reply, DecisionAction.MASK)
    appeal = appeals.appeal(reply.author, decision, words="It is no secret.")
    address = f"/appeals/{appeal.id}"

    assert SECRET not in browser_for(app).get(address).text
    assert SECRET in sign_in(jury_of(appeal)[0]).get(address).text


def test_there_is_nothing_to_appeal_in_other_rows(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in(make_user())
    for address in (
        "/log/1/appeal",
        "/log/99999999999/appeal",
        "/appeals/1",
        "/appeals/9999999999",
    ):
        assert browser.get(address).status_code == 404
    assert "No appeal has ended yet." in browser_for(app).get("/appeals").text


def test_people_are_asked_reminded_and_told_by_bell_and_mail(app: Flask, reply: Reply) -> None:
    trusted(3)
    with clock.frozen(clock.now()) as move_on:
        appeal = appealed(reply)
        first, second, third = jury_of(appeal)
        assert told(Outcome.SUMMONED) == [first.email, second.email, third.email]
        appeals.vote(first, appeal, vote=JurorVote.OVERTURN, reason="It helps.")
        move_on(timedelta(hours=48))
        advance_appeals()
        assert told(Outcome.REMINDED) == [second.email, third.email]
        appeals.vote(second, appeal, vote=JurorVote.OVERTURN, reason="It does.")

        assert told(Outcome.FALLS) == [reply.author.email]
    mailed = [one["To"] for one in app.extensions["mail_sent"]]
    assert {first.email, second.email, third.email, reply.author.email} <= set(mailed)


def test_moderators_without_a_stake_are_asked_where_there_is_no_jury(
    app: Flask, reply: Reply
) -> None:
    make_user("nora", is_moderator=True)
    appealed(reply)

    assert told(Outcome.ASKED) == ["nora@mail.example"]


def test_news_of_an_appeal_lead_to_it(app: Flask, sign_in: SignIn, reply: Reply) -> None:
    trusted(3)
    appeal = appealed(reply)
    outbox.deliver_due()
    juror = jury_of(appeal)[0]
    browser = sign_in(juror)

    assert "You were drawn to judge an appeal" in browser.get("/notifications").text
    one = db.session.scalars(select(Notification.id).where(Notification.user_id == juror.id)).one()
    assert browser.get(f"/notifications/{one}").headers["Location"] == f"/appeals/{appeal.id}"


def told(outcome: Outcome) -> list[str | None]:
    """Return the addresses of those who have this in their bell."""
    outbox.deliver_due()
    people = (
        select(User.email)
        .join(Notification, Notification.user_id == User.id)
        .where(Notification.outcome == outcome)
        .order_by(User.id)
    )
    return list(db.session.scalars(people))
