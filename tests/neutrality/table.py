"""What each role's pressing of each button may do, and calling of each service.

A cell lists every effect (`effects.Effect`), and nothing is allowed that is not listed. Each row is
tried, and has to do exactly what it says; only whether an order moves may depend on how a search
weighs what is there. Whoever adds a route or a service adds its row here.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from community.topics.models import TopicStatus
from tests.neutrality.effects import Effect
from tests.neutrality.world import BARRED, COMPANY, SUSPENDED, Stage
from tests.robustness.routes import VISITOR

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """The effects for each role; what is not said of one is as for everybody who is signed in.

    ``holder`` is whose own thing it is about: a search, a draft, a link in a mail. Who is suspended
    does nothing, unless it is said.
    """

    everybody: str = ""
    visitor: str = ""
    holder: str | None = None
    asker: str | None = None
    company: str | None = None
    barred: str | None = None
    moderator: str | None = None
    operator: str | None = None
    suspended: str = ""
    others: Mapping[str, str] = field(default_factory=dict)

    def cell(self, who: str) -> frozenset[Effect]:
        """Return what somebody's try does."""
        operator = self.moderator if self.operator is None else self.operator
        said: Mapping[str, str | None] = {
            VISITOR: self.visitor,
            "member": self.holder,
            "asker": self.asker,
            "moderator": self.moderator,
            "operator": operator,
            **dict.fromkeys(COMPANY, self.company),
            **dict.fromkeys(BARRED, self.barred),
            SUSPENDED: self.suspended,
            **self.others,
        }
        words = said.get(who)
        return frozenset(map(Effect, (self.everybody if words is None else words).split()))

    def fits(self, who: str, done: AbstractSet[Effect]) -> bool:
        """Tell whether somebody's try did what is said, and nothing else."""
        cell = self.cell(who)
        return cell - {Effect.ORDER} <= done <= cell


LEADERS = ("manager", "owner")  # of the company
NOTHING = Row()
OWN = Row("own")  # only what is one's own changes
ACCOUNT = Row("own", suspended="own")  # of one's account, which is one's own as long as it is there
HOLDER = Row(holder="own")
# Whoever has the link that was mailed acts for whom it was mailed to.
LINK = Row("persons", visitor="persons", holder="own", suspended="persons")

