import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from community.search import open_index, ranking
from community.search.commands import eval_group
from community.search.engines.whoosh import WhooshIndex
from community.search.evaluation import (
    BadSet,
    Item,
    LabelledSet,
    document,
    evaluate,
    evenly,
    read_set,
    write_set,
)
from community.search.evaluation.retrieval import indexed

CORPUS: list[dict[str, Any]] = [
    {"id": "a", "title": "Printer jams", "body": "", "created": "2020-01-01T00:00:00Z"},
    {"id": "b", "title": "Printer jams again", "body": "", "created": "2020-03-01T00:00:00.5"},
    {"id": "c", "title": "Invoice", "body": "", "answers": ["See the zebra page."]},
    {"id": "d", "title": "Delivery late", "body": "by weeks"},
]
QUERIES = [
    {"id": "a", "title": "Printer jams", "body": "", "created": "2020-02-01 00:00:00 UTC"},
    {"id": "q", "title": "zebra", "body": ""},
    {"id": "unlabelled", "title": "zebra", "body": ""},
    {"id": "irrelevant", "title": "zebra", "body": ""},
]
LABELS = [("a", "b", 2), ("a", "gone", 1), ("q", "c", 1), ("q", "d", 0), ("irrelevant", "d", 0)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def write(folder: Path, *, corpus: list[dict[str, Any]] = CORPUS) -> None:
    with gzip.open(folder / "corpus.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in corpus)
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    rows = ["query_id\tcorpus_id\trelevance"] + ["\t".join(map(str, label)) for label in LABELS]
    (folder / "qrels.tsv").write_text("\n".join(rows) + "\n")


def test_counts_what_is_found(folder: Path) -> None:
    figures = evaluate(read_set(folder), WhooshIndex).figures()
    assert figures.queries == 2  # the others have no relevant topic in the corpus
    assert figures.hit_at_1 == figures.hit_at_5 == figures.mrr_at_10 == figures.ndcg_at_10 == 1.0
    assert figures.documents == 4
    assert figures.documents_per_second > 0
    assert 0 < figures.p50_ms <= figures.p95_ms


def test_query_is_left_out_of_its_own_results(folder: Path) -> None:
    write(folder, corpus=[*CORPUS[:1], *CORPUS[2:]])  # only the query itself says "printer"
    assert evaluate(read_set(folder), WhooshIndex).figures().queries == 1


def test_only_older_documents_are_kept(folder: Path) -> None:
    figures = evaluate(read_set(folder), WhooshIndex, older_only=True).figures()
    assert figures.hit_at_10 == 0.5  # "b" was written after the query "a"


def test_reranks_only_what_is_labelled(folder: Path) -> None:
    crowd = [{"id": f"x{n}", "title": "zebra", "body": ""} for n in range(30)]
    write(folder, corpus=CORPUS + crowd)
    labelled = read_set(folder)
    assert evaluate(labelled, WhooshIndex).figures().hit_at_10 == 0.5
    assert evaluate(labelled, WhooshIndex, rerank=True).figures().hit_at_1 == 1.0


def test_asks_with_the_title_alone_and_no_more_than_asked(folder: Path) -> None:
    rows = [{"id": "q", "title": "lost", "body": "zebra page"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    labelled = read_set(folder)
    assert evaluate(labelled, WhooshIndex, with_body=False).figures().hit_at_10 == 0.0
    assert evaluate(labelled, WhooshIndex, with_body=True).figures().hit_at_10 == 1.0
    assert evaluate(labelled, WhooshIndex, limit=1).figures().queries == 1


def test_grades_count_in_ndcg(tmp_path: Path) -> None:
    corpus = [{"id": i, "title": "zebra crossing" + " road" * n} for n, i in enumerate("abc")]
    write(tmp_path, corpus=corpus)
    (tmp_path / "qrels.tsv").write_text("query_id\tcorpus_id\trelevance\nq\tb\t2\nq\tc\t1\n")
    figures = evaluate(read_set(tmp_path), WhooshIndex).figures()
    gained = 3 / 1.5849625007211563 + 1 / 2  # grades 0, 2, 1 at ranks 1, 2, 3
    assert figures.ndcg_at_10 == pytest.approx(gained / (3 + 1 / 1.5849625007211563))
    assert figures.mrr_at_10 == 0.5
    assert figures.hit_at_1 == 0.0


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda folder: (folder / "qrels.tsv").unlink(), "no qrels.tsv or qrels.tsv.gz"),
        (lambda folder: (folder / "queries.jsonl").write_text("{\n"), "queries.jsonl, line 1"),
        (lambda folder: (folder / "queries.jsonl").write_text('{"id": 1}'), "line 1: KeyError"),
        (lambda folder: (folder / "qrels.tsv").write_text("h\nq\tc\thigh\n"), "qrels.tsv, line 2"),
        (lambda folder: (folder / "qrels.tsv").write_text("h\nq\tc\n"), "line 2"),
    ],
)
def test_says_what_is_wrong_where(
    folder: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    spoil(folder)
    with pytest.raises(BadSet, match=reason):
        read_set(folder)
    result = CliRunner().invoke(eval_group, ["retrieval", str(folder)])
    assert result.exit_code == 2
    assert "Error: Invalid value for FOLDER: " in result.output


def test_what_was_turned_down_is_counted_apart(folder: Path) -> None:
    (folder / "qrels.tsv").write_text("h\nq\tc\t1\nq\td\t0\nirrelevant\tc\t0\n")
    run = evaluate(read_set(folder), WhooshIndex)
    assert run.outcomes["q"].rejected is False  # "d" is not among what it finds
    assert run.outcomes["irrelevant"].rejected is True
    assert run.outcomes["irrelevant"].rank is None  # nothing fits it, so it can miss nothing
    assert (run.figures().queries, run.figures().rejected_at_5) == (1, 0.5)


def test_topics_are_as_fresh_as_they_were_when_the_query_was_asked(tmp_path: Path) -> None:
    asked = datetime(2020, 1, 1, tzinfo=UTC)
    days = {"old": 400, "new": 10}
    corpus = [
        Item(id_, "Printer jams", created=asked - timedelta(days=age)) for id_, age in days.items()
    ]
    query = Item("q", "printer jams", created=asked)
    labelled = LabelledSet(corpus, [query], {"q": {"new": 1}})
    with indexed(labelled, lambda folder: open_index("whoosh", folder)) as index:
        first, second = index.similar(query, with_body=False, limit=2)
    assert first.topic_id == index.numbers["new"]
    assert first.score / first.relevance == pytest.approx(1, abs=0.01)
    assert second.score / second.relevance == pytest.approx(1 - ranking.AGED / 2, abs=0.01)


def test_a_written_set_reads_the_same(tmp_path: Path) -> None:
    asked = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    corpus = [Item("1", "Printer\tjams", "a\nb", answers=("x", "y"), created=asked, language="en")]
    queries = [Item("q", "zebra \ud800 马")]
    (tmp_path / "corpus.jsonl").write_text("left over")
    write_set(tmp_path, corpus=corpus, queries=queries, labels={"q": {"1": 2}})
    first = (tmp_path / "corpus.jsonl.gz").read_bytes()
    write_set(tmp_path, corpus=corpus, queries=queries, labels={"q": {"1": 2}})
    assert (tmp_path / "corpus.jsonl.gz").read_bytes() == first
    again = read_set(tmp_path)
    assert (again.corpus, again.labels) == (corpus, {"q": {"1": 2}})
    assert again.queries == [Item("q", "zebra ? 马")]  # half a sign cannot be written


def test_topics_have_the_language_that_posting_finds() -> None:
    found = Item("1", "Bagaimana cara mengatur ulang kata sandi akun saya?")
    said = Item("1", "Bagaimana cara mengatur ulang kata sandi akun saya?", language="ms-MY")
    assert (document(found, 1).language, document(said, 1).language) == ("id", "ms")


def test_command_prints_a_table_or_json(folder: Path) -> None:
    table = CliRunner().invoke(eval_group, ["retrieval", str(folder), "--query", "title"])
    assert table.exit_code == 0
    assert "hit@5                      1.000  [1.000, 1.000]\n" in table.output
    assert "rejected@5" in table.output
    printed = CliRunner().invoke(
        eval_group, ["retrieval", str(folder), "--older-only", "--limit", "3", "--json"]
    )
    told = json.loads(printed.output)
    assert (told["queries"], told["hit_at_5"]) == (2, 0.5)
    assert told["intervals"]["hit_at_5"] == {"mean": 0.5, "low": 0.0, "high": 1.0}
    assert {query_id: row["rank"] for query_id, row in told["outcomes"].items()} == {
        "a": 0,
        "q": 1,
        "irrelevant": None,
    }


def test_command_compares_with_an_earlier_run(folder: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    ask = ["retrieval", str(folder)]
    earlier.write_text(CliRunner().invoke(eval_group, [*ask, "--older-only", "--json"]).output)
    table = CliRunner().invoke(eval_group, [*ask, "--compare", str(earlier)])
    assert (
        "hit@5                      1.000  [1.000, 1.000]  +0.500 [+0.000, +1.000]" in table.output
    )
    printed = CliRunner().invoke(eval_group, [*ask, "--compare", str(earlier), "--json"])
    assert json.loads(printed.output)["differences"]["hit_at_5"]["mean"] == 0.5


@pytest.mark.parametrize(
    "content", ["", "[]", '{"outcomes": {"q": {"hit": 1}}}', '{"outcomes": {}}']
)
def test_command_refuses_to_compare_with_anything_else(folder: Path, content: str) -> None:
    (folder / "earlier.json").write_text(content)
    result = CliRunner().invoke(
        eval_group, ["retrieval", str(folder), "--compare", str(folder / "earlier.json")]
    )
    assert result.exit_code == 2
    assert "Error: Invalid value for --compare: " in result.output


def test_command_names_engines_that_there_are(folder: Path) -> None:
    result = CliRunner().invoke(eval_group, ["retrieval", str(folder), "--engine", "abacus"])
    assert result.exit_code == 2
    assert "There is no search engine named 'abacus'." in result.output


def test_some_queries_are_taken_from_everywhere() -> None:
    assert evenly(range(10), 3) == [0, 4, 8]
    assert evenly(range(10), 20) == evenly(range(10), None) == list(range(10))
    assert evenly([], 3) == []
