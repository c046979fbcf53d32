"""How often one may try: sign-in, sign-up, posting, searching.

The counts are shared by all web processes through a small SQLite file of their own
(`SharedCounts`), or through Redis where several machines serve. Losing them is harmless.
"""

import logging
import sqlite3
import threading
import time
from hashlib import blake2b
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, abort, current_app, request
from flask_limiter import Limiter
from limits import parse_many
from limits.storage import Storage

from community.core.names import folded

SIGN_IN = "10 per minute; 60 per hour"
SIGN_UP = "10 per hour; 30 per day"
ACCOUNT = "20 per hour"  # wrong passwords in a row for one account, from anywhere
MAIL = "5 per hour"  # messages to one address that somebody else may own
POST = "20 per minute; 200 per hour"
GUEST = "3 per hour; 10 per day"  # questions without an account from one place
VERDICT = "60 per minute"
DRAFT = "60 per minute; 1500 per hour"  # one for each pause in writing
NEW_DRAFT = "30 per hour; 100 per day"  # begun without an account
PICTURE = "20 per minute; 300 per hour"
EXPORT = "5 per hour"  # of one's own data
SEARCH = "60 per minute"
SUGGEST = "120 per minute"  # one for each pause in typing

log = logging.getLogger(__name__)


def whose() -> str:
    """Return whom a request counts against: the address it came from.

    Behind a proxy that is the customer's address only when `COMMUNITY_TRUSTED_PROXIES` is right.
    An IPv6 customer has a whole /64, so that is what counts.
    """
    address = request.remote_addr or "unknown"
    try:
        parsed = ip_address(address)
    except ValueError:  # a socket's name, or a proxy's
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))


limiter = Limiter(key_func=whose, headers_enabled=False, strategy="fixed-window")


def init_app(app: Flask) -> None:
    """Count where the settings say."""
    app.config["RATELIMIT_STORAGE_URI"] = app.config["SETTINGS"].limits_url
    app.config["RATELIMIT_SWALLOW_ERRORS"] = not app.testing  # counts lost: let people in
    limiter.init_app(app)


def spend(limit: str, purpose: str, name: str) -> bool:
    """Count one try for ``purpose`` against ``name``; return False when they are used up.

    For limits that depend on what a form holds, such as an address. What is counted is
    a keyed hash: the counts must not become a list of people.
    """
    key = _hashed(name)
    try:
        left = [limiter.limiter.hit(item, purpose, key) for item in parse_many(limit)]
    except limiter.limiter.storage.base_exceptions:
        if current_app.testing:
            raise
        log.exception("The counts of tries cannot be had; people are let in.")
        return True
    return all(left)


def spend_or_refuse(limit: str, purpose: str, name: str) -> None:
    """Count one try as `spend` does, and answer 429 when they are used up."""
    if not spend(limit, purpose, name):
        abort(429)


def give_back(limit: str, purpose: str, name: str) -> None:
    """Forget the tries for ``purpose`` that were counted against ``name``."""
    for item in parse_many(limit):
        limiter.limiter.clear(item, purpose, _hashed(name))


def forget(*names: str) -> None:
    """Forget whatever was counted against these names and addresses."""
    for name in names:
        give_back(ACCOUNT, "password", folded(name))
        give_back(MAIL, "mail", name)


def prune() -> None:
    """Let go of counts whose time is over, where we keep them ourselves."""
    storage = limiter.storage
    if isinstance(storage, SharedCounts):
        storage.prune()


def _hashed(name: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()[:64]
    return blake2b(name.encode(), key=secret, digest_size=16).hexdigest()


class SharedCounts(Storage):
    """Fixed windows in an SQLite file, ``sqlite:///absolute/path``; each thread its connection."""

    STORAGE_SCHEME = ["sqlite"]  # noqa: RUF012 (the base class reads it)

    def __init__(self, uri: str, wrap_exceptions: bool = False, **_options: Any) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._path = unquote(urlsplit(uri).path)
        self._local = threading.local()
        with self._connection() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS counts"
                " (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL)"
                " WITHOUT ROWID"
            )
        self.prune()

    def prune(self) -> None:
        """Forget counts whose window has ended."""
        with self._connection() as connection:
            connection.execute("DELETE FROM counts WHERE expires <= ?", (time.time(),))

    @property
    def base_exceptions(self) -> type[Exception]:
        """What can go wrong here."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add ``amount`` to the count of ``key``, whose window lasts ``expiry`` seconds."""
        now = time.time()
        with self._connection() as connection:
            row = connection.execute(
                "INSERT INTO counts VALUES (:key, :amount, :end) ON CONFLICT (key) DO UPDATE SET"
                " count = CASE WHEN expires <= :now THEN :amount ELSE count + :amount END,"
                " expires = CASE WHEN expires <= :now THEN :end ELSE expires END"
                " RETURNING count",
                {"key": key, "amount": amount, "now": now, "end": now + expiry},
            ).fetchone()
        return int(row[0])

    def get(self, key: str) -> int:
        """Return the count of ``key`` in its present window."""
        row = self._row(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window of ``key`` ends, in seconds since the epoch."""
        row = self._row(key)
        return float(row[1]) if row else time.time()

    def check(self) -> bool:
        """Tell whether the file can be read."""
        with self._connection() as connection:
            connection.execute("SELECT 1 FROM counts LIMIT 1")
        return True

    def reset(self) -> int:
        """Forget all counts. Return how many there were."""
        with self._connection() as connection:
            return connection.execute("DELETE FROM counts").rowcount

    def clear(self, key: str) -> None:
        """Forget the count of ``key``."""
        with self._connection() as connection:
            connection.execute("DELETE FROM counts WHERE key = ?", (key,))

    def _row(self, key: str) -> Any:
        with self._connection() as connection:
            return connection.execute(
                "SELECT count, expires FROM counts WHERE key = ? AND expires > ?",
                (key, time.time()),
            ).fetchone()

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection, which commits each statement by itself."""
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self._path, timeout=2, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")  # counts may be lost, never slow
            self._local.connection = connection
        found: sqlite3.Connection = self._local.connection
        return found
