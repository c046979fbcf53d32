"""How sure it is that a topic fits what was asked: below `SHOWN_FROM` nothing is better than noise.

    confidence = 1 / (1 + exp(-(constant + similarity * s + coverage * c + evidence * e)))

where ``s`` is the similarity of the meaning, ``c`` the share of what the question's words say that
the topic says too, and ``e`` how much that is. One of them alone says little: of three common words
all three are soon found, and in a long question a few rare ones by chance. The weights are
learnt from labelled sets by logistic regression (`evaluation.learning`), for each model of
sentence vectors and for words alone.

It is a probability where as many ask what somebody has asked before as ask what nobody has.
It decides what is shown, not in which order: that is what `relevance` and `ranking` do.
"""

import math
from typing import NamedTuple

SHOWN_FROM = 0.3


class Signs(NamedTuple):
    """What speaks for a topic."""

    similarity: float  # of the meaning, from 0 to 1; 0 where no vector tells
    coverage: float  # relevance by words, as a share of the weight of all words of the question
    evidence: float  # relevance by words, in words that a single topic of all holds


NO_SIGNS = Signs(0.0, 0.0, 0.0)


class Weights(NamedTuple):
    """What the signs count, in log-odds."""

    constant: float
    similarity: float
    coverage: float
    evidence: float

    def confidence(self, signs: Signs) -> float:
        """Return the chance that a topic with these signs fits, from 0 to 1."""
        odds = self.constant + sum(
            weight * sign for weight, sign in zip(self[1:], signs, strict=True)
        )
        return 1 / (1 + math.exp(-odds)) if odds > -700 else 0.0


# Learnt with a constant of -6.6. Words alone tell what fits from noise less well, and where they are
# all there is, a little noise is the lesser evil: it keeps 99.8 % of what fits instead of 97 %.
WORDS_ALONE = Weights(-5.1, 0.0, 20.3, 2.2)
