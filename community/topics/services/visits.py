"""Visits: random bytes by which an asker's path is known and nobody's name.

`community.topics.visits` hands them out.
"""

import re

from flask_babel import gettext

from community.core.errors import Invalid
from community.topics.models import VISIT_LENGTH

_VISIT = re.compile(rf"[0-9a-f]{{{VISIT_LENGTH}}}")


def is_visit(text: str) -> bool:
    """Tell whether ``text`` looks like a visit of ours."""
    return _VISIT.fullmatch(text) is not None


def require_visit(visit: str | None) -> str:
    """Return ``visit``.

    Raises:
        Invalid: it is not `VISIT_LENGTH` hexadecimal digits.
    """
    if visit is None or not is_visit(visit):
        raise Invalid(gettext("This visit is not known; load the page again."))
    return visit
