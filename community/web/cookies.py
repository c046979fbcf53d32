"""Cookies beside the session: a browser keeps them for a year and shows them to no script."""

from flask import Response, current_app

KEPT_S = 365 * 24 * 3600


def keep(response: Response, name: str, value: str) -> None:
    """Let the browser keep ``value``; without one, forget what it keeps under this name."""
    response.set_cookie(
        name,
        value,
        max_age=KEPT_S if value else 0,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
