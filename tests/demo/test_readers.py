"""The reader's test: typed problems against the demonstration content, by the code of the ask box."""

import os
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from community.core.names import folded
from community.demo import content
from community.search.evaluation import read_set
from community.search.vectors import Spaces
from community.topics import handlers, queries
from community.topics.queries.suggestions import TEXT_MAX, TEXT_MIN
from tests.search.readers import PROBLEMS, Problem

FOUND_LEAST = 20  # of 23, by words alone; with vectors 21 are
NOISE_MOST = 2  # of 7, by words alone; with vectors there is none


def test_there_are_thirty_and_some_have_no_answer() -> None:
    assert len({problem.typed for problem in PROBLEMS}) == 30
    assert sum(not problem.fits for problem in PROBLEMS) == 7
    assert min(Counter(problem.language for problem in PROBLEMS).values()) >= 1
    assert all(TEXT_MIN <= len(problem.typed) <= TEXT_MAX for problem in PROBLEMS)


def test_what_fits_is_in_the_demonstration_content() -> None:
    titles = {topic.key: topic.title for _company, topic in content.read().topics()}
    for problem in PROBLEMS:
        assert problem.fits <= set(titles), problem.typed
        assert folded(problem.typed) not in {folded(titles[key]) for key in problem.fits}


@pytest.mark.skipif(
    "COMMUNITY_TEST_DATA_DIR" not in os.environ,
    reason="COMMUNITY_TEST_DATA_DIR names no labelled sets",
)
def test_no_labelled_set_holds_them() -> None:
    typed = {folded(problem.typed) for problem in PROBLEMS}
    for folder in sorted((Path(os.environ["COMMUNITY_TEST_DATA_DIR"]) / "retrieval").iterdir()):
        labelled = read_set(folder)
        held = {folded(item.title) for item in (*labelled.corpus, *labelled.queries)}
        assert not typed & held, folder.name


@pytest.mark.slow
class TestOnTheSite:
    def test_most_of_what_fits_is_among_the_first_five(self, live_app: Flask) -> None:
        titles = {topic.key: topic.title for _company, topic in content.read().topics()}
        found = [problem for problem in PROBLEMS if problem.fits and _is_found(problem, titles)]
        missed = [p.typed for p in PROBLEMS if p.fits and p not in found]
        assert len(found) >= FOUND_LEAST, missed

    def test_where_nothing_fits_nothing_is_shown(self, live_app: Flask) -> None:
        noise = [problem.typed for problem in PROBLEMS if not problem.fits and _shown(problem)]
        assert len(noise) <= NOISE_MOST, noise

    def test_meaning_finds_as_much_and_shows_no_noise(
        self, live_app: Flask, tmp_path: Path
    ) -> None:
        if missing := Spaces(tmp_path).missing:
            pytest.skip(f"vectors: {missing}")
        titles = {topic.key: topic.title for _company, topic in content.read().topics()}
        while handlers.fill_vectors():
            pass
        missed = [p.typed for p in PROBLEMS if p.fits and not _is_found(p, titles)]
        assert len(missed) <= 23 - FOUND_LEAST, missed
        assert [p.typed for p in PROBLEMS if not p.fits and _shown(p)] == []


def _is_found(problem: Problem, titles: dict[str, str]) -> bool:
    return any(titles[key] in _shown(problem) for key in problem.fits)


def _shown(problem: Problem) -> set[str]:
    return {item.topic.title for item in queries.suggestions(problem.typed, body=problem.body)}
