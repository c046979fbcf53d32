"""Who is speaking: the columns behind a `Speaker`, and the rules that make one.

A standing is what somebody did at the topic's company; a mandate is their right to speak for it;
an employment is that they said that they work there. All are joined by the pair of company and
author, so that a level earned at one company is never worn at another.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, and_

from community.accounts.models import User
from community.companies.models import Employment, Mandate
from community.topics.models import Standing
from community.topics.queries.shapes import Speaker, level

COLUMNS: tuple[Any, ...] = (
    User.id.label("user_id"),
    User.username,
    User.display_name,
    User.deleted_at,
    User.email.is_(None).label("has_no_email"),
    User.source_key.label("user_source_key"),
    Standing.solved_count,
    Mandate.title.label("mandate_title"),
    Mandate.scope.label("mandate_scope"),
    Mandate.since.label("mandate_since"),
    Mandate.valid_until.label("mandate_until"),
    Employment.id.is_not(None).label("is_employed"),
)


def with_speaker(
    statement: Select[*tuple[Any, ...]],
    author_id: SQLColumnExpression[int],
    company_id: SQLColumnExpression[int],
) -> Select[*tuple[Any, ...]]:
    """Join the author of each row with what they are at the company."""
    return (
        statement.join(User, User.id == author_id)
        .outerjoin(Standing, and_(Standing.company_id == company_id, Standing.user_id == author_id))
        .outerjoin(Mandate, and_(Mandate.company_id == company_id, Mandate.user_id == author_id))
        .outerjoin(
            Employment,  # one at most: an index sees to it
            and_(
                Employment.company_id == company_id,
                Employment.user_id == author_id,
                Employment.ended_at.is_(None),
            ),
        )
    )


def speaker_of(
    row: Any, *, company_name: str, asker_id: int, speaks_for_company: bool, now: datetime
) -> Speaker:
    """Return who wrote ``row``, which has `COLUMNS`.

    Args:
        company_name: of the company that the topic is about.
        asker_id: the topic's author.
        speaks_for_company: whether the row was written as the company's word.
        now: decides whether a mandate is valid or has ended.
    """
    may_speak = (
        row.mandate_since is not None
        and row.mandate_since <= now
        and (row.mandate_until is None or now < row.mandate_until)
    )
    mandated = speaks_for_company and may_speak
    solved = row.solved_count or 0
    return Speaker(
        user_id=row.user_id,
        username=row.username,
        name=row.display_name or row.username,
        level=level(solved),
        solved_count=solved,
        company_name=company_name,
        speaks_for=company_name if mandated else None,
        title=row.mandate_title if mandated else "",
        scope=row.mandate_scope if mandated else "",
        then_at=company_name if speaks_for_company and not mandated else None,
        is_asker=row.user_id == asker_id,
        is_former=row.deleted_at is not None,
        is_placeholder=row.user_source_key is not None and row.has_no_email,
        is_guest=(row.user_source_key is None and row.has_no_email and row.deleted_at is None),
        works_at=company_name if not mandated and (may_speak or row.is_employed) else None,
    )


def speaker(row: Any, topic: Any, now: datetime) -> Speaker:
    """Return who wrote ``row``, a topic, reply or comment of ``topic``."""
    return speaker_of(
        row,
        company_name=topic.company_name,
        asker_id=topic.author_id,
        speaks_for_company=row.speaks_for_company,
        now=now,
    )
