"""The three lists of what the site is made of.

What follows each change and each night; what is kept about a person; the pages there are.
"""

from flask import Flask

from community import search
from community.accounts import forgetting
from community.accounts import handlers as accounts
from community.accounts import holdings as accounts_holdings
from community.accounts import services as accounts_services
from community.accounts import views as accounts_views
from community.api import views as api_views
from community.companies import holdings as companies_holdings
from community.companies import views as companies_views
from community.core import erasing, holdings, jobs, outbox
from community.moderation import handlers as moderation
from community.moderation import holdings as moderation_holdings
from community.moderation import views as moderation_views
from community.moderation.services import pace, sight, spam
from community.moderation.views.modes import site_notice
from community.notifications import handlers as news
from community.notifications import holdings as notifications_holdings
from community.notifications import services as notifications_services
from community.notifications import views as notifications_views
from community.pages import views as pages_views
from community.pictures import holdings as pictures_holdings
from community.pictures import services as pictures_services
from community.pictures import views as pictures_views
from community.topics import handlers as topics
from community.topics import holdings as topics_holdings
from community.topics import views as topics_views
from community.topics.importing import finishing
from community.topics.services import gate, languages, standings
from community.web import limits, read_only
from community.web import views as web_views
from community.writing import holdings as writing_holdings
from community.writing import services as writing_services
from community.writing import views as writing_views

# What can be sent while the site is read-only, by blueprint or endpoint: moderation, with flags;
# drafts, which nobody else sees; ways in and out; what belongs to the reader alone.
WORKS_WHEN_READ_ONLY = (
    "moderation",
    "writing",
    "accounts.sign_in",
    "accounts.sign_in_link",
    "accounts.sign_out",
    "accounts.sign_out_everywhere",
    "accounts.end_browser",
    "accounts.end_other_browsers",
    "accounts.forgot",
    "accounts.reset",
    "accounts.claim",
    "accounts.download",
    "notifications.stop_now",
    "pages.theme",
    "topics.find",
)


def wire_events() -> None:
    """Say what follows each change, and each night."""
    _after(
        "topic.posted",
        "topic.changed",
        "topic.helped",
        "reply.posted",
        "reply.edited",
        "comment.posted",
        "verdict.given",
        "me_too.said",
        "me_too.taken_back",
        "answer.accepted",
        "answer.unaccepted",
        "answer.marked_official",
        "answer.unmarked_official",
        "status.changed",
        "post.hidden",
        "post.restored",
        do=topics.index_topics,
        batch=True,
    )
    _after(
        "topic.posted",
        "topic.changed",
        "post.hidden",
        "post.restored",
        do=topics.note_vectors,
        batch=True,
    )
    _after(
        "reply.posted",
        "answer.accepted",
        "answer.unaccepted",
        "post.hidden",
        "post.restored",
        do=topics.refresh_standings,
        batch=True,
    )
    _after(
        "topic.posted",
        "topic.changed",
        "reply.posted",
        "topic.moved",
        "status.changed",
        "post.hidden",
        "post.restored",
        do=topics.refresh_figures,
        batch=True,
    )
    _after("topic.posted", "topic.edited", "status.changed", do=topics.relate_topic)
    _after(finishing.EVENT, do=finishing.finish_batch)
    _after(languages.EVENT, do=topics.index_told, batch=True)
    _after(standings.EVENT, do=topics.index_answered, batch=True)
    _wire_people()
    _wire_news()
    _wire_moderation()
    writing_services.after_saving(pictures_services.keep_for_draft)
    pictures_services.judged_by(sight.judges_all)
    gate.before_posting(pace.look_at)
    gate.before_changing(pace.keep_still)
    gate.after_posting(spam.look_at)
    _wire_times()


def _wire_people() -> None:
    """Say what follows what people do with their accounts, up to being forgotten."""
    _after("address.claimed", do=accounts.mail_claim, alone=True)
    _after("sign_in_link.asked", do=accounts.mail_sign_in_link, alone=True)
    _after("confirmation.asked", do=accounts.mail_confirmation, alone=True)
    _after("password.forgotten", do=accounts.mail_reset, alone=True)
    _after("password.changed", do=accounts.mail_password_changed, alone=True)
    _after("email.change_asked", do=accounts.mail_new_address, alone=True)
    _after("email.change_asked", do=accounts.mail_old_address, alone=True)

    _after("account.closed", do=accounts.mail_account_closed, alone=True)
    _after("account.closed", do=news.let_news_go)
    _after("person.left", do=accounts.forget_person, alone=True)
    forgetting.before_forgetting(limits.forget)
    forgetting.before_forgetting(topics.erase_sealed)
    forgetting.before_forgetting(moderation.forget_in_log)
    _after(erasing.EVENT, do=topics.index_erased, batch=True)
    for event in ("person.forgotten", "post.covered"):
        _after(event, do=topics.compact_index, alone=True, patient=True)
        _after(event, do=accounts.wipe_database, alone=True, patient=True)


