import errno
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from community.search import IndexBusy, SearchUnavailable
from community.search.generations import Generations
from community.search.vectors import store as stores
from community.search.vectors import table
from community.search.vectors.store import Store
from tests.search.vectors.test_table import DIMENSIONS, some


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "model-1", DIMENSIONS)


def put(store: Store, topics: list[int], *, seed: int = 1) -> None:
    store.put(topics, [1] * len(topics), topics, some(len(topics), seed=seed))


def test_before_the_first_vector_it_is_empty(store: Store) -> None:
    assert store.read().live_topics() == set()
    assert not store.is_complete
    store.remove([1])
    store.compact(at_once=True)
    assert not store.folder.exists()


def test_another_reader_sees_what_is_put_and_removed(store: Store) -> None:
    reader = Store(store.folder, DIMENSIONS)
    put(store, [1, 2, 3])
    assert reader.read().live_topics() == {1, 2, 3}

    put(store, [2, 4], seed=2)
    store.remove([1, 9])

    assert reader.read().live_topics() == {2, 3, 4}
    assert reader.read().nearest(some(2, seed=2)[0], count=1) == {2: pytest.approx(1, abs=0.01)}
    assert reader.read() is reader.read()  # nothing new, nothing read


def test_removing_what_is_not_there_writes_nothing(store: Store) -> None:
    put(store, [1])
    size = (store.folder / "rows").stat().st_size

    store.remove([2, 3])

    assert (store.folder / "rows").stat().st_size == size


def test_compacting_lets_go_of_what_does_not_count(store: Store) -> None:
    reader = Store(store.folder, DIMENSIONS)
    put(store, [1, 2, 3])
    put(store, [2], seed=2)
    store.remove([1])
    before = reader.read()

    store.compact()  # five rows are not worth it
    assert len(reader.read()) == 5
    store.compact(at_once=True)

    assert len(reader.read()) == 2
    assert reader.read().live_topics() == {2, 3}
    assert before.nearest(some(3)[2], count=1)  # who still reads the old file goes on
    put(store, [7])
    assert reader.read().live_topics() == {2, 3, 7}


def test_much_that_does_not_count_is_let_go_by_itself(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "DEAD_MIN", 3)
    put(store, [1, 2, 3, 4])
    store.remove([1, 2])

    store.compact()

    assert len(store.read()) == 2


@pytest.mark.parametrize("kept", [1, 200, 415])
def test_half_a_row_at_the_end_does_no_harm(store: Store, kept: int) -> None:
    put(store, [1, 2])
    torn = table.pack([3], [1], [3], some(1)).tobytes()[:kept]
    with (store.folder / "rows").open("ab") as file:
        file.write(torn)

    assert Store(store.folder, DIMENSIONS).read().live_topics() == {1, 2}
    put(store, [4])

    assert Store(store.folder, DIMENSIONS).read().live_topics() == {1, 2, 4}


def test_garbage_at_the_end_is_cut_off(store: Store) -> None:
    put(store, [1, 2])
    with (store.folder / "rows").open("ab") as file:
        file.write(os.urandom(416 * 3 + 7))

    put(store, [3])

    assert store.read().live_topics() == {1, 2, 3}
    assert (store.folder / "rows").stat().st_size == 3 * 416


def _keep_putting(folder: Path) -> None:
    store = Store(folder, DIMENSIONS)
    for topic in range(1, 10**6, 5):
        put(store, list(range(topic, topic + 5)))


def test_a_killed_writer_loses_nothing_that_was_written(store: Store) -> None:
    kept: set[int] = set()
    for _ in range(4):
        writer = multiprocessing.get_context("spawn").Process(
            target=_keep_putting, args=[store.folder]
        )
        writer.start()
        until = time.monotonic() + 20
        while not store.read().live_topics() - kept and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        before = store.read().live_topics()
        assert writer.pid
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()

        kept = Store(store.folder, DIMENSIONS).read().live_topics()
        assert kept >= before > set()

    put(store, [10**7])
    assert store.read().live_topics() == kept | {10**7}


def test_one_process_writes_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "WRITER_WAIT", 0.05)
    put(store, [1])
    with Generations(store.folder, "").writing(wait=0), pytest.raises(IndexBusy):
        put(store, [2])

    assert store.read().live_topics() == {1}


def test_a_full_disk_is_told_and_leaves_what_was_there(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, [1])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(SearchUnavailable, match="No space left"):
            put(store, [2])
    put(store, [3])

    assert store.read().live_topics() >= {1, 3}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SearchUnavailable):
        put(Store(tmp_path / "file" / "model-1", DIMENSIONS), [1])


def test_a_store_stays_complete(store: Store) -> None:
    put(store, [1])
    store.complete()
    store.complete()

    assert Store(store.folder, DIMENSIONS).is_complete


def test_a_vector_of_zeros_can_be_kept(store: Store) -> None:
    store.put([1], [1], [1], np.zeros((1, DIMENSIONS), np.float32))

    assert store.read().live_topics() == set()
