"""Rule N2: the one sentence about a company that is absent. It is no judgement."""

from flask_babel import gettext


def absent(name: str) -> str:
    """Say that the company called ``name`` has not joined."""
    return str(gettext("%(name)s has not joined this page. It is run by its customers.", name=name))
