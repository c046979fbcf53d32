"""Everything that is kept about a person in one archive, to read and for other programs."""

import enum
import json
import tempfile
import zipfile
from datetime import datetime
from typing import IO, Any

from flask import current_app, render_template

from community.accounts.models import User
from community.core import clock, holdings


def archive_of(user: User) -> IO[bytes]:
    """Return a ZIP file with ``data.json``, the same as ``index.html``, and what belongs to it.

    It lies in a temporary file that is gone when it is closed. Nothing is written to the
    database, so nobody waits for it.
    """
    kept = {holding.name: holding.export(user) for holding in holdings.all_holdings()}
    base_url = current_app.config["SETTINGS"].base_url
    about = {"site": base_url, "exported_at": clock.now(), "username": user.username}
    file = tempfile.TemporaryFile()  # noqa: SIM115 (whoever sends it closes it)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.json",
            json.dumps({**about, **kept}, default=_plain, ensure_ascii=False, indent=2),
        )
        archive.writestr(
            "index.html", render_template("accounts/export.html", about=about, kept=kept)
        )
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
