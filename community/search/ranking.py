"""What weighs besides relevance: is a topic's answer trusted, does it still hold, is it for us?

    score = relevance * trust * expertise * freshness * subject * language

Every factor stays close to 1, so that together they order topics that fit about equally well and
never lift one that does not fit: `MOST` is less than twice `LEAST`, so a topic that is twice as
relevant as another always comes first.

=========  ==============================  =======================================================
factor     from, to                        grows with
=========  ==============================  =======================================================
trust      1, 1 + `TRUSTED_MOST`           verdicts: solved, accepted, official, people helped
expertise  1, 1 + `EXPERT_MOST`            what the author of the answer has solved at the company
freshness  1 - `AGED`, 1                   how lately the answer was given or confirmed
subject    1, 1 + `SAME_COMPANY` +         the company and the product that are asked about
           `SAME_PRODUCT`
language   1 - `UNREAD`, 1                 whether the reader reads it
=========  ==============================  =======================================================

People helped and topics solved count by their logarithm, for the second says more than the
hundredth. docs/search.md tells on what the numbers were tuned, and what no set can tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from community.search.documents import NOT_SAID

SOLVED = 0.01
ACCEPTED = 0.01
OFFICIAL = 0.02
HELPED = 0.03  # for each doubling of the people helped, up to
HELPED_MOST = 0.18
TRUSTED_MOST = SOLVED + ACCEPTED + OFFICIAL + HELPED_MOST

EXPERT = 0.005  # for each doubling of the topics solved, up to
EXPERT_MOST = 0.025
DOUBLINGS_MOST = round(EXPERT_MOST / EXPERT)

HALF_LIFE_DAYS = 365.0
AGED = 0.10  # what the oldest lose

SAME_COMPANY = 0.05
SAME_PRODUCT = 0.05

UNREAD = 0.15  # what topics lose that are in a language the reader does not read

LEAST = (1 - AGED) * (1 - UNREAD)
MOST = (1 + TRUSTED_MOST) * (1 + EXPERT_MOST) * (1 + SAME_COMPANY + SAME_PRODUCT)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asker:
    """What is known of whoever asks, besides their words. What is not known moves nothing."""

    languages: frozenset[str] = frozenset()  # they read, by primary subtag; none: any
    company_ids: frozenset[int] = frozenset()  # that they may be asking about
    product_ids: frozenset[int] = frozenset()  # the same; a product is of one company

    def reading(self, language: str) -> "Asker":
        """Return the asker as somebody who reads the language of what they wrote as well."""
        if not self.languages or language == NOT_SAID:
            return self
        return replace(self, languages=self.languages | {language})


ANYBODY = Asker()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ranking knows of a topic, or of many: then each is an array of one shape."""

    company_id: ArrayLike
    language: ArrayLike
    is_solved: ArrayLike
    has_accepted: ArrayLike
    has_official: ArrayLike
    helped_count: ArrayLike
    expertise: ArrayLike  # `doublings` of what the author of its best answer has solved
    confirmed: ArrayLike  # when it was last answered or confirmed, in seconds since 1970


def doublings(solved_count: int) -> int:
    """Return how much of an expert somebody is: 0 with nothing solved, then one a doubling.

    A number that rarely changes, for whenever it does, all topics they have answered are
    indexed anew.
    """
    return min(solved_count.bit_length(), DOUBLINGS_MOST)


def factors(
    standing: Standing, asker: Asker, at: datetime, *, is_of_product: ArrayLike = False
) -> Mapping[str, Floats]:
    """Return what relevance is multiplied with, by name; their product is `LEAST` to `MOST`.

    Args:
        at: the moment freshness is measured from.
        is_of_product: whether the topic is filed under a product that is asked about.
    """
    return {
        "trust": _trust(standing),
        "expertise": 1 + EXPERT * np.minimum(standing.expertise, DOUBLINGS_MOST),
        "freshness": _freshness(standing, at),
        "subject": _subject(standing, asker, is_of_product),
        "language": _language(standing, asker),
    }


def _trust(standing: Standing) -> Floats:
    helped = HELPED * np.log2(1.0 + np.asarray(standing.helped_count))
    return (
        1.0
        + SOLVED * np.asarray(standing.is_solved)
        + ACCEPTED * np.asarray(standing.has_accepted)
        + OFFICIAL * np.asarray(standing.has_official)
        + np.minimum(helped, HELPED_MOST)
    )


def _freshness(standing: Standing, at: datetime) -> Floats:
    age_days = np.maximum(0.0, at.timestamp() - np.asarray(standing.confirmed)) / 86_400
    return 1 - AGED * (1 - np.exp2(-age_days / HALF_LIFE_DAYS))


def _subject(standing: Standing, asker: Asker, is_of_product: ArrayLike) -> Floats:
    return (
        1.0
        + SAME_COMPANY * np.isin(standing.company_id, list(asker.company_ids))
        + SAME_PRODUCT * np.asarray(is_of_product)
    )


def _language(standing: Standing, asker: Asker) -> Floats:
    """Return less for what the reader does not read. What nobody knows the language of, they do."""
    is_read = np.isin(standing.language, [*asker.languages, NOT_SAID])
    return np.where(is_read, 1.0, 1.0 - UNREAD) if asker.languages else np.ones(is_read.shape)
