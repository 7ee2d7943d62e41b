"""A small city whose boundaries change: the west takes a strip of the east."""

from datetime import UTC, date, datetime

import pytest

from jurisdictions.boundaries import NewBoundary, put_in_force
from jurisdictions.models import BoundarySet
from reports.models import Report, Rerouting
from tests.shapes import rectangle
from tests.staff import file_report

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


@pytest.fixture
def moving(small_city) -> Report:
    """In the east until the west is widened."""
    return file_report(small_city.pothole, x=STRIP)


@pytest.fixture
def staying(small_city) -> Report:
    """In the east before and after."""
    return file_report(small_city.pothole, x=EAST)


@pytest.fixture
def new_set(small_city, moving, staying) -> BoundarySet:
    """The west is widened over both reports."""
    return widen_the_west(small_city)


def planned(rerouting: Rerouting) -> set[str]:
    """The references of the reports that it would move."""
    return set(rerouting.moves.filter(state="planned").values_list("report__reference", flat=True))


def states(rerouting: Rerouting) -> dict[str, str]:
    """By reference, how far each move is, and why where it was not made."""
    return {
        reference: f"{state} {because}".strip()
        for reference, state, because in rerouting.moves.values_list("report__reference", "state", "because")
    }


def standing() -> list[dict]:
    """What reports say of who has them and where they lie."""
    names = ["pk", "root_id", "department_id", "jurisdictions", "public_jurisdictions", "public_location", "status"]
    return list(Report.objects.order_by("pk").values(*names))
