"""Where somebody is signed in, and signing out there."""

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from community.accounts import queries, services, sessions
from community.accounts.views import bp
from community.core import clock
from community.core.db import transaction
from community.web.limits import POST, limiter
from community.web.redirects import see_other


@bp.get("/account/sessions")
def browsers() -> ResponseReturnValue:
    """List where one is signed in."""
    user = sessions.actor()
    this = sessions.this_session()
    if user is None or this is None:
        return sessions.sign_in_first()
    all_of_them = queries.sessions_of(user, at=clock.now())
    return render_template(
        "accounts/browsers.html",
        this=this,
        others=[session for session in all_of_them if session.id != this.id],
    )


@bp.post("/account/sessions/<int:session_id>/end")
@limiter.limit(POST)
def end_browser(session_id: int) -> ResponseReturnValue:
    """Sign out in one browser, which may be this one."""
    user = sessions.actor()
    this = sessions.this_session()
    if user is None or this is None:
        return sessions.sign_in_first(url_for("accounts.browsers"))
    if session_id == this.id:
        sessions.sign_out()
        return see_other("/")
    with transaction():
        ended = services.end_session_of(user, session_id)
    flash(_("You are signed out there.") if ended else _("You were not signed in there any more."))
    return see_other(url_for("accounts.browsers"))


@bp.post("/account/sessions/end-others")
@limiter.limit(POST)
def end_other_browsers() -> ResponseReturnValue:
    """Sign out in every browser but this one."""
    user = sessions.actor()
    this = sessions.this_session()
    if user is None or this is None:
        return sessions.sign_in_first(url_for("accounts.browsers"))
    with transaction():
        count = services.end_other_sessions(user, this.id)
    flash(
        ngettext(
            "You are signed out in %(num)s other browser.",
            "You are signed out in %(num)s other browsers.",
            count,
        )
    )
    return see_other(url_for("accounts.browsers"))


@bp.post("/account/signout-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """Sign out of every browser, this one too."""
    user = sessions.actor()
    if user is None:
        return sessions.sign_in_first(url_for("accounts.browsers"))
    with transaction():
        services.sign_out_everywhere(user)
    sessions.sign_out()
    flash(_("You are signed out everywhere."))
    return see_other(url_for("accounts.sign_in"))
