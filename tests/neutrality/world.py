"""A company, everybody who has to do with it, and customers' posts that it would like gone."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update

from community import search
from community.accounts.models import User
from community.companies import services as companies
from community.companies.models import Champion, CompanyState, Employment, MandateKind, Rivalry
from community.core import clock, outbox
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed, NotFound
from community.moderation.models import Case, Decision, DecisionAction, Juror
from community.moderation.queries import judging
from community.moderation.services import appeal, decide, flag, lease, modes
from community.moderation.services.decide import Ruling
from community.topics import indexing, services
from community.topics.models import Rule, TopicKind, TopicStatus
from tests.factories import (
    make_company,
    make_employee,
    make_mandate,
    make_reply,
    make_session,
    make_topic,
    make_user,
)
from tests.neutrality.effects import Effect, Rows, effects, rows_of
from tests.robustness.routes import VISITOR, Good, Outcome, Route, World

# Each text of a customer holds a word of its own, by which it is found on any page.
MARK = re.compile(r"quillon\d+")
POSTED = re.compile(r'id="reply-(\d+)"')
LISTED = re.compile(r'(?:href|<loc>|<id>)[="]*[^"<]*/t/(\d+)')

# What its author will read of a decision: the moderator has seen it when it is sent along.
READ = (
    "Your answer in “The hub loses the network, quillon1” was removed."
    " Abuse: It insults, threatens or harasses somebody. “It is as it is.”"
)

COMPANY = ("employee", "representative", "manager", "owner")
SUSPENDED = "suspended"  # an owner of the company who may take no part
STAKED = ("champion", "declared", "rival")  # members whom something else binds
BARRED = ("barred", "barred_operator")  # moderators whom something binds to the company
ROLES = (
    VISITOR,
    "member",
    "asker",
    "trusted",
    SUSPENDED,
    *STAKED,
    *COMPANY,
    *BARRED,
    "moderator",
    "operator",
)

# One of each kind, for a second database: what a policy says does not depend on which it is.
ONE_OF_EACH = (
    VISITOR,
    "member",
    "asker",
    "trusted",
    SUSPENDED,
    "champion",
    "employee",
    "owner",
    "barred",
    "moderator",
    "operator",
)

View = Mapping[str, tuple[tuple[str, ...], frozenset[str]]]  # by path: order, and marks

_WRITES = re.compile(r"\b(?<!FOR )(?<!KEY )(?:INSERT|UPDATE|DELETE)\b")
_NAMES = re.compile(r"\w+")


class Pen:
    """Notes what is said to the database."""

    def __init__(self, connection: Any) -> None:
        self.has_written = False
        self.named: set[str] = set()  # every word of every statement, names of tables among them
        event.listen(connection, "before_cursor_execute", self._note)

    def forget(self) -> None:
        """Begin anew."""
        self.has_written, self.named = False, set()

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.has_written = self.has_written or _WRITES.search(statement) is not None
        self.named.update(_NAMES.findall(statement))


@dataclass(frozen=True)
class Look:
    """The rows, and what a visitor sees where customers' posts are listed and read."""

    rows: Rows
    view: View


