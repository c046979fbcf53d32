"""Whatever happens to disk and processes: the index answers, says what is wrong, and loses nothing.

Each test is run with every engine that keeps its index in a folder.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from community.search import Document, SearchUnavailable, rebuilding
from community.search.generations import BROKEN, Generation, Generations
from community.search.sums import SUMS
from tests.search.conformance import EVERYTHING, PRINTER, ids
from tests.search.documents import document
from tests.search.faults import fill_up, flip_a_byte, opened, read_only, small_disk

ROOT = Path(__file__).parents[2]
LARGE = tuple(document(n, f"Printer number{n} jams", f"page{n} of paper") for n in range(1, 120))


@pytest.fixture(params=["whoosh", "tantivy"])
def engine(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    pytest.importorskip(name)
    return name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


def live(folder: Path) -> Generation:
    version = (folder / "CURRENT").read_text().splitlines()[0].partition(" ")[2]
    return Generations(folder, version).listed()[0]


def largest_file(folder: Path) -> Path:
    files = [path for path in live(folder).folder.iterdir() if path.name not in {SUMS, BROKEN}]
    return max(files, key=lambda path: path.stat().st_size)


# Damage


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: os.truncate(file, file.stat().st_size // 2),
        lambda file: file.write_bytes(os.urandom(file.stat().st_size)),
    ],
    ids=["removed", "emptied", "halved", "garbled"],
)
def test_the_generation_before_answers_for_a_damaged_one(
    engine: str, folder: Path, damage: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    index = opened(engine, folder)
    index.rebuild(LARGE)
    index.rebuild(LARGE)
    assert index.health().state == "ok"
    damage(largest_file(folder))

    after = opened(engine, folder)
    assert after.inspect() != []
    for n in (1, 60, 119):
        assert ids(after.similar(f"number{n} "))[0] == n
    assert after.count() == len(LARGE)
    assert after.health().state == "fallback"
    assert "is broken" in after.health().trouble
    assert "check --repair" in after.health().trouble
    assert "is broken" in caplog.text

    after.put([PRINTER])  # what is posted meanwhile is found, too
    assert ids(after.similar("crumples "))[0] == PRINTER.topic_id
    assert opened(engine, folder).health().state == "fallback"  # also what other processes know

    assert after.rebuild(LARGE) == len(LARGE)
    assert after.health().state == "ok"
    assert after.inspect() == []


def test_a_question_that_meets_damage_is_answered(engine: str, folder: Path) -> None:
    index = opened(engine, folder)
    index.rebuild(LARGE)
    index.rebuild(LARGE)
    for file in live(folder).folder.iterdir():
        file.write_bytes(b"\0" * 10)

    assert ids(opened(engine, folder).similar("number60 "))[0] == 60


def test_one_changed_byte_is_found(engine: str, folder: Path) -> None:
    index = opened(engine, folder)
    index.rebuild(LARGE)
    index.put([document(500, "Lid squeaks")])
    assert index.inspect() == []

    flip_a_byte(largest_file(folder))

    [found] = opened(engine, folder).inspect()
    assert "other content" in found
    with pytest.raises(SearchUnavailable, match="broken"):
        index.count()
    assert index.health().state == "off"


def test_nobody_falls_back_to_an_index_that_holds_much_less(engine: str, folder: Path) -> None:
    index = opened(engine, folder)
    index.rebuild(EVERYTHING[:1])
    index.rebuild(EVERYTHING)
    flip_a_byte(largest_file(folder))
    assert index.inspect() != []
    with pytest.raises(SearchUnavailable):
        index.similar("printer")


def test_an_error_of_ours_condemns_nothing(engine: str, folder: Path) -> None:
    index = opened(engine, folder)
    index.rebuild(EVERYTHING)
    with pytest.raises((SearchUnavailable, AttributeError)):
        index.put([document(9, "Without a date", created_at=None)])
    assert index.health().state == "ok"
    assert index.count() == len(EVERYTHING)


def test_what_was_removed_is_not_kept_in_the_generation_before(engine: str, folder: Path) -> None:
    index = opened(engine, folder)
    index.rebuild(EVERYTHING)
    index.rebuild(EVERYTHING)
    assert len(list(folder.glob("build-*"))) == 2
    index.remove([PRINTER.topic_id])
    index.compact()
    assert len(list(folder.glob("build-*"))) == 1


# The gate


def test_a_generation_that_lacks_something_never_goes_live(
    engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = opened(engine, folder)
    index.rebuild(EVERYTHING)
    every = rebuilding.Stream.__iter__

    def all_but_one(stream: rebuilding.Stream) -> Iterator[Document]:
        return (one for one in every(stream) if one.topic_id != 60)

    monkeypatch.setattr(rebuilding.Stream, "__iter__", all_but_one)
    with pytest.raises(SearchUnavailable, match="118 of 119 topics, and 1 of 100"):
        index.rebuild(LARGE)
    assert index.ids() == {1, 2, 3}
    assert len(list(folder.glob("build-*"))) == 1


# Disks


def test_read_only_index_answers_and_says_why_it_takes_nothing(engine: str, folder: Path) -> None:
    index = opened(engine, folder)
    index.rebuild(EVERYTHING)
    with read_only(folder):
        fresh = opened(engine, folder)
        assert ids(fresh.similar("paper crumples"))[0] == PRINTER.topic_id
        for change in (lambda: fresh.put([PRINTER]), lambda: fresh.rebuild(EVERYTHING)):
            with pytest.raises(SearchUnavailable, match=r"Read-only|Permission denied"):
                change()
        assert fresh.count() == len(EVERYTHING)
        assert fresh.health().state == "ok"
    index.put([document(9, "Written afterwards")])
    assert index.count() == len(EVERYTHING) + 1


# Whoosh leaves to the garbage collector the files that it could not write to the end.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_full_disk_loses_nothing(engine: str, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=4096) as disk:
        folder = disk / "search"
        index = opened(engine, folder)
        index.rebuild(LARGE)
        ballast = fill_up(disk)
        for change in (lambda: index.put([PRINTER]), lambda: index.rebuild(LARGE)):
            with pytest.raises(SearchUnavailable, match="No space left"):
                change()
            assert opened(engine, folder).count() == len(LARGE)
            assert ids(index.similar("number60 "))[0] == 60
        assert index.health().state == "ok"
        ballast.unlink()
        index.put([document(500, "Lid squeaks")])
        assert opened(engine, folder).count() == len(LARGE) + 1
        assert index.rebuild(LARGE) == len(LARGE)
        assert index.inspect() == []


# Processes

PUTTING = """
import sys
from pathlib import Path
from tests.search.documents import document
from tests.search.faults import opened

