"""Every service: what calling it as each role may do, or why nobody calls it in their own name.

A service that changes something for somebody takes that somebody first (``User | None``) and is
called here as every role. The others are named with the reason why they ask nobody; a view that
calls one of those that act without asking has to be listed as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

from community.accounts.models import User
from community.companies import services as companies
from community.core import clock
from community.moderation.models import DecisionAction, JurorVote, LegalOutcome
from community.moderation.models.offices import Office
from community.moderation.queries import judging
from community.moderation.services import (
    appeal,
    appoint,
    decide,
    flag,
    lease,
    legal,
    modes,
    overturn,
    redact,
)
from community.moderation.services.decide import Ruling
from community.pictures import services as pictures
from community.topics import services as topics
from community.topics.models import Rule, TopicKind, TopicStatus
from tests.neutrality.table import Row
from tests.neutrality.world import ROLES, SUSPENDED, Stage
from tests.robustness.routes import VISITOR

Call = Callable[[Stage, User | None], object]


@dataclass(frozen=True)
class Service:
    """What a row says, and the calls whose effects together are what it says."""

    row: Row
    calls: tuple[Call, ...]


def of(row: Row, *calls: Call) -> Service:
    """Return a service's row with the calls that are tried."""
    return Service(row, calls)


def _question(stage: Stage) -> topics.Question:
    return topics.Question(
        kind=TopicKind.QUESTION,
        title="How long does it last?",
        body="Mine is new.",
        company=stage.company,
    )


def _edited(stage: Stage, actor: User | None) -> object:
    return topics.edit_topic(
        actor,
        stage.topic,
        from_number=3,
        title="All is well",
        body="Nothing to see here.",
        kind=TopicKind.PRAISE,
        product_ids=[],
        tags=[],
    )


def _statuses() -> tuple[Call, ...]:
    def call(status: TopicStatus, name: str) -> Call:
        return lambda stage, actor: topics.set_status(actor, getattr(stage, name), status)

    return (
        call(TopicStatus.NOT_A_PROBLEM, "topic"),
        call(TopicStatus.SOLVED, "topic"),
        call(TopicStatus.NEEDS_INFO, "quiet"),
        call(TopicStatus.DECLINED, "idea"),
    )


# What one says oneself, about customers' posts.
TOPICS: dict[str, Service] = {
    "topics.asking.ask": of(
        Row("speaks own order"), lambda stage, actor: topics.ask(actor, _question(stage))
    ),
    "topics.editing.edit_reply": of(
        Row(),  # not the asker's either
        lambda stage, actor: topics.edit_reply(actor, stage.answer, from_number=2, body="Gone."),
        lambda stage, actor: topics.edit_reply(actor, stage.worked, from_number=2, body="Gone."),
    ),
    "topics.editing.edit_topic": of(Row(asker="speaks files order sight"), _edited),
    "topics.editing.sort_topic": of(
        Row(asker="files", moderator="files logs"),
        lambda stage, actor: topics.sort_topic(actor, stage.topic, kind=TopicKind.IDEA),
        lambda stage, actor: topics.sort_topic(actor, stage.topic, tags=["hush"]),
    ),
    "topics.following.add_me_too": of(
        Row("verdict own", asker=""),
        lambda stage, actor: topics.add_me_too(actor, stage.topic),
    ),
    "topics.following.follow": of(
        Row("own"), lambda stage, actor: topics.follow(actor, stage.topic)
    ),
    "topics.following.remove_me_too": of(
        Row(), lambda stage, actor: topics.remove_me_too(actor, stage.topic)
    ),
    "topics.following.unfollow": of(
        Row(), lambda stage, actor: topics.unfollow(actor, stage.topic)
    ),
    "topics.post.post_comment": of(
        Row("speaks own order", company="speaks own order official"),
        lambda stage, actor: topics.post_comment(actor, stage.answer, body="No."),
        lambda stage, actor: topics.post_comment(actor, stage.answer, body="No.", as_company=True),
    ),
    "topics.post.post_reply": of(
        Row("speaks own order", company="speaks own order official"),
        lambda stage, actor: topics.post_reply(actor, stage.topic, body="It works for us."),
        lambda stage, actor: topics.post_reply(
            actor, stage.topic, body="It works for us.", as_company=True
        ),
    ),
    "topics.post.post_topic": of(
        Row("speaks own order"),
        lambda stage, actor: topics.post_topic(
            actor, stage.company, kind=TopicKind.PRAISE, title="The best hub", body="Buy it."
        ),
    ),
    "topics.searches.change_search": of(
        Row(holder="own"),
        lambda stage, actor: topics.change_search(actor, stage.search.id, name="Mine", tells=False),
    ),
    "topics.searches.drop_search": of(
        Row(holder="own"), lambda stage, actor: topics.drop_search(actor, stage.search.id)
    ),
    "topics.searches.keep_search": of(
        Row("own"), lambda _, actor: topics.keep_search(actor, "hub", name="All of it", tells=False)
    ),
    "topics.statuses.set_status": of(
        Row(asker="status", company="status", moderator="status logs"), *_statuses()
    ),
    "topics.verdicts.accept": of(
        Row(asker="verdict status"),
        lambda stage, actor: topics.accept(actor, stage.topic, stage.answer),
    ),
    "topics.verdicts.mark_official": of(
        Row(company="official order"),
        lambda stage, actor: topics.mark_official(actor, stage.topic, stage.worked),
    ),
    "topics.verdicts.unaccept": of(
        Row(), lambda stage, actor: topics.unaccept(actor, stage.topic, stage.answer)
    ),
    "topics.verdicts.unmark_official": of(
        Row(company="official order"),
        lambda stage, actor: topics.unmark_official(actor, stage.topic),
    ),
    "topics.verdicts.vote": of(
        Row("verdict"),
        lambda stage, actor: topics.vote(actor, stage.worked, -1),
        lambda stage, actor: topics.vote(actor, stage.worked, 0),
    ),
}

