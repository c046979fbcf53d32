"""Weighing: how likely a post is spam, what is done with it, and why.

The log-odds of spam are a sum, and the score is what they come to as a probability::

    L = ln(p / (1 - p)) + sum of signs + words        score = 1 / (1 + exp(-L))

p is `PRIOR`. **Signs** are naive Bayes. A sign weighs ``ln(x / y)`` with ``x = (s + K a) / (S + K)``
and ``y = (h + K b) / (H + K)``, where s of S spam posts and h of H honest ones had it; a and b are
the shares expected before anything was learnt (`EXPECTED`), as sure as K posts.

**Words** are Robinson's and Fisher's (G. Robinson 2003, "A Statistical Approach to the Spam
Problem", Linux Journal 107). Of each word ``q = (s / S) / (s / S + h / H)``; seen n = s + h times it
is rated ``f = (k / 2 + n q) / (k + n)``, so that what is seldom seen says little. The m ratings
farthest from 1/2 are combined by Fisher's method: with C the survival function of chi squared of
2 m degrees of freedom, ``I = (1 + C(-2 sum ln f) - C(-2 sum ln(1 - f))) / 2`` is near 1 for spam, near 0
for honest posts, and near 1/2 where words say nothing or contradict each other. Its log-odds, at
most `WORDS_LIMIT` either way, are what the words weigh.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from community.moderation.spam.learning import LANGUAGE, Counts, Learnt, key_of, keys, words_of
from community.moderation.spam.signs import IN_TEXT, Sign, Text

PRIOR = 0.02  # the share of spam among posts, on a usual day
HOLD_FROM = 0.95
LOOK_FROM = 0.5

STRENGTH = 20  # posts: K
WORD_STRENGTH = 1.0  # posts: k
LEARNT_MIN = 20  # posts of each kind, before words count
TELLING = 0.1  # the least distance of a word from 1/2
TELLING_MAX = 50  # words that are looked at, the most telling
WORDS_LIMIT = 5.0  # log-odds
READS_HONEST = -3.0  # log-odds of words: signs alone do not hold such a post
LANGUAGE_MIN = 20  # honest posts in a language, before its words alone can hold a post


class Outcome(StrEnum):
    """What is done with a post."""

    SHOWN = "shown"
    LOOKED_AT = "looked_at"  # shown, and in the queue
    HELD = "held"


class Part(NamedTuple):
    """One thing that spoke for spam (above 0) or against it (below)."""

    name: str  # of a sign, "words" or "prior"
    weight: float  # log-odds
    words: tuple[str, ...] = ()  # the most telling ones, of the part "words"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How likely a post is spam, from 0 to 1, and what that comes from."""

    score: float
    outcome: Outcome
    parts: tuple[Part, ...]


class Expected(NamedTuple):
    """In what share of spam and honest posts a sign is expected before anything was learnt."""

    spam: float
    honest: float


EXPECTED = {
    Sign.NUMBER_TO_CALL: Expected(0.5, 0.012),
    Sign.CALL_IN_TITLE: Expected(0.4, 0.003),
    Sign.CALL_IN_NAME: Expected(0.2, 0.00025),
    Sign.DISGUISED_NUMBER: Expected(0.3, 0.003),
    Sign.DISGUISED_LETTERS: Expected(0.1, 0.002),
    Sign.CODE_TO_REDEEM: Expected(0.2, 0.002),
    Sign.DECORATED: Expected(0.3, 0.004),
    Sign.LINK_IN_TITLE: Expected(0.05, 0.02),
    Sign.MANY_LINKS: Expected(0.15, 0.03),
    Sign.REPEATED_BY_AUTHOR: Expected(0.1, 0.02),
    Sign.REPEATED_BY_OTHERS: Expected(0.2, 0.005),
    Sign.REPEATED_OFTEN: Expected(0.5, 0.002),
    Sign.LIKE_SPAM: Expected(0.5, 0.001),
    Sign.MANY_AT_ONCE: Expected(0.3, 0.005),
    Sign.NEW_WRITER: Expected(0.9, 0.7),
    Sign.LONG_HERE: Expected(0.002, 0.1),  # speaks against spam
}


