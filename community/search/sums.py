"""What the files of an index were like when they were written: size and checksum, in ``SUMS``."""

import os
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

SUMS = "SUMS"
BLOCK = 1 << 20  # bytes read together


class Sum(NamedTuple):
    """What a file was like when it was written."""

    size: int  # bytes
    crc32: int

    @classmethod
    def of(cls, path: Path) -> "Sum":
        """Read a file to its end."""
        size = crc32 = 0
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                size, crc32 = size + len(block), zlib.crc32(block, crc32)
        return cls(size, crc32)


def seal(folder: Path, *, but: Collection[str] = ()) -> None:
    """Note the checksums of the files in a folder that are new.

    Args:
        but: names of files that are written more than once.

    Raises:
        OSError: they cannot be read or written.
    """
    known = _noted(folder)
    sums = {path.name: known.get(path.name) or Sum.of(path) for path in _files(folder, but)}
    lines = [f"{one.crc32:08x} {one.size} {name}\n" for name, one in sums.items()]
    replace(folder / SUMS, "".join(lines))


def damage(folder: Path, *, thorough: bool) -> list[str]:
    """Say which files in a folder are not what was noted; one that is gone is none of them.

    Args:
        thorough: read every byte; otherwise only sizes are compared.
    """
    try:
        noted = _noted(folder)
    except OSError as error:
        return [f"{SUMS} cannot be read: {error.strerror}"]
    except ValueError:
        return [f"{SUMS} is garbled"]
    found = (_damage(folder / name, one, thorough=thorough) for name, one in noted.items())
    return [said for said in found if said]


def _damage(path: Path, noted: Sum, *, thorough: bool) -> str:
    try:
        size = path.stat().st_size
        if size != noted.size:
            return f"{path.name} has {size:,} bytes instead of {noted.size:,}"
        if thorough and Sum.of(path) != noted:
            return f"{path.name} has other content than was written"
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    return ""


def _files(folder: Path, but: Collection[str]) -> list[Path]:
    """Return the files that are written once: no locks, nothing half-written."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and path.name not in {*but, SUMS}
        and not path.name.lower().endswith((".tmp", "lock"))
    )


def _noted(folder: Path) -> dict[str, Sum]:
    """Read what was noted of each file.

    Raises:
        ValueError: it is garbled.
    """
    try:
        lines = (folder / SUMS).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    noted = {}
    for line in lines:
        crc32, size, name = line.split(" ", 2)
        noted[name] = Sum(int(size), int(crc32, 16))
    return noted


def replace(path: Path, content: str, *, durably: bool = False) -> None:
    """Write a file whole: whoever reads sees the old content or the new."""
    new = path.with_name(f"{path.name}.tmp")
    with new.open("w", encoding="utf-8") as file:
        file.write(content)
        if durably:
            file.flush()
            os.fsync(file.fileno())
    new.replace(path)
