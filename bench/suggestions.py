"""How long suggestions take while somebody types: over HTTP, from the site's own server.

``python -m bench suggestions DATA_DIR``: titles and texts of topics of the site, in all its
languages, the titles typed to anywhere. One person types, over a connection of its own for each
question; what the answer took is wall clock, so the machine must be quiet. Beside each question the
engine itself is asked for the ten best topics that hold any of its words, by its own score, in
this process: the *bare* query, in whose times the others are given too.
"""

import http.client
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import click
import tantivy
import whoosh.index
import whoosh.scoring
from whoosh.query import Or, Term

from bench.serving import HOST, Server, serving
from bench.site import SEED, index_folder, open_site, size_mb, some_topics
from community.core.config import Settings
from community.search import index, languages
from community.search import query as queries
from community.search.engines.tantivy.schema import schema
from community.search.entries import encode
from community.search.evaluation import quantile
from community.topics.queries import TEXT_MAX, TEXT_MIN

ADDRESS_MAX = 4_000  # characters: what is longer the ask box does not send while somebody types
WARMING = 24  # connections, so that every process of the server has answered some
WORDS = ("language", "words", "scoring")  # the parts of finding by words

Bare = Callable[[Sequence[str]], object]  # by the terms of what was typed


@dataclass(frozen=True)
class Answered:
    """What one question took, in milliseconds."""

    language: str
    whole: float
    parts: dict[str, float]
    bare: float  # the bare query


@click.command()
@click.argument("data_dir", type=click.Path(exists=True, path_type=Path))
@click.option("--engine", default="whoosh", show_default=True, help="Ask this engine's index.")
@click.option("--topics", default=200, show_default=True, help="Topics that are typed again.")
def main(*, data_dir: Path, engine: str, topics: int) -> None:
    """Type topics of the site in DATA_DIR, and say what each part of the answers took."""
    app = open_site(data_dir, engine)
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        told = some_topics(topics)
        bare = _bare(settings)
        count = index().count()
    chance = random.Random(SEED)
    cut = (title[: chance.randint(TEXT_MIN, len(title))] for title, _ in told)
    titles = [title for title in cut if len(title.strip()) >= TEXT_MIN]
    texts = [_sent(f"{title}\n{body}") for title, body in told]
    index_mb, vectors_mb = size_mb(index_folder(settings)), size_mb(settings.vectors_dir)
    click.echo(f"{count:,} topics: {engine} {index_mb:,.0f} MB, vectors {vectors_mb:,.0f} MB.")
    with serving("bench.timed:app") as server:
        warm(server.port, texts)
        for name, typed in (("title", titles), ("title and text", texts)):
            click.echo(f"\n| {name} | p50 ms | p95 ms | slowest ms | p50, × bare | p95, × bare |")
            click.echo("|---|---|---|---|---|---|")
            answered = [*_ask(server.port, typed, bare)]
            for line in _lines(answered):
                click.echo(line)
            if wordy := sum(not one.parts["neighbours"] for one in answered):
                click.echo(f"\nBy words alone: {wordy:,} of {len(answered):,} answers.")
        click.echo(f"\nThe server's processes hold {memory_mb(server):,.0f} MB (PSS).")


def _sent(text: str) -> str:
    """Return as much of a text as the ask box sends."""
    text = text.strip()[:TEXT_MAX]
    while len(quote(text)) > ADDRESS_MAX:
        text = text[: len(text) * 9 // 10]
    return text


def warm(port: int, texts: Sequence[str]) -> None:
    """Have every process of a server open the index and load the models."""
    for number in range(WARMING):
        connection = http.client.HTTPConnection(HOST, port)
        for text in texts[number : number + 4]:
            ask(connection, text)
        connection.close()


def ask(connection: http.client.HTTPConnection, text: str) -> tuple[bytes, str]:
    """Return the rows of suggestions for a text, and what their parts took.

    Raises:
        click.ClickException: there was another answer.
    """
    connection.request("GET", f"/ask/suggestions?text={quote(text)}")
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise click.ClickException(f"“{text[:40]}” is answered with {answer.status}.")
    return body, answer.getheader("Server-Timing", "")


def _ask(port: int, texts: Sequence[str], bare: Bare) -> Iterator[Answered]:
    """Ask for suggestions and for the bare query in turn.

    Raises:
        click.ClickException: a question was not answered, or without the index.
    """
    for text in texts:
        with closing(http.client.HTTPConnection(HOST, port)) as connection:
            connection.connect()  # browsers open one beforehand
            begun = time.perf_counter()
            _, told = ask(connection, text)
            whole = time.perf_counter() - begun
        terms = list(queries.parse(text).terms)
        begun = time.perf_counter()
        bare(terms)
        alone = time.perf_counter() - begun
        parts = {p: float(ms) for p, ms in re.findall(r"(\w+);dur=([\d.]+)", told)}
        if not parts["scoring"]:
            raise click.ClickException(f"“{text[:40]}” was answered without the index.")
        yield Answered(languages.detect(text), whole * 1e3, parts, alone * 1e3)


def _lines(answered: Sequence[Answered]) -> Iterator[str]:
    """Yield a line for the whole, its parts, and the bare query."""
    taken: dict[str, list[float]] = {
        "**all**": [one.whole for one in answered],
        "all, in English": [one.whole for one in answered if one.language == "en"],
        "all, in another language or none": [o.whole for o in answered if o.language != "en"],
        "the words' parts together": [sum(one.parts[part] for part in WORDS) for one in answered],
    }
    for part in answered[0].parts:
        taken[part] = [one.parts[part] for one in answered]
    taken["HTTP and the rest"] = [one.whole - sum(one.parts.values()) for one in answered]
    taken["bare query"] = [one.bare for one in answered]
    middle, high = (quantile(taken["bare query"], share) for share in (0.5, 0.95))
    for name, times in taken.items():
        if not times:
            continue
        p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
        figures = (
            f"{p50:.1f} | {p95:.1f} | {max(times):.1f} | {p50 / middle:.2f} | {p95 / high:.2f}"
        )
        yield f"| {name} | {figures} |"


# The engine by itself


def _bare(settings: Settings) -> Bare:
    """Return how to ask an engine for the ten best by its own score, without anything of ours."""
    folder = index_folder(settings)
    return _bare_tantivy(folder) if settings.search_engine == "tantivy" else _bare_whoosh(folder)


def _bare_tantivy(folder: Path) -> Bare:
    searcher = tantivy.Index.open(str(folder)).searcher()
    fields = schema()

    def ask_for(terms: Sequence[str]) -> object:
        words = [tantivy.Query.term_query(fields, "terms", term, "freq") for term in terms]
        asked = tantivy.Query.boolean_query([(tantivy.Occur.Should, word) for word in words])
        return searcher.search(asked, 10, count=False)

    return ask_for


def _bare_whoosh(folder: Path) -> Bare:
    searcher = whoosh.index.open_dir(str(folder)).searcher(weighting=whoosh.scoring.TF_IDF())

    def ask_for(terms: Sequence[str]) -> object:
        return searcher.search(Or([Term("terms", encode(term)) for term in terms]), limit=10)

    return ask_for


# Space


def memory_mb(server: Server) -> float:
    """Return what a server's processes hold, shared pages divided among those that share them."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("ascii").split()
    return sum(map(_pss_mb, [server.pid, *map(int, children)]))


def _pss_mb(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
