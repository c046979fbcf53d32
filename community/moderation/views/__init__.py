"""The pages of moderation: flags, the queue, the public log, appeals, reports."""

from flask import Blueprint

from community.moderation import models

bp = Blueprint("moderation", __name__)

from community.moderation.views import modes  # noqa: E402 (they add their routes)
from community.moderation.views.modes import site_notice  # noqa: E402

__all__ = ["bp", "models", "modes", "site_notice"]
