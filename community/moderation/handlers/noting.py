"""What moderation writes down of changes that lower layers make. Each runs in one transaction.

A row of the log and the note that the job is done are committed together, so that what happened
stands in the log once.
"""

from community.accounts.models import User
from community.companies.models import Company
from community.core.db import db
from community.moderation.models import LogAction
from community.moderation.services import log
from community.topics.models import StatusChange, StatusRole, Topic


def log_status(topic_id: int, actor_id: int, change_id: int, **_: object) -> None:
    """Write down that a moderator said where a topic stands; others do so in their own right."""
    change = db.session.get_one(StatusChange, change_id)
    if change.role is not StatusRole.MODERATOR:
        return
    actor = db.session.get_one(User, actor_id)
    log.append(
        LogAction.STATUS,
        role=log.role_of(actor),
        target=f"topic {topic_id}",
        company=_company_of(topic_id),
        details={"change": change_id, "was": change.old.value, "is": change.new.value},
        texts=_texts(actor, change.note),
    )


def log_sorting(
    topic_id: int, actor_id: int, was: dict[str, object], now: dict[str, object]
) -> None:
    """Write down that a moderator changed the kind or the tags of a topic."""
    actor = db.session.get_one(User, actor_id)
    changed = [part for part in ("kind", "tags") if was[part] != now[part]]
    log.append(
        LogAction.SORT,
        role=log.role_of(actor),
        target=f"topic {topic_id}",
        company=_company_of(topic_id),
        details={part: {"was": was[part], "is": now[part]} for part in changed},
        texts=_texts(actor),
    )


def log_company_page(company_id: int, actor_id: int, what: str, **details: object) -> None:
    """Write down that a moderator changed what stands on a company's page."""
    actor = db.session.get_one(User, actor_id)
    company = db.session.get_one(Company, company_id)
    log.append(
        LogAction.DESCRIBE,
        role=log.role_of(actor),
        target=f"company {company.slug}",
        company=company.slug,
        details={"what": what, **details},
        texts=_texts(actor),
    )


def _company_of(topic_id: int) -> str:
    topic = db.session.get_one(Topic, topic_id)
    return db.session.get_one(Company, topic.company_id).slug


def _texts(actor: User, reason: str = "") -> dict[str, str]:
    texts = {"moderator": actor.username}
    return {**texts, "reason": reason} if reason else texts
