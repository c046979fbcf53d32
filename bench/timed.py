"""The site without rate limits, each answer saying in ``Server-Timing`` what its parts took.

A part is the time in a few functions, without what they call of other parts: so the parts add
up to the time in all of them.
"""

import threading
from collections import Counter
from collections.abc import Callable
from functools import wraps
from pkgutil import resolve_name
from time import perf_counter
from typing import Any

from flask import Response

from community.app import create_app

# Functions by their full names, as they are called.
PARTS = {
    "language": ("community.search.languages.detect", "community.search.languages.likely"),
    "vector": ("community.search.vectors.embedders.Embedder.embed",),
    "neighbours": (
        "community.search.vectors.table.Table.nearest",
        "community.search.vectors.table.Table.cosines",
    ),
    "words": ("community.search.engines.embedded.EmbeddedIndex.similar",),
    "scoring": ("community.search.retrieval._scored",),
    "guess": (
        "community.companies.queries.read_signs",
        "community.companies.queries.weigh",
        "community.topics.queries.suggestions._votes",
    ),
    "answers": ("community.topics.queries.suggestions._shown",),
    "template": ("community.topics.views.ask.render_template",),
}


class Watch(threading.local):
    """What the parts of the answer that a thread is at work on have taken so far."""

    def __init__(self) -> None:
        self.parts: Counter[str] = Counter()  # microseconds
        self.inside = 0.0  # seconds, of what the function that runs has called


_watch = Watch()


def _timed(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        outside, _watch.inside = _watch.inside, 0.0
        begun = perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            taken = perf_counter() - begun
            _watch.parts[part] += round((taken - _watch.inside) * 1e6)
            _watch.inside = outside + taken

    return run


def _tell(response: Response) -> Response:
    told = (f"{part};dur={_watch.parts[part] / 1e3:.3f}" for part in PARTS)
    response.headers["Server-Timing"] = ", ".join(told)
    _watch.parts.clear()
    return response


for part, names in PARTS.items():
    for name in names:
        owner_name, _, function_name = name.rpartition(".")
        owner = resolve_name(owner_name)
        setattr(owner, function_name, _timed(part, getattr(owner, function_name)))

app = create_app(RATELIMIT_ENABLED=False)
app.after_request(_tell)
