"""Time zones: those of the IANA database, by region, as people look for them."""

from collections.abc import Mapping, Sequence
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC = "UTC"
# The rest of the database are old names, and zones that are named after hours and countries.
_REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def names() -> frozenset[str]:
    """Return the names of all zones that can be chosen."""
    return frozenset(
        name for name in available_timezones() if name == UTC or name.split("/")[0] in _REGIONS
    )


@cache
def by_region() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return name and label of each zone under its region: "Asia": ("Asia/Jakarta", "Jakarta")."""
    found: dict[str, list[tuple[str, str]]] = {region: [] for region in _REGIONS}
    for name in sorted(names() - {UTC}):
        region, _, place = name.partition("/")
        found[region].append((name, place.replace("_", " ").replace("/", ", ")))
    return found


@cache
def zone(name: str) -> ZoneInfo:
    """Return the zone with this name; UTC if there is none."""
    return ZoneInfo(name if name in names() else UTC)
