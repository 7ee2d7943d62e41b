"""Reports to compare, made of what matters to a test."""

from datetime import UTC, datetime, timedelta

from persian.normalize import fold
from reports.duplicates.facts import Facts
from tests.shapes import lonlat

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def facts(
    words: str = "", *, x: float = 0, y: float = 0, hours: float = 0, closed_after: float | None = None, **values
) -> Facts:
    """A report some metres east (`x`) and north of a corner, so many hours after noon."""
    lon, lat = lonlat(x, y)
    at = NOON + timedelta(hours=hours)
    closed_at = None if closed_after is None else at + timedelta(hours=closed_after)
    given = {"key": 0, "accuracy_m": None, "category": "pothole", "group": "streets", "address": ""} | values
    return Facts(lon=lon, lat=lat, at=at, closed_at=closed_at, words=fold(words), **given)
