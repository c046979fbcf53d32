"""How fast content comes in: each file or dump into an empty site, and then once more.

``python -m bench import_rate PATH …``: files of JSON lines and folders of data dumps. The
time is that of the whole command: reading, Markdown, the database, the search index.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_IMPORTED = re.compile(r"Imported ([\d,]+) topics?, ([\d,]+) repl(?:y|ies), ([\d,]+) comments?")


@dataclass(frozen=True)
class Figures:
    """What one run added, and how long it took."""

    topics: int
    replies: int
    comments: int
    seconds: float

    @property
    def rows(self) -> int:
        """Return how many posts that were."""
        return self.topics + self.replies + self.comments


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--database",
    default="",
    help="A PostgreSQL server's URL; a database is made there and dropped. Default: SQLite.",
)
def main(*, paths: tuple[Path, ...], database: str) -> None:
    """Import each of PATHS into a site of its own, twice."""
    click.echo("| what | database | topics | replies | comments | s | rows/s | again, s |")
    click.echo("|---|---|---|---|---|---|---|---|")
    for path in paths:
        with tempfile.TemporaryDirectory() as folder:
            _measure(path, Path(folder), database)
    peak_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    click.echo(f"\nThe largest process took {peak_mb:,.0f} MB.")


def _measure(path: Path, folder: Path, server: str) -> None:
    name = f"bench_import_{os.getpid()}"
    url = (
        make_url(server).set(database=name).render_as_string(hide_password=False) if server else ""
    )
    environment = os.environ | {"COMMUNITY_DATA_DIR": str(folder), "COMMUNITY_DATABASE_URL": url}
    if server:
        _administer(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        _run(["db", "upgrade"], environment)
        first, again = (_import(path, environment) for _ in range(2))
    finally:
        if server:
            _administer(server, f"DROP DATABASE {name} WITH (FORCE)")
    if again.rows:
        raise click.ClickException(f"The second run added {again.rows} rows.")
    click.echo(
        f"| {path.name} | {'PostgreSQL' if server else 'SQLite'} | {first.topics:,} "
        f"| {first.replies:,} | {first.comments:,} | {first.seconds:.1f} "
        f"| {first.rows / first.seconds:,.0f} | {again.seconds:.1f} |"
    )


def _import(path: Path, environment: dict[str, str]) -> Figures:
    what = (
        ["stackexchange", str(path), "--company", "Bench"]
        if path.is_dir()
        else ["jsonl", str(path)]
    )
    began_at = time.perf_counter()
    told = _run(["import", *what], environment)
    seconds = time.perf_counter() - began_at
    found = _IMPORTED.search(told)
    if found is None:
        raise click.ClickException(f"The import said: {told}")
    topics, replies, comments = (int(number.replace(",", "")) for number in found.groups())
    return Figures(topics, replies, comments, seconds)


def _run(words: list[str], environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "community", *words]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout


def _administer(server: str, statement: str) -> None:
    engine = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


if __name__ == "__main__":
    main()
