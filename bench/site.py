"""The site that is measured: where it lies, what was asked there, what its index takes."""

import os
import random
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from community.app import create_app
from community.core import markup
from community.core.config import Settings
from community.core.db import db
from community.search.engines.tantivy import schema as of_tantivy
from community.search.engines.whoosh import schema as of_whoosh
from community.search.generations import Generations
from community.topics.models import Topic
from community.topics.queries import TEXT_MIN

VERSIONS = {"tantivy": of_tantivy.VERSION, "whoosh": of_whoosh.VERSION}
SEED = 7  # of whatever is drawn by chance, so that each run measures the same


def open_site(data_dir: Path, engine: str | None = None) -> Flask:
    """Return the site in a folder for this process and those it starts.

    Args:
        engine: of the search; that of the settings if None.
    """
    os.environ["COMMUNITY_DATA_DIR"] = str(data_dir)
    os.environ["COMMUNITY_LIMITS_URL"] = "memory://"
    if engine is not None:
        os.environ["COMMUNITY_SEARCH_URL"] = f"{engine}:"
    return create_app()


def index_folder(settings: Settings) -> Path:
    """Return the folder of the engine's files that answer.

    Raises:
        SearchUnavailable: there is no index, or one of another version.
    """
    version = VERSIONS[settings.search_engine]
    return Generations(settings.search_dir, version).current().folder


def size_mb(folder: Path) -> float:
    """Return how much the files below a folder hold."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def some_topics(count: int) -> list[tuple[str, str]]:
    """Return titles and texts of topics from all of the site, the same each time."""
    visible = select(Topic.id).where(Topic.hidden_at.is_(None)).order_by(Topic.id)
    ids = db.session.scalars(visible).all()
    chosen = random.Random(SEED).sample(ids, min(count, len(ids)))
    found = db.session.execute(
        select(Topic.title, Topic.body_html).where(Topic.id.in_(chosen)).order_by(Topic.id)
    )
    return [
        (row.title, markup.plain_text(row.body_html)) for row in found if len(row.title) > TEXT_MIN
    ]