COMPANIES: dict[str, Service] = {
    "companies.pages.add_alias": of(
        Row(company="page", moderator="page logs"),
        lambda stage, actor: companies.add_alias(actor, stage.company, alias="Nightwave"),
    ),
    "companies.pages.company_to_ask": of(
        Row("opens"), lambda _, actor: companies.company_to_ask(actor, name="Sundown")
    ),
    "companies.pages.open_company": of(
        Row("opens"), lambda _, actor: companies.open_company(actor, name="Sundown")
    ),
    "companies.pages.open_product": of(
        Row("opens"),
        lambda stage, actor: companies.open_product(actor, stage.company, name="Lamp"),
    ),
    "companies.pages.product_to_ask": of(
        Row("opens"),
        lambda stage, actor: companies.product_to_ask(actor, stage.company, name="Lamp"),
    ),
    "companies.pages.remove_alias": of(
        Row(company="page", moderator="page logs"),
        lambda stage, actor: companies.remove_alias(actor, stage.company, stage.alias_id),
    ),
    "companies.pages.set_official_help": of(
        Row(company="page", moderator="page logs"),
        lambda stage, actor: companies.set_official_help(
            actor, stage.company, url="https://a.example", source="https://a.example/contact"
        ),
    ),
}

STAKES: dict[str, Service] = {
    "companies.stakes.declare_employer": of(
        Row("own", suspended="own", others={"declared": "", "barred": "", "barred_operator": ""}),
        lambda stage, actor: companies.declare_employer(actor, stage.company),
    ),
    "companies.stakes.end_employment": of(
        Row(others={"declared": "own", "barred": "own", "barred_operator": "own"}),
        lambda stage, actor: companies.end_employment(actor, stage.company),
    ),
    "companies.stakes.declare_rival": of(
        Row(moderator="stakes logs", others={"manager": "stakes", "owner": "stakes"}),
        lambda stage, actor: companies.declare_rival(actor, stage.company, stage.stranger),
    ),
    "companies.stakes.end_rivalry": of(
        Row(moderator="stakes logs", others={"manager": "stakes", "owner": "stakes"}),
        lambda stage, actor: companies.end_rivalry(actor, stage.company, stage.rival),
    ),
}


def _ruling(action: DecisionAction = DecisionAction.REMOVE) -> Ruling:
    return Ruling(action=action, reason="It is as it is.", rule=Rule.ABUSE)


