"""The Whoosh engine: what every engine does, and what only files and processes can go through."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from whoosh.index import open_dir
from whoosh.matching import NullMatcher

from community.search import Document, IndexBusy, SearchIndex, SearchUnavailable
from community.search.engines.whoosh import WhooshIndex, schema
from community.search.engines.whoosh.segments import View
from community.search.engines.whoosh.snapshot import Snapshot
from community.search.generations import Generations
from tests.search.conformance import EVERYTHING, PRINTER, Conformance, ids
from tests.search.documents import document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@pytest.fixture
def index(folder: Path) -> WhooshIndex:
    return WhooshIndex(folder)


class TestWhoosh(Conformance):
    """The conformance suite on this engine."""


def store(folder: Path) -> Generations:
    return Generations(folder, schema.VERSION)


# Missing and broken


def assert_unavailable(index: SearchIndex, reason: str) -> None:
    """Assert that every method refuses with a reason, and that a rebuild heals."""
    for call in (
        lambda: index.similar("printer jams"),
        lambda: index.search("printer jams"),
        lambda: index.search(""),
        lambda: index.explain("printer", 1),
        index.count,
        index.fingerprints,
        lambda: index.put([PRINTER]),
    ):
        with pytest.raises(SearchUnavailable, match=reason):
            call()
    assert index.rebuild(EVERYTHING) == len(EVERYTHING)
    assert ids(index.similar("paper crumples")) == [PRINTER.topic_id]


def test_missing_index_is_unavailable(index: WhooshIndex) -> None:
    assert_unavailable(index, "no search index yet")


def test_index_of_another_version_is_unavailable(index: WhooshIndex, folder: Path) -> None:
    index.rebuild(EVERYTHING)
    current = folder / "CURRENT"
    current.write_text(current.read_text().replace(" ", " 0."))
    assert_unavailable(index, "another version")


@pytest.mark.parametrize("content", [b"", b"nowhere", b"\xff\xfe\x00", b"../../etc 1.1"])
def test_garbled_pointer_is_unavailable(index: WhooshIndex, folder: Path, content: bytes) -> None:
    index.rebuild(EVERYTHING)
    (folder / "CURRENT").write_bytes(content)
    assert_unavailable(index, "search index")


def test_removed_build_is_unavailable(index: WhooshIndex, folder: Path) -> None:
    index.rebuild(EVERYTHING)
    for file in store(folder).current().folder.iterdir():
        file.unlink()
    assert_unavailable(index, "broken")


@pytest.mark.parametrize("damage", ["removed", "emptied", "halved", "garbled"])
@pytest.mark.parametrize("kind", ["toc", "trm", "pst", "row.col", "occurrences.col"])
def test_damaged_file_never_raises_anything_else(folder: Path, kind: str, damage: str) -> None:
    WhooshIndex(folder).rebuild(
        document(n, f"Printer number {n} jams", f"word{n % 7} paper") for n in range(1, 400)
    )
    [file] = [f for f in store(folder).current().folder.iterdir() if f.name.endswith(kind)]
    content = file.read_bytes()
    damages: dict[str, Callable[[], object]] = {
        "removed": file.unlink,
        "emptied": lambda: file.write_bytes(b""),
        "halved": lambda: file.write_bytes(content[: len(content) // 2]),
        "garbled": lambda: file.write_bytes(bytes(byte ^ 0x5A for byte in content)),
    }
    damages[damage]()

    index = WhooshIndex(folder)
    for call in (
        lambda: index.similar("printer jams paper"),
        lambda: index.search("printer"),
        index.count,
        index.fingerprints,
        lambda: index.put([PRINTER]),
    ):
        try:
            call()
        except SearchUnavailable:
            continue
    assert index.rebuild(EVERYTHING) == len(EVERYTHING)
    assert ids(index.similar("crumples ")) == [PRINTER.topic_id]


def test_writer_says_so_where_it_may_not_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SearchUnavailable, match="cannot be written"):
        WhooshIndex(tmp_path / "file" / "search").rebuild([])


# Several processes


def test_other_readers_see_a_commit_at_once(folder: Path) -> None:
    writer, reader = WhooshIndex(folder), WhooshIndex(folder)
    writer.rebuild([])
    assert reader.similar("paper") == []
    writer.put([PRINTER])
    assert ids(reader.similar("paper")) == [PRINTER.topic_id]
    writer.remove([PRINTER.topic_id])
    assert reader.similar("paper") == []
    writer.rebuild(EVERYTHING)
    assert reader.count() == len(EVERYTHING)


def test_second_writer_is_told_to_come_back(folder: Path) -> None:
    WhooshIndex(folder).rebuild([])
    second = WhooshIndex(folder, wait=0.1)
    with store(folder).writing(wait=0):
        with pytest.raises(IndexBusy):
            second.put([PRINTER])
        with pytest.raises(IndexBusy):
            second.rebuild([])
        assert second.count() == 0  # reading goes on
    second.put([PRINTER])
    assert second.count() == 1


def test_second_writer_waits_for_the_first(folder: Path) -> None:
    index = WhooshIndex(folder, wait=30)
    index.rebuild([])
    writing = threading.Event()

    def first() -> None:
        with store(folder).writing(wait=0):
            writing.set()
            time.sleep(0.3)

    thread = threading.Thread(target=first)
    thread.start()
    writing.wait(10)
    index.put([PRINTER])
    thread.join()
    assert index.count() == 1


def test_threads_share_an_index_while_it_changes(folder: Path) -> None:
    index = WhooshIndex(folder)
    index.rebuild(document(n, "Printer jams", f"page {n}") for n in range(1, 200))
    done = threading.Event()
    errors: list[Exception] = []

    def read() -> None:
        while not done.is_set():
            try:
                assert len(index.similar("printer jams")) == 5
            except Exception as error:  # noqa: BLE001  # handed to the main thread
                errors.append(error)
                return

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(200, 225):
        WhooshIndex(folder).put([document(n, "Printer jams", f"page {n}")])
    done.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert index.count() == 224


WRITER = """
import sys
from pathlib import Path
from community.search.engines.whoosh import WhooshIndex
from tests.search.documents import document

