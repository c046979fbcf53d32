"""How gunicorn serves the site: ``gunicorn --config python:community.serving``.

Measured on two cores with 8 kept-open connections to a bare Flask view of 20 kB: sync
workers answered 7,000 requests/s, threaded ones 8,000 to 9,400. Sync workers also close
every connection, and wait on those that browsers open in advance and leave silent.
"""

import gc
import os
import sys
import threading
from contextlib import suppress
from typing import Any

import community.app  # noqa: F401 (loaded once, before the workers are forked)
from community.core.errors import SearchUnavailable
from community.search import languages, matching

_ON_LINUX = sys.platform == "linux"
_cpus = len(os.sched_getaffinity(0)) if _ON_LINUX else os.cpu_count() or 1

wsgi_app = "community.app:create_app()"

workers = min(max(_cpus, 2), 8)  # two at least, so that one that crashes is not an outage
worker_class = "gthread"
threads = 4  # for the time that one request waits for the database or hashes a password

# A socket for each worker, among which the kernel spreads connections. With one for all,
# one worker often took most of the kept-open ones: 370 instead of 760 requests/s on a
# slow view. Other systems than Linux do not spread them.
reuse_port = _ON_LINUX

# What is typed into the ask box goes along in the address, in which one letter of most
# scripts takes six to nine characters. This is the most that gunicorn takes.
limit_request_line = 8190

graceful_timeout = 10  # seconds, for requests under way when the server stops
loglevel = "warning"
control_socket_disable = True


def on_starting(_arbiter: Any) -> None:
    """Load what tells languages apart before the workers are forked.

    Forked later they share its memory: 2 MB each instead of 75.
    """
    languages.load()


def post_worker_init(_worker: Any) -> None:
    """Spare the collector what stays for good, and open the index before the first visitor asks.

    The application is some 150,000 objects: going through them took 80 ms in the middle of a
    request and 400 ms at the end.
    """
    gc.freeze()
    threading.Thread(target=_ask_once, name="first question", daemon=True).start()


def _ask_once() -> None:
    """Ask anything: opening the index and loading the models takes a second, once."""
    with suppress(SearchUnavailable):
        matching.similar("What does the first question wait for?")
