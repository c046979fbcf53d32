"""What somebody who signs in on the demonstration site finds of their own, and of others."""

import re
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, or_, select

from community.accounts.models import PersonClaim, User
from community.core import outbox
from community.core.db import db
from community.demo import sign_in
from community.demo.drawings import DRAWINGS
from community.moderation.models import Appeal, Case, Decision, Flag
from community.moderation.queries import targets
from community.notifications import queries
from community.notifications.handlers import appealed, judged, telling
from community.notifications.models import DEFAULTS, Delivery, Notification, NotificationKind
from community.notifications.queries import Reason, deliveries_of
from community.notifications.services import Happening
from community.pictures import storage
from community.pictures.models import Picture
from community.pictures.services import small
from community.topics.models import (
    AcceptedAnswer,
    DeflectionEvent,
    Follow,
    RelatedTopic,
    Reply,
    Revision,
    SavedSearch,
    StatusChange,
    Topic,
)
from tests.conftest import Client, browser_for
from tests.factories import make_session

BY_OTHERS = {NotificationKind.EDITED}  # on the demonstration site nobody edits what others wrote
PEOPLE = sorted(sign_in.ACCOUNTS.values())

Said = tuple[Any, ...]


def _signed_in(app: Flask, username: str) -> Client:
    browser = browser_for(app)
    with browser.session_transaction() as session:
        session["_user_id"] = make_session(_user(username))
        session["_fresh"] = True
    db.session.commit()
    return browser


def _user(username: str) -> User:
    return db.session.scalars(select(User).filter_by(username=username)).one()


def _reply(key: str) -> Reply:
    return db.session.scalars(select(Reply).filter_by(source_key=f"demo:{key}")).one()


def _topic(key: str) -> Topic:
    return db.session.scalars(select(Topic).filter_by(source_key=f"demo:{key}")).one()


def _path(key: str) -> str:
    topic = _topic(key)
    return f"/t/{topic.id}/{topic.slug}"


@pytest.fixture
def looker(live_app: Flask) -> Client:
    """A browser without an account."""
    return browser_for(live_app)


