"""When things happened: the moments of the files moved to the present, and those they do not say."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import blake2b

from community.demo.shapes import Content

SOON = timedelta(minutes=5)  # nobody judges before that
WITHIN = timedelta(hours=20)


def number(*names: object) -> int:
    """Return a large number that is always the same for the same names."""
    text = "\0".join(str(name) for name in names)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


@dataclass(frozen=True)
class Calendar:
    """Moves every moment by the same whole days, so that the newest is from yesterday.

    The order, the weekdays' distances and the time of day stay the same whenever the
    content is loaded.
    """

    shift: timedelta
    end: datetime  # of yesterday: nothing happens later

    @classmethod
    def of(cls, content: Content, now: datetime) -> "Calendar":
        """Return the calendar of ``content`` when it is loaded at the moment ``now``."""
        today = datetime.combine(now.date(), time(), now.tzinfo)
        newest = datetime.combine(content.newest.date(), time(), content.newest.tzinfo)
        return cls(shift=today - newest - timedelta(days=1), end=today - timedelta(seconds=1))

    def at(self, moment: datetime) -> datetime:
        """Return a moment of the files as it is shown."""
        return moment + self.shift

    def soon_after(self, moments: list[datetime], *names: object) -> datetime:
        """Return a moment some minutes or hours after the latest, the same for the same names.

        Args:
            moments: as they are shown, none after the end of yesterday.
            names: what it is that happened, and who did it.
        """
        delay = SOON + timedelta(seconds=number("delay", *names) % int(WITHIN.total_seconds()))
        return min(max(moments) + delay, self.end)

    def some_time_after(self, moment: datetime, *names: object) -> datetime:
        """Return a moment between one that is shown and the end of yesterday."""
        left_s = int((self.end - moment).total_seconds())
        return moment + timedelta(seconds=number("time", *names) % (left_s + 1))
