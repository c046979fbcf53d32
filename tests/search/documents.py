"""Documents to index."""

from datetime import UTC, datetime
from typing import Any

from community.search import Document

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def document(topic_id: int, title: str, body: str = "", **fields: Any) -> Document:
    """Return a document; what is not given does not matter to the test."""
    given: dict[str, Any] = {
        "company_id": 1,
        "kind": "problem",
        "status": "open",
        "created_at": NOW,
        "last_activity_at": NOW,
    } | fields
    given.setdefault("confirmed_at", given["created_at"])
    return Document(topic_id=topic_id, title=title, body=body, **given)
