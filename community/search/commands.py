"""``community eval``: measure the quality of suggestions on labelled sets."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from community.search import open_index
from community.search.evaluation import BadSet, Figures, evaluate, read_set
from community.search.interface import SearchIndex


@click.group("eval")
def eval_group() -> None:
    """Measure quality on labelled sets."""


@eval_group.command("retrieval")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--query",
    type=click.Choice(["title", "full"]),
    default="full",
    show_default=True,
    help="Ask with the title alone, or with title and body.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Ask the first N queries only.")
@click.option("--older-only", is_flag=True, help="Keep documents older than the query.")
@click.option("--rerank", is_flag=True, help="Rank only the judged candidates.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def retrieval(
    *, folder: Path, query: str, limit: int | None, older_only: bool, rerank: bool, as_json: bool
) -> None:
    """Ask the queries of a labelled set in FOLDER and say how well they were answered.

    FOLDER holds corpus.jsonl, queries.jsonl (plain or .gz) and qrels.tsv. The corpus is indexed
    in a temporary folder, and asked by the code that the ask box uses.
    """
    try:
        figures = evaluate(
            read_set(folder),
            _whoosh,
            with_body=query == "full",
            limit=limit,
            older_only=older_only,
            rerank=rerank,
        )
    except BadSet as error:
        raise click.BadParameter(str(error), param_hint="FOLDER") from error
    click.echo(json.dumps(asdict(figures)) if as_json else _table(figures))


def _whoosh(folder: Path) -> SearchIndex:
    return open_index("whoosh", folder)


def _table(figures: Figures) -> str:
    rows = (
        ("queries", f"{figures.queries:,}"),
        ("hit@1", f"{figures.hit_at_1:.3f}"),
        ("hit@5", f"{figures.hit_at_5:.3f}"),
        ("hit@10", f"{figures.hit_at_10:.3f}"),
        ("MRR@10", f"{figures.mrr_at_10:.3f}"),
        ("nDCG@10", f"{figures.ndcg_at_10:.3f}"),
        ("p50 per query", f"{figures.p50_ms:.1f} ms"),
        ("p95 per query", f"{figures.p95_ms:.1f} ms"),
        ("documents", f"{figures.documents:,}"),
        ("indexed per second", f"{figures.documents_per_second:,.0f}"),
    )
    return "\n".join(f"{name:<20}{value:>12}" for name, value in rows)
