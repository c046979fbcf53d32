"""What the writing box asks for while somebody types: a preview, names, and a warning."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from community.accounts import queries as accounts
from community.accounts.sessions import actor
from community.core import markup, text
from community.web.caching import same_for_visitors
from community.web.limits import SUGGEST, limiter
from community.writing.views import bp
from community.writing.views.review import findings_in, rendered

TEXT_MAX = 50_000  # characters; no post is longer
PEOPLE_MAX = 8
HEAVIEST = 30  # previews that a text which is as hard to read as can be counts for


def _weight() -> int:
    """Return how many tries a preview counts for: one, unless it takes uncommonly long."""
    return 1 + int(markup.effort(_typed()) * HEAVIEST)


@bp.post("/writing/preview")
@limiter.limit(SUGGEST, cost=_weight)
def preview() -> ResponseReturnValue:
    """Answer how a text will look, as a fragment: the very HTML that posting would keep."""
    return render_template("writing/_preview.html", html=rendered(_typed()))


@bp.post("/writing/check")
@limiter.limit(SUGGEST)
def check() -> ResponseReturnValue:
    """Answer what in a text looks like personal data, as a fragment; empty when nothing does."""
    typed = _typed()
    findings = [(found, _in_browsers(typed, found.start)) for found in findings_in(typed)]
    return render_template("writing/_findings.html", findings=findings)


@bp.get("/writing/people")
@limiter.limit(SUGGEST)
def people() -> ResponseReturnValue:
    """Answer the people whose names begin with ``q``, as JSON, for who is signed in."""
    if actor() is None:
        abort(403, _("Sign in to look people up."))
    found = accounts.beginning_with(text.one_line(request.args.get("q", "")), limit=PEOPLE_MAX)
    return {"people": [{"username": one.username, "name": one.name} for one in found]}


@bp.get("/keys")
@same_for_visitors
def keys() -> ResponseReturnValue:
    """Show the keys of the site, and the signs of Markdown."""
    return render_template("writing/keys.html")


def _typed() -> str:
    """Return the text with the line ends that a text area has."""
    return request.form.get("text", "").replace("\r\n", "\n")[:TEXT_MAX]


def _in_browsers(typed: str, position: int) -> int:
    """Return where ``position`` is for a script, which counts a sign above U+FFFF as two."""
    return len(typed[:position].encode("utf-16-le", "surrogatepass")) // 2