def judge(
    text: Text, signs: Collection[Sign], learnt: Learnt, *, language: str | None
) -> Judgement:
    """Return how likely a post is spam and what is done with it.

    Args:
        learnt: the counts of everything that `learnable` names for this post.
        language: its primary subtag, if it is known.
    """
    seen = [Part(sign.value, _weight(sign, learnt)) for sign in sorted(signs)]
    words = weigh_words(text, learnt)
    if learnt.of(f"{LANGUAGE}{language or ''}").honest < LANGUAGE_MIN:
        # Nobody honest has written in it yet: its commonest words would look like spam.
        words = words._replace(weight=min(words.weight, 0.0))
    parts = (Part("prior", _logit(PRIOR)), *seen, words)
    total = sum(part.weight for part in parts)
    score = 1 / (1 + math.exp(-total))
    outcome = _outcome(score, signs, words.weight)
    return Judgement(score, outcome, tuple(part for part in parts if part.weight))


def _outcome(score: float, signs: Collection[Sign], words: float) -> Outcome:
    """Return what is done.

    What reads like others' posts here is shown while somebody looks. So is what has nothing to be
    seen in it: copying a complaint, and having the copies removed, must not hold the complaint. And
    so is what has one sign, however much that has come to weigh, and words that are no spam's; but
    no complaint has a number to call in a name.
    """
    telling = set(signs) - {Sign.NEW_WRITER, Sign.LONG_HERE}
    is_seen = not IN_TEXT.isdisjoint(telling)
    is_sure = len(telling) > 1 or words > 0 or Sign.CALL_IN_NAME in telling
    if score >= HOLD_FROM and words > READS_HONEST and is_seen and is_sure:
        return Outcome.HELD
    return Outcome.LOOKED_AT if score >= LOOK_FROM else Outcome.SHOWN


def _weight(sign: Sign, learnt: Learnt) -> float:
    expected, everything = EXPECTED[sign], learnt.all
    (key,) = keys([sign])
    found = learnt.of(key)
    of_spam = (found.spam + STRENGTH * expected.spam) / (everything.spam + STRENGTH)
    of_honest = (found.honest + STRENGTH * expected.honest) / (everything.honest + STRENGTH)
    return math.log(of_spam / of_honest)


def weigh_words(text: Text, learnt: Learnt) -> Part:
    """Return what the words of a text weigh, and which of them told most."""
    if min(learnt.all) < LEARNT_MIN:
        return Part("words", 0.0)
    rated = [
        (word, _rate(found, learnt.all))
        for word in words_of(text)
        if (found := learnt.counts.get(key_of(word)))
    ]
    telling = sorted(
        ((word, rate) for word, rate in rated if abs(rate - 0.5) >= TELLING),
        key=lambda one: -abs(one[1] - 0.5),
    )[:TELLING_MAX]
    if not telling:
        return Part("words", 0.0)
    weight = _logit(_fisher([rate for _, rate in telling]))
    towards = [word for word, rate in telling if (rate > 0.5) == (weight > 0)]
    limited = max(-WORDS_LIMIT, min(WORDS_LIMIT, weight))
    return Part("words", limited, tuple(towards[:8]))


def _rate(found: Counts, everything: Counts) -> float:
    of_spam, of_honest = found.spam / everything.spam, found.honest / everything.honest
    seen = found.spam + found.honest
    rate = of_spam / (of_spam + of_honest)
    return (WORD_STRENGTH * 0.5 + seen * rate) / (WORD_STRENGTH + seen)


def _fisher(rates: Collection[float]) -> float:
    """Return Fisher's combination of probabilities, from 0 (honest) to 1 (spam)."""
    degrees = 2 * len(rates)
    spam = _chi2_survival(-2 * sum(math.log(rate) for rate in rates), degrees)
    honest = _chi2_survival(-2 * sum(math.log1p(-rate) for rate in rates), degrees)
    return (1 + spam - honest) / 2


def _chi2_survival(value: float, degrees: int) -> float:
    """Return how likely chi squared of an even number of degrees of freedom exceeds ``value``."""
    half = value / 2
    term = total = math.exp(-half)
    for step in range(1, degrees // 2):
        term *= half / step
        total += term
    return min(total, 1.0)


def _logit(share: float) -> float:
    share = min(max(share, 1e-9), 1 - 1e-9)
    return math.log(share / (1 - share))