MODERATION: dict[str, Service] = {
    "moderation.appeal.appeal": of(
        Row(asker="appeals"),  # whose comment was removed
        lambda stage, actor: appeal.appeal(actor, stage.removal, words="It is true."),
    ),
    "moderation.appeal.decide": of(
        Row(moderator="decides logs sight order"),
        lambda stage, actor: appeal.decide(
            actor, stage.late, vote=JurorVote.OVERTURN, reason="It insults nobody."
        ),
    ),
    "moderation.appeal.decline": of(
        Row(others={"trusted": "serves"}),
        lambda stage, actor: appeal.decline(actor, stage.appeal),
    ),
    "moderation.appeal.vote": of(
        Row(others={"trusted": "serves"}),
        lambda stage, actor: appeal.vote(
            actor, stage.appeal, vote=JurorVote.OVERTURN, reason="It insults nobody."
        ),
    ),
    "moderation.appoint.appoint": of(
        Row(operator="appoints logs", others={"barred_operator": "appoints logs"}),
        lambda stage, actor: appoint.appoint(
            actor, stage.fan, Office.TRUSTED, holds=True, reason="They help a lot."
        ),
    ),
    "moderation.decide.decide": of(
        Row(moderator="decides logs sight"),
        lambda stage, actor: decide.decide(
            actor, stage.case, _ruling(), seen=judging.seen(stage.case)
        ),
    ),
    "moderation.decide.decide_alike": of(
        Row(moderator="decides logs sight"),
        lambda stage, actor: decide.decide_alike(
            actor, {stage.case: judging.seen(stage.case)}, _ruling()
        ),
    ),
    "moderation.flag.flag": of(
        Row("flags"),
        lambda stage, actor: flag.flag(actor, stage.quiet, rule=Rule.ABUSE),
    ),
    "moderation.flag.withdraw": of(
        Row(holder="flags"), lambda stage, actor: flag.withdraw(actor, stage.flag)
    ),
    "moderation.lease.release": of(Row(), lambda stage, actor: lease.release(actor, stage.case)),
    "moderation.lease.take": of(
        Row(moderator="decides"), lambda stage, actor: lease.take(actor, stage.case)
    ),
    "moderation.legal.answer_request": of(
        Row(operator="legal logs"),
        lambda stage, actor: legal.answer_request(
            actor,
            stage.request,
            outcome=LegalOutcome.REFUSED,
            done="There is no such law.",
            is_text_public=True,
        ),
    ),
    "moderation.legal.correct_request": of(
        Row(operator="legal logs"),
        lambda stage, actor: legal.correct_request(
            actor,
            stage.request,
            received_on=stage.request.received_on,
            requester="Court of appeal",
            country="DE",
            law=stage.request.law,
            company=None,
            target="",
            request_text=stage.request.text,
            is_text_public=False,
            reason="It was another court.",
            seen=0,
        ),
    ),
    "moderation.legal.enter_request": of(
        Row(operator="legal"),
        lambda stage, actor: legal.enter_request(
            actor,
            received_on=clock.now().date(),
            requester="Brightwave",
            country="DE",
            law="Trade mark act",
            company=stage.company,
        ),
    ),
    "moderation.modes.end": of(
        Row(moderator="modes logs"), lambda stage, actor: modes.end(actor, stage.slow)
    ),
    "moderation.modes.set_read_only": of(
        Row(operator="modes logs", others={"barred_operator": "modes logs"}),
        lambda _, actor: modes.set_read_only(actor, reason="The database moves."),
    ),
    "moderation.modes.slow_down": of(
        Row(moderator="modes logs"),
        lambda stage, actor: modes.slow_down(actor, stage.topic, seconds=60, reason="Slowly."),
        lambda stage, actor: modes.slow_down(actor, stage.company, seconds=60, reason="Slowly."),
    ),
    "moderation.overturn.reverse": of(
        Row(moderator="decides logs sight order"),
        lambda stage, actor: overturn.reverse(actor, stage.removal, reason="It was no insult."),
    ),
    "moderation.redact.redact": of(
        Row(operator="redacts logs"),
        lambda stage, actor: redact.redact(
            actor, stage.removal.log_seq, fields=["reason"], reason="It named somebody."
        ),
    ),
}

