"""Who is asking: the bridge between a browser's session and a `User`."""

from flask import Flask, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug import Response

from community.accounts import queries
from community.accounts.models import User
from community.core import clock
from community.web.redirects import see_other

login_manager = LoginManager()


class SignedIn(UserMixin):
    """What Flask-Login keeps. The id in the cookie names the person and their session epoch."""

    def __init__(self, user: User) -> None:
        self.user = user

    def get_id(self) -> str:
        """Return the id for the cookie; raising the epoch makes every earlier one void."""
        return f"{self.user.id}.{self.user.session_epoch}"


def init_app(app: Flask) -> None:
    """Load the person behind each request, when it is first asked for."""
    login_manager.init_app(app)
    login_manager.user_loader(load)
    app.jinja_env.globals["viewer"] = None
    app.context_processor(lambda: {"viewer": actor()})


def load(key: str) -> SignedIn | None:
    """Return the person of a cookie, unless they have signed out everywhere since."""
    user_id, _, epoch = key.partition(".")
    if not (user_id.isdecimal() and epoch.isdecimal()):
        return None
    user = queries.by_id(int(user_id))
    if user is None or user.deleted_at is not None or user.session_epoch != int(epoch):
        return None
    return SignedIn(user)


def actor() -> User | None:
    """Return who is asking, or None for a visitor."""
    if "_user_id" not in session:
        return None  # spares anonymous readers Flask-Login's look-ups
    return current_user.user if current_user.is_authenticated else None


def sign_in_first(back: str | None = None) -> Response:
    """Send a visitor to sign in and afterwards to ``back``, or else here again.

    Args:
        back: for where a form is sent to, which no browser can open.
    """
    here = request.full_path if request.query_string else request.path
    return see_other(url_for("accounts.sign_in", next=back or here))


def sign_in(user: User) -> None:
    """Begin a new session; nothing of the one before is carried over."""
    session.clear()
    login_user(SignedIn(user))
    session["since"] = int(clock.now().timestamp())
    session.permanent = True


def sign_out() -> None:
    """End this session."""
    logout_user()
    session.clear()
