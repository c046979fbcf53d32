"""What topics keep about a person: what they wrote, judged, follow and looked for."""

from community.topics.holdings.export import count, export
from community.topics.holdings.forget import forget
from community.topics.holdings.move import move

__all__ = ["count", "export", "forget", "move"]
