"""Secrets that an installation makes for itself and keeps in a file of its data folder."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """Return what the file holds, making it the first time; only its owner can read it.

    Two processes may start at once. Each writes a secret aside; the one that links it into
    place first has made it, and nobody ever reads half of one.
    """
    if not path.exists():
        aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(aside, path)
        aside.unlink()
    return path.read_text().strip()
