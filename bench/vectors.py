"""How long sentence vectors take: making one, and finding the nearest among many.

``python -m bench vectors FOLDER``, FOLDER as for ``community eval retrieval``. Its texts are
embedded; mixtures of two of their vectors, with a little noise, fill the table up to a size. Times
are processor time, so that a busy machine does not count.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
import numpy as np
from numpy.typing import NDArray

from bench.site import SEED
from community.search.evaluation import read_set
from community.search.vectors import NoVectors, table, texts
from community.search.vectors.e5 import E5
from community.search.vectors.embedders import Embedder
from community.search.vectors.minilm import MiniLM
from community.search.vectors.table import Table

COUNT = 100  # neighbours
MIXED = (0.15, 0.5)  # the share of the second of two vectors
NOISE = 0.01

Vectors = NDArray[np.float32]
T = TypeVar("T")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--texts", "text_count", default=2_000, show_default=True, help="Texts to embed.")
@click.option("--topics", default=200_000, show_default=True, help="Vectors to search.")
@click.option("--model", type=click.Choice(["minilm", "e5"]), default="minilm", show_default=True)
def main(*, folder: Path, text_count: int, topics: int, model: str) -> None:
    """Embed the texts in FOLDER and find neighbours among mixtures of them."""
    labelled = read_set(folder)
    embedder: Embedder = MiniLM() if model == "minilm" else E5()
    try:
        embedder.embed(["warm"], asking=True)
    except NoVectors as reason:
        raise click.ClickException(f"No vectors by {embedder.name}: {reason}.") from reason
    queries = _queries(embedder, [item.title for item in labelled.queries[:200]])
    wanted = [texts.of(item.title, item.body) for item in labelled.corpus[:text_count]]
    documents, taken = _timed(partial(embedder.embed, wanted, asking=False))
    click.echo(
        f"a text of {np.mean([len(t) for t in wanted]):.0f} signs {taken / len(wanted):.1f} ms"
    )
    chance = np.random.default_rng(SEED)
    mixed = mixtures(documents, max(0, topics - len(documents)), chance)
    _search(np.vstack([documents, mixed])[:topics], queries)


def _queries(embedder: Embedder, titles: list[str]) -> Vectors:
    made = [_timed(partial(embedder.embed, [title], asking=True)) for title in titles]
    times = [taken for _, taken in made]
    click.echo(f"a title p50 {np.median(times):.1f} ms, p95 {np.quantile(times, 0.95):.1f} ms")
    return np.vstack([vectors for vectors, _ in made])


def mixtures(vectors: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    """Return vectors of length 1, each between two of ``vectors`` and a little aside."""
    first, second = chance.integers(0, len(vectors), (2, count))
    share = chance.uniform(*MIXED, (count, 1)).astype(np.float32)
    noise = chance.normal(0, NOISE, (count, vectors.shape[1])).astype(np.float32)
    mixed = (1 - share) * vectors[first] + share * vectors[second] + noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), np.float32)


def _search(vectors: Vectors, queries: Vectors) -> None:
    count = len(vectors)
    rows = table.pack(range(1, count + 1), [1] * count, [0] * count, vectors)
    held, opened = _timed(partial(Table.empty(vectors.shape[1]).grown, rows))
    click.echo(f"opening {count:,} vectors {opened:.0f} ms")
    times, exact_times, shared, shared_10 = [], [], 0, 0
    for query in queries:
        order, taken = _timed(partial(_exact, vectors, query))
        exact_times.append(taken)
        found, taken = _timed(partial(held.nearest, query, count=COUNT, company_id=1))
        times.append(taken)
        shared += len(found.keys() & set(order.tolist()))
        shared_10 += len(found.keys() & set(order[:10].tolist()))
    click.echo(f"recall@100 {shared / COUNT / len(queries):.3f}")
    click.echo(f"of the nearest ten {shared_10 / 10 / len(queries):.4f}")
    click.echo(f"nearest p50 {np.median(times):.1f} ms, p95 {np.quantile(times, 0.95):.1f} ms")
    click.echo(f"all compared p50 {np.median(exact_times):.1f} ms")


def _exact(vectors: Vectors, query: Vectors) -> NDArray[np.intp]:
    return np.argsort(-(vectors @ query))[:COUNT] + 1


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    result = work()
    return result, (time.process_time() - start) * 1e3


if __name__ == "__main__":
    main()
