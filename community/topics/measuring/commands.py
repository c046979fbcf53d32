"""Commands that measure finding by what there is on the site, and take a score apart."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from community.companies import queries as companies
from community.core import clock
from community.core.db import reading
from community.search import Document, Explanation, matching
from community.search.commands import json_option, limit_option, query_option
from community.search.confidence import SHOWN_FROM
from community.search.evaluation import BadSet, answers, intervals
from community.search.evaluation.answers import Case, Choice
from community.search.vectors.embedders import NoVectors
from community.search.vectors.minilm import MiniLM
from community.topics import indexing, queries
from community.topics.commands import progress
from community.topics.measuring import exporting, guessing, online, replying
from community.topics.measuring.online import Tally

TERMS_SHOWN = 12  # terms of an explanation


@click.command("guess")
@query_option("title")
@limit_option
@json_option
@with_appcontext
def guess(*, query: str, limit: int | None, as_json: bool) -> None:
    """Ask the site's own topics which company and product they are about.

    Each is left out of the topics that vote on it; what is right is where it is filed.
    """
    topic_ids, figures = guessing.spread_evenly(limit), guessing.Figures()
    with progress() as bar:
        asked = guessing.measure(topic_ids, with_body=query == "full")
        for so_far in bar.track(asked, total=len(topic_ids), description="Asking"):
            figures = so_far
    if as_json:
        click.echo(json.dumps(figures.as_dict()))
        return
    for name, value in figures.as_dict().items():
        click.echo(f"{name.replace('_', ' '):<22}{'-' if value is None else value:>10}")


@click.command("online")
@click.option(
    "--days",
    type=click.IntRange(min=1, max=3650),
    default=30,
    show_default=True,
    help="Look back so far.",
)
@click.option("--company", metavar="SLUG", help="Only topics of this company.")
@json_option
@with_appcontext
def measure_online(*, days: int, company: str | None, as_json: bool) -> None:
    """Say what became of the answers that were shown to people about to ask.

    By place in the list, and by the day on which visits were first shown something.
    """
    found = companies.by_slug(company) if company else None
    if company and found is None:
        raise click.BadParameter(f"No company is at {company!r}.", param_hint="--company")
    with reading():
        report = online.report(
            clock.now() - timedelta(days=days), company_id=found.id if found else None
        )
    if as_json:
        click.echo(json.dumps(report.as_dict()))
        return
    ranks = [(str(rank), tally) for rank, tally in report.by_rank.items()]
    dates = [(day.isoformat(), tally) for day, tally in report.by_day.items()]
    click.echo("\n".join(_rows("Place", [*ranks, ("all", report.places)], posted=False)))
    click.echo()
    click.echo("\n".join(_rows("Day", [*dates, ("all", report.visits)], posted=True)))


@click.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
def export(folder: Path) -> None:
    """Write what people judged, and the topics, as a labelled set into FOLDER.

    Nobody is named in it and personal data that is recognised is masked; read it all the same
    before you hand it on. `community eval retrieval FOLDER` asks it.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "qrels.tsv").exists():
        raise click.BadParameter("The folder holds something else.", param_hint="FOLDER")
    asked, labels = exporting.export(folder, _shown_documents())
    click.echo(f"{asked:,} queries with {labels:,} labels are in {folder}.")


@click.command("answers")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@query_option()
@click.option("--cosine", is_flag=True, help="Compare with sentence vectors too, which is slow.")
@json_option
def measure_answers(*, folder: Path, query: str, cosine: bool, as_json: bool) -> None:
    """Choose among labelled replies and say how well, and how much the passages shown hold.

    FOLDER holds labelled replies (comments.jsonl.gz beside corpus.jsonl) or is a data dump, of
    which the accepted answers are the ones to find. No verdict is looked at, only words.
    """
    with_body = query == "full"
    try:
        cases = (replying if replying.is_dump(folder) else answers).read_cases(folder)
    except BadSet as error:
        raise click.BadParameter(str(error), param_hint="FOLDER") from error
    if not cases:
        raise click.BadParameter("No question has a reply that fits.", param_hint="FOLDER")
    ways = answers.ways(with_body=with_body)
    chosen = {name: answers.choices(cases, way) for name, way in ways.items()}
    if cosine:
        try:
            chosen["cosine"] = _by_cosine(cases, with_body=with_body)
        except NoVectors as error:
            raise click.BadParameter(f"No vectors: {error}.", param_hint="--cosine") from error
    told = _answers_told(cases, chosen, answers.overlaps(cases, with_body=with_body))
    click.echo(json.dumps(told) if as_json else "\n".join(_answers_lines(told)))


@click.command("explain")
@click.argument("query")
@click.option("--body", default="", help="The details, as in the form.")
@click.option("--topic", "topic_id", type=click.IntRange(min=1), help="Only this topic.")
@click.option(
    "--limit",
    type=click.IntRange(min=1, max=100),
    default=5,
    show_default=True,
    help="So many topics.",
)
@click.option("--reads", default="", help="Languages of whoever asks: en,id. Any if empty.")
@with_appcontext
def explain(*, query: str, body: str, topic_id: int | None, limit: int, reads: str) -> None:
    """Print how suggestions for QUERY come to their scores, or how a topic comes to its."""
    asker = queries.asker_of(query, body=body, reads=[code for code in reads.split(",") if code])
    if topic_id is not None:
        found = [topic_id]
    else:
        matches = matching.similar(query, body=body, limit=limit, asker=asker)
        found = [match.topic_id for match in matches]
    titles = {row.id: row.title for row in queries.rows_for(found)}
    for place, id_ in enumerate(found, 1):
        explanation = matching.explain(query, id_, body=body, asker=asker)
        if explanation is None:
            raise click.BadParameter(f"Topic {id_} is not in the index.", param_hint="--topic")
        click.echo(f"{place}. {titles.get(id_, '(hidden)')} (topic {id_})")
        click.echo("\n".join(_parts(explanation)))
    if not found:
        click.echo("Nothing is found.")


