"""Real files, where they are at hand: everything in them arrives, once."""

import gzip
import os
import re
from itertools import islice
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from community import search
from community.accounts.models import User
from community.core.db import db
from community.topics import commands as topics_commands
from community.topics.models import AcceptedAnswer, Reply, Topic
from tests.topics.importing.conftest import Run

DATA = Path(os.environ.get("COMMUNITY_TEST_DATA_DIR", "/nowhere"))

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="COMMUNITY_TEST_DATA_DIR names no folder of real content"
)


def test_a_small_dump_arrives_whole(run: Run) -> None:
    folder = DATA / "stackexchange" / "small_ssdug"
    posts = (folder / "Posts.xml").read_text(encoding="utf-8-sig")
    questions = len(re.findall(r'PostTypeId="1"', posts))
    answers = len(re.findall(r'PostTypeId="2"', posts))
    accepted = len(re.findall(r'AcceptedAnswerId="', posts))

    first = run("stackexchange", folder, "--company", "A Small Site")
    second = run("stackexchange", folder, "--company", "A Small Site")

    assert first.exit_code == 0, first.output
    assert f"Imported {questions} topics, {answers} replies" in first.output
    assert "Imported 0 topics, 0 replies, 0 comments by 0 people." in second.output
    assert db.session.scalar(select(func.count()).select_from(AcceptedAnswer)) == accepted
    assert search.index().count() == questions
    assert "agrees" in CliRunner().invoke(topics_commands.recount).output
    written = db.session.execute(
        select(User.display_name)
        .join(Reply, Reply.author_id == User.id)
        .where(Reply.parent_id.is_not(None))
    )
    assert len({name for (name,) in written}) > 10  # comments have their authors, too


def test_threads_are_found_by_their_titles(run: Run) -> None:
    with gzip.open(DATA / "threads" / "sumo_threads.jsonl.gz") as file:
        some = b"".join(islice(file, 300))

    first = run("jsonl", "-", typed=some)
    second = run("jsonl", "-", typed=some)

    assert first.output.startswith("Imported 300 topics")
    assert second.output.startswith("Imported 0 topics, 0 replies, 0 comments by 0 people.")
    topics = db.session.scalars(select(Topic).order_by(Topic.id).limit(50)).all()
    found = [
        topic.id in [match.topic_id for match in search.index().similar(topic.title)]
        for topic in topics
    ]
    assert sum(found) >= 48
