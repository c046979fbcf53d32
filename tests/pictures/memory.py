"""A storage that forgets everything with the process: the smallest thing that is one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from community.core import clock
from community.pictures.storage import Kept, Missing


@dataclass
class Memory:
    """Keeps everything in a mapping."""

    things: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)

    def put(self, name: str, content: bytes) -> None:
        self.things[name] = (content, clock.now())

    def read(self, name: str) -> bytes:
        if name not in self.things:
            raise Missing(name)
        return self.things[name][0]

    def delete(self, name: str) -> None:
        self.things.pop(name, None)

    def listed(self) -> Iterator[Kept]:
        for name, (_content, since) in list(self.things.items()):
            yield Kept(name, since)
