"""Judging posts before anybody sees them, and learning from what moderators decide.

A post is shown, or shown while moderators look at it, or held until they have. What is held is
the author's to see; released, it stands where it would have stood, and its news goes out then.
Trusted members, moderators and operators are never held by this, whatever they write; nobody is
spared or suspected for speaking for a company.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import ColumnElement, exists, or_, select, update

from community.accounts.models import User
from community.core import clock
from community.core.db import db
from community.core.sql import add_once, change, changed, insert
from community.moderation import spam, words
from community.moderation.models import (
    Case,
    Decision,
    DecisionAction,
    LogAction,
    LogRole,
    Office,
    Restriction,
    SpamCount,
    SpamJudgement,
)
from community.moderation.models.cases import name_in_log
from community.moderation.models.offices import is_held_by
from community.moderation.queries import restrictions, targets
from community.moderation.queries import spam as known
from community.moderation.services import cases, log, pace
from community.moderation.spam import Judgement, Outcome, Seen, Sign, Text
from community.search import languages
from community.topics.models import AskedBy, Post, Reply, Rule, Sight, Tombstone, Topic
from community.topics.services import visibility

STANDS = timedelta(days=7)  # a post that nobody has taken out of sight until then is honest
ROWS_MAX = 5_000  # counts in one statement, of three variables each; SQLite takes 32,766


def look_at(post: Post) -> None:
    """Judge a post that has just been made and that nobody else has seen.

    It is held if it is likely to be spam, or if a moderator has decided that whatever its author
    posts is looked at first. So is a guest's question if the member whose address they gave could
    not have posted it.
    """
    author = targets.author_of(post)
    judgement, fingerprint = _judge(post, author, known.text_of(post))
    restriction = restrictions.looked_at_first(author.id, post.created_at)
    outcome = judgement.outcome
    is_bound = author.is_guest and isinstance(post, Topic) and pace.binds_guest(author, post)
    if restriction is not None or is_bound:
        outcome = Outcome.HELD
    elif outcome is Outcome.HELD and any(is_held_by(author, office) for office in Office):
        outcome = Outcome.LOOKED_AT
    _keep(post, judgement, outcome, fingerprint)
    if outcome is Outcome.HELD:
        _hold(post, author, judgement, restriction)
    elif outcome is Outcome.LOOKED_AT:
        cases.weigh(cases.open_for(post))


def look_again(post: Post) -> None:
    """Judge a post that others have seen: edited, or brought by an import. It is never held."""
    kept = known.judgement_of(post)
    if post.hidden_at is not None or (kept is not None and kept.is_spam is not None):
        return
    judgement, fingerprint = _judge(
        post, targets.author_of(post), _text(post), is_alone=kept is None
    )
    outcome = Outcome.SHOWN if judgement.outcome is Outcome.SHOWN else Outcome.LOOKED_AT
    if kept is not None:
        forget(kept)
    _keep(post, judgement, outcome, fingerprint)
    if outcome is Outcome.LOOKED_AT:
        cases.weigh(cases.open_for(post))


def look_through(limit: int) -> int:
    """Judge some posts that nobody has judged, such as imported ones. Return how many."""
    posts = known.unjudged(limit)
    for post in posts:
        look_again(post)
    return len(posts)


def learn(post: Post, *, is_spam: bool) -> None:
    """Learn from what somebody who looked has decided of a post; deciding anew overrules."""
    judgement = known.judgement_of(post)
    if judgement is None:
        return
    change(judgement, is_spam=is_spam)
    if judgement.learnt_as_spam is not is_spam:
        forget(judgement)
        _count([_keys(post, judgement)], is_spam=is_spam)
        change(judgement, learnt_as_spam=is_spam)


def forget(judgement: SpamJudgement) -> None:
    """Take back what was learnt from a post.

    If the post was edited meanwhile, what stood in it before stays counted; no count falls below 0.
    """
    if judgement.learnt_as_spam is None:
        return
    was = judgement.learnt_as_spam
    _uncount(_keys(_post_of(judgement), judgement), is_spam=was)
    change(judgement, learnt_as_spam=None)


def settle(limit: int) -> int:
    """Learn that posts are honest which have stood for a week and wait for nobody to look.

    Return how many were learnt from.
    """
    rows = _settled(clock.now() - STANDS, limit)
    posts = [_post_of(row) for row in rows]
    _count(map(_keys, posts, rows), is_spam=False)
    for row in rows:
        row.learnt_as_spam = False
    db.session.flush()
    return len(rows)


def end_holds(case: Case) -> None:
    """Note of what was held and is released that holding it was wrong."""
    now = clock.now()
    held = select(Decision).where(
        Decision.case_id == case.id,
        Decision.action == DecisionAction.HOLD,
        Decision.overturned_at.is_(None),
    )
    for decision in db.session.scalars(held):
        decision.overturned_at = now
    db.session.flush()


# -- judging ------------------------------------------------------------------------------------


def _judge(
    post: Post, author: User, text: Text, *, is_alone: bool = False
) -> tuple[Judgement, int | None]:
    """Return how a post is judged, and its fingerprint.

    Args:
        is_alone: it came with many others at once, which are no repetition of each other.
    """
    fingerprint = spam.fingerprint(text.whole)
    seen = Seen() if is_alone else known.seen(fingerprint, author.id, post.created_at)
    signs = spam.signs_of(text, known.writer_of(author, post), seen)
    language = languages.detect(text.whole)
    learnt = known.learnt(spam.learnable(text, signs, language))
    return spam.judge(text, signs, learnt, language=language), fingerprint


def _keep(post: Post, judgement: Judgement, outcome: Outcome, fingerprint: int | None) -> None:
    values = {
        "score": judgement.score,
        "parts": json.dumps([[part.name, round(part.weight, 3)] for part in judgement.parts]),
        "outcome": outcome,
        "fingerprint": fingerprint,
    }
    if not add_once(SpamJudgement, **targets.keys_of(post), **values, created_at=post.created_at):
        kept = known.judgement_of(post)
        assert kept is not None  # or it would have been added
        change(kept, **values)


def _hold(post: Post, author: User, judgement: Judgement, restriction: Restriction | None) -> None:
    """Take a new post out of sight until somebody has looked, and write that down.

    Of a guest's question nothing is said but that it is one: what spoke for spam, or that nothing
    did, would tell whether their address is that of a member who may not post.
    """
    waiting = cases.open_for(post)
    rule, asked_by, reason = Rule.SPAM, AskedBy.AUTOMATIC, _reason(judgement)
    details: dict[str, object] = {"case": waiting.id}
    if author.is_guest:
        reason = gettext("A question without an account. Somebody will look at it.")
    else:
        details["percent"] = int(judgement.score * 100)
    if restriction is not None:
        decided = db.session.get_one(Decision, restriction.decision_id)
        rule, asked_by = decided.rule or Rule.SPAM, AskedBy.MODERATOR
        details |= {"by": decided.log_seq}
        reason = gettext("A moderator has decided that posts of this person are looked at first.")
    row = log.append(
        LogAction.HOLD,
        role=LogRole.AUTOMATIC,
        target=name_in_log(waiting),
        rule=rule,
        company=cases.company_slug(waiting),
        details=details,
        texts={"reason": reason},
    )
    visibility.hide(post, sight=Sight.HELD, rule=rule, asked_by=asked_by, log_seq=row.seq)
    db.session.add(
        Decision(
            case_id=waiting.id,
            moderator_id=None,
            action=DecisionAction.HOLD,
            rule=rule,
            reason=reason,
            log_seq=row.seq,
            created_at=row.at,
        )
    )
    cases.weigh(waiting)


def _reason(judgement: Judgement) -> str:
    """Return in words, for the log, what spoke most for spam; nothing of what was written."""
    against = sorted(
        (part for part in judgement.parts if part.weight > 0), key=lambda part: -part.weight
    )
    reason: str = gettext(
        "Likely to be spam: %(signs)s. Somebody will look at it.",
        signs=", ".join(str(words.SPAM_PARTS[part.name]) for part in against[:3]),
    )
    return reason


# -- learning -----------------------------------------------------------------------------------


def _keys(post: Post, judgement: SpamJudgement) -> list[str]:
    text = _text(post)
    names = {part.name for part in known.parts_of(judgement)}
    signs = [sign for sign in Sign if sign.value in names]
    return spam.learnable(text, signs, languages.detect(text.whole))


def _settled(before: datetime, limit: int) -> Sequence[SpamJudgement]:
    """Return judgements of posts that have stood long enough, the oldest first."""
    waits = _is_there(Case, Case.decided_at.is_(None))
    is_away = _is_there(Tombstone, Tombstone.lifted_at.is_(None))
    return db.session.scalars(
        select(SpamJudgement)
        .where(
            SpamJudgement.created_at <= before,
            SpamJudgement.learnt_as_spam.is_(None),
            SpamJudgement.is_spam.is_(None),
            ~waits,
            ~is_away,
        )
        .order_by(SpamJudgement.created_at, SpamJudgement.id)
        .limit(limit)
    ).all()


def _is_there(table: type[Case | Tombstone], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    same_post = or_(
        table.topic_id == SpamJudgement.topic_id, table.reply_id == SpamJudgement.reply_id
    )
    return exists().where(condition, same_post)


def _count(posts: Iterable[Collection[str]], *, is_spam: bool) -> None:
    """Count what stands in posts, in one order, so that two who count do not wait in a ring."""
    counts = Counter(key for keys in posts for key in keys)
    column = SpamCount.spam if is_spam else SpamCount.honest
    ordered = sorted(counts.items())
    for at in range(0, len(ordered), ROWS_MAX):
        added = insert(SpamCount).values(
            [
                {"token": key, "spam": 0, "honest": 0, column.key: number}
                for key, number in ordered[at : at + ROWS_MAX]
            ]
        )
        more = {column.key: column + added.excluded[column.key]}
        changed(added.on_conflict_do_update(index_elements=["token"], set_=more))


def _uncount(keys: Collection[str], *, is_spam: bool) -> None:
    column = SpamCount.spam if is_spam else SpamCount.honest
    mine = SpamCount.token.in_(keys)
    db.session.execute(
        select(SpamCount.token).where(mine).order_by(SpamCount.token).with_for_update()
    ).all()
    changed(update(SpamCount).where(mine, column > 0).values({column.key: column - 1}))


def _text(post: Post) -> Text:
    """Return what a post says, also while it is covered."""
    said = visibility.words_of(post)
    names = known.names_of(post) if isinstance(post, Topic) else ()
    return Text(said.title, said.body, names)


def _post_of(judgement: SpamJudgement) -> Post:
    if judgement.topic_id is not None:
        return db.session.get_one(Topic, judgement.topic_id)
    return db.session.get_one(Reply, judgement.reply_id)
