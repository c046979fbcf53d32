"""What every storage must do. A test module of one inherits and gives the ``storage``."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from community.core import clock
from community.pictures.storage import Missing, Storage

NAME = "5f0c" * 8 + "-1280x800"
SMALL = f"{NAME}-small"


class Conformance:
    """The behaviour that callers rely on."""

    def test_what_is_put_is_read(self, storage: Storage) -> None:
        content = bytes(range(256)) * 1000
        storage.put(NAME, content)
        storage.put(SMALL, b"")

        assert storage.read(NAME) == content
        assert storage.read(SMALL) == b""

    def test_putting_again_replaces(self, storage: Storage) -> None:
        storage.put(NAME, b"a longer text")
        storage.put(NAME, b"short")

        assert storage.read(NAME) == b"short"
        assert len(list(storage.listed())) == 1

    def test_what_is_not_there_is_missing(self, storage: Storage) -> None:
        with pytest.raises(Missing):
            storage.read(NAME)

    def test_what_is_deleted_is_gone_and_nothing_else(self, storage: Storage) -> None:
        storage.put(NAME, b"large")
        storage.put(SMALL, b"small")

        storage.delete(NAME)
        storage.delete(NAME)

        with pytest.raises(Missing):
            storage.read(NAME)
        assert storage.read(SMALL) == b"small"

    def test_everything_is_listed_with_its_age(self, storage: Storage) -> None:
        assert list(storage.listed()) == []
        before = clock.now() - timedelta(seconds=2)  # clocks of others are coarser
        storage.put(NAME, b"large")
        storage.put(SMALL, b"small")

        listed = {kept.name: kept.since for kept in storage.listed()}

        assert set(listed) == {NAME, SMALL}
        assert all(
            before <= since <= clock.now() + timedelta(seconds=2) for since in listed.values()
        )

    def test_listing_while_things_go(self, storage: Storage) -> None:
        for number in range(20):
            storage.put(f"{number:032x}-1x1", b"one")

        for kept in storage.listed():
            storage.delete(kept.name)

        assert list(storage.listed()) == []

    def test_many_at_once_read_one_whole_thing(self, storage: Storage) -> None:
        contents = [bytes([number]) * 100_000 for number in range(8)]
        storage.put(NAME, contents[0])

        def put_and_read(content: bytes) -> bytes:
            storage.put(NAME, content)
            return storage.read(NAME)

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(put_and_read, contents * 4))

        assert all(one in contents for one in found)
