"""The pages of moderation: flags, the queue, the public log, appeals, reports."""

from flask import Blueprint

from community.moderation import models

bp = Blueprint("moderation", __name__)

__all__ = ["bp", "models"]