ROUTES: dict[str, Row] = {
    "accounts.change_email": ACCOUNT,
    "accounts.change_password": ACCOUNT,
    "accounts.choose_name": NOTHING,  # for newcomers alone
    "accounts.claim": Row("own persons", visitor="own persons", suspended="own persons"),
    "accounts.claim_person": NOTHING,  # a mail goes out
    "accounts.confirm": Row("own persons", visitor="own", suspended="own persons"),
    "accounts.confirm_email": LINK,
    "accounts.download": NOTHING,
    "accounts.end_browser": HOLDER,
    "accounts.end_other_browsers": HOLDER,
    "accounts.forgot": NOTHING,
    "accounts.keep_email": HOLDER,
    "accounts.leave": ACCOUNT,
    "accounts.reading": ACCOUNT,
    "accounts.reset": Row(
        "own persons", visitor="own persons", holder="own", suspended="own persons"
    ),
    "accounts.settings": ACCOUNT,
    "accounts.sign_in": Row(visitor="own"),
    "accounts.sign_in_link": NOTHING,
    "accounts.sign_out": ACCOUNT,
    "accounts.sign_out_everywhere": ACCOUNT,
    "accounts.sign_up": NOTHING,
    "accounts.stay": NOTHING,  # for who has left
    "accounts.take_over": Row(holder="own persons"),
    "companies.employers": Row(
        "own", suspended="own", others={"declared": "", "barred": "", "barred_operator": ""}
    ),
    "companies.names": Row(company="page", moderator="page logs"),
    "companies.official_help": Row(company="page", moderator="page logs"),
    "companies.open_company": Row("opens"),
    "companies.open_product": Row("opens"),
    "companies.rivals": Row(moderator="stakes logs", others=dict.fromkeys(LEADERS, "stakes")),
    "moderation.alike": Row(moderator="decides logs sight"),
    "moderation.answer_legal_request": Row(operator="legal logs"),
    "moderation.appeal": Row(asker="appeals"),  # whose comment was removed
    "moderation.correct_legal_request": Row(operator="legal logs"),
    "moderation.decide_case": Row(moderator="decides logs sight"),
    "moderation.decline_appeal": Row(others={"trusted": "serves"}),
    "moderation.end_mode": Row(moderator="modes logs"),
    "moderation.enter_legal_request": Row(operator="legal"),
    "moderation.flag": Row("flags"),
    "moderation.lease_case": Row(moderator="decides"),
    # Of the whole site: no company is concerned, so no stake bars an operator.
    "moderation.make_read_only": Row(
        operator="modes logs", others={"barred_operator": "modes logs"}
    ),
    "moderation.offices": Row(
        operator="appoints logs", others={"barred_operator": "appoints logs"}
    ),
    "moderation.redact": Row(operator="redacts logs"),
    "moderation.reverse": Row(moderator="decides logs sight order"),
    "moderation.slow_company": Row(moderator="modes logs"),
    "moderation.slow_topic": Row(moderator="modes logs"),
    "moderation.vote_on_appeal": Row(others={"trusted": "serves"}),
    "moderation.withdraw_flag": Row(holder="flags"),
    "notifications.choose": ACCOUNT,
    "notifications.read": Row(holder="own", asker="own", others={"employee": "own"}),
    "notifications.stop_now": LINK,
    "notifications.try_address": ACCOUNT,
    "pages.change_search": HOLDER,
    "pages.drop_search": HOLDER,
    "pages.keep_search": OWN,
    "pages.theme": NOTHING,
    "pictures.add": OWN,
    "topics.accept": Row(asker="verdict status"),
    "topics.comment": Row("speaks own order", visitor="own", company="speaks own order official"),
    "topics.deflect": Row(  # as on a visit, for which nobody need sign in
        "verdict own order",
        visitor="verdict own order",
        asker="own",
        suspended="verdict own order",
    ),
    "topics.edit_reply": Row(visitor="own"),  # of a customer's reply
    "topics.edit_topic": Row(visitor="own", asker="speaks own files order sight"),
    "topics.find": NOTHING,
    "topics.follow": OWN,
    "topics.me_too": Row("verdict own", asker=""),
    "topics.official": Row(company="official order"),
    "topics.outcome": Row("verdict order", visitor="verdict order"),
    "topics.post": Row("speaks own opens order", visitor="own"),
    "topics.reply": Row("speaks own order", visitor="own", company="speaks own order official"),
    "topics.shown": Row("own", visitor="own", suspended="own"),
    "topics.sort": Row(asker="files order", moderator="files logs order"),
    "topics.status": Row(asker="status", company="status", moderator="status logs"),
    "topics.vote": Row("verdict"),
    "writing.check": NOTHING,
    "writing.delete": Row("own", visitor="own", suspended="own"),
    "writing.preview": NOTHING,
    "writing.save": HOLDER,
}

# The secret in the address is all the authority that these ask for; no role has it.
BY_LINK = {
    "accounts.claim",
    "accounts.confirm",
    "accounts.confirm_email",
    "accounts.reset",
    "notifications.stop_now",
}


# What concerns the site and no company: a stake is none in it.
OF_THE_SITE = {"moderation.make_read_only", "moderation.offices"}


@dataclass(frozen=True)
class Try:
    """One way to press a button: other fields, or another address, than the good ones."""

    fields: Fields = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def tries(stage: Stage, endpoint: str) -> list[Try]:
    """Return every way in which a button is pressed: the good form, and what would hurt most."""
    further: dict[str, Callable[[], list[Try]]] = {
        "accounts.leave": lambda: [Try({"when": "now"})],
        "companies.names": lambda: [Try({"remove": str(stage.alias_id), "alias": ""})],
        "topics.accept": lambda: _values("0"),
        "topics.comment": lambda: [Try({"as_company": "", "disclose": "self"})],
        "topics.deflect": lambda: [Try({"step": step}) for step in ("me_too", "differs")],
        "topics.edit_topic": lambda: [Try({"body": "Nothing is wrong with it.", "tags": ""})],
        "topics.follow": lambda: [Try({"on": "0"})],
        "topics.me_too": lambda: _values("0"),
        "topics.official": lambda: _values("0"),
        "topics.outcome": lambda: _values("failed", "0"),
        "topics.post": lambda: [Try({"disclose": "self"})],
        "topics.reply": lambda: [Try({"as_company": "", "disclose": "self"})],
        "topics.sort": lambda: [Try({"kind": "idea", "tags": ""})],
        "topics.status": lambda: [
            Try({"status": status.value}, {"topic_id": str(topic.id)})
            for topic, status in (
                (stage.topic, TopicStatus.NOT_A_PROBLEM),
                (stage.topic, TopicStatus.SOLVED),
                (stage.quiet, TopicStatus.NOT_A_PROBLEM),
                (stage.idea, TopicStatus.DECLINED),
            )
        ],
        "topics.vote": lambda: _values("0", "-1"),
    }
    return [Try(), *further.get(endpoint, list)()]


def _values(*values: str) -> list[Try]:
    return [Try({"value": value}) for value in values]
