"""How fast a site's topics are indexed anew, how much memory it takes and how big the index is.

``python -m bench indexing DATA_DIR --engine whoosh --engine tantivy``: the whole of ``community
reindex``, reading the database included, with its progress bar.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import click

from bench.site import index_folder, open_site, size_mb

_COUNTED = re.compile(r"([\d,]+) topics are in the index")


@click.command()
@click.argument("data_dir", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--engine",
    "engines",
    multiple=True,
    default=("whoosh",),
    show_default=True,
    help="Engines to compare.",
)
def main(*, data_dir: Path, engines: tuple[str, ...]) -> None:
    """Build the index of the site in DATA_DIR anew with each engine."""
    click.echo("| engine | topics | s | topics/s | processor, s | most memory, MB | index, MB |")
    click.echo("|---|---|---|---|---|---|---|")
    for engine in engines:
        settings = open_site(data_dir, engine).config["SETTINGS"]
        figures = _reindexed()
        click.echo(f"| {engine} | {figures} | {size_mb(index_folder(settings)):,.0f} |")


def _reindexed() -> str:
    """Run the command. Return how many topics, how long and with how much memory."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "community", "reindex"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None  # it is a pipe
    told = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    found = _COUNTED.search(told)
    if status or found is None:
        raise click.ClickException(f"The command said: {told}")
    count = int(found[1].replace(",", ""))
    busy = used.ru_utime + used.ru_stime
    memory_mb = used.ru_maxrss / 1024
    return f"{count:,} | {seconds:.0f} | {count / seconds:,.0f} | {busy:.0f} | {memory_mb:,.0f}"


if __name__ == "__main__":
    main()
