"""The site's topics and what was judged of them, as a labelled set for ``community eval retrieval``.

Nobody is named: no authors, no visits; calls by name and what looks like personal data are
masked in every text. What the masks miss is still there, and what somebody typed without
posting it was never public: read a set before you hand it on.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from community.core import config, markup
from community.core.db import reading
from community.search import NOT_SAID, Document
from community.search.evaluation import Item, Labels, write_set
from community.topics.measuring import judgements
from community.writing import personal

SOMEBODY = "somebody"
_CALL = re.compile(r"(?<![\w@/.<])@[\w.-]{2,}+(?![@/])")  # "<@script.js" is of a stack trace
_PAGE = re.compile(r"(?<=/people/)[^\s/?#<>\"')]+")


class Mask:
    """Takes people out of texts."""

    def __init__(self) -> None:
        """Take the site's own addresses for nobody's."""
        self._own_hosts = {urlsplit(config.current().base_url).hostname or ""}

    def __call__(self, text: str) -> str:
        """Return ``text`` with nobody in it who can be told."""
        text = _PAGE.sub(SOMEBODY, _CALL.sub(f"@{SOMEBODY}", text))
        return personal.mask(text, personal.find(text, own_hosts=self._own_hosts))


def export(folder: Path, documents: Iterator[Document]) -> tuple[int, int]:
    """Write the labelled set. Return how many queries it has and how many labels.

    Args:
        documents: of every visible topic.
    """
    mask = Mask()
    with reading():
        found = [*_typed(mask), *_turned_down(mask)]
    labels: Labels = {}
    queries: dict[str, Item] = {}
    for query, grades in found:  # two texts may be one once they are masked
        queries.setdefault(query.id, query)
        labels.setdefault(query.id, {}).update(grades)
    write_set(
        folder,
        corpus=(_item(document, mask) for document in documents),
        queries=queries.values(),
        labels=labels,
    )
    return len(queries), sum(map(len, labels.values()))


def _typed(mask: Mask) -> Iterator[tuple[Item, dict[str, int]]]:
    for query in judgements.typed():
        text = mask(query.text)
        id_ = "typed-" + blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
        grades = {str(topic_id): grade for topic_id, grade in query.grades.items()}
        yield Item(id_, text, created=_day(query.asked_at)), grades


def _turned_down(mask: Mask) -> Iterator[tuple[Item, dict[str, int]]]:
    for topic in judgements.turned_down():
        query = Item(
            str(topic.topic_id),  # its own id in the corpus, so that it does not find itself
            mask(topic.title),
            mask(markup.plain_text(topic.body_html)),
            created=topic.created_at,
            language=topic.language or NOT_SAID,
        )
        yield query, {str(topic.differs_from_id): 0}


def _item(document: Document, mask: Mask) -> Item:
    return Item(
        str(document.topic_id),
        mask(document.title),
        mask(document.body),
        answers=tuple(mask(text) for text in (document.accepted, document.best) if text),
        created=document.created_at,
        language=document.language,
    )


def _day(moment: datetime) -> datetime:
    """Return the day alone: when exactly somebody typed tells who it was."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
