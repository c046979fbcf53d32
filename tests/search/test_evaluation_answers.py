import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from community.core import markup
from community.search.evaluation import BadSet, answers
from community.search.evaluation.answers import Case, Choice
from community.search.vectors.embedders import Embedder, Vectors
from community.topics.measuring.commands import measure_answers

QUESTION = "The router drops at night"
REPLIES = ("Which router?", "Mine is blue.", "At night the router scans and drops: turn that off.")
LONG = "Many people wrote to us about this. " * 20
CORPUS = [
    {"id": "a", "title": QUESTION, "body": "Every night."},
    {"id": "none fits", "title": "Invoice", "body": ""},
]
COMMENTS = [
    *({"topic": "a", "text": text, "label": "Bad"} for text in REPLIES[:2]),
    {"topic": "a", "text": REPLIES[2], "label": "Good"},
    {"topic": "none fits", "text": "Same here.", "label": "PotentiallyUseful"},
]
POSTS = """<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="1" PostTypeId="1" AcceptedAnswerId="3" CreationDate="2020-01-01T00:00:00"
    Title="The router drops at night" Body="&lt;p&gt;Every night.&lt;/p&gt;" />
  <row Id="2" PostTypeId="2" ParentId="1" CreationDate="2020-01-02T00:00:00"
    Body="&lt;p&gt;Which router?&lt;/p&gt;" />
  <row Id="3" PostTypeId="2" ParentId="1" CreationDate="2020-01-03T00:00:00"
    Body="&lt;p&gt;At night the router scans and drops: turn that off.&lt;/p&gt;" />
  <row Id="4" PostTypeId="1" CreationDate="2020-01-01T00:00:00" Title="Nobody knows" Body="why" />
  <row Id="5" PostTypeId="2" ParentId="4" CreationDate="2020-01-02T00:00:00" Body="Nor do I." />
</posts>
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in (("corpus.jsonl.gz", CORPUS), ("comments.jsonl.gz", COMMENTS)):
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def case(*replies: str, fitting: int, vouched: frozenset[int] = frozenset()) -> Case:
    html = tuple(markup.plain_paragraphs(reply) for reply in replies)
    return Case(QUESTION, "", html, frozenset({fitting}), vouched | {fitting})


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(measure_answers, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_an_order_is_measured_by_where_what_fits_stands() -> None:
    assert answers.choice([1, 3, 2], frozenset({2})) == Choice(0.5, 0.5, 0.0)
    assert answers.choice([1, 3, 2], frozenset({1, 2})) == Choice(1.0, 1.0, 1.0)
    assert answers.choice([2, 1, 3, 0], frozenset({0, 3})) == Choice(0.5, 0.5, 0.0)
    assert answers.choice([2, 2], frozenset({1})) == Choice(0.5, 0.5, 0.0)  # ties: the earlier


def test_each_way_chooses_in_its_way() -> None:
    one = case(*REPLIES, fitting=2)
    ways = answers.ways(with_body=True)
    chosen = {name: int(np.argmax(way(one))) for name, way in ways.items()}
    assert chosen == {"words": 2, "first": 0, "longest": 2, "BM25": 2}


def test_details_are_looked_at_if_they_are_to_be() -> None:
    one = Case("Help", QUESTION, case(*REPLIES, fitting=2).replies, frozenset({2}), frozenset())
    for name in ("words", "BM25"):
        without, with_them = (answers.ways(with_body=each)[name](one)[2] for each in (False, True))
        assert with_them > without


def test_passages_are_measured_by_what_others_say_too() -> None:
    fitting = f"{LONG}\n\nTurn off the nightly scan; the router drops then.\n\n{LONG}"
    one = case(fitting, "Turn off the nightly scan.", fitting=0, vouched=frozenset({1}))
    held = answers.overlaps([one], with_body=False)
    assert held["passage"][0] == pytest.approx(1.0)
    assert held["beginning"][0] < 0.5


def test_only_long_replies_that_others_agree_with_have_passages_to_measure() -> None:
    alone, short = case(LONG, "No.", fitting=0), case(*REPLIES, fitting=2, vouched=frozenset({0}))
    assert answers.overlaps([alone, short], with_body=True) == {"passage": [], "beginning": []}


class Letters(Embedder):
    """A model for which texts are alike that have the same number of "r"."""

    name = "letters"
    dimensions = 2
    asked_max = 100

    def version(self) -> str:
        return "1"

    def load(self) -> None:
        pass

    def count(self, text: str) -> int:
        return len(text)

    def compute(self, wanted: Any, *, asking: bool) -> Vectors:
        return np.asarray([[text.count("r"), 1.0] for text in wanted], np.float32)


def test_vectors_choose_what_is_nearest() -> None:
    [scores] = answers.cosine([case("no", "rr rr", fitting=1)], Letters(), with_body=False)
    assert scores[1] > scores[0]


def test_labelled_comments_are_cases(folder: Path) -> None:
    [one] = answers.read_cases(folder)
    assert (one.title, one.body, one.fitting) == (QUESTION, "Every night.", frozenset({2}))
    assert one.replies[0] == "<p>Which router?</p>"


@pytest.mark.parametrize("line", ["{", "[]", '{"topic": "a"}'])
def test_lines_that_do_not_fit_are_named(folder: Path, line: str) -> None:
    with gzip.open(folder / "comments.jsonl.gz", "wt") as file:
        file.write(line + "\n")
    with pytest.raises(BadSet, match=r"comments\.jsonl\.gz, after 0 lines"):
        answers.read_cases(folder)


def test_the_command_measures_labelled_comments(folder: Path) -> None:
    told = run(str(folder))
    assert (told["questions"], told["replies"], told["passages"]) == (1, 3, 0)
    assert told["ways"]["words"]["precision_at_1"]["mean"] == 1.0
    assert told["ways"]["first"]["precision_at_1"]["mean"] == 0.0
    assert told["ways"]["first"]["average_precision"]["words_ahead"]["mean"] > 0


def test_the_command_measures_the_accepted_answers_of_a_dump(tmp_path: Path) -> None:
    (tmp_path / "Posts.xml").write_text(POSTS, encoding="utf-8")
    told = run(str(tmp_path), "--query", "title")
    assert (told["questions"], told["replies"]) == (1, 2)
    assert told["ways"]["words"]["precision_at_1"]["mean"] == 1.0


def test_the_table_names_every_way(folder: Path) -> None:
    printed = CliRunner().invoke(measure_answers, [str(folder)]).output
    assert "1 questions, 3 replies" in printed
    assert [name for name in ("words", "first", "longest", "BM25") if name in printed] == [
        "words",
        "first",
        "longest",
        "BM25",
    ]


def test_a_folder_with_nothing_to_choose_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(measure_answers, [str(tmp_path)])
    assert result.exit_code == 2
    assert "There is no comments.jsonl.gz" in result.output


def test_a_broken_dump_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Posts.xml").write_text('<!DOCTYPE x><posts><row Id="1"/></posts>')
    result = CliRunner().invoke(measure_answers, [str(tmp_path)])
    assert result.exit_code == 2
