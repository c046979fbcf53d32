"""The storages: what each one does, and what only files can go through."""

import os
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from community.core import clock, config
from community.core.errors import SettingsError
from community.pictures import storage as storages
from community.pictures.storage import Folder, Missing, Storage, open_storage
from tests.pictures.conformance import NAME, Conformance
from tests.pictures.memory import Memory


class TestFolder(Conformance):
    """The conformance suite on a folder."""

    @pytest.fixture
    def storage(self, folder: Path) -> Storage:
        return Folder(folder)


class TestMemory(Conformance):
    """The conformance suite on a mapping: it asks for nothing that only files can do."""

    @pytest.fixture
    def storage(self) -> Storage:
        return Memory()


def test_a_write_that_fails_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Folder(folder)
    storage.put(NAME, b"first")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.put(NAME, b"second")

    assert storage.read(NAME) == b"first"
    assert [kept.name for kept in storage.listed()] == [NAME]


def test_what_a_crash_left_aside_is_listed_and_can_be_deleted(folder: Path) -> None:
    storage = Folder(folder)
    storage.put(NAME, b"whole")
    left = folder / NAME[:2] / f"{NAME}~0badcafe"
    left.write_bytes(b"ha")
    long_ago = (clock.now() - timedelta(days=3)).timestamp()
    os.utime(left, (long_ago, long_ago))

    ages = {kept.name: clock.now() - kept.since for kept in storage.listed()}
    assert ages[left.name] > timedelta(days=2)
    storage.delete(left.name)

    assert [kept.name for kept in storage.listed()] == [NAME]


@pytest.mark.parametrize("name", ["../secret_key", "ab/cd", "", "A" * 40, ".hidden", "a\x00b"])
def test_a_folder_is_never_left(folder: Path, name: str) -> None:
    storage = Folder(folder)
    (folder.parent / "secret_key").write_text("secret")

    with pytest.raises(ValueError, match="no name"):
        storage.read(name)
    with pytest.raises(ValueError, match="no name"):
        storage.delete(name)
    assert (folder.parent / "secret_key").exists()


def test_files_of_others_are_left_alone(folder: Path) -> None:
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / ".DS_Store").write_text("")
    (folder / "ab" / "cd-elsewhere").write_text("")
    (folder / "README").write_text("")

    assert list(Folder(folder).listed()) == []


def test_a_folder_that_is_not_there_is_empty(folder: Path) -> None:
    storage = Folder(folder)

    assert list(storage.listed()) == []
    storage.delete(NAME)
    with pytest.raises(Missing):
        storage.read(NAME)


def test_the_data_folder_unless_it_is_said(tmp_path: Path) -> None:
    data_dir = tmp_path / "data of the site"
    settings = config.from_environ({"COMMUNITY_DATA_DIR": str(data_dir)})

    opened = open_storage(settings.pictures_url)

    assert isinstance(opened, Folder)
    assert opened.folder == data_dir / "pictures"


@pytest.mark.parametrize("url", ["/var/pictures", "file:pictures", "file://pictures", "pictures"])
def test_an_address_that_names_no_folder_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="COMMUNITY_PICTURES_URL"):
        config.from_environ({"COMMUNITY_DATA_DIR": str(tmp_path), "COMMUNITY_PICTURES_URL": url})


def test_a_scheme_that_nobody_knows_is_refused_in_words() -> None:
    with pytest.raises(SettingsError, match=r"COMMUNITY_PICTURES_URL begins with s9:, which"):
        open_storage("s9://bucket/pictures")


def test_an_installed_package_can_know_another_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("memory", "tests.pictures.test_storage:open_memory", storages.PLUGINS)
    monkeypatch.setattr(
        storages,
        "entry_points",
        lambda *, group, name: [entry] if (group, name) == (entry.group, entry.name) else [],
    )

    opened = open_storage("memory://bucket")
    opened.put(NAME, b"kept")

    assert opened.read(NAME) == b"kept"


def open_memory(url: str) -> Storage:
    """Open what the entry point above stands for."""
    assert url == "memory://bucket"
    return Memory()
