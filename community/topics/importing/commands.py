"""``community import``: content from elsewhere."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError

from community.core import clock, config, migrating
from community.core.names import slug
from community.topics.importing import finishing, jsonl, load, stackexchange
from community.topics.importing.interchange import Reader, Source, Thread, source_of
from community.topics.importing.lines import BrokenFile, Lines
from community.topics.importing.progress import Meter
from community.topics.importing.rendering import Renderer
from community.topics.importing.report import Hopeless, Report

SOURCE_MAX = 60  # characters

_product = click.option(
    "--product", "products", multiple=True, help="What the topics are about. May be repeated."
)
_source = click.option(
    "--source",
    default="",
    callback=lambda _context, _option, typed: _checked_source(typed),
    help="A word for where this is from: the same word and the same id are the same topic. "
    "[default: made from the company's name]",
)
_rejects = click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows that cannot be taken to this file. [default: one in the data folder]",
)


@click.group("import")
def import_group() -> None:
    """Bring in content from elsewhere.

    Stop it whenever you like, and run it again: it goes on where it was, and what is there
    already is passed over. See docs/import-format.md.
    """


@import_group.command("jsonl")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--company", default="", help="Whom the topics are about, whatever the rows say.")
@_product
@_source
@_rejects
@with_appcontext
def import_jsonl(
    file: str, company: str, products: tuple[str, ...], source: str, rejects: Path | None
) -> None:
    """Import FILE, with a topic and its replies as a JSON object on each line.

    FILE may be gzipped; - is standard input.
    """
    run = _Run(rejects)
    reader = Reader(run.report.reject, source=source, company=company, products=products)
    with run.begun() as renderer, Lines(file) as lines:
        renderer.expect(lines.size or 0)
        run.meter.begin(f"Importing {lines.name}", lines.size)
        run.load(jsonl.threads(lines, reader, run.report), renderer, lines)
    run.end()


@import_group.command("stackexchange")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--company", required=True, help="Whom the questions are about.")
@_product
@click.option(
    "--question-comments",
    type=click.Choice(["drop", "as-replies"]),
    default="drop",
    show_default=True,
    help="What to do with comments on questions; here, comments hang below replies.",
)
@_source
@_rejects
@with_appcontext
def import_stackexchange(  # noqa: PLR0917 (click passes them by keyword)
    folder: Path,
    company: str,
    products: tuple[str, ...],
    question_comments: str,
    source: str,
    rejects: Path | None,
) -> None:
    """Import FOLDER, a Stack Exchange data dump: its Posts, Users, Comments and Votes.

    The files are called Posts.xml and so on, or Posts.xml.gz.
    """
    files = stackexchange.files_of(folder)
    if "Posts" not in files:
        raise click.BadParameter(f"There is no Posts.xml in {folder}.", param_hint="FOLDER")
    run = _Run(rejects)
    about = stackexchange.About(
        source=Source(source) if source else source_of(company),
        company=company,
        products=products,
        question_comments=question_comments == "as-replies",
    )
    with run.begun() as renderer, stackexchange.Dump(about, run.report) as dump:
        renderer.expect(sum(path.stat().st_size for path in files.values()))
        for table, path in files.items():
            with Lines(str(path)) as lines:
                run.meter.begin(f"Reading {path.name}", lines.size)
                run.gather(dump, table, lines)
        run.meter.begin("Importing", dump.count())
        run.load(dump.threads(), renderer)
    run.end(missing=[table for table in stackexchange.FILES if table not in files])


class _Run:
    """One run of an import, from the first row to what is said in the end."""

    def __init__(self, rejects: Path | None) -> None:
        settings = config.current()
        migrating.upgrade_if_behind()
        stamp = f"{clock.now():%Y%m%d-%H%M%S}"
        self.report = Report(rejects or settings.data_dir / f"import-rejects-{stamp}.jsonl")
        self.meter = Meter()
        self._began_at = time.monotonic()
        self._trouble = ""
        self._is_indexed = True

    @contextmanager
    def begun(self) -> Iterator[Renderer]:
        """Open what is needed throughout; end in order when somebody presses Ctrl-C."""
        try:
            with self.report.open(), self.meter.shown(), Renderer() as renderer:
                yield renderer
        except KeyboardInterrupt:
            click.echo("Stopped. What is done stays; the same command goes on.", err=True)
            sys.exit(130)

    def gather(self, dump: stackexchange.Dump, table: str, lines: Lines) -> None:
        """Read a file of a dump, as far as it can be read."""
        try:
            for rows in dump.gather(table, lines):
                self.meter.tell(lines.position(), rows)
        except (BrokenFile, Hopeless) as error:
            self._trouble = str(error)

    def load(
        self, threads: Iterator[Thread], renderer: Renderer, lines: Lines | None = None
    ) -> None:
        """Write ``threads`` and do what follows; without ``lines``, their number is known."""
        readable = self._as_far_as_readable(threads)
        try:
            for done in load.load(readable, report=self.report, renderer=renderer):
                self.meter.tell(lines.position() if lines else done.threads, done.posts)
        except OperationalError as error:  # busy all the time, or its disk is full
            self._trouble = f"The database gave up, so run this again later: {error.orig}"
            return
        self.meter.begin("Filling the search index", None)
        self._is_indexed = finishing.finish_all(self._tell_indexed)

    def _tell_indexed(self, done: int, total: int) -> None:
        self.meter.tell(done, done, total=total)

    def end(self, missing: list[str] = []) -> None:  # noqa: B006 (not changed)
        """Say what was done, and fail if the file could not be read to its end."""
        for line in self._told(missing):
            click.echo(line)
        if self._trouble:
            click.echo(f"community: {self._trouble}.", err=True)
            sys.exit(1)

    def _as_far_as_readable(self, threads: Iterator[Thread]) -> Iterator[Thread]:
        """Yield ``threads`` up to where the file is broken, so that those are not lost."""
        try:
            yield from threads
        except (BrokenFile, Hopeless) as error:
            self._trouble = str(error)

    def _told(self, missing: list[str]) -> Iterator[str]:
        report, seconds = self.report, time.monotonic() - self._began_at
        rate = (report.added.total() - report.added["people"]) / seconds
        yield f"Imported {_numbers(report.added)} by {_number(report.added, 'people')}."
        yield f"It took {seconds:.1f} s, {rate:,.0f} topics, replies and comments a second."
        if report.known.total():
            yield f"There already: {_numbers(report.known)}."
        yield from (f"{note}: {number:,}." for note, number in report.notes.items() if number)
        for table in missing:
            yield f"The dump has no {table}.xml; what it would tell is left out."
        if report.rejected:
            yield f"Rows rejected: {report.rejected:,}. They are in {report.path}"
        if not self._is_indexed:
            yield "The search index is busy or broken; the worker fills it when it can be written."


_SINGULAR = {"topics": "topic", "replies": "reply", "comments": "comment", "people": "person"}


def _numbers(counted: Mapping[str, int]) -> str:
    return ", ".join(_number(counted, what) for what in ("topics", "replies", "comments"))


def _number(counted: Mapping[str, int], what: str) -> str:
    number = counted.get(what, 0)
    return f"{number:,} {_SINGULAR[what] if number == 1 else what}"


def _checked_source(typed: str) -> str:
    if typed and (slug(typed, default="") != typed or len(typed) > SOURCE_MAX):
        raise click.BadParameter(
            f"Use small letters, digits and dashes, at most {SOURCE_MAX} characters."
        )
    return typed
