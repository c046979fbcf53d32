"""Sentence vectors for a large site in minutes instead of hours.

``python -m bench stand_ins DATA_DIR``: the newest topics get their own vectors, all others
mixtures of two of those with a little noise. They are good for measuring speed and for nothing
else. The site's own code keeps them, so that the worker takes them as made.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from bench.site import SEED, open_site
from bench.vectors import Vectors, mixtures
from community.search import vectors
from community.search.vectors import Embedder, Spaces
from community.search.vectors.e5 import E5
from community.search.vectors.minilm import MiniLM
from community.topics import embedding, indexing

STEP = 5.0  # seconds between two looks at the bar
AT_ONCE = 100  # vectors written together


class Mixing(Embedder):
    """A model that reads its first texts and makes the other vectors up."""

    batch = AT_ONCE

    def __init__(self, count: int) -> None:
        """Read ``count`` texts, or a few more."""
        super().__init__()
        self._count = count
        self._read = np.zeros((0, self.dimensions), np.float32)
        self._random = np.random.default_rng(SEED)

    def compute(self, wanted: Sequence[str], *, asking: bool) -> Vectors:
        if len(self._read) >= self._count:
            return mixtures(self._read, len(wanted), self._random)
        # What follows here in line is the model's own, which is not abstract.
        found = super().compute(wanted, asking=asking)  # type: ignore[safe-super]
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        self._read = np.vstack([self._read, found / lengths])
        return found


class MixingMiniLM(Mixing, MiniLM):
    """For English."""


class MixingE5(Mixing, E5):
    """For all other languages."""


@click.command()
@click.argument("data_dir", type=click.Path(exists=True, path_type=Path))
@click.option("--texts", default=1_500, show_default=True, help="Texts that each model reads.")
def main(*, data_dir: Path, texts: int) -> None:
    """Fill the stores of vectors of the site in DATA_DIR, which should hold imported content."""
    app = open_site(data_dir)
    with app.app_context():
        spaces = Spaces(app.config["SETTINGS"].vectors_dir, [MixingMiniLM(texts), MixingE5(texts)])
        if spaces.missing:
            raise click.ClickException(f"Models that are not there: {', '.join(spaces.missing)}.")
        vectors.use(spaces)
        filler = embedding.Filler(spaces)
        with click.progressbar(
            length=indexing.visible_count(), label="Making vectors", file=sys.stderr
        ) as bar:
            while filler.step(STEP):
                bar.update(filler.looked_at - bar.pos)
        for space in spaces.all:
            click.echo(f"{space.store.read().live_count:9,} vectors by {space.name}")


if __name__ == "__main__":
    main()
