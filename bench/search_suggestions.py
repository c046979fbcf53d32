"""How long suggestions take while somebody types, on a labelled set's corpus and queries.

``python -m bench search_suggestions FOLDER``, FOLDER as for ``community eval retrieval``. Times
are processor time of the query, so that a busy machine does not count; one query runs in one
thread with every engine.
"""

import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from community.search import SearchIndex, open_index
from community.search.evaluation import Item, document, quantile, read_set

SEED = 7
COMPANIES = 50


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--texts", default=200, show_default=True, help="Texts to type.")
@click.option(
    "--topics", multiple=True, type=int, default=(10_000, 40_000), show_default=True, help="Sizes."
)
@click.option(
    "--engine",
    "engines",
    multiple=True,
    default=("whoosh",),
    show_default=True,
    help="Engines to compare.",
)
def main(*, folder: Path, texts: int, topics: tuple[int, ...], engines: tuple[str, ...]) -> None:
    """Type titles of the queries in FOLDER, stopping anywhere, into indexes of several sizes."""
    labelled = read_set(folder)
    chance = random.Random(SEED)
    titles = [query.title for query in labelled.queries if len(query.title) >= 3]
    typed = [title[: chance.randint(3, len(title))] for title in chance.choices(titles, k=texts)]
    click.echo("| topics | engine | asked | p50 ms | p95 ms | slowest ms | indexed/s | MB |")
    click.echo("|---|---|---|---|---|---|---|---|")
    for size in topics:
        for engine in engines:
            _compare(labelled.corpus[:size], typed, engine)


def _compare(corpus: Sequence[Item], typed: list[str], engine: str) -> None:
    """Index a corpus with an engine, ask, and print the rows of both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "index"
        index = open_index(engine, folder)
        documents = (
            replace(document(item, number), company_id=number % COMPANIES + 1)
            for number, item in enumerate(corpus, 1)
        )
        started = time.process_time()
        count = index.rebuild(documents)
        rate = count / (time.process_time() - started)
        size_mb = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6
        for name, company_id in (("everywhere", None), ("in a company", 1)):
            figures = _measure(index, typed, company_id)
            click.echo(f"| {count:,} | {engine} | {name} | {figures} {rate:,.0f} | {size_mb:.0f} |")


def _measure(index: SearchIndex, typed: list[str], company_id: int | None) -> str:
    index.similar("warm up", company_id=company_id)
    durations_ms = []
    for text in typed:
        started = time.thread_time()
        index.similar(text, company_id=company_id)
        durations_ms.append(1000 * (time.thread_time() - started))
    figures = quantile(durations_ms, 0.5), quantile(durations_ms, 0.95), max(durations_ms)
    return " ".join(f"{figure:.1f} |" for figure in figures)


if __name__ == "__main__":
    main()
