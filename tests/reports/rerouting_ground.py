"""A small city whose boundaries change: the west takes a strip of the east."""

from datetime import UTC, date, datetime

from jurisdictions.boundaries import NewBoundary, put_in_force
from jurisdictions.models import BoundarySet
from tests.shapes import rectangle

NEW_DAY = date(2026, 12, 1)
BEFORE = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
AFTER = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
STRIP = 1100  # metres east of the origin: in the east until the new day, in the west from it on
EAST = 1700  # in the east before and after


def widen_the_west(small_city, *, first_day: date = NEW_DAY, by: float = 200) -> BoundarySet:
    """The line between the districts goes `by` metres to the east."""
    shapes = [("1", 0, 1000 + by), ("2", 1000 + by, 1000 - by)]
    return put_in_force(
        root=small_city.city,
        level=small_city.west.level,
        shapes=[
            NewBoundary(
                level="district",
                code=code,
                name_fa=f"منطقه {code}",
                parent=("city", "sample"),
                geometry=rectangle(x, 0, width=width, height=1000),
            )
            for code, x, width in shapes
        ],
        first_day=first_day,
        source="act 7",
        at=BEFORE,
    )
