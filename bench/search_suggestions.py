"""How long suggestions take while somebody types, on a labelled set's corpus and queries.

``python -m bench search_suggestions FOLDER``, FOLDER as for ``community eval retrieval``.
"""

import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click

from community.search import SearchIndex, open_index
from community.search.evaluation import document, quantile, read_set

SEED = 7
COMPANIES = 50


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--texts", default=200, show_default=True, help="Texts to type.")
@click.option(
    "--topics", multiple=True, type=int, default=(10_000, 40_000), show_default=True, help="Sizes."
)
def main(*, folder: Path, texts: int, topics: tuple[int, ...]) -> None:
    """Type titles of the queries in FOLDER, stopping anywhere, into indexes of several sizes."""
    labelled = read_set(folder)
    chance = random.Random(SEED)
    titles = [query.title for query in labelled.queries if len(query.title) >= 3]
    typed = [title[: chance.randint(3, len(title))] for title in chance.choices(titles, k=texts)]
    click.echo("| topics | asked | p50 ms | p95 ms | slowest ms | indexed/s |")
    click.echo("|---|---|---|---|---|---|")
    for size in topics:
        with tempfile.TemporaryDirectory() as scratch:
            index = open_index("whoosh", Path(scratch) / "index")
            documents = (
                replace(document(item, number), company_id=number % COMPANIES + 1)
                for number, item in enumerate(labelled.corpus[:size], 1)
            )
            started = time.perf_counter()
            count = index.rebuild(documents)
            rate = count / (time.perf_counter() - started)
            for name, company_id in (("everywhere", None), ("in a company", 1)):
                click.echo(
                    f"| {count:,} | {name} | {_measure(index, typed, company_id)} {rate:,.0f} |"
                )


def _measure(index: SearchIndex, typed: list[str], company_id: int | None) -> str:
    index.similar("warm up", company_id=company_id)
    durations_ms = []
    for text in typed:
        started = time.perf_counter()
        index.similar(text, company_id=company_id)
        durations_ms.append(1000 * (time.perf_counter() - started))
    figures = quantile(durations_ms, 0.5), quantile(durations_ms, 0.95), max(durations_ms)
    return " ".join(f"{figure:.1f} |" for figure in figures)


if __name__ == "__main__":
    main()
