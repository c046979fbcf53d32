"""How large a request may be: little, except where a view takes files.

The limit is known before anything reads the form, which the fence against forgery does
for every view. What is too large is taken off the line and dropped, piece by piece:
a browser whose sending is cut off shows no answer of ours, only that the line broke.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

DROPPED_MAX = 64 * 1024 * 1024  # bytes; of more the line breaks
DROPPING_S_MAX = 20.0
_PIECE = 256 * 1024  # bytes
_MARK = "takes_body"

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Body:
    """What a view takes: so many bytes, and what is said of more, given their number."""

    limit: int
    too_large: Callable[[int], str]


def init_app(app: Flask) -> None:
    """Set the limit of each request before anything else looks at it."""
    app.before_request(set_limit)


def takes(
    limit: int, *, too_large: Callable[[int], str]
) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
    """Let a view take larger requests than others.

    Args:
        limit: bytes of the whole request, files and fields together.
        too_large: returns the sentence for a request of so many bytes.
    """

    def marked(view: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
        setattr(view, _MARK, Body(limit, too_large))
        return view

    return marked


def set_limit() -> None:
    """Answer 413 to a request that is larger than its view takes."""
    body: Body | None = getattr(current_app.view_functions.get(request.endpoint or ""), _MARK, None)
    if body is not None:
        request.max_content_length = body.limit
    most, sent = request.max_content_length, request.content_length
    if most is not None and sent is not None and sent > most:
        _drop(sent)
        abort(413, body.too_large(sent) if body is not None else RequestEntityTooLarge.description)


def _drop(left: int) -> None:
    """Read what is on its way, keeping nothing of it."""
    stream, until = request.environ["wsgi.input"], time.monotonic() + DROPPING_S_MAX
    left = min(left, DROPPED_MAX)
    while left > 0 and time.monotonic() < until:
        piece = stream.read(min(left, _PIECE))
        if not piece:
            return
        left -= len(piece)
