"""Pages that are the same for every anonymous reader: kept in memory, with an ETag.

Such a page is rendered once and kept until something is owed to a subscriber of an event,
for `KEPT_S` seconds at most: so long may a page say "3 hours ago", and so long may it miss
what nobody subscribes to and what the worker counts. Who is signed in never gets one.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from hashlib import blake2b
from threading import Lock
from typing import ParamSpec

from flask import Flask, Response, current_app, g, make_response, request, session
from flask.typing import ResponseReturnValue

from community.core import outbox
from community.web.language import chosen
from community.web.security import csp_nonce

KEPT_S = 30.0
PAGES_MAX = 500  # in each process, about 25 kB each
SIZE_MAX = 100_000  # bytes of one page; site maps and feeds of long texts are larger, and rare
COMPARED = frozenset({"text/html", "text/plain", "application/atom+xml", "application/xml"})

Parameters = ParamSpec("Parameters")
View = Callable[Parameters, ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A rendered page, cut where the nonces were."""

    stamp: int
    kept_at: float
    parts: tuple[bytes, ...]
    etag: str
    mimetype: str = "text/html"


class Pages:
    """The pages kept by this process, the least used dropped first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], KeptPage] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...], stamp: int) -> KeptPage | None:
        """Return the page if it is as new as ``stamp`` and not too old."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.stamp != stamp or time.monotonic() - page.kept_at > KEPT_S:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: KeptPage) -> None:
        """Keep a page in place of its earlier self, unless it is too large to keep many."""
        if sum(map(len, page.parts)) > SIZE_MAX:
            return
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > PAGES_MAX:
                self._pages.popitem(last=False)


def init_app(app: Flask) -> None:
    """Give anonymous pages an ETag and answer 304 where the reader has them already."""
    app.config.setdefault("KEEP_PAGES", not app.testing)  # tests write rows without events
    app.extensions["pages"] = Pages()
    app.after_request(make_conditional)


def same_for_visitors(view: View[Parameters]) -> View[Parameters]:
    """Keep the page of a view that depends on its address and the database only.

    Whatever such a view's page shows changes with an event that has a subscriber
    (`outbox.publish`) or may be `KEPT_S` old.
    """

    @wraps(view)
    def kept(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
        if session:
            return view(*args, **kwargs)
        g.is_for_everybody = True
        if not current_app.config["KEEP_PAGES"]:
            return view(*args, **kwargs)
        pages: Pages = current_app.extensions["pages"]
        key = (request.script_root, request.full_path, chosen(), request.cookies.get("theme", ""))
        # Before rendering: what changes meanwhile renders it anew. Nothing older goes into it.
        g.stamp = stamp = outbox.newest_id()
        page = pages.get(key, stamp)
        if page is None:
            answer = view(*args, **kwargs)
            if session or not _can_be_kept(answer):
                return answer
            response = make_response(answer)
            parts = tuple(response.get_data().split(csp_nonce().encode()))
            page = KeptPage(
                stamp, time.monotonic(), parts, _tag(b"".join(parts)), response.mimetype or ""
            )
            pages.put(key, page)
        response = current_app.response_class(
            csp_nonce().encode().join(page.parts), mimetype=page.mimetype
        )
        response.set_etag(page.etag, weak=True)
        return response

    return kept


def make_conditional(response: Response) -> Response:
    """Compare what would be sent with what the reader has.

    The tag is weak and leaves the nonce out: two answers that differ only in it are
    the same page. Pages of people who are signed in are never stored by anybody, and
    what shows a draft or what was pressed on a visit by the reader's own browser alone.
    """
    if request.method not in {"GET", "HEAD"} or response.direct_passthrough:
        return response
    if session:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
    if response.status_code != 200 or response.mimetype not in COMPARED:
        return response
    if "Set-Cookie" in response.headers:
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response
    if "ETag" not in response.headers:
        nonce = str(g.get("csp_nonce", "")).encode()
        body = response.get_data()
        response.set_etag(_tag(body.replace(nonce, b"") if nonce else body), weak=True)
    whose = "public" if g.get("is_for_everybody") else "private"
    response.headers.setdefault("Cache-Control", f"{whose}, no-cache")
    response.vary.update(["Cookie", "Accept-Language"])
    response.make_conditional(request)
    return response


def _can_be_kept(answer: ResponseReturnValue) -> bool:
    """Tell whether a view answered with a page, not with a redirect or an error."""
    if isinstance(answer, Response):
        return answer.status_code == 200 and answer.mimetype in COMPARED
    return isinstance(answer, str)


def _tag(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()
