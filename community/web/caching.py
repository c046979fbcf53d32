"""ETags for pages that are the same for every anonymous reader."""

from hashlib import blake2b

from flask import Flask, Response, g, request, session


def init_app(app: Flask) -> None:
    """Give anonymous pages an ETag and answer 304 where the reader has them already."""
    app.after_request(make_conditional)


def make_conditional(response: Response) -> Response:
    """Compare what would be sent with what the reader has.

    The tag is weak and leaves the nonce out: two answers that differ only in it are
    the same page. Pages of people who are signed in are never stored by anybody.
    """
    if request.method not in {"GET", "HEAD"} or response.direct_passthrough:
        return response
    if session:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
    if response.status_code != 200 or response.mimetype != "text/html":
        return response
    if "Set-Cookie" in response.headers:
        return response
    body = response.get_data()
    if "csp_nonce" in g:
        body = body.replace(g.csp_nonce.encode(), b"")
    response.set_etag(blake2b(body, digest_size=16).hexdigest(), weak=True)
    response.headers.setdefault("Cache-Control", "public, no-cache")
    response.vary.update(["Cookie", "Accept-Language"])
    response.make_conditional(request)
    return response
