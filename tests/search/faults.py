"""What happens to disks: without space, read-only, bits that change."""

import importlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from community.search import SearchIndex


def opened(engine: str, folder: Path) -> SearchIndex:
    """Return an index as a process that has just started has it."""
    module = importlib.import_module(f"community.search.engines.{engine}")
    index = getattr(module, f"{engine.capitalize()}Index")(folder)
    assert isinstance(index, SearchIndex)
    return index


@contextmanager
def mounted(*arguments: str, at: Path) -> Iterator[Path]:
    """Mount something for a while; skip the test where nobody lets us."""
    at.mkdir(exist_ok=True)
    if _mount(*arguments, str(at)):
        pytest.skip("nothing can be mounted here")
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)  # noqa: S607 (a system's own)


@contextmanager
def small_disk(at: Path, *, kilobytes: int) -> Iterator[Path]:
    """Give a folder that is a whole disk."""
    with mounted("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", at=at) as folder:
        yield folder


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder; for root, whom modes do not keep, by a mount."""
    if os.geteuid() == 0:
        with mounted("--bind", "-o", "ro", str(folder), at=folder):
            yield
        return
    inside = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in inside]
    for path, mode in zip(inside, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in zip(inside, modes, strict=True):
            path.chmod(mode)


def fill_up(disk: Path) -> Path:
    """Leave no space; return the file that takes it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def flip_a_byte(file: Path, at: float = 0.5) -> None:
    """Change one byte, so that neither size nor time says so."""
    times = file.stat()
    with file.open("r+b") as content:
        content.seek(int(times.st_size * at))
        byte = content.read(1)[0]
        content.seek(-1, os.SEEK_CUR)
        content.write(bytes([byte ^ 0x40]))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def _mount(*arguments: str) -> int:
    try:
        done = subprocess.run(["mount", *arguments], check=False, capture_output=True)  # noqa: S607
    except FileNotFoundError:
        return 127
    return done.returncode
