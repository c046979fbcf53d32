"""Changes to what people are told."""

from community.notifications.services.telling import Happening, tell

__all__ = ["Happening", "tell"]
