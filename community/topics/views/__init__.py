"""The screens of topics: `show` reads one and judges it, `ask` asks."""

from flask import Blueprint

bp = Blueprint("topics", __name__)

from community.topics.views import ask  # noqa: E402 (it hangs its routes on `bp`)

__all__ = ["ask", "bp"]
