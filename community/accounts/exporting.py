"""Everything that is kept about a person in one archive, to read and for other programs."""

import enum
import json
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any

from community.accounts.models import User
from community.core import clock, config, holdings


def archive_of(user: User, *, page: Callable[..., str]) -> IO[bytes]:
    """Return a ZIP file with ``data.json``, the same as ``index.html``, and what belongs to it.

    It lies in a temporary file that is gone when it is closed. Nothing is written to the
    database, so nobody waits for it.

    Args:
        page: writes what is kept as a page to read; takes ``about`` and ``kept``.
    """
    kept = {holding.name: holding.export(user) for holding in holdings.all_holdings()}
    about = {
        "site": config.current().base_url,
        "exported_at": clock.now(),
        "username": user.username,
    }
    file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.json",
            json.dumps({**about, **kept}, default=_plain, ensure_ascii=False, indent=2),
        )
        archive.writestr("index.html", page(about=about, kept=kept))
        for holding in holdings.all_holdings():
            for name, content in holding.files(user):
                archive.writestr(f"{holding.name}/{name}", content)
    file.seek(0)
    return file


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return str(value.value)
    raise TypeError(f"{value!r} cannot be written as JSON.")
