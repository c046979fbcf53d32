"""Joining, signing in and out, forgotten passwords, and one's own account.

Hashing and looking up happen before a transaction is opened; inside it there are only
the writes.
"""

from flask import Blueprint

bp = Blueprint("accounts", __name__)

from community.accounts.views import (  # noqa: E402, F401 (they add their routes)
    browsers,
    claim,
    join,
    leaving,
    password,
    settings,
    sign_in,
)
