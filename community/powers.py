"""Who may do what: one table of actions and roles, worked out by the policies themselves.

Each action is asked of its policy in a situation of its own, once for each role. So the table in
``docs/moderation.md`` says what the code does, and a test tells when it no longer does::

    python -m community.powers docs/moderation.md
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Babel

from community.accounts import policies as accounts
from community.accounts.models import User
from community.companies import policies as companies
from community.companies.models import (
    Company,
    CompanyState,
    Mandate,
    MandateKind,
    Rivalry,
    Stake,
    Ties,
)
from community.core.policy import Decision
from community.moderation import policies as moderation
from community.moderation.models import (
    Appeal,
    AppealState,
    Juror,
    JurorVote,
)
from community.moderation.models import Decision as Decided
from community.moderation.models import DecisionAction as Action
from community.moderation.models.offices import Office
from community.pictures import policies as pictures
from community.pictures.models import Picture
from community.topics import policies as topics
from community.topics.models import Reply, StatusRole, Topic, TopicKind, TopicStatus

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)  # any moment: nothing here depends on which
DAY = timedelta(days=1)
BEGIN = "<!-- The table of powers: `make powers` writes it from the policies. -->"
END = "<!-- The end of the table of powers. -->"
NAMES = {
    Office.TRUSTED: "trusted member",
    Office.MODERATOR: "moderator",
    Office.OPERATOR: "further operator",
}
AUTHOR, OTHER, ACTOR = 1, 2, 3  # ids of people


@dataclass(frozen=True)
class Role:
    """Somebody who may want to do something, and what binds them to the company concerned."""

    name: str
    user: User | None
    mandate: Mandate | None = None
    stake: Stake | None = None

    @property
    def ties(self) -> Ties:
        """What the policies of companies ask for."""
        return Ties(self.mandate, self.stake)

    @property
    def is_moderator(self) -> bool:
        """Tell whether the site calls them a moderator or operator, with a stake or without."""
        return self.user is not None and bool(self.user.is_moderator or self.user.is_admin)


@dataclass(frozen=True)
class Power:
    """Something that one may want to do, in one situation."""

    area: str
    name: str
    policy: Callable[..., Decision]
    ask: Callable[[Role], Decision]


def _person(id_: int = ACTOR, **columns: Any) -> User:
    columns = {"is_moderator": False, "is_admin": False, "email": "a@mail.example", **columns}
    return User(id=id_, username="a", **{"email_verified_at": AT, **columns})


def _same(user: User, **columns: Any) -> User:
    """Return the person of a role in another situation."""
    kept = ("email", "email_verified_at", "suspended_until", "is_moderator", "is_admin")
    return _person(user.id, **{**{name: getattr(user, name) for name in kept}, **columns})


def _speaks(kind: MandateKind) -> Role:
    mandate = Mandate(user_id=ACTOR, company_id=1, kind=kind, title="", since=AT - DAY)
    return Role(kind.value, _person(), mandate, Stake.MANDATE)


ROLES: Sequence[Role] = (
    Role("visitor", None),
    Role("guest", _person(email=None, email_verified_at=None)),
    Role("suspended member", _person(suspended_until=AT + DAY)),
    Role("member", _person()),
    Role("author", _person(AUTHOR)),
    Role("trusted member", _person(trusted_since=AT)),
    *(_speaks(kind) for kind in MandateKind),
    Role("works there, by their own word", _person(), stake=Stake.EMPLOYER),
    Role("champion", _person(), stake=Stake.CHAMPION),
    Role("worked there until lately", _person(), stake=Stake.FORMER),
    Role("has a stake in a rival", _person(), stake=Stake.RIVAL),
    Role("moderator with a stake", _person(is_moderator=True), stake=Stake.EMPLOYER),
    Role("operator with a stake", _person(is_admin=True), stake=Stake.EMPLOYER),
    Role("moderator", _person(is_moderator=True)),
    Role("operator", _person(is_admin=True)),
)


def _company(state: CompanyState, help_url: str | None = "https://a.example") -> Company:
    return Company(id=1, name="Acme", name_key="acme", state=state, official_help_url=help_url)


UNCLAIMED, JOINED = _company(CompanyState.UNCLAIMED), _company(CompanyState.LISTENING)
SILENT = _company(CompanyState.LISTENING, None)
ELSEWHERE = _company(CompanyState.ELSEWHERE)


def _topic(
    kind: TopicKind = TopicKind.PROBLEM, status: TopicStatus = TopicStatus.OPEN, **columns: Any
) -> Topic:
    return Topic(id=1, author_id=AUTHOR, company_id=1, kind=kind, status=status, **columns)


def _reply(author_id: int = AUTHOR, **columns: Any) -> Reply:
    return Reply(id=1, topic_id=1, author_id=author_id, **columns)


PROBLEM, SOLVED = _topic(), _topic(status=TopicStatus.SOLVED)
PRAISE = _topic(TopicKind.PRAISE)
ANSWER, ANOTHERS = _reply(), _reply(OTHER)
COMMENT = _reply(OTHER, parent_id=9)
OFFICIAL = _reply(ACTOR, speaks_for_company=True)


def _status(
    topic: Topic, new: TopicStatus, said: TopicStatus | None = None
) -> Callable[[Role], Decision]:
    """Ask in every role that somebody has, as the service does; the first yes counts."""

    def ask(role: Role) -> Decision:
        is_author = role.user is not None and role.user.id == AUTHOR
        roles: list[StatusRole | None] = [StatusRole.ASKER] if is_author else []
        roles += [StatusRole.COMPANY] if role.mandate else []
        roles += [StatusRole.MODERATOR] if role.is_moderator and role.stake is None else []
        asked = [
            topics.can_set_status(role.user, topic, new, role=one, asker_said=said, at=AT)
            for one in roles or [None]
        ]
        return next((one for one in asked if one), asked[0])

    return ask


def _powers() -> Iterator[Power]:
    yield from _of_members()
    yield from _of_company_pages()
    yield from _of_stakes()
    yield from _of_topics()
    yield from _of_verdicts()
    yield from _of_moderation()
    yield from _of_appeals()


def _of_members() -> Iterator[Power]:
    power = partial(Power, "Accounts")
    take_part, take_over = accounts.can_take_part, accounts.can_take_over
    yield power("take part at all", take_part, lambda one: take_part(one.user, AT))
    yield power("ask", accounts.can_ask, lambda one: accounts.can_ask(one.user, AT))

    def taking(person: User) -> Callable[[Role], Decision]:
        return lambda one: take_over(one.user or _person(deleted_at=AT), person, AT)

    placeholder = _person(OTHER, email=None, source_key="archive:1")
    yield power("take over what was imported under one’s address", take_over, taking(placeholder))
    yield power("take over another’s account", take_over, taking(_person(OTHER)))
    stay = accounts.can_stay
    yield power(
        "come back within seven days of leaving",
        stay,
        lambda one: stay(_left(one, AT - DAY), AT),
    )
    yield power("come back later", stay, lambda one: stay(_left(one, AT - 30 * DAY), AT))

    def adding(count: int) -> Callable[[Role], Decision]:
        return lambda one: pictures.can_add(one.user, count=count, size=0, at=AT)

    yield power("add a picture", pictures.can_add, adding(0))
    yield power("add a picture after a hundred a day", pictures.can_add, adding(100))


def _left(role: Role, at: datetime) -> User:
    return _person(role.user.id if role.user else ACTOR, deleted_at=at)


def _of_company_pages() -> Iterator[Power]:
    power = partial(Power, "Company pages")
    page = companies.can_open_page
    yield power("open a company’s or product’s page", page, lambda one: page(one.user, AT))
    yield power("open one with a question", page, lambda one: page(one.user, AT, asking=True))
    helping, naming = companies.can_set_official_help, companies.can_name

    def on(policy: Callable[..., Decision], company: Company) -> Callable[[Role], Decision]:
        return lambda one: policy(one.user, company, one.ties, AT)

    for where, company in (
        ("of a company that has not joined", UNCLAIMED),
        ("of one that has joined and has not said it", SILENT),
        ("in place of what one that has joined says", JOINED),
    ):
        yield power(
            f"say where official help is, {where}",
            helping,
            on(helping, company),
        )
    for where, company in (("that has not joined", UNCLAIMED), ("that has joined", JOINED)):
        yield power(
            f"add or take away other names of a company {where}",
            naming,
            on(naming, company),
        )


def _of_stakes() -> Iterator[Power]:
    power = partial(Power, "Stakes")
    employer, rival = companies.can_declare_employer, companies.can_declare_rival
    end = companies.can_end_rivalry
    yield power("say whom one works for", employer, lambda one: employer(one.user))
    yield power("say which companies compete", rival, lambda one: rival(one.user, one.ties, AT))

    def ending(declared_for_id: int) -> Callable[[Role], Decision]:
        said = Rivalry(company_id=1, rival_id=2, declared_for_id=declared_for_id)
        return lambda one: end(one.user, said, JOINED, one.ties, AT)

    yield power("take back that they do, as the company said", end, ending(1))
    yield power("take back that they do, as the other company said", end, ending(2))


def _of_topics() -> Iterator[Power]:
    power = partial(Power, "Topics")
    post = topics.can_post_topic
    yield power("ask a company", post, lambda one: post(one.user, JOINED, at=AT))
    yield power(
        "ask a company that helps elsewhere",
        post,
        lambda one: post(one.user, ELSEWHERE, at=AT),
    )
    yield power(
        "reply and comment", topics.can_reply, lambda one: topics.can_reply(one.user, at=AT)
    )
    yield power(
        "speak for the company", topics.can_speak_for, lambda one: topics.can_speak_for(one.mandate)
    )
    edit, edit_reply = topics.can_edit_topic, topics.can_edit_reply
    yield power("edit a topic", edit, lambda one: edit(one.user, PROBLEM, at=AT))
    yield power(
        "edit a reply",
        edit_reply,
        lambda one: edit_reply(one.user, ANSWER, mandate=one.mandate, at=AT),
    )
    yield power(
        "edit what one has said for the company",
        edit_reply,
        lambda one: edit_reply(one.user, OFFICIAL, mandate=one.mandate, at=AT),
    )
    sort = topics.can_sort
    yield power(
        "change kind and tags", sort, lambda one: sort(one.user, PROBLEM, stake=one.stake, at=AT)
    )
    status = topics.can_set_status
    for name, ask in (
        ("acknowledged", _status(PROBLEM, TopicStatus.ACKNOWLEDGED)),
        ("solved", _status(PROBLEM, TopicStatus.SOLVED)),
        ("not a problem", _status(PROBLEM, TopicStatus.NOT_A_PROBLEM)),
        (
            "open, when the asker called it solved",
            _status(SOLVED, TopicStatus.OPEN, TopicStatus.SOLVED),
        ),
        (
            "not a problem, when the asker opened it again",
            _status(PROBLEM, TopicStatus.NOT_A_PROBLEM, TopicStatus.OPEN),
        ),
        ("planned, though it is no idea", _status(PROBLEM, TopicStatus.PLANNED)),
    ):
        yield power(f"set the status: {name}", status, ask)
    follow, keep = topics.can_follow, topics.can_keep_searches
    yield power("follow a topic", follow, lambda one: follow(one.user, PROBLEM, at=AT))
    yield power("follow oneself", follow, lambda one: follow(one.user, one.user, at=AT))
    yield power("keep a search", keep, lambda one: keep(one.user, at=AT))


def _of_verdicts() -> Iterator[Power]:
    power = partial(Power, "Verdicts")
    judge, unknown = topics.can_judge, topics.can_judge_unknown
    me_too, accept = topics.can_say_me_too, topics.can_accept
    yield power("“I have this too”", me_too, lambda one: me_too(one.user, PROBLEM, at=AT))
    yield power("call an answer helpful or not", judge, lambda one: judge(one.user, ANSWER, at=AT))
    yield power("call a comment helpful", judge, lambda one: judge(one.user, COMMENT, at=AT))
    yield power("say whether an answer worked", unknown, lambda _: unknown(ANSWER))
    yield power("say whether a comment worked", unknown, lambda _: unknown(COMMENT))

    def accepting(topic: Topic, reply: Reply, has_me_too: bool) -> Callable[[Role], Decision]:
        return lambda one: accept(one.user, topic, reply, has_me_too=has_me_too, at=AT)

    yield power("“this solved it for me”", accept, accepting(PROBLEM, ANOTHERS, False))
    yield power("the same after “I have this too”", accept, accepting(PROBLEM, ANOTHERS, True))
    yield power(
        "the same of the author’s answer to another’s question",
        accept,
        accepting(_topics_of(OTHER), ANSWER, True),
    )
    yield power("the same of a comment", accept, accepting(PROBLEM, COMMENT, True))
    yield power("the same of praise", accept, accepting(PRAISE, ANOTHERS, True))
    mark = topics.can_mark_official

    def marking(reply: Reply | None) -> Callable[[Role], Decision]:
        return lambda one: mark(one.user, one.mandate, reply, at=AT)

    for name, reply in (
        ("mark an answer as the company’s", ANOTHERS),
        ("mark a comment as the company’s", COMMENT),
        ("take that mark back", None),
    ):
        yield power(name, mark, marking(reply))


def _topics_of(author_id: int) -> Topic:
    return Topic(
        id=1, author_id=author_id, company_id=1, kind=TopicKind.PROBLEM, status=TopicStatus.OPEN
    )


def _of_moderation() -> Iterator[Power]:
    power = partial(Power, "Moderation")
    flag, withdraw = moderation.can_flag, moderation.can_withdraw

    def flagging(hour: int, day: int) -> Callable[[Role], Decision]:
        return lambda one: flag(one.user, author_id=AUTHOR, last_hour=hour, last_day=day, at=AT)

    yield power("flag a post", flag, flagging(0, 0))
    yield power("flag after many in an hour", flag, flagging(moderation.FLAGS_AN_HOUR, 10))
    yield power("flag after many in a day", flag, flagging(0, moderation.FLAGS_A_DAY))

    def withdrawing(reporter_id: int, is_open: bool) -> Callable[[Role], Decision]:
        return lambda one: withdraw(one.user, reporter_id=reporter_id, is_open=is_open, at=AT)

    yield power("take one’s flag back", withdraw, withdrawing(ACTOR, True))
    yield power("take it back once it is judged", withdraw, withdrawing(ACTOR, False))
    yield power("take another’s flag back", withdraw, withdrawing(OTHER, True))

    def judging(is_party: bool) -> Callable[[Role], Decision]:
        return lambda one: moderation.can_judge(one.user, stake=one.stake, is_party=is_party, at=AT)

    yield power("judge a case", moderation.can_judge, judging(False))
    yield power("judge a case that one is a party to", moderation.can_judge, judging(True))
    moderate, slow = companies.can_moderate, moderation.can_slow_down
    yield power(
        "use any other power of a moderator",
        moderate,
        lambda one: moderate(one.user, one.stake, AT),
    )
    yield power(
        "slow a topic or company down", slow, lambda one: slow(one.user, stake=one.stake, at=AT)
    )
    appoint = moderation.can_appoint

    def appointing(office: Office) -> Callable[[Role], Decision]:
        return lambda one: appoint(one.user, office, at=AT)

    for office in Office:
        yield power(
            f"make somebody a {NAMES[office]}, or end that",
            appoint,
            appointing(office),
        )
    read_only = moderation.can_set_read_only
    redact, register = moderation.can_redact, moderation.can_keep_register
    yield power(
        "take a text out of the public log",
        redact,
        lambda one: redact(one.user, stake=one.stake, at=AT),
    )
    yield power(
        "keep the register of legal requests, and put it right",
        register,
        lambda one: register(one.user, stake=one.stake, at=AT),
    )
    see = pictures.can_see_withheld
    sent = Picture(uploaded_by_id=AUTHOR)
    yield power(
        "open a picture of a post that is out of sight",
        see,
        lambda one: see(one.user, sent, judges=bool(moderate(one.user, one.stake, AT))),
    )
    yield power("make the site read-only", read_only, lambda one: read_only(one.user, at=AT))


def _of_appeals() -> Iterator[Power]:
    power = partial(Power, "Appeals")

    def appealing(
        action: Action = Action.REMOVE, *, age: timedelta = DAY, is_void: bool = False, **more: bool
    ) -> Callable[[Role], Decision]:
        against = Decided(action=action, created_at=AT - age, overturned_at=AT if is_void else None)
        given = {"has_been_appealed": False, **more}
        return lambda one: moderation.can_appeal(
            one.user, against, author_id=AUTHOR, flagger_ids=[OTHER], at=AT, **given
        )

    appeal = moderation.can_appeal
    yield power("appeal against a removal", appeal, appealing())
    yield power("appeal against what others flagged and was kept", appeal, appealing(Action.KEEP))
    yield power("appeal against what is held for now", appeal, appealing(Action.HOLD))
    yield power("appeal a second time", appeal, appealing(has_been_appealed=True))
    yield power("appeal against what was overturned", appeal, appealing(is_void=True))
    yield power("appeal a year later", appeal, appealing(age=365 * DAY))

    serve, decide = moderation.can_serve, moderation.can_decide_appeal
    begun, ended = Appeal(state=AppealState.OPEN), Appeal(state=AppealState.UPHELD)
    late = Appeal(state=AppealState.OPEN, fallback_at=AT, due_at=AT + DAY)
    over = Appeal(state=AppealState.OPEN, fallback_at=AT, due_at=AT)

    def serving(
        seat: Juror | None,
        on: Appeal = begun,
        *,
        is_involved: bool = False,
        trusted_since: datetime | None = AT,  # as whoever is drawn is
    ) -> Callable[[Role], Decision]:
        def ask(one: Role) -> Decision:
            drawn = one.user and _same(one.user, trusted_since=trusted_since)
            return serve(drawn, on, seat, stake=one.stake, is_involved=is_involved, at=AT)

        return ask

    drawn = Juror(due_at=AT + DAY)
    yield power("judge an appeal, when drawn", serve, serving(drawn))
    yield power("judge an appeal, when not drawn", serve, serving(None))
    yield power("judge it after taking part in it", serve, serving(drawn, is_involved=True))
    yield power("judge it when trusted no more", serve, serving(drawn, trusted_since=None))
    yield power("judge it a second time", serve, serving(Juror(vote=JurorVote.UPHOLD)))
    yield power("judge it after declining", serve, serving(Juror(declined_at=AT)))
    yield power("judge it when the time for it is over", serve, serving(Juror(due_at=AT)))
    yield power("judge it after its end", serve, serving(drawn, ended))

    def deciding(on: Appeal, is_involved: bool = False) -> Callable[[Role], Decision]:
        return lambda one: decide(one.user, on, stake=one.stake, is_involved=is_involved, at=AT)

    yield power("decide an appeal alone, when no jury came together", decide, deciding(late))
    yield power("decide it after acting in the case", decide, deciding(late, True))
    yield power("decide it while a jury judges", decide, deciding(begun))
    yield power("decide it when the time for it is over", decide, deciding(over))
    yield power("decide it after its end", decide, deciding(ended))


POWERS: Sequence[Power] = tuple(_powers())


def table() -> str:
    """Return the table of powers as Markdown: a yes or a dash for each action and role."""
    names = [role.name for role in ROLES]
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    area = ""
    for power in POWERS:
        if power.area != area:
            area = power.area
            lines.append(f"| **{area}** |{' |' * len(names)}")
        cells = ["yes" if power.ask(role) else "—" for role in ROLES]
        lines.append(f"| {power.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def written_into(page: str) -> str:
    """Return a page with the table as it is now, between its marks.

    Raises:
        ValueError: the page has no such marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The page needs the lines {BEGIN!r} and {END!r}.")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> None:
    """Write the table into the page that the command line names."""
    page = Path(sys.argv[1])
    site = Flask(__name__)
    Babel(site)
    with site.app_context():  # reasons are given in a language
        text = written_into(page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
