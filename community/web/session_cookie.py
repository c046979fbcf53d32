"""The session's cookie stays away from what caches hand on to everybody."""

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own, which leaves answers alone that any cache may hand on for a while, unasked.

    Such an answer brings no cookie and does not depend on one, whoever looked at the session
    on its way.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the session along, if it has changed and the answer is for one reader."""
        if not (response.cache_control.public and response.cache_control.max_age):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Let sessions be saved as above."""
    app.session_interface = SessionCookie()