class Stage(World):
    """The world of the robustness tests, seen from the company's side."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._ids = {who: person.id for who, person in self._people.items()}
        self._topics = [f"/t/{one.id}/{one.slug}" for one in (self.topic, self.quiet)]
        self._public = self._public_pages()
        connection: Any = db.engines[None]  # the one that `undone` puts there
        self.roles = ROLES if connection.dialect.name == "sqlite" else ONE_OF_EACH
        self._pen = Pen(connection)
        self._read_by: dict[str, set[str]] = {}  # tables, by page
        self.before = self.look()
        db.session.rollback()

    def attempt(
        self,
        route: Route,
        who: str,
        *,
        fields: Mapping[str, Any] | None = None,
        **parts: str,
    ) -> tuple[Outcome, frozenset[Effect]]:
        """Send a request as somebody; return the answer and what it did. It is undone."""
        db.session.rollback()  # what is begun here must not end what the request begins
        self._pen.forget()
        outcome = self.send(
            route,
            who=who,
            fields=fields,
            look=self._look_after,
            path=self.address(route.rule, **parts),
        )
        return outcome, self._told(outcome.seen, who)

    def call(self, service: Callable[[], object], who: str) -> frozenset[Effect]:
        """Call a service as somebody would; return what it did. It is undone."""
        db.session.rollback()
        connection: Any = db.engines[None]
        point = connection.begin_nested()
        self._pen.forget()
        try:
            try:
                with transaction():
                    service()
            except (Conflict, Invalid, NotAllowed, NotFound):
                return frozenset()
            return self._told(self._look_after(), who)
        finally:
            db.session.rollback()
            point.rollback()
            db.session.expire_all()

    def look(self, rows: Rows | None = None) -> Look:
        """Return what there is, and what visitors see of it.

        Args:
            rows: what is there, if it was read already.
        """
        rows = rows or self.rows()
        return Look(rows, self.view(rows))

    def rows(self) -> Rows:
        """Return what there is."""
        known = self.before.rows if self._read_by else None
        return rows_of(db.session.connection(), known)

    def view(self, rows: Rows) -> View:
        """Return, for each public page, the order of posts and the words of customers on it.

        A page says the same as long as the tables hold the same that it was made of, so the others
        are not made again.
        """
        shown = dict(self.before.view) if self._read_by else {}
        changed = rows.differ_from(self.before.rows) if self._read_by else set()
        again = [
            path for path in self._public if path not in shown or self._read_by[path] & changed
        ]
        if not again:
            return shown
        self._pen.forget()
        self._index()
        of_index = self._pen.named
        browser = self.app.test_client(use_cookies=False)
        for path in again:
            self._pen.forget()
            shown[path] = self._seen(browser, path)
            made_of = self._pen.named | (of_index if path.startswith("/search") else set())
            self._read_by.setdefault(path, set()).update(made_of)
        return shown

    def _index(self) -> None:
        """Build the index anew, for what tries have left in it weighs words although it is undone."""
        random.seed()  # Hypothesis sets it anew for each example, but parts of the index are named by it
        search.index().rebuild(indexing.all_documents())

    def _seen(self, browser: FlaskClient, path: str) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return the posts on a page in their order, and the words of customers on it."""
        with self.app.app_context():
            answer = browser.get(path, follow_redirects=True)
            text = answer.get_data(as_text=True) if answer.status_code == 200 else ""
        text = text.partition('id="related"')[0]  # topics like it are sought by their words
        found = (POSTED if path in self._topics else LISTED).findall(text)
        return tuple(dict.fromkeys(found)), frozenset(MARK.findall(text))

    def user_id(self, who: str) -> int | None:
        """Return the id of somebody; None for a visitor."""
        return self._ids.get(who)

    def actor(self, who: str) -> User | None:
        """Return the row of somebody; None for a visitor."""
        return None if who == VISITOR else self._people[who]

    def _public_pages(self) -> tuple[str, ...]:
        """Where visitors find and read what customers wrote."""
        return (
            "/topics",
            "/unanswered",
            "/c/brightwave",
            "/tags/wifi",
            "/search?q=quillon",
            "/search?q=hub&company=brightwave",
            "/topics/feed.atom",
            "/c/brightwave/feed.atom",
            "/sitemap/topics-1.xml",
            f"/t/{self.topic.id}/feed.atom",
            *self._topics,
        )

    def _look_after(self) -> Look:
        """Look once everything that follows from it has happened, if anything has."""
        if not self._pen.has_written:
            return self.before
        try:
            rows = self.rows()
            if not effects(self.before.rows, rows, by=None) - {Effect.OWN, Effect.PERSONS}:
                return Look(rows, self.before.view)
            db.session.rollback()
            outbox.deliver_due()
            return self.look()
        finally:
            db.session.rollback()

    def _told(self, after: Look | None, who: str) -> frozenset[Effect]:
        if after is None:
            return frozenset()
        done = effects(self.before.rows, after.rows, by=self.user_id(who))
        return done | frozenset(self._moved(after))

    def _moved(self, after: Look) -> set[Effect]:
        """Return what visitors see of customers' posts that they saw otherwise before."""
        found: set[Effect] = set()
        for path, (order, marks) in self.before.view.items():
            now, marks_now = after.view[path]
            known = set(order)
            if path.startswith("/tags/"):  # where a topic is filed, not whether it is seen
                if known - set(now):
                    found.add(Effect.FILES)
                continue
            if marks - marks_now:
                found.add(Effect.SIGHT)
            if [one for one in now if one in known] != list(order):
                found.add(Effect.ORDER)
        return found

    def _furnish(self) -> None:
        super()._furnish()
        company = self.topic.company
        self.company = company
        for kind in MandateKind:
            if kind is not MandateKind.EMPLOYEE:
                person = self._person(kind.value)
                make_mandate(person, company, kind=kind)
        owner = self._people["owner"]
        champion = self._person("champion")
        declared, barred = self._person("declared"), self._person("barred", is_moderator=True)
        barred_operator = self._person("barred_operator", is_admin=True)
        self._person("trusted", trusted_since=clock.now())
        suspended = self._person(SUSPENDED)
        make_mandate(suspended, company, kind=MandateKind.OWNER)
        self._person("bystander")
        other = make_company("Otherwise", state=CompanyState.LISTENING)
        self.rival, self.stranger = other, make_company("Northlight")
        self._people["rival"] = rival = make_employee(other, "rival", kind=MandateKind.OWNER)
        self._sessions["rival"] = make_session(rival)
        first, second = sorted((company.id, other.id))
        db.session.add_all(
            [
                Champion(company_id=company.id, user_id=champion.id, thanked_by_id=owner.id),
                *(
                    Employment(user_id=person.id, company_id=company.id)
                    for person in (declared, barred, barred_operator)
                ),
                Rivalry(
                    company_id=first,
                    rival_id=second,
                    declared_for_id=company.id,
                    declared_by_id=owner.id,
                ),
            ]
        )
        self._criticise()
        self._moderate()
        self._suspend(suspended)
        # Mail goes to nobody: it takes a third of the time, and nobody looks at it here.
        db.session.execute(update(User).values(email_bounced_at=clock.now()))
        db.session.commit()
        outbox.deliver_due()

    def _person(self, name: str, **columns: Any) -> User:
        self._people[name] = person = make_user(name, **columns)
        self._sessions[name] = make_session(person)
        return person

    def _criticise(self) -> None:
        """Let customers say what the company would like gone, and judge it."""
        asker = self._people["asker"]
        self.customer, self.fan = self._person("customer"), self._person("fan")
        for person in (self.customer, self.fan):
            services.add_me_too(person, self.topic)
        self.answer = make_reply(self.topic, self.customer, body="Wait for the next version.")
        self.worked = make_reply(self.topic, self.fan, body="It never worked, quillon3.")
        self.remark = make_reply(
            self.topic, asker, parent_id=self.answer.id, body="They know of it, quillon4."
        )
        for name, edited in (("quillon2", self.answer), ("quillon3", self.worked)):
            services.edit_reply(
                db.session.get_one(User, edited.author_id),
                edited,
                from_number=1,
                body=f"Give it back, {name}: the company will not repair it.",
            )
        services.edit_topic(
            asker,
            self.topic,
            from_number=2,
            title="The hub loses the network, quillon1",
            body="Every night, and nobody of Brightwave cares: quillon5.",
            kind=TopicKind.PROBLEM,
            product_ids=[],
            tags=["wifi"],
        )
        services.vote(asker, self.answer, 1)
        services.vote(self.fan, self.answer, 1)
        services.record_outcome(self.answer, user=self.fan, worked=True)
        services.accept(self.fan, self.topic, self.answer)
        services.mark_official(self._people["employee"], self.topic, self.reply)
        self.quiet = make_topic(
            self.company,
            self.customer,
            title="The hub is dear, quillon6",
            body="It costs more than it is worth, quillon7.",
        )
        services.add_me_too(self.fan, self.quiet)
        self.idea = make_topic(
            self.company,
            self.fan,
            kind=TopicKind.IDEA,
            title="A hub that can be repaired, quillon8",
            body="With screws, quillon9.",
        )
        # No search here finds them: two alike would change places by chance.
        self.settled, self.reopened = (
            make_topic(self.company, self.customer, title=title, body="Since the update.")
            for title in ("It hums at night", "The lamp whistles")
        )
        for topic, said in (
            (self.settled, [TopicStatus.SOLVED]),
            (self.reopened, [TopicStatus.SOLVED, TopicStatus.OPEN]),
        ):
            for status in said:
                services.set_status(self.customer, topic, status)
        self.company.official_help_url = "https://brightwave.example/help"
        self.company.official_help_source = "https://brightwave.example/contact"
        alias = companies.add_alias(self._people["employee"], self.company, alias="Dimwave")
        self.alias_id = alias.id

    def _moderate(self) -> None:
        """Let the company flag, and moderators and jurors be at work on what was flagged."""
        self.judge = self._person("judge", is_moderator=True)
        # Three who can be drawn, so that chance has no choice.
        for name in ("juror1", "juror2"):
            self._person(name, trusted_since=clock.now())
        others = [self._people[name] for name in ("juror", "jury-two", "jury-three")]
        for person in others:
            person.trusted_since = None
        flagged = flag.flag(self._people["owner"], self.worked, rule=Rule.ABUSE)
        self.case = db.session.get_one(Case, flagged.case_id)
        self.flag = flag.flag(self._people["member"], self.answer, rule=Rule.SPAM)
        self.removal = self._removed(self._people["asker"], "They hang up on you.")
        removed = self._removed(self.customer, "Take it to court.")
        self.appeal = appeal.appeal(self.customer, removed, words="Nothing in it is rude.")
        removed = self._removed(self.fan, "Their desk is a joke.")
        self.late = appeal.appeal(self.fan, removed, words="It is one.")
        self.late.fallback_at = clock.now()
        for person in others:
            person.trusted_since = clock.now()
        self.slow = modes.slow_down(self.judge, self.idea, seconds=60, reason="It is crowded.")
        # Drawn, and bound to the company since.
        for name in ("employee", SUSPENDED):
            db.session.add(
                Juror(
                    appeal_id=self.appeal.id,
                    user_id=self._people[name].id,
                    due_at=self.appeal.due_at,
                )
            )

    def _suspend(self, person: User) -> None:
        """Take part in somebody's name, and then let them take part no more."""
        for topic in (self.topic, self.quiet):
            services.add_me_too(person, topic)
        services.accept(person, self.topic, self.answer)
        self.their_search = services.keep_search(person, "hub", name="Hubs", tells=False)
        db.session.flush()
        person.suspended_until = clock.now() + timedelta(days=30)

    def _removed(self, author: User, body: str) -> Decision:
        """Return the decision by which a comment was removed."""
        self.gone = comment = make_reply(self.topic, author, parent_id=self.answer.id, body=body)
        flagged = flag.flag(self._people["manager"], comment, rule=Rule.ABUSE)
        case = db.session.get_one(Case, flagged.case_id)
        ruling = Ruling(action=DecisionAction.REMOVE, reason="It insults people.", rule=Rule.ABUSE)
        lease.take(self.judge, case)
        (decision,) = decide.decide(self.judge, case, ruling, seen=judging.seen(case))
        return decision

    def _address_parts(self) -> dict[str, str]:
        parts = super()._address_parts()
        return {
            **parts,
            "appeal_id": str(self.appeal.id),
            "case_id": str(self.case.id),
            "decision_id": str(self.removal.id),
            "flag_id": str(self.flag.id),
            "mode_id": str(self.slow.id),
            "moderation.appeal seq": str(self.removal.log_seq),
            "moderation.flag target_id": str(self.quiet.id),
            "moderation.flag what": "topic",
            "reply_id": str(self.answer.id),
            "seq": str(self.removal.log_seq),
            "topic_id": str(self.topic.id),
        }

    def _good(self) -> dict[str, Good]:
        good = super()._good()
        for endpoint in ("topics.edit_topic", "topics.edit_reply"):
            number = 3 if endpoint == "topics.edit_topic" else 2
            fields = {**good[endpoint].fields, "from_number": str(number)}
            good[endpoint] = replace(good[endpoint], fields=fields)
        ruling = {"action": "remove", "rule": "abuse", "reason": "It is as it is."}
        for endpoint, more in (
            ("topics.deflect", {"reply_id": str(self.answer.id)}),
            ("moderation.decide_case", {**ruling, "read": READ}),
            ("moderation.alike", ruling),
        ):
            good[endpoint] = replace(good[endpoint], fields={**good[endpoint].fields, **more})
        return good