index = opened(sys.argv[1], Path(sys.argv[2]))
first, last = int(sys.argv[3]), int(sys.argv[4])
for n in range(first, last):
    index.put([document(n, f"Topic number{n}", "All about it")])
    print(n, flush=True)
"""

REBUILDING = """
import sys
from pathlib import Path
from tests.search.documents import document
from tests.search.faults import opened

index = opened(sys.argv[1], Path(sys.argv[2]))
print("begun", flush=True)
while True:
    index.rebuild(document(n, f"Topic number{n}", "All about it") for n in range(1, 120))
    print("done", flush=True)
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


@pytest.mark.slow
def test_killed_rebuilds_leave_an_index_that_answers(engine: str, folder: Path) -> None:
    opened(engine, folder).rebuild(LARGE)
    for round_ in range(6):
        with start(REBUILDING, engine, folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.017 * round_)  # while filling, sealing, swapping or sweeping
            process.send_signal(signal.SIGKILL)
        index = opened(engine, folder)
        assert index.count() == len(LARGE)
        assert ids(index.similar("number60 "))[0] == 60
        assert index.health().state == "ok"
        assert index.inspect() == []
        index.put([document(60, "Topic number60", "All about it")])
        assert len(list(folder.glob("build-*"))) <= 2


@pytest.mark.slow
def test_two_writers_lose_nothing(engine: str, folder: Path) -> None:
    opened(engine, folder).rebuild([])
    with (
        start(PUTTING, engine, folder, 1, 21) as one,
        start(PUTTING, engine, folder, 101, 121) as other,
    ):
        assert one.stdout is not None
        assert other.stdout is not None
        assert (one.stdout.read().count("\n"), other.stdout.read().count("\n")) == (20, 20)
    index = opened(engine, folder)
    assert index.ids() == {*range(1, 21), *range(101, 121)}
    assert index.inspect() == []
