"""Every route of the site, with an address that is there and a form that is taken.

The routes come from the application itself, and so do the names that they read. Whoever
adds a route, a part of an address or a field is told here by a test to say what a good
value looks like, and has it attacked with all the bad ones.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Connection, event, select
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse, encode_multipart

from community.accounts import digests, passwords, tokens
from community.accounts import services as accounts
from community.accounts.models import Session, SignUp, User
from community.companies.models import Company, CompanyState
from community.core import clock, outbox, paging
from community.core.db import Base, db
from community.moderation.models import Case, DecisionAction, JurorVote, LegalOutcome
from community.moderation.queries import judging
from community.moderation.services import appeal as appeals
from community.moderation.services import lease, legal, modes
from community.moderation.services.decide import Ruling, decide
from community.moderation.services.flag import flag
from community.notifications.models import Notification, NotificationKind
from community.notifications.tokens import Stop, for_stop
from community.notifications.words import KINDS
from community.pictures import reading
from community.pictures import services as pictures
from community.topics import services
from community.topics.models import AskedBy, Reply, Sight, Topic
from community.topics.models import Rule as Broken
from community.web.limits import limiter
from community.writing.models import ASKING, Draft
from tests.factories import (
    make_company,
    make_employee,
    make_product,
    make_reply,
    make_session,
    make_topic,
    make_user,
)
from tests.moderation.trials import judged, jury_of, trusted
from tests.pictures.samples import plain, saved

PICTURE = saved(plain(), "PNG")
PASSWORD = "seven otters knit quietly"
RAW_TOKEN = "ab" * 20  # what a session keeps of the forgery token
TRIED = "tried"  # the savepoint that a request is undone to
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
VISITOR = "visitor"
SLOW = {"reason": "Please read first.", "seconds": "300", "lasts": "60"}
READING = ("SELECT ", "SAVEPOINT ", "RELEASE ", "ROLLBACK ")  # beginnings of statements
LEAVER = "leaver"  # has left, and has shown who they are

Fields = Mapping[str, Any]

_names_read: dict[str, set[str]] = {}  # by route; they are the same for every test


@dataclass(frozen=True)
class Good:
    """Who may send a form, and fields with which it is taken; its files go with any of them.

    ``others`` are its other buttons, and what goes with them: whichever is sent, the form does
    something else than what it is for.
    """

    who: str
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)

    def known(self) -> dict[str, str]:
        """Return every field of which a good value is known."""
        return {**self.fields, **self.others}


@dataclass(frozen=True)
class Route:
    """One way to call one endpoint."""

    endpoint: str
    method: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def routes(app: Flask, *methods: str) -> list[Route]:
    """Return all routes that answer one of ``methods``."""
    return [
        Route(rule.endpoint, method, rule)
        for rule in app.url_map.iter_rules()
        for method in methods
        if method in (rule.methods or ())
    ]


class Outcome:
    """What came of a request: an answer, or the fault that would have been a 500."""

    def __init__(self, answer: TestResponse | None, fault: str = "") -> None:
        self.status = answer.status_code if answer else 500
        self.text = answer.get_data().decode(errors="replace") if answer else ""
        self.mimetype = answer.mimetype if answer else ""
        self.headers = dict(answer.headers) if answer else {}
        self.fault = fault
        self.changed: set[str] = set()  # tables whose rows are others now, if that was watched
        self.seen: Any = None  # what a look at it showed, before it was undone

    @property
    def location(self) -> str:
        """Where a redirect leads, or an empty text."""
        return str(self.headers.get("Location", ""))

    @property
    def is_in_our_words(self) -> bool:
        """Tell whether an error is a page of ours, or JSON in our form."""
        if self.status < 400 or not self.text:
            return self.status < 400
        return '<main id="' in self.text or '"message"' in self.text

    def __repr__(self) -> str:
        return self.fault or str(self.status)


class Noted(ImmutableMultiDict[str, Any]):
    """Fields of a request that remember which of them were asked for."""

    asked: set[str] = set()  # noqa: RUF012 (one note for all, emptied by `World.names_read`)

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *args, **kwargs)


class World:
    """People, a company and a conversation; each request finds them as they were made."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._people: dict[str, User] = {}
        self._furnish()
        self.good = self._good()
        self._parts = self._address_parts()

    def person(self, who: str) -> User:
        """Return somebody by their part in the play."""
        return self._people[who]

    def address(self, rule: Rule, **parts: str) -> str:
        """Return an address that the rule answers; its parts are known or given raw."""
        path = rule.rule
        for name in rule.arguments - set(rule.defaults or ()):
            known = self._parts.get(f"{rule.endpoint} {name}") or self._parts.get(name)
            assert known, f"{rule.rule}: say in `_address_parts` what a good {name!r} is"
            path = re.sub(rf"<(?:[^<>]+:)?{name}>", parts.get(name) or quote(known), path)
        return path

    def send(
        self,
        route: Route,
        *,
        who: str = VISITOR,
        fields: Fields | None = None,
        with_token: bool = True,
        watched: bool = False,
        look: Callable[[], object] | None = None,
        path: str = "",
        **options: Any,
    ) -> Outcome:
        """Send a request, look at the answer, and undo whatever it did.

        Args:
            fields: of the form, or of the query for a route that is read.
            watched: note which tables it changes.
            look: what to note besides, before it is undone.
            path: instead of the route's own address.
            options: of Werkzeug's test client, in the place of ``fields``.
        """
        path = path or self.address(route.rule)
        headers = {**self.cookie(who), **SAME_ORIGIN, **options.pop("headers", {})}
        if route.method == "POST" and not options:
            token = {"csrf_token": self.token()} if with_token else {}
            files = self.good[route.endpoint].files if route.endpoint in self.good else {}
            if files:
                parts = {
                    name: FileStorage(io.BytesIO(content), "a.png")
                    for name, content in files.items()
                }
                boundary, body = encode_multipart({**(fields or {}), **token, **parts})
                kind = f"multipart/form-data; boundary={boundary}"
            else:
                body = encoded({**(fields or {}), **token})
                kind = "application/x-www-form-urlencoded"
            options["data"] = body
            headers.setdefault("Content-Type", kind)
        elif fields and route.method != "POST":
            path = f"{path}?{encoded(fields).decode()}"
        connection: Any = db.engines[None]  # the one that `undone` puts there
        connection.exec_driver_sql(f"SAVEPOINT {TRIED}")
        limiter.reset()
        rows: dict[str, list[object]] = {}
        try:
            with written(connection) as statements, self.app.app_context():
                client = self.app.test_client(use_cookies=False)
                answer = client.open(path, method=route.method, headers=headers, **options)
                outcome = Outcome(answer)
                answer.close()  # a static file is still open
            if watched and statements:
                rows = all_rows(connection)
            if look is not None:
                outcome.seen = look()
        except Exception as error:  # noqa: BLE001 (what would have been a 500)
            outcome = Outcome(None, f"{type(error).__name__}: {str(error)[:300]}")
        finally:
            connection.exec_driver_sql(f"ROLLBACK TO SAVEPOINT {TRIED}")
            # Or the next one would lie within it, and so on: PostgreSQL keeps a lock for each.
            connection.exec_driver_sql(f"RELEASE SAVEPOINT {TRIED}")
        if rows:
            undone = all_rows(connection)
            outcome.changed = {name for name in rows if rows[name] != undone[name]}
        return outcome

    def names_read(self, route: Route) -> set[str]:
        """Return the names of fields that a route looks at, as far as can be seen from outside."""
        if str(route) in _names_read:
            return _names_read[str(route)]
        Noted.asked.clear()
        good = self.good.get(route.endpoint, Good("member", QUERY))
        for who in {good.who, VISITOR, "member"}:
            whole = {**good.fields, **QUERY}
            pressed = [{**whole, name: value} for name, value in good.others.items()]
            for fields in ({"unknown": "1"}, whole, *pressed):
                self.send(route, who=who, fields=fields)
        files = good.files.keys()
        _names_read[str(route)] = names = set(Noted.asked) - {"csrf_token", "unknown"} - files
        return names

    def cookie(self, who: str) -> dict[str, str]:
        """Return the header with the session of somebody; visitors have a token only."""
        values: dict[str, Any] = {"csrf_token": RAW_TOKEN}
        if who == "nobody":
            return {}
        if who == LEAVER:
            values["left"] = [self._people[who].id, int(clock.now().timestamp())]
        elif who != VISITOR:
            values |= {"_user_id": self._sessions[who], "_fresh": True}
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None  # the application has a key
        return {"Cookie": f"{self.app.config['SESSION_COOKIE_NAME']}={signer.dumps(values)}"}

    def token(self) -> str:
        """Return the forgery token that a page would carry."""
        serializer = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        return str(serializer.dumps(RAW_TOKEN))

    def _furnish(self) -> None:
        company = make_company("Brightwave", state=CompanyState.LISTENING)
        self.product = make_product(company, "Hub")
        password_hash = passwords.hashed(PASSWORD)
        self._people = {
            "member": make_user(
                "mira", password_hash=password_hash, new_email="mira2@mail.example"
            ),
            "asker": make_user("ada", email_bounced_at=clock.now()),
            "employee": make_employee(company, "erin"),
            "stranger": make_employee(make_company("Larkspur"), "stan"),
            "moderator": make_user("mona", is_moderator=True),
            "operator": make_user("otto", is_admin=True),
            **{name: trusted(1, username=name)[0] for name in ("juror", "jury-two", "jury-three")},
        }
        self._sessions = {who: make_session(user) for who, user in self._people.items()}
        self.topic = make_topic(
            company, self._people["asker"], title="The hub loses the network", body="At night."
        )
        self.reply = make_reply(self.topic, self._people["employee"], body="Turn it off and on.")
        services.sort_topic(self._people["asker"], self.topic, tags=["wifi"])
        services.edit_reply(
            self._people["employee"], self.reply, from_number=1, body="Turn it off and on again."
        )
        self._take_out_of_sight(company)
        self._appeal()
        self.mode = modes.slow_down(
            self._people["moderator"], make_company("Tandem"), seconds=60, reason="It is crowded."
        )
        self._judge()
        self.request = legal.enter_request(
            self._people["operator"],
            received_on=clock.now().date(),
            requester="District court",
            country="DE",
            law="Code of civil procedure",
            company=company,
            request_text="Remove it.",
        )
        self._correct(company)
        self.sign_up = SignUp(
            key="k" * 22,
            username="nora",
            username_key="nora",
            email="nora@mail.example",
            password_hash=password_hash,
            return_to="/",
            asked_at=clock.now(),
        )
        self.draft = Draft(
            key="d" * 32, place=ASKING, fields={"title": "Kept", "body": "As typed."}
        )
        shown = reading.encode(PICTURE)
        self.picture = pictures.add_picture(
            self._people["member"], shown, key=pictures.store(shown)
        )
        self.search = services.keep_search(self._people["member"], "hub", name="My hub", tells=True)
        self.placeholder = make_user(
            "archived",
            email=None,
            email_verified_at=None,
            source_key="archive:1",
            source_email_digest=digests.of_source_email("mira@mail.example"),
        )
        guest = make_user("guest-12345678", email=None, email_verified_at=None)
        self.claim = accounts.claim(guest, email="olga@mail.example", return_to="/")
        self._people["newcomer"] = make_user("guest-87654321", email="pia@mail.example")
        self._sessions["newcomer"] = make_session(self._people["newcomer"])
        self._people[LEAVER] = make_user("lea", deleted_at=clock.now())
        make_session(self._people["member"])
        self.elsewhere = db.session.scalars(
            select(Session).order_by(Session.id.desc()).limit(1)
        ).one()
        db.session.add_all([self.sign_up, self.draft])
        db.session.flush()
        outbox.deliver_due()
        self.news = Notification(
            user_id=self._people["member"].id,
            kind=NotificationKind.REPLIED,
            topic_id=self.topic.id,
            reply_id=self.reply.id,
            source_key=f"reply-{self.reply.id}",
        )
        db.session.add(self.news)
        db.session.commit()

    def _correct(self, company: Company) -> None:
        """Make an entry of the legal register that is answered and was put right."""
        operator, today = self._people["operator"], clock.now().date()
        facts: dict[str, Any] = {
            "received_on": today,
            "requester": "Ministry",
            "country": "ID",
            "company": company,
            "target": "topic 2",
            "is_text_public": False,
        }
        request = legal.enter_request(operator, **facts, law="Press act", request_text="Hide it.")
        answer: dict[str, Any] = {"outcome": LegalOutcome.REFUSED, "done": "It is no news."}
        legal.answer_request(operator, request, **answer, is_text_public=False)
        legal.correct_request(
            operator,
            request,
            **facts | answer | {"outcome": LegalOutcome.GRANTED_IN_PART},
            law="Telecommunications act",
            request_text="Remove it.",
            reason="It was read in haste.",
            seen=1,
        )

    def _appeal(self) -> None:
        """Remove three answers: one may be appealed, one appeal is being judged, one has ended."""
        asker = self._people["asker"]
        topic = make_topic(make_company("Hearth"), make_user("tom"), title="It is cold again")
        decisions = [judged(make_reply(topic, asker, body=f"Try lamp {n}.")) for n in range(3)]
        self.appealable = decisions[0].log_seq
        ended, self.appeal = (
            appeals.appeal(asker, decision, words="It helps.") for decision in decisions[1:]
        )
        for juror in jury_of(ended)[:2]:
            appeals.vote(juror, ended, vote=JurorVote.UPHOLD, reason="An advertisement.")
        self.ended_appeal = ended

    def _address_parts(self) -> dict[str, str]:
        """Return good parts of addresses, by their name or by endpoint and name."""
        with self.app.test_request_context():
            member = self._people["member"]
            return {
                "company_slug": "brightwave",
                "product_slug": "hub",
                "topic_id": str(self.topic.id),
                "reply_id": str(self.reply.id),
                "topics.show slug": self.topic.slug,
                "number": "2",
                "pages.tag slug": "wifi",
                "pages.tag_feed slug": "wifi",
                "part": "topics",
                "pages.sitemap_block number": "1",
                "search_id": str(self.search.id),
                "notification_id": str(self.news.id),
                "token": for_stop(Stop(member.id, (NotificationKind.REPLIED,), self.topic.id)),
                "username": "mira",
                "key": self.draft.key,
                "pictures.show key": self.picture.key,
                "pictures.small key": self.picture.key,
                "filename": "css/tokens.css",
                "accounts.claim token": tokens.for_claim(self.claim),
                "accounts.claim_person username": self.placeholder.username,
                "accounts.take_over user_id": str(self.placeholder.id),
                "session_id": str(self.elsewhere.id),
                "mode_id": str(self.mode.id),
                "appeal_id": str(self.appeal.id),
                "moderation.appeal seq": str(self.appealable),
                "seq": str(self.mode.log_seq),
                "month": f"{clock.now():%Y-%m}",
                "request_id": str(self.request.id),
                "flag_id": str(self.flag.id),
                "case_id": str(self.case.id),
                "decision_id": str(self.decision.id),
                "moderation.flag what": "reply",
                "moderation.flag target_id": str(self.reply.id),
                "accounts.confirm token": tokens.for_sign_up(self.sign_up),
                "accounts.reset token": tokens.for_reset(member),
                "accounts.confirm_email token": tokens.for_new_email(member),
            }

    def _judge(self) -> None:
        """Have something flagged that waits for a moderator, and something that one has removed."""
        member, moderator = self._people["member"], self._people["moderator"]
        # Not what forms change: what a moderator has stays as it is.
        remark = make_reply(self.topic, self._people["asker"], parent_id=self.reply.id)
        self.flag = flag(member, remark, rule=Broken.OFF_TOPIC)
        self.case = db.session.get_one(Case, self.flag.case_id)
        lease.take(moderator, self.case)
        spam = make_reply(self.topic, member, body="Buy pills.")
        removed = flag(self._people["employee"], spam, rule=Broken.SPAM)
        case = db.session.get_one(Case, removed.case_id)
        ruling = Ruling(action=DecisionAction.REMOVE, rule=Broken.SPAM, reason="It sells pills.")
        (self.decision,) = decide(moderator, case, ruling, seen=judging.seen(case))

    def _take_out_of_sight(self, company: Company) -> None:
        """Hide topics, and answers to the one in sight, in every way there is."""
        posts: list[tuple[Topic | Reply, Sight]] = [
            (make_topic(company, self._people["asker"]), Sight.REMOVED),
            (make_topic(company, self._people["asker"]), Sight.HELD),
        ]
        for sight in Sight:
            answer = make_reply(self.topic, self._people["member"], body=f"It is {sight.value}.")
            posts.append((answer, sight))
        for post, sight in posts:
            services.hide(post, sight=sight, rule=Broken.SPAM, asked_by=AskedBy.MEMBER, log_seq=1)

    def _good(self) -> dict[str, Good]:
        """Return a form that is taken, for every endpoint that takes one."""
        topic_id, reply_id = str(self.topic.id), str(self.reply.id)
        keeping = {"draft": self.draft.key, "draft_version": "1"}
        reviewing = {"save_draft": "1", "preview": "1", "personal": "mask"}
        adding = {**reviewing, "add_picture": "1", "picture": "", "picture_alt": "The light is red"}
        ask = {
            **keeping,
            "title": "How do I reset it?",
            "company": "Brightwave",
            "company_choice": "brightwave",
            "product": str(self.product.id),
            "kind": "question",
            "body": "I have tried everything.",
            "tags": "reset, hub",
            "differs_from": topic_id,
            "reason": "mine is black",
            "turned_down": topic_id,
            "seen": "brightwave",
            "opens": "Brightwave",
            "website": "brightwave.example",
            "new_product": "Hub 2",
            "opens_product": "Hub 2",
            "guessed": "Brightwave",
            "email": "ada@mail.example",
            "homepage": "",
            "guest": "",
            "sign_in": "",
            "look": "",
        }
        shown = {"company": "brightwave", "text": "hub loses network"}
        seen = judging.seen(self.case)
        ruling = {
            "action": "keep",
            "rule": "",
            "reason": "It breaks no rule.",
            "measure": "",
            "limit": "",
            "days": "",
        }
        return {
            "accounts.sign_up": Good(
                VISITOR,
                {
                    "username": "olga",
                    "email": "olga@mail.example",
                    "password": PASSWORD,
                    "next": "/about",
                },
            ),
            "accounts.confirm": Good(VISITOR, {"username": "nora", "password": PASSWORD}),
            "accounts.sign_in_link": Good(
                VISITOR, {"email": "mira@mail.example", "next": "/about"}
            ),
            "accounts.claim": Good(VISITOR, others={"not_me": "1"}),
            "accounts.claim_person": Good(VISITOR, {"email": "mira@mail.example"}),
            "accounts.take_over": Good("member"),
            "accounts.choose_name": Good("newcomer", {"username": "pia", "next": "/about"}),
            "accounts.reading": Good("member", {"time_zone": "Asia/Jakarta", "language": "en"}),
            "accounts.end_browser": Good("member"),
            "accounts.end_other_browsers": Good("member"),
            "accounts.download": Good("member", {"current": PASSWORD}),
            "accounts.leave": Good("member", {"current": PASSWORD, "when": "later"}),
            "accounts.stay": Good(LEAVER, others={"for_good": "1"}),
            "accounts.forgot": Good(VISITOR, {"email": "mira@mail.example"}),
            "accounts.reset": Good(VISITOR, {"password": "nine herons walk slowly"}),
            "accounts.sign_in": Good(
                VISITOR, {"identifier": "mira", "password": PASSWORD, "next": "/about"}
            ),
            "accounts.sign_out": Good("member"),
            "accounts.settings": Good("member", {"display_name": "Mira M", "about": "I help."}),
            "accounts.change_password": Good(
                "member", {"current": PASSWORD, "password": "nine herons walk slowly"}
            ),
            "accounts.change_email": Good(
                "member", {"email": "mira3@mail.example", "current": PASSWORD}
            ),
            "accounts.keep_email": Good("member"),
            "accounts.confirm_email": Good(VISITOR),
            "accounts.sign_out_everywhere": Good("member"),
            "companies.open_company": Good(
                "member",
                {
                    "name": "Northwind",
                    "website": "northwind.example",
                    "about": "Wind.",
                    "none_of_these": "1",
                },
            ),
            "companies.open_product": Good(
                "member",
                {"name": "Antenna", "parent": str(self.product.id), "none_of_these": "1"},
            ),
            "companies.employers": Good(
                "member",
                {"company": "Brightwave"},
                others={"end": "brightwave", "choice": "brightwave"},
            ),
            "companies.rivals": Good(
                "moderator",
                {"company": "Larkspur"},
                others={"end": "larkspur", "choice": "larkspur"},
            ),
            "companies.names": Good(
                "employee", {"alias": "Brite", "none_of_these": "1", "remove": ""}
            ),
            "companies.official_help": Good(
                "employee",
                {
                    "url": "https://brightwave.example/help",
                    "source": "https://brightwave.example/contact",
                },
            ),
            "moderation.make_read_only": Good(
                "operator", {"reason": "The database moves.", "lasts": "60"}
            ),
            "moderation.end_mode": Good("moderator"),
            "moderation.appeal": Good("asker", {"words": "It answers the question."}),
            "moderation.vote_on_appeal": Good("juror", {"vote": "uphold", "reason": "It is."}),
            "moderation.decline_appeal": Good("juror"),
            "moderation.offices": Good(
                "operator", {"change": "give-moderator", "reason": "Helps for years."}
            ),
            "moderation.redact": Good(
                "operator", {"fields": "reason", "reason": "It named a neighbour."}
            ),
            "moderation.enter_legal_request": Good(
                "operator",
                {
                    "received_on": "2026-11-02",
                    "requester": "Police of Lower Saxony",
                    "country": "DE",
                    "law": "Code of criminal procedure",
                    "company": "brightwave",
                    "target": "topic 1",
                    "text": "Hand out the address.",
                    "is_text_public": "y",
                },
            ),
            "moderation.answer_legal_request": Good(
                "operator",
                {"outcome": "refused", "done": "There is no address.", "is_text_public": "y"},
            ),
            "moderation.correct_legal_request": Good(
                "operator",
                {
                    "received_on": "2026-11-02",
                    "requester": "District court of Springfield",
                    "country": "DE",
                    "law": "Code of civil procedure",
                    "company": "brightwave",
                    "target": "topic 1",
                    "text": "Remove it.",
                    "is_text_public": "",
                    "outcome": "refused",
                    "done": "There is no such topic.",
                    "reason": "There are two district courts.",
                    "seen": "0",
                },
            ),
            "moderation.flag": Good(
                "member", {"rule": "spam", "words": "It says this everywhere."}
            ),
            "moderation.withdraw_flag": Good("member"),
            "moderation.lease_case": Good("moderator", {"value": "1"}),
            "moderation.decide_case": Good(
                "moderator", {**ruling, "company": "", "seen": seen}, others={"read": "Removed."}
            ),
            "moderation.alike": Good("moderator", {**ruling, "cases": f"{self.case.id}:{seen}"}),
            "moderation.reverse": Good("moderator", {"reason": "It was meant as a joke."}),
            "moderation.slow_topic": Good("moderator", SLOW),
            "moderation.slow_company": Good("moderator", SLOW),
            "pages.keep_search": Good(
                "member",
                {
                    "q": "hub",
                    "company": "brightwave",
                    "product": "hub",
                    "kind": "problem",
                    "status": "open",
                    "tag": "wifi",
                    "language": "en",
                    "official": "1",
                    "accepted": "1",
                    "unanswered": "1",
                    "sort": "newest",
                    "exact": "1",
                    "name": "My hub",
                    "tells": "1",
                },
            ),
            "pages.change_search": Good("member", {"name": "The hub", "tells": "1"}),
            "pages.drop_search": Good("member"),
            "notifications.read": Good("member", {"until": str(self.news.id)}),
            "notifications.choose": Good("member", {kind.value: "never" for kind in KINDS}),
            "notifications.try_address": Good("asker"),
            "notifications.stop_now": Good(VISITOR, {"what": "kinds", "before": "replied:at_once"}),
            "pictures.add": Good(
                "member", {"picture_alt": "The light is red"}, {"picture": PICTURE}
            ),
            "pages.theme": Good(VISITOR, {"theme": "dark", "next": "/about"}),
            "topics.shown": Good(VISITOR, {**shown, "topics": topic_id}),
            "topics.deflect": Good(
                VISITOR,
                {
                    **shown,
                    "step": "solved",
                    "topic_id": topic_id,
                    "reply_id": reply_id,
                    "rank": "1",
                    "reason": "mine is black",
                    "about": "brightwave",
                    "draft": self.draft.key,
                },
            ),
            "topics.post": Good("member", ask, others=adding),
            "writing.save": Good(
                "member",
                {
                    "draft_place": ASKING,
                    "draft_owner": str(self._people["member"].id),
                    "draft": self.draft.key,
                    "draft_version": "1",
                    "title": "Kept",
                    "body": "As it was typed later.",
                },
            ),
            "writing.delete": Good("member"),
            "topics.find": Good(
                VISITOR,
                {
                    "text": "hub loses network",
                    "about": "brightwave",
                    "guessed": "brightwave",
                    "write": "1",
                    "draft": self.draft.key,
                    "differs_from": topic_id,
                    "reason": "mine is black",
                },
            ),
            "topics.reply": Good(
                "employee",
                {**keeping, "body": "Update it.", "as_company": "y", "disclose": "company"},
                others=adding,
            ),
            "topics.comment": Good(
                "employee",
                {**keeping, "body": "Which one?", "as_company": "y", "disclose": "company"},
                others=reviewing,
            ),
            "topics.edit_topic": Good(
                "asker",
                {
                    **keeping,
                    "title": "The hub loses the network at night",
                    "body": "At three.",
                    "kind": "problem",
                    "product": str(self.product.id),
                    "tags": "wifi, night",
                    "note": "said when",
                    "from_number": "2",
                },
                others=adding,
            ),
            "topics.edit_reply": Good(
                "employee",
                {**keeping, "body": "Unplug it.", "note": "shorter", "from_number": "2"},
                others=adding,
            ),
            "topics.status": Good("employee", {"status": "acknowledged", "note": "We look."}),
            "topics.sort": Good("asker", {"kind": "question", "tags": "wifi, night"}),
            "topics.outcome": Good(VISITOR, {"value": "worked", "version": "2.1"}),
            "writing.preview": Good(VISITOR, {"text": "Turn it **off**, @mira."}),
            "writing.check": Good(VISITOR, {"text": "I am mira@mail.example, order no. 4481-22."}),
            "topics.vote": Good("member", {"value": "1"}),
            "topics.accept": Good("asker", {"value": "1"}),
            "topics.official": Good("employee", {"value": "1"}),
            "topics.me_too": Good("member", {"value": "1"}),
            "topics.follow": Good(
                "member", {"what": "topic", "id": topic_id, "on": "1", "next": "/about"}
            ),
        }


