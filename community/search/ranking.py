"""What weighs besides the words: can the topic be trusted, and is it fresh?

    score = relevance * trust * freshness

Both factors stay close to 1, so that they decide between topics that fit about equally well and
never lift one that does not fit. ``trust`` grows with the logarithm of the people helped, for
the second person says more than the hundredth; ``freshness`` halves its loss every
`HALF_LIFE_DAYS`.
"""

import math
from dataclasses import dataclass
from datetime import datetime

HALF_LIFE_DAYS = 365.0

SOLVED = 0.06
ACCEPTED = 0.06
OFFICIAL = 0.06
HELPED = 0.02  # for each doubling of the people helped, up to
HELPED_MOST = 0.12
AGED = 0.10  # what the oldest topics lose


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ranking knows of a topic."""

    is_solved: bool
    has_accepted: bool
    has_official: bool
    helped_count: int
    last_activity: float  # seconds since 1970


def trust(standing: Standing) -> float:
    """Return a factor from 1 (nobody has confirmed anything) to 1.3."""
    helped = min(HELPED * math.log2(1 + standing.helped_count), HELPED_MOST)
    return (
        1
        + SOLVED * standing.is_solved
        + ACCEPTED * standing.has_accepted
        + OFFICIAL * standing.has_official
        + helped
    )


def freshness(standing: Standing, at: datetime) -> float:
    """Return a factor from 1 - `AGED` (long forgotten) to 1 (active now)."""
    age_days = max(0.0, at.timestamp() - standing.last_activity) / 86_400
    return 1 - AGED * (1 - math.exp2(-age_days / HALF_LIFE_DAYS))
