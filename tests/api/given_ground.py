"""Reports of the small city in somebody's hands."""

import pytest

from people.models import Role
from reports.models import Report
from tests.api.desks import Desk
from tests.factories import MembershipFactory
from tests.shapes import lonlat
from tests.staff import file_report, handler


def point(x: float, y: float = 500) -> dict:
    """A place in metres as GeoJSON."""
    return {"type": "Point", "coordinates": list(lonlat(x, y))}


@pytest.fixture
def report(small_city) -> Report:
    """A pothole in the western district, told and public at once."""
    return file_report(small_city.pothole, x=500)


@pytest.fixture
def west(small_city) -> Desk:
    """A handler of the western district."""
    return Desk.of(handler(small_city.west))


@pytest.fixture
def dispatcher(small_city) -> Desk:
    """The dispatcher of the city."""
    return Desk.of(handler(small_city.city, Role.DISPATCHER))


def member_of(department) -> Desk:
    """A handler of that department."""
    return Desk.of(MembershipFactory(department=department, role=Role.HANDLER).user)


def history(report: Report) -> list[tuple]:
    """Why it was given to whom, the first first."""
    return list(report.assignments.order_by("pk").values_list("reason", "department__code"))
