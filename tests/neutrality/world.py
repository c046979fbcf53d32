"""A company, everybody who has to do with it, and customers' posts that it would like gone."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask

from community.accounts.models import User
from community.companies import services as companies
from community.companies.models import Champion, CompanyState, Employment, MandateKind, Rivalry
from community.core import clock, outbox
from community.core.db import db, transaction
from community.core.errors import Conflict, Invalid, NotAllowed, NotFound
from community.moderation.models import Case, Decision, DecisionAction
from community.moderation.queries import judging
from community.moderation.services import appeal, decide, flag, lease, modes
from community.moderation.services.decide import Ruling
from community.topics import handlers, services
from community.topics.models import Rule, TopicKind
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
STAKED = ("champion", "declared", "rival")  # members whom something else binds
BARRED = ("barred", "barred_operator")  # moderators whom something binds to the company
ROLES = (
    VISITOR,
    "member",
    "asker",
    "trusted",
    *STAKED,
    *COMPANY,
    *BARRED,
    "moderator",
    "operator",
)

View = Mapping[str, tuple[tuple[str, ...], frozenset[str]]]  # by path: order, and marks


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
        self._indexed: set[int] = set()
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

    def look(self) -> Look:
        """Return what there is, and what visitors see of it."""
        return Look(rows_of(db.session.connection()), self.view())

    def view(self) -> View:
        """Return, for each public page, the order of posts and the words of customers on it."""
        random.seed()  # Hypothesis sets it anew for each example, but parts of the index are named by it
        # Topics of tries that were undone are in the index still, and weigh its words.
        self._indexed |= set(self._topic_ids())
        handlers.index_topics([{"topic_id": id_} for id_ in sorted(self._indexed)])
        browser = self.app.test_client(use_cookies=False)
        shown = {}
        for path in self._public:
            with self.app.app_context():
                answer = browser.get(path, follow_redirects=True)
                text = answer.get_data(as_text=True) if answer.status_code == 200 else ""
            text = text.partition('id="related"')[0]  # topics like it are sought by their words
            found = (POSTED if path in self._topics else LISTED).findall(text)
            shown[path] = (tuple(dict.fromkeys(found)), frozenset(MARK.findall(text)))
        return shown

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
        rows = rows_of(db.session.connection())
        if not effects(self.before.rows, rows, by=None) - {Effect.OWN, Effect.PERSONS}:
            db.session.rollback()
            return Look(rows, self.before.view)
        outbox.deliver_due()
        try:
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

    def _topic_ids(self) -> list[int]:
        return [key[0] for key in rows_of(db.session.connection())["topics"]]

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

    def _removed(self, author: User, body: str) -> Decision:
        """Return the decision by which a comment was removed."""
        comment = make_reply(self.topic, author, parent_id=self.answer.id, body=body)
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
