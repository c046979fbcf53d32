"""The pages of moderation: flags, the queue, the public log, appeals, reports."""

from flask import Blueprint

from community.moderation import models

bp: Blueprint = Blueprint("moderation", __name__)

from community.moderation.views import (  # noqa: E402 (they add their routes)
    appeals,
    cases,
    flags,
    legal,
    log,
    modes,
    offices,
    transparency,
)
from community.moderation.views.modes import site_notice  # noqa: E402

__all__ = [
    "appeals",
    "bp",
    "cases",
    "flags",
    "legal",
    "log",
    "models",
    "modes",
    "offices",
    "site_notice",
    "transparency",
]
