"""Finding rows by the keys that they had where they came from."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from community.accounts.models import User
from community.core.db import db
from community.core.sql import chunks
from community.topics.models import Reply, Topic

AT_ONCE = 2_000  # keys in one statement; SQLite takes 32,766 values


def ids_by_key(table: type[User | Topic | Reply], keys: Iterable[str]) -> dict[str, int]:
    """Return the ids of the rows with these source keys, of those that there are."""
    found: dict[str, int] = {}
    for some in chunks(keys, AT_ONCE):
        rows: Any = db.session.execute(
            select(table.source_key, table.id).where(table.source_key.in_(some))
        )
        found |= dict(rows.all())
    return found
