import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from community.search.commands import eval_group
from community.search.confidence import NO_SIGNS, Signs
from community.search.documents import Match
from community.search.engines.whoosh import WhooshIndex
from community.search.evaluation import (
    Item,
    LabelledSet,
    confidence,
    learning,
    meanings,
    retrieval,
    write_set,
)
from community.search.evaluation.confidence import Answer, Answers, Asked, Tried
from community.search.evaluation.learning import Example
from community.search.vectors import Spaces
from community.search.vectors.embedders import Vectors
from tests.search.vectors.models import Words


class Synonyms(Words):
    """Knows what is meant by an engine that is dead."""

    languages = None

    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        meant = [text.replace("engine dead", "car cannot start") for text in wanted]
        return super().compute(meant, asking=asking)


ASKED = Tried((Asked(9, True, 1), Asked(8, True, 2), Asked(3, True, 4), Asked(7, False, 7)))


def by_relevance(match: Match) -> float:
    return match.relevance


def test_a_query_is_asked_with_and_without_what_fits() -> None:
    corpus = [Item("1", "zebra crossing closed"), Item("2", "zebra")]
    queries = [Item("q", "zebra crossing"), Item("none", "zebra"), Item("nowhere", "lion")]
    labels = {"q": {"1": 1}, "none": {"2": 0}, "nowhere": {"2": 1}}
    answers = confidence.ask(
        LabelledSet(corpus, queries, labels),
        WhooshIndex,
        others=[Item("other", "crossing"), Item("lost", "tiger")],
    )
    tried = answers.tried(by_relevance)
    first, nowhere = tried.asked
    assert first.is_hit
    assert first.score > first.near > 0  # "2" is what is left
    assert nowhere == Asked(0.0, False, 0.0)
    assert tried.far[0] > 0
    assert tried.far[1] == 0


def test_a_query_is_asked_by_its_meaning_too(tmp_path: Path) -> None:
    corpus = [Item("1", "car cannot start"), Item("2", "flat tyre")]
    labelled = LabelledSet(corpus, [Item("q", "engine dead")], {"q": {"1": 1}})
    spaces = Spaces(tmp_path / "vectors", [Synonyms()])
    list(meanings.fill(spaces, retrieval.documents_of(labelled).values()))

    words, meaning = (
        confidence.ask(labelled, WhooshIndex, spaces=each).tried(by_relevance)
        for each in (None, spaces)
    )

    assert not words.asked[0].is_hit
    assert meaning.asked[0].is_hit


def test_a_threshold_hides_noise_and_some_hits() -> None:
    assert confidence.cut(ASKED, 4) == confidence.Cut(4, kept=2 / 3, near=0.5, far=None)
    assert confidence.cut(ASKED, 0) == confidence.Cut(0, kept=1.0, near=1.0, far=None)


@pytest.mark.parametrize(
    ("most", "kept", "noise"),
    [(1.0, 1.0, 1.0), (0.5, 1.0, 0.5), (0.25, 2 / 3, 0.25), (0.0, 2 / 3, 0.0)],
)
def test_a_threshold_is_as_low_as_noise_allows(most: float, kept: float, noise: float) -> None:
    cut = confidence.cut_at_noise(ASKED, most)
    assert cut.near == noise
    lower = confidence.cut(ASKED, cut.threshold - 1e-9)
    assert lower.near > most or lower.near == 1.0
    assert cut.kept == pytest.approx(kept)


def test_separation_is_the_area_under_the_curve() -> None:
    # 9 and 8 are above all four noises, 3 above two of them.
    assert confidence.separation(ASKED) == pytest.approx((4 + 4 + 2) / 12)
    assert confidence.separation(Tried((Asked(1, True, 1),))) == 0.5
    assert confidence.separation(Tried(())) == 0.5


def test_queries_of_others_are_the_noise_where_there_are_any() -> None:
    tried = Tried(ASKED.asked, far=(1, 2))
    assert confidence.separation(tried) == 1.0
    assert confidence.cut_at_noise(tried, 0.0).far == 0.0
    assert confidence.cut_at_noise(tried, 0.0).kept == 1.0
    assert confidence.together([ASKED, tried, tried]) == Tried(3 * ASKED.asked, (1, 2, 1, 2))


def test_nothing_asked_has_no_threshold() -> None:
    with pytest.raises(ValueError, match="Nothing was asked"):
        confidence.cut_at_noise(Tried(()), 0.1)


