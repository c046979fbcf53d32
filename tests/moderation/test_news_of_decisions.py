"""Authors and whoever flagged are told what moderators decided, even of what is out of sight."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from community.accounts.models import User
from community.core import outbox
from community.core.db import db
from community.moderation.models import Decision, DecisionAction, LogRole
from community.moderation.queries.targets import Target
from community.moderation.services.decide import Ruling
from community.moderation.services.overturn import overturn
from community.notifications import words
from community.notifications.models import Notification, NotificationKind, Outcome
from community.notifications.queries import page_of_news
from community.topics.models import Rule
from tests.conftest import Client
from tests.factories import make_reply, make_topic, make_user
from tests.moderation.trials import KEPT, REMOVED, case_of, ruled
from tests.notifications.conftest import mailed


def judged(target: Target, ruling: Ruling, reporter: User) -> list[Decision]:
    done = ruled(case_of(target, by=reporter), ruling)
    outbox.deliver_due()
    return done


def told(user: User) -> list[tuple[NotificationKind, Outcome | None]]:
    rows = select(Notification).where(Notification.user_id == user.id).order_by(Notification.id)
    return [(one.kind, one.outcome) for one in db.session.scalars(rows)]


def test_the_author_hears_of_it_and_whoever_flagged(app: Flask) -> None:
    reporter, reply = make_user(), make_reply(make_topic(title="Router drops"))
    judged(reply, REMOVED, reporter)
    assert told(reply.author) == [(NotificationKind.DECIDED, Outcome.REMOVE)]
    assert told(reporter) == [(NotificationKind.FLAG_JUDGED, Outcome.UPHELD)]


def test_of_what_is_kept_only_whoever_flagged_hears(app: Flask) -> None:
    reporter, topic = make_user(), make_topic()
    judged(topic, KEPT, reporter)
    assert told(topic.author) == []
    assert told(reporter) == [(NotificationKind.FLAG_JUDGED, Outcome.DECLINED)]


def test_each_decision_is_told_once(app: Flask) -> None:
    reply = make_reply()
    ruling = Ruling(
        action=DecisionAction.REMOVE,
        rule=Rule.SPAM,
        reason="The tenth.",
        measure=DecisionAction.SUSPEND,
        days=3,
    )
    judged(reply, ruling, make_user())
    outbox.deliver_due()
    assert told(reply.author) == [
        (NotificationKind.DECIDED, Outcome.REMOVE),
        (NotificationKind.DECIDED, Outcome.SUSPEND),
    ]


def test_news_of_what_is_out_of_sight_is_seen_and_leads_to_the_decision(
    app: Flask, sign_in: Callable[[User], Client]
) -> None:
    reply = make_reply(make_topic(title="Router drops"), body="Buy pills at pills.example")
    (made,) = judged(reply, REMOVED, reporter := make_user())
    for person, said in (
        (reply.author, "What you wrote was removed"),
        (reporter, "You were right to flag this"),
    ):
        browser = sign_in(person)
        page = browser.get("/notifications").get_data(as_text=True)
        assert said in page
        assert "Router drops" in page
        assert "pills.example" not in page
        (news,) = page_of_news(person.id).rows
        assert browser.get(f"/notifications/{news.id}").headers["Location"] == (
            f"/decisions/{made.id}"
        )


def test_a_person_who_is_warned_hears_of_it(app: Flask, sign_in: Callable[[User], Client]) -> None:
    person = make_user()
    ruling = Ruling(
        action=DecisionAction.KEEP,
        measure=DecisionAction.WARN,
        rule=Rule.ABUSE,
        reason="Call nobody names.",
    )
    (made,) = judged(person, ruling, make_user())
    page = sign_in(person).get("/notifications").get_data(as_text=True)
    assert "About you" in page
    assert "Moderators ask you to keep to the rules" in page
    written = next(one for one in mailed(app) if one["To"] == person.email)
    assert written["Subject"] == "Moderators ask you to keep to the rules"
    body = written.get_body(("plain",))
    assert body is not None
    assert f"/decisions/{made.id}" in body.get_content()


def test_a_decision_that_is_taken_back_is_told(
    app: Flask, sign_in: Callable[[User], Client]
) -> None:
    reporter, reply = make_user(), make_reply()
    (made,) = judged(reply, REMOVED, reporter)
    overturn(made, role=LogRole.JURY, texts={"reason": "It helps."})
    outbox.deliver_due()
    assert told(reply.author)[-1] == (NotificationKind.DECIDED, Outcome.OVERTURNED)
    assert told(reporter)[-1] == (NotificationKind.FLAG_JUDGED, Outcome.OVERTURNED)
    page = sign_in(reporter).get("/notifications").get_data(as_text=True)
    assert "What you flagged was judged again, and the decision was taken back" in page


def test_a_flag_is_judged_again_once_nothing_stands_of_what_was_decided(app: Flask) -> None:
    reporter, reply = make_user(), make_reply()
    ruling = Ruling(
        action=DecisionAction.REMOVE, rule=Rule.SPAM, reason="No.", measure=DecisionAction.WARN
    )
    removed, warned = judged(reply, ruling, reporter)
    overturn(removed, role=LogRole.JURY, texts={"reason": "It helps."})
    outbox.deliver_due()
    assert told(reporter) == [(NotificationKind.FLAG_JUDGED, Outcome.UPHELD)]
    overturn(warned, role=LogRole.JURY, texts={"reason": "It helps."})
    outbox.deliver_due()
    assert told(reporter)[1:] == [(NotificationKind.FLAG_JUDGED, Outcome.OVERTURNED)]


def test_every_outcome_has_its_sentence() -> None:
    assert set(words._OUTCOMES) == set(Outcome)
    assert {one.value for one in DecisionAction} - {"keep", "hold"} <= set(Outcome)
