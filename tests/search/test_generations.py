"""Generations on disk: one goes live whole or not at all, and a broken one is never the last word."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from community.search import IndexBusy, SearchUnavailable
from community.search.generations import Generation, Generations

ROOT = Path(__file__).parents[2]


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    return Generations(tmp_path / "search", "1.0")


def build(generations: Generations, content: str) -> Generation:
    with generations.writing(wait=0), generations.building() as new:
        (new.folder / "segment").write_text(content)
    return new


def again(generations: Generations) -> Generations:
    """Return what another process sees."""
    return Generations(generations.folder, generations.version)


def folders(generations: Generations) -> set[str]:
    return {path.name for path in generations.folder.glob("build-*")}


def test_what_was_built_is_live(generations: Generations) -> None:
    with pytest.raises(SearchUnavailable, match="no search index yet"):
        generations.current()
    first = build(generations, "first")
    assert again(generations).current() == first
    second = build(generations, "second")
    assert again(generations).current() == second
    assert (second.folder / "segment").read_text() == "second"


def test_the_one_before_stays_and_no_other(generations: Generations) -> None:
    _, second, third = (build(generations, str(n)) for n in range(3))
    assert generations.listed() == [third, second]
    assert folders(generations) == {third.name, second.name}


@pytest.mark.parametrize("error", [OSError("no space left"), KeyboardInterrupt()])
def test_half_a_build_never_goes_live(generations: Generations, error: BaseException) -> None:
    live = build(generations, "whole")

    def fail() -> None:
        with generations.writing(wait=0), generations.building() as new:
            (new.folder / "segment").write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert generations.current() == live
    assert folders(generations) == {live.name}


KILLED = """
import os, signal, sys
from pathlib import Path
from community.search.generations import Generations

generations = Generations(Path(sys.argv[1]), "1.0")
with generations.writing(wait=0), generations.building() as new:
    (new.folder / "segment").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_swept_and_its_lock_is_free(
    generations: Generations,
) -> None:
    live = build(generations, "whole")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(generations.folder)], cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(folders(generations)) == 2
    assert generations.current() == live
    with generations.writing(wait=0):
        generations.sweep()
    assert folders(generations) == {live.name}


def test_a_killed_rebuild_leaves_no_fallback_that_it_made_room_by(
    generations: Generations,
) -> None:
    build(generations, "first")
    live = build(generations, "second")
    subprocess.run([sys.executable, "-c", KILLED, str(generations.folder)], cwd=ROOT, check=False)
    assert len(folders(generations)) == 2  # the live one and half of the killed one's
    assert again(generations).listed() == [live]
    assert again(generations).inspect(lambda one: one.folder.stat()) == []


def test_half_removed_generation_is_removed(generations: Generations) -> None:
    build(generations, "whole")
    half = generations.folder / "gone-123"
    half.mkdir()
    (half / "segment").touch()
    with generations.writing(wait=0):
        generations.sweep()
    assert not half.exists()


def test_one_writes_at_a_time(generations: Generations) -> None:
    with (
        generations.writing(wait=0),
        pytest.raises(IndexBusy),
        again(generations).writing(wait=0.1),
    ):
        pass
    with again(generations).writing(wait=0):
        pass