def test_command_judges_several_sets_together(tmp_path: Path) -> None:
    for name, animal in (("first", "zebra"), ("second", "lion")):
        corpus = [Item("1", f"{animal} crossing closed"), Item("2", f"{animal} fed")]
        queries = [Item("a", f"{animal} crossing"), Item("b", f"why is {animal} fed")]
        labels = {"a": {"1": 1}, "b": {"2": 1}}
        write_set(tmp_path / name, corpus=corpus, queries=queries, labels=labels)
    folders = [str(tmp_path / "first"), str(tmp_path / "second")]
    table = CliRunner().invoke(eval_group, ["confidence", *folders])
    assert table.exit_code == 0
    assert "expected calibration error" in table.output
    printed = CliRunner().invoke(eval_group, ["confidence", *folders, "--by", "score", "--json"])
    told = json.loads(printed.output)
    assert told["queries"] == 4
    assert set(told["sets"]) == {"first", "second"}
    assert told["separation"] == told["sets"]["first"]["separation"] == 1.0
    assert told["cuts"][-1]["far"] == 0.0
    assert told["cuts"][-1]["kept"] == 1.0


def test_command_needs_queries(tmp_path: Path) -> None:
    write_set(tmp_path, corpus=[Item("1", "zebra")], queries=[], labels={})
    result = CliRunner().invoke(eval_group, ["confidence", str(tmp_path)])
    assert result.exit_code == 2
    assert "fewer than two queries" in result.output
    (tmp_path / "qrels.tsv").unlink()
    assert CliRunner().invoke(eval_group, ["confidence", str(tmp_path)]).exit_code == 2


def found(topic_id: int, similarity: float, coverage: float) -> Match:
    return Match(topic_id, 1.0, similarity, Signs(similarity, coverage, 0.5), 0.5)


def test_the_best_that_fits_counts() -> None:
    shown = (found(1, 0.9, 0.1), found(2, 0.4, 0.9), found(3, 0.5, 0.9))
    assert Answer(shown, frozenset({2, 3}), ()).tried(by_relevance) == Asked(0.5, True, 0.0)
    assert Answer(shown, frozenset({4}), shown[1:]).tried(by_relevance) == Asked(0.9, False, 0.5)
    assert Answers((), (shown, ())).tried(by_relevance).far == (0.9, 0.0)


def test_examples_are_what_is_labelled_and_what_others_find() -> None:
    shown = (found(1, 0.9, 0.1), found(2, 0.4, 0.9))
    answers = Answers((Answer(shown, frozenset({2}), shown),), (shown[:1],))
    assert list(learning.examples(answers)) == [
        Example(shown[1].signs, fits=True),
        Example(shown[0].signs, fits=False),
    ]


def test_learns_what_the_signs_are_worth() -> None:
    chance = np.random.default_rng(7)
    truth = np.array([-4.0, 8.0, 3.0, 0.5])
    some = []
    for signs in np.column_stack([chance.random((4000, 2)), 4 * chance.random(4000)]):
        odds = truth[0] + signs @ truth[1:]
        some.append(Example(Signs(*signs), bool(chance.random() < 1 / (1 + np.exp(-odds)))))

    learnt = learning.learn([some])

    assert learnt[1:] == pytest.approx(truth[1:], rel=0.2)
    # What fits counts as much as what does not, so the constant is that of one half each.
    share = sum(each.fits for each in some) / len(some)
    assert learnt.constant == pytest.approx(truth[0] - np.log(share / (1 - share)), abs=0.5)


def test_a_sign_that_speaks_against_is_left_out() -> None:
    fits = [Example(Signs(0.5 + step / 100, 0.2, 0.0), fits=True) for step in range(40)]
    others = [Example(Signs(0.4 + step / 100, 0.8, 0.0), fits=False) for step in range(40)]

    learnt = learning.learn([fits + others])

    assert learnt.coverage == 0
    assert learnt.similarity > 0


def test_nothing_is_learnt_from_one_side() -> None:
    with pytest.raises(ValueError, match="examples that fit"):
        learning.learn([[Example(NO_SIGNS, fits=True)]])
    with pytest.raises(ValueError, match="examples that fit"):
        learning.learn([[]])


def test_command_prints_what_sets_teach(tmp_path: Path) -> None:
    for name, animal in (("first", "zebra"), ("second", "lion")):
        corpus = [Item("1", f"{animal} crossing closed"), Item("2", "why is the gate closed")]
        queries = [Item("a", f"{animal} crossing gate")]
        write_set(tmp_path / name, corpus=corpus, queries=queries, labels={"a": {"1": 1}})
    folders = [str(tmp_path / "first"), str(tmp_path / "second")]
    printed = CliRunner().invoke(eval_group, ["confidence", *folders, "--learn"])
    assert printed.exit_code == 0, printed.output
    assert set(json.loads(printed.output)) == {"constant", "similarity", "coverage", "evidence"}
    alone = CliRunner().invoke(eval_group, ["confidence", folders[0], "--learn"])
    assert alone.exit_code == 2
    assert "Name several sets" in alone.output
