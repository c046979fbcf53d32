"""The session's cookie stays away from what is the same for everybody, for ever."""

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, which leaves answers alone that any cache may keep and never asks about again.

    Such an answer brings no cookie and does not depend on one, whoever looked at the session
    on its way.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the session along, if it has changed and the answer is for one reader."""
        if not response.cache_control.immutable:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Let sessions be saved as above."""
    app.session_interface = SessionCookie()