def _by_cosine(cases: Sequence[Case], *, with_body: bool) -> list[Choice]:
    with progress() as bar:
        scored = bar.track(
            answers.cosine(cases, MiniLM(), with_body=with_body),
            total=len(cases),
            description="Embedding",
        )
        return [
            answers.choice(scores, case.fitting) for scores, case in zip(scored, cases, strict=True)
        ]


def _answers_told(
    cases: Sequence[Case], chosen: dict[str, list[Choice]], overlaps: dict[str, list[float]]
) -> dict[str, Any]:
    """Return each figure with its interval, and how much "words" is ahead of the other ways."""
    told: dict[str, Any] = {
        "questions": len(cases),
        "replies": sum(len(case.replies) for case in cases),
        "ways": {},
        "passages": len(overlaps["passage"]),
    }
    for name, choices in chosen.items():
        told["ways"][name] = {}
        for field in fields(Choice):
            measure = attrgetter(field.name)
            figures, ours = ([*map(measure, some)] for some in (choices, chosen["words"]))
            told["ways"][name][field.name] = {
                **asdict(intervals.interval(figures)),
                "words_ahead": asdict(answers.differences(figures, ours)),
            }
    if overlaps["passage"]:
        told["overlap"] = {
            **{name: asdict(intervals.interval(held)) for name, held in overlaps.items()},
            "passage_ahead": asdict(
                answers.differences(overlaps["beginning"], overlaps["passage"])
            ),
        }
    return told


def _answers_lines(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['questions']:,} questions, {told['replies']:,} replies"
    yield f"{'':<12}{'MAP':>22}{'MRR':>22}{'P@1':>22}   words ahead in MAP"
    for name, figures in told["ways"].items():
        cells = "".join(f"{_bounded(figure):>22}" for figure in figures.values())
        ahead = _bounded(figures["average_precision"]["words_ahead"], sign="+")
        yield f"{name:<12}{cells}{'' if name == 'words' else '   ' + ahead}"
    if told["passages"]:
        yield ""
        yield f"Share of another good reply that is held by passages of {told['passages']:,}:"
        for name, figure in told["overlap"].items():
            sign = "+" if name == "passage_ahead" else ""
            yield f"{name.replace('_', ' '):<14}{_bounded(figure, sign=sign):>26}"


def _bounded(figure: dict[str, float], *, sign: str = "") -> str:
    low, high = (f"{figure[bound]:{sign}.3f}" for bound in ("low", "high"))
    return f"{figure['mean']:{sign}.3f} [{low}, {high}]"


def _parts(explanation: Explanation) -> Iterator[str]:
    """Yield the lines that take a score apart, the heaviest terms first."""
    factors = "".join(f" × {name} {value:.3f}" for name, value in explanation.factors.items())
    yield f"   score {explanation.score:.3f} = relevance {explanation.relevance:.3f}{factors}"
    if explanation.similarity is not None:
        yield f"   {explanation.similarity:8.3f}  similarity of meaning, from 0 to 1"
    coverage, evidence = explanation.signs.coverage, explanation.signs.evidence
    yield f"   {coverage:8.3f}  of what the words say, worth {evidence:.1f} words of one topic alone"
    is_shown = "shown" if explanation.confidence >= SHOWN_FROM else "not shown"
    yield f"   {explanation.confidence:8.3f}  confidence, {is_shown}"
    for term in explanation.terms[:TERMS_SHOWN]:
        where = ", ".join(f"{name} {count}" for name, count in term.fields.items())
        yield f"   {term.share:8.3f}  {term.term:<24} idf {term.idf:.2f}  {where}"
    if others := explanation.terms[TERMS_SHOWN:]:
        yield f"   {sum(term.share for term in others):8.3f}  {len(others)} more"


def _rows(heading: str, tallies: Iterable[tuple[str, Tally]], *, posted: bool) -> Iterator[str]:
    columns = ("opened", "solved", "me_too", "differs", *(["posted"] if posted else []))
    names = "".join(f"{name.replace('_', ' '):>16}" for name in columns)
    yield f"{heading:<12}{'shown':>8}{names}   solve rate"
    for name, tally in tallies:
        rate = tally.solve_rate()
        cells = "".join(f"{_share(getattr(tally, column), tally.shown):>16}" for column in columns)
        bounds = f"{rate.mean:.3f}  [{rate.low:.3f}, {rate.high:.3f}]" if rate else "-"
        yield f"{name:<12}{tally.shown:>8,}{cells}   {bounds}"


def _share(part: int, whole: int) -> str:
    return f"{part:,} ({part / whole:.1%})" if whole else f"{part:,}"


def _shown_documents() -> Iterator[Document]:
    with progress() as bar:
        yield from bar.track(
            indexing.all_documents(), total=indexing.visible_count(), description="Writing"
        )
