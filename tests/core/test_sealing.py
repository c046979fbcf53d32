"""Texts that only this installation can read."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from community.core.sealing import FILE, Sealer, Unreadable


def test_what_was_sealed_can_be_opened_again(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path).seal("0171 2345678, und 你好 \ud800")

    assert b"0171" not in sealed
    assert Sealer(tmp_path).open(sealed) == "0171 2345678, und 你好 \ud800"
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_older_keys_open_what_they_sealed(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path).seal("old")
    (tmp_path / FILE).write_text(
        f"{Fernet.generate_key().decode()}\n{(tmp_path / FILE).read_text()}"
    )

    assert Sealer(tmp_path).open(sealed) == "old"


def test_without_its_key_it_stays_closed(tmp_path: Path) -> None:
    sealed = Sealer(tmp_path).seal("secret")
    (tmp_path / FILE).unlink()

    with pytest.raises(Unreadable):
        Sealer(tmp_path).open(sealed)
    with pytest.raises(Unreadable):
        Sealer(tmp_path).open(b"nonsense")
