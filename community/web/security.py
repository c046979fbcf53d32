"""Security headers on every answer."""

import secrets

from flask import Flask, Response, g

NONCE_BYTES = 16


def init_app(app: Flask) -> None:
    """Send the headers, and give templates ``csp_nonce()``."""
    app.add_template_global(csp_nonce)
    app.after_request(add_headers)


def csp_nonce() -> str:
    """Return this request's nonce: only scripts that carry it may run."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(NONCE_BYTES)
    nonce: str = g.csp_nonce
    return nonce


def add_headers(response: Response) -> Response:
    """Refuse everything that a page of ours does not need."""
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    # A 304 must not bring a new nonce to a page that was stored with the old one.
    if response.status_code != 304 and response.mimetype == "text/html":
        script = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'none'"
        headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
    return response