index = WhooshIndex(Path(sys.argv[1]))
first = int(sys.argv[2])
for n in range(first, first + 1000):
    index.put([document(n, f"Topic {n}", f"All about word{n}")])
    print(n, flush=True)
"""


def run_writer(folder: Path, first: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_killed_writer_loses_and_repeats_nothing(folder: Path) -> None:
    index = WhooshIndex(folder)
    index.rebuild([])
    promised: set[int] = set()
    for round_ in range(6):
        first = 1 + round_ * 1000
        with run_writer(folder, first) as process:
            assert process.stdout is not None
            promised.add(int(process.stdout.readline()))
            time.sleep(0.011 * round_)  # somewhere in a later commit
            process.send_signal(signal.SIGKILL)
            promised |= {int(line) for line in process.stdout.read().split("\n")[:-1]}
        found = index.ids()
        assert promised <= found
        assert len(found) <= len(promised) + round_ + 1  # one a round was not yet confirmed
        assert index.count() == len(found)

    index.put(document(n, f"Topic {n}", f"All about word{n}") for n in promised)  # owed again
    assert index.count() == len(index.ids())
    for n in promised:
        assert ids(index.similar(f"word{n} "))[0] == n
    build = store(folder).current().folder
    assert list(build.glob("*.tmp")) == []


def test_segments_stay_few(folder: Path) -> None:
    index = WhooshIndex(folder)
    index.rebuild([])
    for n in range(1, 121):
        index.put([document(n, f"Topic {n}")])
    segments = list(store(folder).current().folder.glob("*.trm"))
    assert len(segments) <= 5
    assert index.count() == 120


def test_space_of_removed_documents_is_given_back(folder: Path) -> None:
    index = WhooshIndex(folder)
    index.rebuild(document(n, f"Topic {n}", "text " * 50) for n in range(1, 300))
    index.remove(range(1, 299))
    index.put([document(300, "Last")])
    rows = store(folder).current().folder.glob("*.row.col")
    assert sum(file.stat().st_size for file in rows) < 1000
    assert index.ids() == {299, 300}


# Candidates


def test_common_words_only_order_what_rare_ones_find(folder: Path) -> None:
    index = WhooshIndex(folder, budget=50)
    common = [document(n, "Printer jams", "every page") for n in range(1, 300)]
    index.rebuild(
        [
            *common,
            document(500, "Printer jams with zebra paper"),
            document(501, "Scanner hums with zebra paper"),
        ]
    )
    found = index.similar("printer jams zebra ", limit=3)
    assert ids(found) == [500, 501]


def test_postings_are_those_of_the_public_reader(folder: Path) -> None:
    index = WhooshIndex(folder)
    index.rebuild(document(n, "Printer", f"page {n} " * (n % 5)) for n in range(1, 700))
    index.put(document(n, "Printer again", f"page {n}") for n in range(690, 720))
    build = store(folder).current()
    views = Snapshot(build).views
    with open_dir(str(build.folder)).reader() as reader:
        leaves = [leaf for leaf, _ in reader.leaf_readers()]
        assert len(views) == len(leaves) == 2
        for view, leaf in zip(views, leaves, strict=True):
            for term in (b"printer", b"page", b"699", b"again"):
                expected: list[object] = []
                has_it = ("terms", term) in leaf
                matcher = leaf.postings("terms", term) if has_it else NullMatcher()
                while matcher.is_active():
                    expected.append((matcher.id(), pytest.approx(matcher.weight())))
                    matcher.next()
                assert [*_postings(view, term)] == expected


def _postings(view: View, term: bytes) -> Iterator[object]:
    for numbers, weights in view.segment.postings("terms", term):
        for number, weight in zip(numbers, weights, strict=True):
            if number not in view.deleted:
                yield number, weight


# Whatever people type


def naughty_strings() -> list[str]:
    folder = os.environ.get("COMMUNITY_TEST_DATA_DIR")
    path = Path(folder or ".", "robustness", "naughty_strings", "blns.json")
    if not folder or not path.is_file():
        pytest.skip("COMMUNITY_TEST_DATA_DIR names no folder with robustness/naughty_strings")
    strings: list[str] = json.loads(path.read_text("utf-8"))
    return strings


def test_naughty_strings_are_only_text(index: WhooshIndex) -> None:
    naughty = naughty_strings()
    written: list[Document] = [
        document(n, text, text, tags=(text,), kind=text, status=text)
        for n, text in enumerate(naughty, 1)
    ]
    assert index.rebuild(written) == len(naughty)
    assert index.fingerprints() == {d.topic_id: d.fingerprint() for d in written}
    for number, text in enumerate(naughty, 1):
        found = index.similar(text, body=text, limit=len(naughty))
        assert not found or number in ids(found)
        index.search(text)
        index.search("", page=number)
    index.put(written[:50])
    assert index.count() == len(naughty)


@pytest.mark.parametrize(
    "text",
    ["a" * 1_000_000, "printer " * 125_000, "花" * 1_000_000, "a.b-" * 250_000, "\ud800" * 9999],
)
def test_a_megabyte_is_answered_quickly(index: WhooshIndex, text: str) -> None:
    index.rebuild([*EVERYTHING, document(9, text[:150], text)])
    started = time.process_time()
    index.similar(text, body=text)
    index.search(text)
    assert time.process_time() - started < 2  # seconds, however slow the machine