def _wire_news() -> None:
    """Say of what people are told."""
    _after("topic.posted", do=news.tell_of_topic, alone=True)
    _after("topic.edited", do=news.tell_of_edited_topic, alone=True)
    _after("reply.posted", do=news.tell_of_reply, alone=True)
    _after("reply.edited", do=news.tell_of_edited_reply, alone=True)
    _after("comment.posted", do=news.tell_of_comment, alone=True)
    _after("answer.accepted", do=news.tell_of_acceptance, alone=True)
    _after("answer.marked_official", do=news.tell_of_official_answer, alone=True)
    _after("answer.helped", do=news.tell_of_help, alone=True)
    _after("status.changed", do=news.tell_of_status, alone=True)
    _after("decision.made", do=news.tell_of_decision, alone=True)
    _after("decision.overturned", do=news.tell_of_overturned, alone=True)
    _after("case.decided", do=news.tell_of_judged_flags, alone=True)
    _after("juror.drawn", do=news.tell_juror, alone=True)
    _after("juror.reminded", do=news.remind_juror, alone=True)
    _after("moderator.asked", do=news.tell_moderator, alone=True)
    _after("appeal.closed", do=news.tell_appellant, alone=True)
    _after("news.waiting", do=news.mail_news, batch=True, alone=True, patient=True)
    _after("day.begun", do=news.mail_daily, batch=True, alone=True, patient=True)


def _wire_moderation() -> None:
    """Say what is written into the public log by itself, and who is asked to judge."""
    _after("log.written", do=moderation.note_head, batch=True, alone=True)
    _after("status.changed", do=moderation.log_status)
    _after("topic.sorted", do=moderation.log_sorting)
    _after("company.moderated", do=moderation.log_company_page)
    _after("topic.edited", "reply.edited", do=moderation.judge_edited)
    _after("case.decided", "decision.overturned", do=moderation.learn_from_case)
    _after("appeal.unjudged", do=moderation.ask_moderators)
    _after("decision.overturned", do=moderation.end_moot_appeal)


def _wire_times() -> None:
    """Say what is done by the clock."""
    jobs.in_spare_time(topics.tell_languages)
    jobs.in_spare_time(topics.fill_vectors)
    jobs.often(news.begin_the_day)
    jobs.often(moderation.advance_appeals)
    jobs.often(moderation.end_modes)
    jobs.nightly(moderation.inspect_log)
    jobs.nightly(moderation.judge_unjudged)
    jobs.nightly(moderation.learn_from_standing)
    jobs.nightly(topics.relate_nightly)
    jobs.nightly(topics.look_through_vectors)
    jobs.nightly(topics.inspect_index)
    jobs.nightly(writing_services.prune_drafts)
    jobs.nightly(pictures_services.sweep)
    jobs.nightly(accounts_services.prune_sessions)
    jobs.nightly(limits.prune)
    jobs.nightly(notifications_services.prune_mails)
    jobs.nightly(notifications_services.prune_news)


def wire_holdings() -> None:
    """Say who keeps what about a person. Accounts come last: they empty the person's row."""
    holdings.hold("notifications", notifications_holdings)
    holdings.hold("moderation", moderation_holdings)
    holdings.hold("topics", topics_holdings)
    holdings.hold("writing", writing_holdings)
    holdings.hold("pictures", pictures_holdings)
    holdings.hold("companies", companies_holdings)
    holdings.hold("account", accounts_holdings)


def wire_pages(app: Flask) -> None:
    """Give ``app`` the pages of every feature."""
    for views in (
        web_views,
        accounts_views,
        companies_views,
        pictures_views,
        writing_views,
        topics_views,
        moderation_views,
        notifications_views,
        pages_views,
        api_views,
    ):
        app.register_blueprint(views.bp)
    read_only.follow(app, site_notice)
    read_only.let_through(app, *WORKS_WHEN_READ_ONLY)
    web_views.report(app, "search", lambda: search.index().health().state)


def _after(*events: str, do: outbox.Handler, **how: bool) -> None:
    for event in events:
        outbox.subscribe(event, do, **how)
