"""Who is asking: the bridge between a browser's cookie and a `User`."""

import logging
from functools import partial

from flask import Flask, Response, flash, g, request, session, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import SQLAlchemyError
from ua_parser import parse
from werkzeug import Response as Redirect

from community.accounts import queries, services
from community.accounts.models import FRESH_FOR, SEEN_EVERY, Session, User
from community.core import clock
from community.core.db import transaction
from community.web import language, times
from community.web.redirects import see_other

KEY = "_user_id"  # Flask-Login's name for what we keep there: the key of a session
AGENT_MAX = 300  # characters of what a browser says of itself that are looked at

log = logging.getLogger(__name__)
login_manager = LoginManager()


class SignedIn(UserMixin):
    """What Flask-Login keeps: a person, and the session in which they ask."""

    def __init__(self, user: User, row: Session, key: str) -> None:
        self.user = user
        self.row = row
        self._key = key

    def get_id(self) -> str:
        """Return what the cookie holds: a random key, of which we keep a digest."""
        return self._key


def init_app(app: Flask) -> None:
    """Load the person behind each request, when it is first asked for."""
    login_manager.init_app(app)
    login_manager.user_loader(load)
    times.follow(app, lambda: _chosen("time_zone"))
    language.follow(app, lambda: _chosen("language"))
    app.after_request(partial(note_seen_afterwards, app))
    app.jinja_env.globals["viewer"] = None
    app.context_processor(lambda: {"viewer": actor()})


def load(key: str) -> SignedIn | None:
    """Return the person of a cookie, unless the session has ended since."""
    now = clock.now()
    found = queries.signed_in(key, at=now)
    if found is None:
        return None
    user, row = found
    if row.seen_at <= now - SEEN_EVERY:
        g.seen_session = row.id
        session.modified = True  # the browser keeps the cookie for as long again
    return SignedIn(user, row, key)


def actor() -> User | None:
    """Return who is asking, or None for a visitor."""
    if KEY not in session:
        return None  # spares anonymous readers Flask-Login's look-ups
    return current_user.user if current_user.is_authenticated else None


def _chosen(setting: str) -> str:
    user = actor()
    return getattr(user, setting) if user is not None else ""


def this_session() -> Session | None:
    """Return the session in which somebody is asking, or None for a visitor."""
    return current_user.row if actor() is not None else None


def is_fresh() -> bool:
    """Tell whether whoever is asking has only just shown who they are."""
    row = this_session()
    return row is not None and row.started_at > clock.now() - FRESH_FOR


def sign_in_first(back: str | None = None) -> Redirect:
    """Send a visitor to sign in and afterwards to ``back``, or else here again.

    Args:
        back: for where a form is sent to, which no browser can open.
    """
    if session.pop(KEY, None) is not None:  # here they expected to be signed in
        flash(_("You were signed out. Sign in to go on."), "warning")
    here = request.full_path if request.query_string else request.path
    return see_other(url_for("accounts.sign_in", next=back or here))


def sign_in(user: User) -> None:
    """Begin a new session; nothing of the one before is carried over."""
    before = session.get(KEY)
    with transaction():
        if before is not None:
            services.end_session(before)
        key = services.begin_session(user, device=device())
    found = queries.signed_in(key, at=clock.now())
    if found is None:  # the account was closed at this very moment
        session.clear()
        return
    session.clear()
    login_user(SignedIn(*found, key))
    session.permanent = True


def sign_out() -> None:
    """End this session."""
    key = session.get(KEY)
    if key is not None:
        with transaction():
            services.end_session(key)
    logout_user()
    session.clear()


def device() -> str:
    """Return what the browser says it is, in words: "Firefox on Linux"; "" if it does not."""
    found = parse(request.user_agent.string[:AGENT_MAX])
    browser = found.user_agent.family if found.user_agent else ""
    browser = browser.removeprefix("Mobile ").removesuffix(" Mobile")
    system = found.os.family if found.os else ""
    both: str = _("%(browser)s on %(system)s", browser=browser, system=system)
    return both if browser and system else browser or system


def note_seen_afterwards(app: Flask, response: Response) -> Response:
    """Note that a session is used, once an hour, when the answer is on its way.

    Before, reading a page would wait for whoever writes just now.
    """
    session_id = g.pop("seen_session", None)
    if session_id is not None:
        response.call_on_close(partial(_note_seen, app, session_id))
    return response


def _note_seen(app: Flask, session_id: int) -> None:
    with app.app_context():
        try:
            with transaction():
                services.note_seen(session_id)
        except SQLAlchemyError:
            log.warning("It could not be noted that a session is used.", exc_info=True)