SERVICES: dict[str, Service] = {**TOPICS, **COMPANIES, **STAKES, **MODERATION}
# The same services where they must refuse, or where it matters whose post it is.
FURTHER: list[tuple[str, Service]] = [
    (
        "vote on a comment",
        of(Row(), lambda stage, actor: topics.vote(actor, stage.remark, 1)),
    ),
    (
        "vote on what the employee wrote",
        of(
            Row("verdict", others={"employee": ""}),
            lambda stage, actor: topics.vote(actor, stage.reply, 1),
        ),
    ),
    (
        "say that what the employee wrote worked",
        of(
            Row("verdict", visitor="verdict", others={"employee": ""}),
            lambda stage, actor: topics.record_outcome(
                stage.reply, user=actor, visit=None if actor else "a" * 32, worked=True
            ),
        ),
    ),
    (
        "say that a comment worked, on a visit",
        of(
            Row(),
            lambda stage, _: topics.record_outcome(stage.remark, visit="a" * 32, worked=True),
        ),
    ),
]

# Who passes what only guards, by being let through without an error.
MODERATORS = {"moderator", "barred", "operator", "barred_operator"}
GUARDS: dict[str, tuple[Call, set[str]]] = {
    "moderation.lease.require_judge": (
        lambda stage, actor: lease.require_judge(actor, stage.case),
        {"moderator", "operator"},
    ),
    # The queue names every case; what is in one is shown to who may judge it.
    "moderation.lease.require_moderator": (
        lambda _, actor: lease.require_moderator(actor),
        MODERATORS,
    ),
    "pictures.require_may_add": (
        lambda _, actor: pictures.require_may_add(actor),
        set(ROLES) - {VISITOR, SUSPENDED},
    ),
}

# What concerns the site and no company: a stake is none in it.
OF_THE_SITE = {"moderation.appoint.appoint", "moderation.modes.set_read_only"}