@pytest.mark.usefixtures("live_app")
class TestBell:
    def test_shows_every_kind_of_news(self) -> None:
        shown = set(db.session.scalars(select(Notification.kind).distinct()))

        assert shown == set(NotificationKind) - BY_OTHERS

    @pytest.mark.parametrize("username", PEOPLE)
    def test_holds_read_and_unread_news(self, username: str) -> None:
        user_id = _user(username).id
        unread = queries.page_of_news(user_id, unread=True).rows

        assert 3 <= len(unread) == queries.unread_count(user_id) <= 20
        assert len({news.kind for news in unread}) >= 3
        assert len(queries.page_of_news(user_id).rows) >= len(unread) + 10

    def test_is_of_those_who_can_sign_in(self) -> None:
        having = select(User.username).join(Notification, Notification.user_id == User.id)

        assert sorted(set(db.session.scalars(having))) == PEOPLE

    def test_says_what_the_handlers_say(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the handlers tell it again. Who follows by now may have a weightier reason."""
        said: set[Said] = set()

        def listen(
            what: Happening, reasons: Sequence[Reason], *, but: Collection[int] = ()
        ) -> None:
            for reason in reasons:
                for one in queries.audience([reason], but={*but, what.actor_id or 0}):
                    said.add(_said(what, one.user_id, one.kind, one.search_id))

        for module in (telling, judged, appealed):
            monkeypatch.setattr(module, "tell", listen)
        _tell_all_again()

        rows = db.session.scalars(select(Notification).where(Notification.id.not_in(_outdated())))
        ours = {_said(row, row.user_id, row.kind, row.search_id) for row in rows}
        assert not ours - said
        assert len(ours) > 500

    def test_is_told_of_a_name_when_an_edit_has_brought_it(self) -> None:
        topic, mira = _topic("firmware53-brick"), _user("mira")
        named = select(Notification).filter_by(
            user_id=mira.id, topic_id=topic.id, reply_id=None, kind=NotificationKind.MENTIONED
        )

        assert db.session.scalars(named).one().created_at == topic.edited_at

    def test_is_mailed_to_nobody(self) -> None:
        assert not outbox.owed("news.waiting")
        assert queries.waiting_for_their_day() == []


def _said(what: Any, user_id: int, kind: NotificationKind, search_id: int | None) -> Said:
    of_it = (what.source_key, what.topic_id, what.reply_id, what.actor_id)
    judged = (what.decision_id, what.appeal_id, what.outcome)
    return (user_id, kind, search_id, *of_it, what.change_id, what.number, *judged)


def _outdated() -> Any:
    """Select news of statuses that topics have no more: of these nobody is told today."""
    return (
        select(Notification.id)
        .join(StatusChange, StatusChange.id == Notification.change_id)
        .join(Topic, Topic.id == Notification.topic_id)
        .where(StatusChange.new != Topic.status)
    )


def _tell_all_again() -> None:
    """Call the handlers for everything that those who have news were told of."""
    keys = {(row.kind, row.source_key): row for row in db.session.scalars(select(Notification))}
    for (kind, key), row in keys.items():
        topic_id, reply_id = row.topic_id or 0, row.reply_id or 0
        match kind:
            case NotificationKind.ACCEPTED:
                telling.tell_of_acceptance(topic_id, reply_id, row.actor_id or 0)
            case NotificationKind.OFFICIAL:
                telling.tell_of_official_answer(topic_id, reply_id, row.actor_id or 0)
            case NotificationKind.HELPED:
                telling.tell_of_help(topic_id, reply_id, row.number or 0)
            case NotificationKind.STATUS | NotificationKind.SOLVED:
                change = db.session.get_one(StatusChange, row.change_id)
                telling.tell_of_status(topic_id, change.actor_id, change.new, change.id)
            case NotificationKind.APPEAL:
                assert row.appeal_id is not None
                _tell_of_appeal(db.session.get_one(Appeal, row.appeal_id), row.user_id)
            case _ if row.decision_id is not None:
                _tell_of_decision(db.session.get_one(Decision, row.decision_id))
            case _ if key.startswith("topic-"):
                telling.tell_of_topic(topic_id)
            case _:
                reply = db.session.get_one(Reply, reply_id)
                if reply.parent_id is None:
                    telling.tell_of_reply(topic_id, reply_id)
                else:
                    telling.tell_of_comment(topic_id, reply.parent_id, reply_id)


def _tell_of_appeal(appeal: Appeal, user_id: int) -> None:
    if appeal.appellant_id == user_id:
        appealed.tell_appellant(appeal.id, user_id, appeal.state)
    else:
        appealed.tell_juror(appeal.id, user_id)


def _tell_of_decision(decision: Decision) -> None:
    case = db.session.get_one(Case, decision.case_id)
    target = targets.target_of(case)
    topic = targets.topic_of(target)
    flaggers = db.session.scalars(select(Flag.reporter_id).where(Flag.case_id == case.id)).all()
    what: dict[str, Any] = {
        "decision_id": decision.id,
        "topic_id": topic.id if topic is not None else None,
        "reply_id": case.reply_id,
        "person_id": targets.author_of(target).id,
        "action": decision.action,
        "reporters": flaggers,
        "was_upheld": decision.rule is not None,
    }
    judged.tell_of_decision(**what)
    judged.tell_of_judged_flags(**what)
    if decision.overturned_at is not None:
        judged.tell_of_overturned(**what)


@pytest.mark.usefixtures("live_app")
class TestExperience:
    @pytest.mark.parametrize("username", PEOPLE)
    def test_everybody_who_signs_in_follows_and_keeps_something(self, username: str) -> None:
        user_id = _user(username).id
        followed = select(func.count()).where(Follow.user_id == user_id, Follow.topic_id.is_(None))
        kept = select(func.count()).where(SavedSearch.user_id == user_id)

        assert (db.session.scalar(followed) or 0) >= 3
        assert (db.session.scalar(kept) or 0) >= 1

    def test_drafts_wait_for_who_began_them(self, live_app: Flask) -> None:
        for username, words in [("jonas", "Can the guest network"), ("mira", "Lumen AX3")]:
            browser = _signed_in(live_app, username)
            page = browser.get("/drafts").text
            key = re.search(r"/drafts/([0-9a-f]+)\"", page)

            assert words in page
            assert key is not None
            form = browser.get(f"/drafts/{key[1]}", follow_redirects=True)
            assert "Tried so far" in form.text or "60 Mbps is about" in form.text

    def test_somebody_has_chosen_what_is_mailed(self) -> None:
        chosen = deliveries_of(_user("jonas").id)

        assert chosen[NotificationKind.MATCHED] is Delivery.AT_ONCE
        assert chosen[NotificationKind.HELPED] is Delivery.NEVER
        assert deliveries_of(_user("sam").id) == DEFAULTS

    @pytest.mark.parametrize("what", ["company_id", "product_id", "tag_id", "person_id"])
    def test_everything_that_can_be_followed_is(self, what: str) -> None:
        assert db.session.scalar(select(Follow.id).where(getattr(Follow, what).is_not(None)))

    def test_jonas_sees_what_is_new_since_he_was_here(self, live_app: Flask) -> None:
        browser = _signed_in(live_app, "jonas")

        assert "3 new replies since you were here" in browser.get(_path("home5g-nights")).text

    def test_what_was_accepted_is_changed_afterwards_and_says_why(self, looker: Client) -> None:
        reply = _reply("nightly-drop-2")
        accepted = select(func.min(AcceptedAnswer.accepted_at)).filter_by(reply_id=reply.id)
        states = db.session.scalars(
            select(Revision).filter_by(reply_id=reply.id).order_by(Revision.number)
        ).all()

        assert [state.number for state in states] == [1, 2, 3]
        assert all(state.note for state in states[1:])
        assert states[-1].body == reply.body
        assert states[-1].created_at == reply.edited_at
        assert (db.session.scalar(accepted) or states[-1].created_at) < states[-1].created_at
        page = looker.get(f"/r/{reply.id}/history")
        assert states[1].note in page.text
        assert "<ins>" in page.text
        assert "<del>" in page.text

    def test_several_topics_and_replies_were_edited(self) -> None:
        topics = select(func.count(Revision.topic_id.distinct()))
        replies = select(func.count(Revision.reply_id.distinct()))

        assert (db.session.scalar(topics) or 0) >= 3
        assert (db.session.scalar(replies) or 0) >= 3

    def test_last_state_is_what_the_post_says(self) -> None:
        newest = select(func.max(Revision.number))
        for post, target in ((Topic, Revision.topic_id), (Reply, Revision.reply_id)):
            of_it = newest.where(target == post.id).correlate(post).scalar_subquery()
            said = select(func.count()).select_from(post).join(Revision, target == post.id)
            other = or_(Revision.body != post.body, Revision.created_at != post.edited_at)
            assert db.session.scalar(said.where(Revision.number == of_it, other)) == 0

    def test_every_drawing_is_shown_with_words(self, looker: Client) -> None:
        pictures = db.session.scalars(select(Picture)).all()
        shown = select(func.count()).where(Topic.body_html.contains("<img "))

        assert len(pictures) == len(DRAWINGS)
        assert all(picture.wanted_until is None for picture in pictures)
        assert (db.session.scalar(shown) or 0) >= 2
        for picture in pictures:
            assert looker.get(f"/pictures/{picture.key}").status_code == 200
            assert storage.in_use().read(small(picture.key))

    def test_texts_name_people_and_show_code_quotations_lists_and_links(self) -> None:
        texts = [
            *db.session.scalars(select(Topic.body_html)),
            *db.session.scalars(select(Reply.body_html)),
        ]
        signs = (
            'class="mention" href="/people/mira"',
            'class="mention" href="/people/jonas"',
            '<code class="language-json">',
            '<code class="language-bash">',
            "<blockquote>",
            "<ol>",
            '<a href="https://',
        )

        for sign in signs:
            assert any(sign in text for text in texts), sign
        assert not any("drawing:" in text for text in texts)

    def test_topics_are_related_from_the_start(self, looker: Client) -> None:
        related = select(func.count(RelatedTopic.topic_id.distinct()))
        in_sight = Topic.hidden_at.is_(None)
        waiting = select(func.count()).where(Topic.related_at.is_(None), in_sight)

        assert (db.session.scalar(related) or 0) > 200
        assert db.session.scalar(waiting) == 0
        assert "plugs" in looker.get(_path("nightly-drop")).text

    def test_guest_waits_to_be_confirmed(self, looker: Client) -> None:
        topic = _topic("transfer-hangs")
        guest = db.session.get_one(User, topic.author_id)
        claim = db.session.scalars(select(PersonClaim)).one()

        assert guest.is_guest
        assert (claim.user_id, claim.asked_at) == (guest.id, topic.created_at)
        assert claim.return_to == _path("transfer-hangs")
        assert "asked by a guest" in looker.get(_path("transfer-hangs")).text

    def test_somebody_who_was_a_guest_has_an_account(self) -> None:
        asker = db.session.get_one(User, _topic("ice-packs-bin").author_id)

        assert asker.username.startswith("guest-")
        assert asker.email_verified_at is not None

    def test_somebody_from_elsewhere_can_claim_the_name(self, looker: Client) -> None:
        person = db.session.get_one(User, _topic("kestrel3-creak").author_id)

        assert person.is_placeholder
        assert "Is this you?" in looker.get(f"/people/{person.username}").text
        asked_here = select(func.count()).where(DeflectionEvent.user_id == person.id)
        assert db.session.scalar(asked_here) == 0

    def test_what_an_answer_has_saved_is_shown(self, looker: Client) -> None:
        most = db.session.scalars(select(Reply).order_by(Reply.helped_count.desc())).first()
        assert most is not None
        author = db.session.get_one(User, most.author_id)

        assert most.helped_count > 40
        assert f"{most.helped_count} people" in looker.get(_path("nightly-drop")).text
        assert "people" in looker.get(f"/people/{author.username}").text
