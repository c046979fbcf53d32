"""A bare Flask view that returns the bytes in the file ``BENCH_BODY``: the cost to compare with."""

import os
from pathlib import Path

from flask import Flask

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()

app = Flask(__name__)


@app.get("/")
def page() -> bytes:
    """Return the bytes."""
    return BODY
