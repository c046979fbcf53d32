"""What ends by the clock."""

from community.core.db import transaction
from community.moderation.services import modes


def end_modes() -> None:
    """Write down that modes have run out, and let kept pages lose their banners."""
    with transaction():
        modes.end_those_run_out()
