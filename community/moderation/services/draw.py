"""Drawing jurors: at random, among those who have nothing to do with the case."""

import random
import secrets
from datetime import datetime

from community.core.db import db
from community.moderation.models import Appeal, Case, Decision
from community.moderation.queries import jurors

AT_ONCE = 50  # people whose stakes are asked for in one go

SYSTEM: random.Random = secrets.SystemRandom()  # nobody can foresee whom it draws


def draw(
    appeal: Appeal, case: Case, *, number: int, at: datetime, chance: random.Random = SYSTEM
) -> list[int]:
    """Return up to ``number`` people who may judge an appeal, each with the same chance.

    All who are eligible are put in a random order, and the first are taken who have no stake in
    a company concerned (rule N12): as fair as a draw among those without one, and asks for the
    stakes of few.

    Args:
        chance: where the order comes from; tests hand over one that can be repeated.
    """
    decision = db.session.get_one(Decision, appeal.decision_id)
    pool = list(jurors.eligible(appeal, case, at))
    chance.shuffle(pool)
    drawn: list[int] = []
    while pool and len(drawn) < number:
        some, pool = pool[:AT_ONCE], pool[AT_ONCE:]
        barred = jurors.barred(decision, case, some, at)
        drawn += [user_id for user_id in some if user_id not in barred]
    return drawn[:number]
