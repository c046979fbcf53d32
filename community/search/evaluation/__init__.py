"""How good are the suggestions? Labelled sets, what is counted on them, and how sure that is.

sets         what a labelled set is; reading and writing one
slips        queries as they are mistyped
retrieval    asking a set's queries through `SearchIndex.similar`
measures     hit@k, MRR and nDCG of single queries and of a run
intervals    how far a figure would move with other queries: the bootstrap
calibration  what a score says of the chance that a topic fits
confidence   what is shown to queries that nothing fits
"""

from community.search.evaluation.measures import Figures, Outcome, quantile
from community.search.evaluation.retrieval import Run, evaluate
from community.search.evaluation.sets import (
    BadSet,
    Item,
    LabelledSet,
    Labels,
    document,
    evenly,
    read_set,
    write_set,
)

__all__ = [
    "BadSet",
    "Figures",
    "Item",
    "LabelledSet",
    "Labels",
    "Outcome",
    "Run",
    "document",
    "evaluate",
    "evenly",
    "quantile",
    "read_set",
    "write_set",
]