def test_condemned_generation_gives_way_in_every_process(
    generations: Generations, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = build(generations, "old"), build(generations, "new")
    other = again(generations)
    assert other.current() == new
    generations.condemn(new, "a segment cannot be read")
    generations.condemn(new, "a segment cannot be read")
    assert generations.current() == other.current() == old
    assert other.verdict(new) == "a segment cannot be read"
    assert caplog.text.count("a segment cannot be read") == 1

    generations.condemn(old, "this one too")
    with pytest.raises(SearchUnavailable, match="broken"):
        again(generations).current()


def test_a_new_build_takes_the_place_of_the_condemned(generations: Generations) -> None:
    old, broken = build(generations, "old"), build(generations, "broken")
    generations.condemn(broken, "bits fell out")
    new = build(generations, "new")
    assert generations.listed() == [new, old]
    assert folders(generations) == {new.name, old.name}


def test_retiring_leaves_only_the_one_that_answers(generations: Generations) -> None:
    build(generations, "old")
    new = build(generations, "new")
    with generations.writing(wait=0):
        generations.retire()
    assert generations.listed() == [new]
    assert folders(generations) == {new.name}


def test_another_version_is_not_read(generations: Generations) -> None:
    build(generations, "old analysis")
    newer = Generations(generations.folder, "1.1")
    with pytest.raises(SearchUnavailable, match="another version"):
        newer.current()
    live = build(newer, "new analysis")
    assert newer.listed() == [live]


@pytest.mark.parametrize("content", [b"", b"nowhere", b"\xff\xfe\x00", b"../../etc 1.1"])
def test_garbled_list_is_unavailable(generations: Generations, content: bytes) -> None:
    build(generations, "whole")
    (generations.folder / "CURRENT").write_bytes(content)
    with pytest.raises(SearchUnavailable):
        generations.current()


def test_a_listed_name_cannot_leave_the_folder(generations: Generations) -> None:
    build(generations, "whole")
    (generations.folder / "CURRENT").write_text("../../etc 1.0\n")
    assert generations.current().folder == generations.folder / "etc"


# Damage


def test_damage_is_found(generations: Generations) -> None:
    live = build(generations, "content")
    file = live.folder / "segment"
    assert generations.damage(live, thorough=True) == []

    file.write_text("c0ntent")
    assert generations.damage(live) == []  # the size is right
    [found] = generations.damage(live, thorough=True)
    assert "segment has other content" in found

    file.write_text("cont")
    [found] = generations.damage(live)
    assert found == "segment has 4 bytes instead of 7"

    file.unlink()
    file.mkdir()
    assert "segment" in generations.damage(live)[0]


def test_sealing_again_does_not_bless_damage(generations: Generations) -> None:
    live = build(generations, "content")
    (live.folder / "segment").write_text("c0ntent")
    (live.folder / "second").write_text("new")
    with generations.writing(wait=0):
        generations.seal(live)
    assert len(generations.damage(live, thorough=True)) == 1
    (live.folder / "second").write_text("now")
    assert len(generations.damage(live, thorough=True)) == 2


def test_files_that_change_are_not_noted(tmp_path: Path) -> None:
    generations = Generations(tmp_path, "1.0", changing=["meta.json"])
    with generations.writing(wait=0), generations.building() as new:
        (new.folder / "meta.json").write_text("1")
        (new.folder / "engine-writer.lock").write_text("")
        (new.folder / "segment").write_text("content")
    (new.folder / "meta.json").write_text("22")
    (new.folder / "engine-writer.lock").unlink()
    assert generations.damage(new, thorough=True) == []


@pytest.mark.parametrize("content", [b"garbled", b"xyz 7 segment", b"\xff\xfe"])
def test_garbled_sums_are_damage(generations: Generations, content: bytes) -> None:
    live = build(generations, "content")
    (live.folder / "SUMS").write_bytes(content)
    assert generations.damage(live) != []


# Where nothing can be written


def test_writer_says_so_where_it_may_not_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    generations = Generations(tmp_path / "file" / "search", "1.0")
    with pytest.raises(SearchUnavailable, match="cannot be written"), generations.writing(wait=0):
        pass


FULL = """
import resource, sys
from pathlib import Path
from community.search.errors import SearchUnavailable
from community.search.generations import Generations

generations = Generations(Path(sys.argv[1]), "1.0")
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))  # bytes: the list of generations is longer
try:
    with generations.writing(wait=0), generations.building() as new:
        (new.folder / "segment").write_text("small")
except SearchUnavailable as error:
    sys.exit(error.message)
"""


def test_disk_without_space_leaves_the_live_one(generations: Generations) -> None:
    live = build(generations, "whole")
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(generations.folder)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert told.stderr == "The search index cannot be written: File too large.\n"
    assert generations.current() == live
    assert folders(generations) == {live.name}
