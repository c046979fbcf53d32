"""The pages of moderation: flags, the queue, the public log, appeals, reports."""

from flask import Blueprint

bp = Blueprint("moderation", __name__)

from community.moderation.views import (  # noqa: E402, F401 (they add their routes)
    appeals,
    cases,
    flags,
    legal,
    log,
    modes,
    offices,
    transparency,
)
