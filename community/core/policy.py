"""What a policy answers: yes, or no with the reason to show."""

from typing import NamedTuple

from community.core.errors import NotAllowed


class Decision(NamedTuple):
    """The answer to "may they?", with the reason to show when it is no."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise `NotAllowed` with the reason unless allowed."""
        if not self.allowed:
            raise NotAllowed(self.reason)


YES = Decision(True)


def no(reason: str) -> Decision:
    """Say no, and why, in a whole sentence."""
    return Decision(False, reason)
