"""The best reply of each topic for what somebody asks, and the passage of it that is shown."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup  # noqa: TID251 (wraps what was sanitised at write time)
from sqlalchemy import SQLColumnExpression, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from community.companies.models import Company
from community.core import clock
from community.search import languages, passages
from community.search.passages import Passage, Question
from community.topics.models import AcceptedAnswer, OfficialAnswer, Reply, Topic
from community.topics.queries import speakers
from community.topics.queries.reading import rows
from community.topics.queries.shapes import Answer

COMPARED_MAX = 8  # replies of one topic that are compared by their words

_by_asker = aliased(AcceptedAnswer)

IS_OFFICIAL: SQLColumnExpression[bool] = OfficialAnswer.reply_id.is_not(None)
BY_ASKER: SQLColumnExpression[bool] = _by_asker.reply_id.is_not(None)
VERDICTS_FIRST: tuple[SQLColumnExpression[Any], ...] = (
    case((IS_OFFICIAL, 0), (BY_ASKER, 1), (Reply.accepted_count > 0, 2), else_=3),
    Reply.accepted_count.desc(),
    (Reply.worked_count - Reply.failed_count).desc(),
)
BEST_FIRST: tuple[SQLColumnExpression[Any], ...] = (
    *VERDICTS_FIRST,
    (Reply.helpful_count - Reply.unhelpful_count).desc(),
    Reply.created_at,
    Reply.id,
)


def with_verdicts(statement: Any) -> Any:
    """Join each reply with the company's mark and the asker's acceptance, if there are any."""
    return statement.outerjoin(
        OfficialAnswer,
        and_(OfficialAnswer.topic_id == Reply.topic_id, OfficialAnswer.reply_id == Reply.id),
    ).outerjoin(
        _by_asker,
        and_(
            _by_asker.topic_id == Reply.topic_id,
            _by_asker.reply_id == Reply.id,
            _by_asker.accepted_by_id == Topic.author_id,
        ),
    )


_CANDIDATES = (
    with_verdicts(
        select(
            Reply.id.label("reply_id"),
            Topic.company_id,
            Topic.author_id.label("asker_id"),
            IS_OFFICIAL.label("is_official"),
            BY_ASKER.label("by_asker"),
            func.rank().over(partition_by=Reply.topic_id, order_by=VERDICTS_FIRST).label("tier"),
            func.row_number().over(partition_by=Reply.topic_id, order_by=BEST_FIRST).label("place"),
            Topic.language,
        ).join(Topic, Topic.id == Reply.topic_id)
    )
    .where(
        Reply.topic_id.in_(bindparam("topic_ids", expanding=True)),
        Reply.parent_id.is_(None),
        Reply.hidden_at.is_(None),
        Topic.hidden_at.is_(None),
        or_(
            IS_OFFICIAL,
            Reply.accepted_count > 0,
            # The asker's own words tell more of the problem; what failed is no answer.
            and_(Reply.author_id != Topic.author_id, Reply.failed_count <= Reply.worked_count),
        ),
    )
    .subquery("candidates")
)
# The replies of a topic that have the best verdicts, which are the same for each of them.
_COMPARED = (
    speakers.with_speaker(
        select(
            Reply.topic_id,
            Reply.id,
            Reply.body_html,
            Reply.speaks_for_company,
            Reply.accepted_count,
            Reply.worked_count,
            Reply.failed_count,
            Reply.helped_count,
            Company.name.label("company_name"),
            _CANDIDATES.c.asker_id,
            _CANDIDATES.c.is_official,
            _CANDIDATES.c.by_asker,
            _CANDIDATES.c.language,
            *speakers.COLUMNS,
        )
        .select_from(_CANDIDATES)
        .join(Reply, Reply.id == _CANDIDATES.c.reply_id)
        .join(Company, Company.id == _CANDIDATES.c.company_id),
        Reply.author_id,
        _CANDIDATES.c.company_id,
    )
    .where(_CANDIDATES.c.tier == 1, _CANDIDATES.c.place <= COMPARED_MAX)
    .order_by(Reply.topic_id, _CANDIDATES.c.place)
)


def answers_for(topic_ids: Sequence[int], text: str = "", *, body: str = "") -> dict[int, Answer]:
    """Return the best reply of each of these topics that has one, in one statement.

    Best is the company's official answer, then what the asker accepted, then what
    most people with the same issue accepted, then what worked for more than it failed
    for. Among replies with the same verdicts the words decide, and a little what was
    found helpful and what came first.

    Args:
        text: what is asked by whoever is to read them; the passage shown is about it.
        body: the details, once there are any.
    """
    if not topic_ids:
        return {}
    compared: dict[int, list[Any]] = defaultdict(list)
    for row in rows(_COMPARED, topic_ids=list(topic_ids)):
        compared[row.topic_id].append(row)
    spoken = {topic: languages.primary(its[0].language) for topic, its in compared.items()}
    questions = {
        language: Question(text, body, language=language) for language in set(spoken.values())
    }
    return {topic: _best(its, questions[spoken[topic]]) for topic, its in compared.items()}


def _best(replies: Sequence[Any], question: Question) -> Answer:
    """Return the answer among the replies of one topic that have the same verdicts."""
    read = [passages.read(row.body_html, question.language) for row in replies]
    chosen = passages.best(read, question)
    return _answer(replies[chosen], read[chosen].passage(question))


def _answer(row: Any, passage: Passage) -> Answer:
    return Answer(
        reply_id=row.id,
        speaker=speakers.speaker_of(
            row,
            company_name=row.company_name,
            asker_id=row.asker_id,
            speaks_for_company=row.speaks_for_company,
            now=clock.now(),
        ),
        passage=passage,
        html=Markup(row.body_html),  # noqa: S704 (sanitised at write time)
        is_official=bool(row.is_official),
        accepted_count=row.accepted_count,
        accepted_by_asker=bool(row.by_asker),
        worked_count=row.worked_count,
        failed_count=row.failed_count,
        helped_count=row.helped_count,
    )