CURSOR = paging.encode(clock.now(), 1)

# What addresses may hold after the question mark, for whichever route reads it.
QUERY = {
    "q": "hub",
    "text": "hub loses network",
    "company": "brightwave",
    "product": "hub",
    "kind": "problem",
    "status": "open",
    "unanswered": "1",
    "unread": "1",
    "official": "1",
    "accepted": "1",
    "tag": "wifi",
    "language": "en",
    "sort": "newest",
    "letter": "b",
    "action": "remove",
    "role": "moderator",
    "rule": "spam",
    "target": "topic 1",
    "month": "2026-11",
    "until": "2026-11",
    "exact": "1",
    "dropped": "My hub",
    "tells": "1",
    "page": "1",
    "after": CURSOR,
    "before": CURSOR,
    "topics": "1",
    "write": "1",
    "about": "brightwave",
    "guessed": "brightwave",
    "guest": "1",
    "draft": "d" * 32,
    "name": "Brightwave",
    "differs_from": "1",
    "reason": "mine is black",
    "next": "/about",
    "v": "1",
    "open": "1",
    "comment": "1",
    "quote": "topic",
    "when": "now",
}


@contextmanager
def written(connection: Connection) -> Iterator[list[str]]:
    """Collect the statements sent within that may change something: all but those known to read."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(READING):
            statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", note)


def all_rows(connection: Connection) -> dict[str, list[object]]:
    """Return the rows of every table, as the database gives them."""
    rows: dict[str, list[object]] = {}
    for name, table in Base.metadata.tables.items():
        key = ", ".join(column.name for column in table.primary_key)
        found = connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY {key}")  # noqa: S608
        rows[name] = [tuple(row) for row in found]
    return rows


def encoded(fields: Fields) -> bytes:
    """Encode a form; values may be text, bytes or several of them."""
    pairs = [
        f"{_quoted(name)}={_quoted(one)}"
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return "&".join(pairs).encode()


@lru_cache(maxsize=1000)  # a million signs take longer to encode than to refuse
def _quoted(value: str | bytes) -> str:
    return quote_plus(value)


def as_files(fields: Fields, name: str) -> dict[str, Any]:
    """Return a form in which ``name`` is an uploaded file."""
    return {**fields, name: (io.BytesIO(b"text"), "a.txt")}


def asks_to_sign_in(outcome: Outcome) -> bool:
    """Tell whether the answer leads a visitor to sign in and back."""
    return outcome.status == 303 and urlsplit(outcome.location).path == "/signin"


def failures(outcomes: Iterable[tuple[object, Outcome]]) -> Iterator[str]:
    """Yield what was not answered in our words."""
    for what, outcome in outcomes:
        if outcome.status >= 500 or not outcome.is_in_our_words:
            yield f"{what}: {outcome!r}"
