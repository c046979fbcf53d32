"""The files of a Whoosh index, mapped into memory.

Which folder they lie in is said by `community.search.generations`. Whoosh commits by renaming a
table of contents into place, which is atomic. What a killed process leaves behind (segments without
a table of contents) is no part of the index and is swept by the next writer.
"""

import mmap
import os
import shutil
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile

from community.search.generations import Generation


class MappedStorage(FileStorage):  # type: ignore[misc, unused-ignore] # untyped
    """Files mapped into memory, which processes share, instead of read through a buffer."""

    def open_file(self, name: str, **options: Any) -> BufferFile:
        """Open a file for reading."""
        with Path(self.folder, name).open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return BufferFile(b"", name=name, **options)
            return _MappedFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name)


class _MappedFile(BufferFile):  # type: ignore[misc, unused-ignore] # untyped
    """What `BufferFile` is, without its copy of the bytes."""

    def __init__(self, mapped: mmap.mmap, name: str) -> None:
        self._buf = self.file = mapped
        self._name = name
        self.onclose = None
        self.is_real = self.is_closed = False


def storage(generation: Generation) -> MappedStorage:
    """Return the files of a generation."""
    return MappedStorage(str(generation.folder))


def sweep(generation: Generation) -> None:
    """Remove what a writer that was killed had begun. Only while writing."""
    for leftover in generation.folder.glob("*.tmp"):
        shutil.rmtree(leftover, ignore_errors=True)
