"""How soon a case is looked at. Pure: whatever the formula depends on is an argument.

Each flag is believed as far as its reporter was right before: with u upheld of j judged flags that
is (u + 1) / (j + 2), Laplace's rule of succession, so one half for whoever flags the first time. That
at least one of the flags of a rule is right has the chance 1 - Π (1 - belief). The harm of a case
is the sum over its rules of weight × chance, and

    risk = harm × (1 + log10(1 + reach))

An automatic rule that takes a post for spam counts as one flag more, believed as far as its score,
until somebody has looked. *reach* counts those who answered, follow or have the same. Cases wait by ``due_at``: a day
sooner than they were opened for each doubling of the risk, a day later for each halving. So what
is harmful comes first, and nothing waits for ever. Nobody's word counts by what company or role
they have.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from community.topics.models import Rule

# How much harm it does while it stands there, in flags for being off topic.
WEIGHTS = {
    Rule.UNLAWFUL: 8.0,
    Rule.PERSONAL_DATA: 8.0,
    Rule.ABUSE: 4.0,
    Rule.SPAM: 3.0,
    Rule.UNDISCLOSED_STAKE: 2.0,
    Rule.OFF_TOPIC: 1.0,
}
HELD = 4.0  # the harm of letting an author wait whose post nobody sees
LEAST = 1 / 64  # of a risk, so that it has a logarithm
A_DOUBLING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Said:
    """A flag, and how its reporter's flags were judged before."""

    rule: Rule
    upheld: int
    judged: int

    @property
    def belief(self) -> float:
        """The chance that it is right, from 0 to 1."""
        return (self.upheld + 1) / (self.judged + 2)


def risk_of(said: Iterable[Said], *, reach: int, is_held: bool, suspicion: float = 0.0) -> float:
    """Return the risk of a case, from 0 to about 100.

    Args:
        said: its open flags.
        reach: people, 0 or more.
        is_held: whether the post waits for the decision unseen.
        suspicion: the chance that it is spam, from 0 to 1, by an automatic rule.
    """
    doubts = {Rule.SPAM: 1 - suspicion}
    for one in said:
        doubts[one.rule] = doubts.get(one.rule, 1.0) * (1 - one.belief)
    harm = sum(WEIGHTS[rule] * (1 - doubt) for rule, doubt in doubts.items())
    return (harm + HELD * is_held) * (1 + math.log10(1 + reach))


def due_at(opened_at: datetime, risk: float) -> datetime:
    """Return the moment by which a case stands in the queue."""
    return opened_at - math.log2(max(risk, LEAST)) * A_DOUBLING
