"""Commands about what is kept in two places: counts and their rows, topics and the index."""

import sys
from collections.abc import Iterator

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from community import search
from community.core import outbox
from community.core.db import reading, transaction
from community.core.sql import chunks
from community.search import Document, SearchUnavailable
from community.search import vectors as search_vectors
from community.search.commands import search_group
from community.topics import embedding, handlers, indexing
from community.topics.services import languages, related
from community.topics.services import recount as recounting

REPAIRED_AT_ONCE = 500  # topics
RELATED_AT_ONCE = 50  # topics
SHOWN = 5  # topics named of each sort of difference


@click.command("recount")
@with_appcontext
def recount() -> None:
    """Count everything again from the rows, and say what differed."""
    corrections = []
    with progress() as bar:
        for _name, correct in bar.track(list(recounting.steps()), description="Counting"):
            with transaction():
                corrections.append(correct())
    wrong = [correction for correction in corrections if correction.rows]
    if not wrong:
        click.echo("Every count agrees with its rows.")
        return
    table = Table("Count", "Rows corrected", "For example")
    for correction in wrong:
        examples = ", ".join(f"{e.id}: {e.was} → {e.now}" for e in correction.examples)
        table.add_row(correction.name, f"{correction.rows:,}", examples)
    Console().print(table)


@click.command("reindex")
@with_appcontext
def reindex() -> None:
    """Build the search index anew beside the one in use, then swap them."""
    click.echo(f"{_rebuilt():,} topics are in the index.")


@click.command("relate")
@click.option("--all", "anew", is_flag=True, help="Every topic, not only those without.")
@with_appcontext
def relate(*, anew: bool) -> None:
    """Seek the topics that read like each topic; the night does the same, a little at a time."""
    if anew:
        with transaction():
            related.forget()
    done, total = 0, related.unrelated_count()
    with progress() as bar:
        task = bar.add_task("Relating", total=total)
        while some := handlers.relate_some(RELATED_AT_ONCE):
            done += some
            bar.update(task, completed=done)
    click.echo(f"Sought topics like {done:,} topics.")


@search_group.command("status")
@with_appcontext
def status() -> None:
    """Say how many topics the index of words and the sentence vectors hold."""
    total = indexing.visible_count()
    click.echo(f"{total:9,} topics can be seen")
    try:
        click.echo(f"{search.index().count():9,} in the index of words")
    except SearchUnavailable as error:
        click.echo(f"          {error.message}")
    spaces = search_vectors.spaces()
    for space in spaces.all if spaces else ():
        state = "" if space.store.is_complete else " so far"
        click.echo(f"{space.store.read().live_count:9,} vectors by {space.name}{state}")
    for name, reason in spaces.missing.items() if spaces else ():
        click.echo(f"          no vectors by {name}: {reason}")


@search_group.command("vectors")
@with_appcontext
def vectors() -> None:
    """Make all sentence vectors that are missing, here and now.

    The worker does the same in its spare time; both may run, and either may be stopped.
    """
    filler = embedding.filler()
    if not filler or not filler.spaces.all:
        click.echo("No model is installed: pip install 'common-ground[semantic]'.")
        return
    with progress() as bar:
        task = bar.add_task("Embedding", total=indexing.visible_count())
        while filler.step():
            bar.update(task, completed=filler.looked_at)
    click.echo(f"Looked at {filler.looked_at:,} topics.")


@search_group.command("check")
@click.option("--repair", is_flag=True, help="Put right what differs.")
@with_appcontext
def check(*, repair: bool) -> None:
    """Read the files of the search index and compare what they hold with the database.

    What has just been changed may differ until the worker has seen to it. Ends with 1
    if something is damaged or differs and is not put right.
    """
    try:
        damage = search.index().inspect()
        for one in damage:
            click.echo(f"Damaged: {one}.")
        if damage and repair:
            _build_anew()
            return
        fingerprints = search.index().fingerprints()
    except SearchUnavailable as error:
        if not repair:
            raise
        click.echo(error.message)
        _build_anew()
        return
    found = indexing.differences(fingerprints, _shown("Comparing"))
    _tell(found)
    if not found.ids and not damage:
        return
    if not repair:
        click.echo("`community search check --repair` puts this right.")
        sys.exit(1)
    for some in chunks(found.ids, REPAIRED_AT_ONCE):
        indexing.bring_up_to_date(some)
    click.echo(f"Put right: {len(found.ids):,} topics.")


def _build_anew() -> None:
    click.echo(f"Built anew: {_rebuilt():,} topics are in the index.")


def _rebuilt() -> int:
    """Tell the languages that are not told yet, for texts are analysed in theirs, and rebuild."""
    with progress() as bar:
        task = bar.add_task("Telling languages", total=languages.untold_count())
        while handlers.tell_languages():
            bar.advance(task, handlers.TOLD_AT_ONCE)
        bar.update(task, completed=bar.tasks[task].total)
    with reading():
        owed = outbox.owed(languages.EVENT)
    count = search.index().rebuild(_shown("Indexing"))
    with transaction():
        outbox.settle(owed)
    return count


def _shown(what: str) -> Iterator[Document]:
    """Yield the document of every topic, with a bar that says how far we are."""
    with progress() as bar:
        yield from bar.track(
            indexing.all_documents(), total=indexing.visible_count(), description=what
        )


def _tell(found: indexing.Differences) -> None:
    for ids, what in (
        (found.missing, "missing"),
        (found.outdated, "outdated"),
        (found.left_over, "left over"),
    ):
        named = ", ".join(str(id_) for id_ in ids[:SHOWN]) + (" …" if len(ids) > SHOWN else "")
        click.echo(f"{len(ids):7,} {what}" + (f" (topics {named})" if ids else ""))
    owed = outbox.waiting()
    if owed:
        click.echo(f"{owed:7,} jobs are still owed; the worker may be about to do this.")


def progress() -> Progress:
    """Return a bar with rate and time left; it is silent where nobody watches."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
