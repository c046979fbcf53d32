"""Sentence vectors follow the topics, whatever happens to either."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from community.core import clock, jobs, outbox
from community.core.db import db, transaction
from community.search import vectors
from community.search.commands import search_group
from community.search.errors import SearchUnavailable
from community.search.vectors import Spaces
from community.topics import commands as _commands  # noqa: F401 (adds to the group)
from community.topics import embedding, handlers
from community.topics.embedding import Filler
from tests.factories import make_company, make_topic
from tests.search.vectors.models import OtherWords, Words


@pytest.fixture
def spaces(tmp_path: Path) -> Iterator[Spaces]:
    in_use = vectors.spaces()
    made = Spaces(tmp_path / "vectors", [Words(), OtherWords()])
    vectors.use(made)
    yield made
    vectors.use(in_use)


@pytest.fixture
def filler(spaces: Spaces) -> Filler:
    return Filler(spaces)


def finish(filler: Filler) -> None:
    for _ in range(1000):
        if not filler.step():
            return
    raise AssertionError("It does not come to an end.")


def held(spaces: Spaces) -> list[set[int]]:
    return [space.store.read().live_topics() for space in spaces.all]


def embedded(spaces: Spaces) -> list[str]:
    """Return what was embedded since this was asked last."""
    found = [text for space in spaces.all for text in space.embedder.embedded]  # type: ignore[attr-defined] # ours
    for space in spaces.all:
        space.embedder.embedded.clear()  # type: ignore[attr-defined]
    return found


def test_every_topic_gets_a_vector_in_the_space_of_its_language(
    spaces: Spaces, filler: Filler
) -> None:
    english = make_topic(title="Printer jams", body="On **page** two.", language="en")
    chinese = make_topic(title="打印机卡纸", body="", language="zh-CN")
    unsaid = make_topic(title="It jams", body="", language=None)
    make_topic(title="Rude", hidden_at=clock.now())
    assert not any(space.store.is_complete for space in spaces.all)

    finish(filler)

    assert held(spaces) == [{english.id, unsaid.id}, {chinese.id}]
    assert all(space.store.is_complete for space in spaces.all)
    assert set(embedded(spaces)) == {"Printer jams. On page two.", "打印机卡纸", "It jams"}
    assert filler.looked_at == 3


def test_the_newest_come_first_and_a_little_at_a_time(spaces: Spaces, filler: Filler) -> None:
    topics = [make_topic() for _ in range(11)]

    assert filler.step(1e-9) is True

    assert held(spaces)[0] == {topic.id for topic in topics[-Words.batch :]}
    assert not spaces.all[0].store.is_complete
    assert spaces.neighbours("anything").reason == vectors.INDEXING


def test_after_a_start_only_what_is_missing_is_made(spaces: Spaces, filler: Filler) -> None:
    for _ in range(6):
        make_topic()
    filler.step(1e-9)
    before = held(spaces)[0]
    embedded(spaces)

    finish(Filler(spaces))

    assert len(embedded(spaces)) == 6 - len(before) > 0


def test_what_has_changed_is_made_anew(spaces: Spaces, filler: Filler) -> None:
    company, topic, other = make_company(), make_topic(title="Printer jams"), make_topic()
    finish(filler)
    embedded(spaces)

    filler.note([topic.id, other.id])
    finish(filler)
    assert embedded(spaces) == []

    topic.title = "Printer burns"
    db.session.flush()
    filler.note([topic.id])
    finish(filler)
    assert len(embedded(spaces)) == 1
    assert topic.id in spaces.neighbours("burns", company_id=topic.company_id).found

    topic.company_id = company.id
    db.session.flush()
    filler.note([topic.id])
    finish(filler)
    assert topic.id in spaces.neighbours("burns", company_id=company.id).found


def test_a_hidden_topic_has_no_vector_any_more(spaces: Spaces, filler: Filler) -> None:
    topic, other = make_topic(), make_topic()
    finish(filler)

    topic.hidden_at = clock.now()
    db.session.flush()
    filler.note([topic.id, 10**6])
    finish(filler)

    assert held(spaces)[0] == {other.id}


def test_a_topic_in_another_language_moves_by_the_next_night(
    spaces: Spaces, filler: Filler
) -> None:
    topic = make_topic(language="en")
    finish(filler)

    topic.language = "id"
    db.session.flush()
    filler.note([topic.id])
    finish(filler)
    assert held(spaces)[1] == {topic.id}
    filler.begin()
    finish(filler)

    assert held(spaces) == [set(), {topic.id}]


def test_a_night_finds_what_nobody_told_of(spaces: Spaces, filler: Filler) -> None:
    hidden, edited, other = make_topic(), make_topic(title="Printer jams"), make_topic()
    finish(filler)
    embedded(spaces)
    hidden.hidden_at, edited.title = clock.now(), "Printer burns"
    db.session.flush()

    filler.begin()
    finish(filler)

    assert held(spaces)[0] == {edited.id, other.id}
    assert len(embedded(spaces)) == 1


def test_imported_topics_are_found_without_a_word(spaces: Spaces, filler: Filler) -> None:
    first = make_topic()
    finish(filler)
    embedded(spaces)

    second = make_topic()
    finish(filler)

    assert held(spaces)[0] == {first.id, second.id}
    assert len(embedded(spaces)) == 1


def test_what_somebody_who_left_had_written_leaves_the_file(spaces: Spaces, filler: Filler) -> None:
    topic = make_topic(title="I am Anna")
    finish(filler)
    rows = spaces.all[0].store.folder / "rows"
    before = rows.read_bytes()

    topic.title = "I am somebody"
    db.session.flush()
    filler.note([topic.id])
    filler.forget()
    finish(filler)

    assert len(rows.read_bytes()) == len(before)
    assert rows.read_bytes() != before


def test_without_a_model_nothing_is_done(tmp_path: Path) -> None:
    make_topic()
    spaces = Spaces(tmp_path / "none", [Words(absent="not installed")])

    assert Filler(spaces).step() is False
    assert not (tmp_path / "none").exists()


def test_a_model_that_cannot_be_loaded_leaves_the_others(tmp_path: Path) -> None:
    make_topic(language="en")
    chinese = make_topic(language="zh")
    spaces = Spaces(tmp_path, [Words(broken="no such file"), OtherWords()])

    finish(Filler(spaces))

    assert held(spaces) == [{chinese.id}]
    assert spaces.missing == {"words": "cannot be loaded"}


def test_a_full_disk_is_tried_again(
    spaces: Spaces, filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = make_topic()

    def full(*_: object) -> None:
        raise SearchUnavailable("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(spaces.all[0].store, "put", full)
        with pytest.raises(SearchUnavailable):
            filler.step()
    finish(filler)

    assert held(spaces)[0] == {topic.id}


def test_a_posted_topic_gets_its_vector_in_the_worker(app: Flask, spaces: Spaces) -> None:
    topic = make_topic(title="Printer jams")
    handlers.look_through_vectors()
    while jobs.do_spare():
        pass
    topic.title = "Printer burns"
    with transaction():
        outbox.publish("topic.changed", topic_id=topic.id, company_id=topic.company_id)
    outbox.deliver_due()

    assert app.extensions["huey"].pending_count() >= 1
    while jobs.do_spare():
        pass

    assert spaces.neighbours("burns").found[topic.id] > 0.4


def test_without_spaces_notes_are_dropped(spaces: Spaces) -> None:
    vectors.use(None)

    embedding.note([1])

    assert handlers.fill_vectors() is False


def test_the_commands_say_how_far_it_is(spaces: Spaces) -> None:
    for _ in range(3):
        make_topic()
    before = CliRunner().invoke(search_group, ["status"])
    done = CliRunner().invoke(search_group, ["vectors"])
    after = CliRunner().invoke(search_group, ["status"])

    assert "3 topics can be seen" in before.output
    assert "0 vectors by words-1-1 so far" in before.output
    assert done.output.endswith("Looked at 3 topics.\n")
    assert "3 vectors by words-1-1\n" in after.output