# They read or compute, and change nothing.
READS = {
    "accounts.joining.require_chosen_password",
    "accounts.joining.require_free",
    "accounts.signing_in.authenticate",
    "accounts.signing_in.prepare_password",
    "accounts.signing_in.require_password",
    "moderation.appeal.may_appeal",
    "moderation.appeal.may_decide",
    "moderation.appeal.may_serve",
    "moderation.cases.company_slug",
    "moderation.cases.hold_still",
    "moderation.cases.is_held",
    "moderation.cases.is_owed_a_look",
    "moderation.decide.checked",
    "moderation.decide.offered",
    "moderation.lease.has",
    "moderation.lease.may_judge",
    "moderation.lease.refuse",
    "moderation.legal.may_change",
    "moderation.legal.may_keep_register",
    "moderation.log.reason_said",
    "moderation.log.role_of",
    "moderation.modes.may_end",
    "moderation.pace.binds_guest",
    "moderation.pace.keep_still",
    "moderation.pace.look_at",
    "moderation.pace.may_post_again_at",
    "moderation.redact.may_redact",
    "moderation.sight.judges_all",
    "pictures.may_see_withheld",
    "pictures.small",
    "topics.again.same_guest_topic",
    "topics.covering.texts_of",
    "topics.gate.ask",
    "topics.gate.ask_to_change",
    "topics.again.same_reply",
    "topics.again.same_topic",
    "topics.figures.measure",
    "topics.languages.language_of",
    "topics.languages.untold_count",
    "topics.places.bar_of",
    "topics.places.lock",
    "topics.places.mandate_of",
    "topics.places.reply_in",
    "topics.places.seen",
    "topics.places.topic_of",
    "topics.related.unrelated",
    "topics.related.unrelated_count",
    "topics.tagging.products",
    "topics.visibility.has_answers_of_others",
    "topics.visibility.replaced_by",
    "topics.visits.is_visit",
    "topics.visits.require_visit",
    "topics.words.body",
    "topics.words.few_links",
    "topics.words.html",
    "topics.words.links",
    "topics.words.note",
    "topics.words.reason",
    "topics.words.tags",
    "topics.words.title",
    "writing.has_words",
    "writing.says_the_same",
}
# For the person or visit in hand, and for nobody else: there is nobody to ask about.
OF_ONESELF = {
    "accounts.addresses.ask_new_email",
    "accounts.addresses.confirm_new_email",
    "accounts.addresses.drop_new_email",
    "accounts.claims.ask_sign_in_link",
    "accounts.claims.claim",
    "accounts.claims.claim_placeholder",
    "accounts.claims.confirm_claim",
    "accounts.claims.refuse_claim",
    "accounts.claims.take_over",
    "accounts.guests.lead_guest",
    "accounts.guests.welcome_guest",
    "accounts.joining.ask_confirmation",
    "accounts.joining.begin_sign_up",
    "accounts.joining.confirm_sign_up",
    "accounts.joining.locked_sign_ups",
    "accounts.joining.prepare_sign_up",
    "accounts.leaving.leave",
    "accounts.leaving.stay",
    "accounts.profile.choose_reading",
    "accounts.profile.choose_username",
    "accounts.profile.describe_oneself",
    "accounts.signing_in.begin_session",
    "accounts.signing_in.change_password",
    "accounts.signing_in.end_other_sessions",
    "accounts.signing_in.end_session",
    "accounts.signing_in.end_session_of",
    "accounts.signing_in.forget_password",
    "accounts.signing_in.note_seen",
    "accounts.signing_in.renew_hash",
    "accounts.signing_in.sign_out_everywhere",
    "notifications.choosing.choose",
    "notifications.choosing.open_news",
    "notifications.choosing.read_all",
    "notifications.choosing.stop_mails",
    "notifications.mailing.mail_nothing_waiting",
    "notifications.mailing.try_address_again",
    "pictures.add_picture",
    "topics.asking.ask_as_guest",
    "topics.deflection.record_shown",
    "topics.deflection.record_step",
    "topics.deflection.settle_visit",
    "topics.reading.mark_read",
    "topics.verdicts.record_outcome",
    "writing.claim_draft",
    "writing.save_draft",
    "writing.take_draft",
}
# Steps of other services, jobs and commands. They ask nobody, so no view may call them.
STEPS = {
    "accounts.signing_in.prune_sessions",
    "companies.pages.show_pages",
    "companies.pages.take_in_company",
    "companies.pages.take_in_product",
    "companies.pages.write_alias",
    "moderation.appeal.advance",
    "moderation.appeal.end_moot",
    "moderation.appoint.appoint_at_console",
    "moderation.cases.follow",
    "moderation.cases.open_for",
    "moderation.cases.weigh",
    "moderation.draw.draw",
    "moderation.log.append",
    "moderation.modes.end_those_run_out",
    "moderation.outcome.settle",
    "moderation.overturn.overturn",
    "moderation.redact.redact_at_console",
    "moderation.redact.redact_person",
    "moderation.restrictions.follow_suspensions",
    "moderation.restrictions.lift",
    "moderation.restrictions.restrict",
    "moderation.spam.end_holds",
    "moderation.spam.forget",
    "moderation.spam.learn",
    "moderation.spam.look_again",
    "moderation.spam.look_at",
    "moderation.spam.look_through",
    "moderation.spam.settle",
    "notifications.mailing.claim",
    "notifications.mailing.let_go",
    "notifications.mailing.note_bounce",
    "notifications.mailing.note_refused",
    "notifications.mailing.note_sent",
    "notifications.mailing.prune_mails",
    "notifications.telling.prune_news",
    "notifications.telling.tell",
    "pictures.give_back",
    "pictures.judged_by",
    "pictures.keep",
    "pictures.keep_for_draft",
    "pictures.store",
    "pictures.sweep",
    "pictures.withhold",
    "topics.covering.cover",
    "topics.covering.erase",
    "topics.covering.uncover",
    "topics.figures.keep",
    "topics.figures.refresh_all",
    "topics.gate.after_posting",
    "topics.gate.before_changing",
    "topics.gate.before_posting",
    "topics.gate.hand_on",
    "topics.languages.tell_some",
    "topics.moving.move_topic",
    "topics.recount.replies_to",
    "topics.recount.some_replies",
    "topics.recount.some_topics",
    "topics.recount.steps",
    "topics.related.forget",
    "topics.related.keep",
    "topics.related.seek",
    "topics.standings.refresh_all",
    "topics.standings.refresh_authors",
    "topics.standings.refresh_companies",
    "topics.standings.refresh_people",
    "topics.statuses.reopen_unless_accepted",
    "topics.statuses.solve",
    "topics.statuses.turn_into",
    "topics.tagging.add_products",
    "topics.tagging.add_tags",
    "topics.tagging.count_topics",
    "topics.tagging.set_products",
    "topics.tagging.set_tags",
    "topics.tagging.show_pages",
    "topics.visibility.erase_sealed",
    "topics.visibility.hide",
    "topics.visibility.lift",
    "writing.after_saving",
    "writing.cover_lines",
    "writing.prune_drafts",
    "writing.uncover_lines",
}
# Of those, what a view calls once it has asked for itself.
ASKED_BY_VIEWS = {"pictures.store"}  # after `require_may_add`
