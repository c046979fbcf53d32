"""``community eval``: measure the quality of suggestions on labelled sets.

``community search`` is for looking after the index; parts above this one add to both.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import click

from community.search import open_index
from community.search.confidence import SHOWN_FROM
from community.search.evaluation import (
    BadSet,
    Figures,
    Item,
    LabelledSet,
    Outcome,
    Run,
    calibration,
    confidence,
    evaluate,
    evenly,
    intervals,
    learning,
    meanings,
    read_set,
)
from community.search.evaluation.confidence import Answers, Tried
from community.search.evaluation.intervals import Interval
from community.search.evaluation.retrieval import OpenIndex, documents_of
from community.search.evaluation.slips import mistyped
from community.search.vectors import NoVectors, Spaces

Command = TypeVar("Command", bound=Callable[..., Any])

NOISE = (0.5, 0.2, 0.1, 0.05)  # shares of noise for which a threshold is sought
OTHERS = 400  # queries of each other set
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NAMES = {
    "hit_at_1": "hit@1",
    "hit_at_5": "hit@5",
    "hit_at_10": "hit@10",
    "mrr_at_10": "MRR@10",
    "ndcg_at_10": "nDCG@10",
    "rejected_at_5": "rejected@5",
}


def query_option(default: str = "full") -> Callable[[Command], Command]:
    """Return the option that says what a query is made of."""
    return click.option(
        "--query",
        type=click.Choice(["title", "full"]),
        default=default,
        show_default=True,
        help="Ask with the title alone, or with title and body.",
    )


limit_option = click.option(
    "--limit", type=click.IntRange(min=1), help="Ask N queries only, evenly spread."
)
older_option = click.option(
    "--older-only", is_flag=True, help="Keep documents older than the query."
)
engine_option = click.option(
    "--engine", default="whoosh", show_default=True, help="Ask this engine."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group("eval")
def eval_group() -> None:
    """Measure quality on labelled sets."""


@click.group("search")
def search_group() -> None:
    """Look after the search index."""


@eval_group.command("retrieval")
@click.argument("folder", type=FOLDER)
@query_option()
@limit_option
@older_option
@click.option("--rerank", is_flag=True, help="Rank only the judged candidates.")
@click.option(
    "--slips",
    type=click.IntRange(min=0),
    default=0,
    help="Mistype N words of each title, the same ones every time.",
)
@engine_option
@click.option(
    "--vectors",
    "kept_in",
    type=click.Path(file_okay=False, path_type=Path),
    help="Ask by meaning too. The set's vectors are kept in this folder.",
)
@click.option(
    "--compare",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Say what changed since the run whose --json is in this file.",
)
@json_option
def retrieval(
    *,
    folder: Path,
    query: str,
    limit: int | None,
    older_only: bool,
    rerank: bool,
    slips: int,
    engine: str,
    kept_in: Path | None,
    compare: Path | None,
    as_json: bool,
) -> None:
    """Ask the queries of a labelled set in FOLDER and say how well they were answered.

    FOLDER holds corpus.jsonl, queries.jsonl (plain or .gz) and qrels.tsv. The corpus is indexed
    in a temporary folder, and asked by the code that the ask box uses. Brackets hold 95 %
    bootstrap intervals; of two runs over the same queries, of the difference at each query.
    """
    before = _outcomes(compare) if compare else {}
    try:
        labelled = mistyped(read_set(folder), slips)
        run = evaluate(
            labelled,
            _opening(engine),
            with_body=query == "full",
            limit=limit,
            older_only=older_only,
            rerank=rerank,
            spaces=_filled(kept_in, labelled) if kept_in else None,
        )
    except BadSet as error:
        raise click.BadParameter(str(error), param_hint="FOLDER") from error
    except NoVectors as error:
        raise click.BadParameter(f"There is no model: {error}.", param_hint="--vectors") from error
    grown = intervals.of_difference(before, run.outcomes)
    if compare and not grown:
        raise click.BadParameter("That run asked other queries.", param_hint="--compare")
    click.echo(_as_json(run, grown) if as_json else _table(run, grown))


@eval_group.command("confidence")
@click.argument("folders", type=FOLDER, nargs=-1, required=True, metavar="FOLDER...")
@query_option()
@limit_option
@older_option
@engine_option
@click.option(
    "--by",
    type=click.Choice(["confidence", "relevance", "score"]),
    default="confidence",
    show_default=True,
    help="What is to tell.",
)
@click.option(
    "--vectors",
    "kept_in",
    type=click.Path(file_okay=False, path_type=Path),
    help="Ask by meaning too. Each set's vectors are kept in a folder of its name in this one.",
)
@click.option("--learn", is_flag=True, help="Print only the weights that these sets teach.")
@json_option
def measure_confidence(
    *,
    folders: tuple[Path, ...],
    query: str,
    limit: int | None,
    older_only: bool,
    engine: str,
    by: str,
    kept_in: Path | None,
    learn: bool,
    as_json: bool,
) -> None:
    """Ask labelled sets also what nothing fits: does the score tell?

    Each query is asked a second time with what fits it out of reach; with several folders,
    each is asked the queries of the others too, which should find nothing. Says how well the
    best of the first five tells something that fits from noise, what thresholds would
    hide, and how well calibrated a probability learnt from it is.
    """
    try:
        sets = {folder.name: read_set(folder) for folder in folders}
    except BadSet as error:
        raise click.BadParameter(str(error), param_hint="FOLDER") from error
    try:
        answers = {
            name: confidence.ask(
                labelled,
                _opening(engine),
                others=_others(sets, name),
                with_body=query == "full",
                limit=limit,
                older_only=older_only,
                spaces=_filled(kept_in / name, labelled) if kept_in else None,
            )
            for name, labelled in sets.items()
        }
    except NoVectors as error:
        raise click.BadParameter(f"There is no model: {error}.", param_hint="--vectors") from error
    if learn:
        click.echo(_learnt(answers.values()))
        return
    tried = {name: some.tried(attrgetter(by)) for name, some in answers.items()}
    if sum(len(some.asked) for some in tried.values()) < 2:
        raise click.BadParameter("There are fewer than two queries.", param_hint="FOLDER")
    told = _confidence(tried, at=[SHOWN_FROM] if by == "confidence" else [])
    click.echo(json.dumps(told) if as_json else "\n".join(_confidence_lines(told)))


def _learnt(answers: Iterable[Answers]) -> str:
    try:
        weights = learning.learn(map(learning.examples, answers))
    except ValueError as error:
        raise click.BadParameter(
            f"{error} Name several sets that have nothing in common.", param_hint="FOLDER"
        ) from error
    return json.dumps(weights._asdict())


def _others(sets: dict[str, LabelledSet], name: str) -> list[Item]:
    """Return queries of the other sets, evenly spread over each."""
    others = []
    for other, labelled in sets.items():
        if other != name:
            others += evenly(labelled.queries, OTHERS)
    return others


def _filled(folder: Path, labelled: LabelledSet) -> Spaces:
    """Return the vectors of a set, with those made that are missing."""
    spaces = Spaces(folder)
    count = len(labelled.corpus)
    with click.progressbar(length=count, label="Making vectors", file=sys.stderr) as bar:
        for done in meanings.fill(spaces, documents_of(labelled).values()):
            bar.update(done)
    return spaces


def _opening(engine: str) -> OpenIndex:
    try:
        open_index(engine, Path())  # nothing is opened before the first query
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--engine") from error
    return lambda folder: open_index(engine, folder)


def _outcomes(path: Path) -> dict[str, Outcome]:
    """Read what an earlier run printed."""
    try:
        printed = json.loads(path.read_text(encoding="utf-8"))
        return {query_id: Outcome(**row) for query_id, row in printed["outcomes"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.BadParameter(
            f"{path} does not hold what --json printed.", param_hint="--compare"
        ) from error


def _as_json(run: Run, grown: dict[str, Interval]) -> str:
    told: dict[str, Any] = asdict(run.figures())
    told["intervals"] = {
        name: asdict(each) for name, each in intervals.of_run(run.outcomes).items()
    }
    if grown:
        told["differences"] = {name: asdict(each) for name, each in grown.items()}
    told["outcomes"] = {query_id: asdict(each) for query_id, each in run.outcomes.items()}
    return json.dumps(told)


def _table(run: Run, grown: dict[str, Interval]) -> str:
    figures = run.figures()
    found = intervals.of_run(run.outcomes)
    lines = [_line("queries", f"{figures.queries:,}")]
    for measure, name in NAMES.items():
        if measure in found:
            line = _line(name, f"{found[measure].mean:.3f}") + f"  [{_bounds(found[measure])}]"
            if measure in grown:
                line += f"  {grown[measure].mean:+.3f} [{_bounds(grown[measure], sign='+')}]"
            lines.append(line)
    return "\n".join([*lines, *_costs(figures)])


def _costs(figures: Figures) -> Sequence[str]:
    return (
        _line("p50 per query", f"{figures.p50_ms:.1f} ms"),
        _line("p95 per query", f"{figures.p95_ms:.1f} ms"),
        _line("documents", f"{figures.documents:,}"),
        _line("indexed per second", f"{figures.documents_per_second:,.0f}"),
    )


def _line(name: str, value: str) -> str:
    return f"{name:<20}{value:>12}"


def _bounds(interval: Interval, *, sign: str = "") -> str:
    return f"{interval.low:{sign}.3f}, {interval.high:{sign}.3f}"


def _confidence(tried: dict[str, Tried], *, at: Sequence[float]) -> dict[str, Any]:
    """Say of all sets together, and of each, what scores tell, also ``at`` these thresholds."""
    everything = confidence.together(tried.values())
    scores, fits, groups = zip(*confidence.samples(everything), strict=True)
    said = calibration.out_of_fold(scores, fits, groups)
    bins = calibration.reliability(said, fits)
    cuts = [confidence.cut(everything, threshold) for threshold in at]
    cuts += [confidence.cut_at_noise(everything, most) for most in NOISE]
    return {
        "queries": len(everything.asked),
        "separation": confidence.separation(everything),
        "calibration_error": calibration.expected_calibration_error(bins),
        "brier": calibration.brier(said, fits),
        "reliability": [asdict(each) for each in bins],
        "cuts": [asdict(each) for each in cuts],
        "sets": {
            name: {
                "queries": len(some.asked),
                "separation": confidence.separation(some),
                "cuts": [asdict(confidence.cut(some, each.threshold)) for each in cuts],
            }
            for name, some in tried.items()
        },
    }


def _confidence_lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield a table of thresholds and one of probabilities."""
    thresholds = "".join(f"{cut['threshold']:>20.3f}" for cut in told["cuts"])
    yield f"{'kept / near / far':<20}{'queries':>8}{'AUC':>8}{thresholds}"
    for name, some in (*told["sets"].items(), ("all", told)):
        shares = "".join(
            f"{cut['kept']:>10.2f}{cut['near']:>5.2f}{_or_dash(cut['far']):>5}"
            for cut in some["cuts"]
        )
        yield f"{name:<20}{some['queries']:>8,}{some['separation']:>8.3f}{shares}"
    yield f"\n{'samples':>8}{'said':>8}{'seen':>8}"
    for each in told["reliability"]:
        bounds = f"[{each['low']:.3f}, {each['high']:.3f}]"
        yield f"{each['count']:>8,}{each['said']:>8.3f}{each['seen']:>8.3f}  {bounds}"
    error, brier = told["calibration_error"], told["brier"]
    yield f"\nexpected calibration error {error:.3f}, Brier score {brier:.3f}"


def _or_dash(share: float | None) -> str:
    return "-" if share is None else f"{share:.2f}"
