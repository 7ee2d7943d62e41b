"""S1: what one district has and the public may not see, staff of another never get, by no door."""

import pytest

from people.models import Role
from reports.models import Report
from tests.api.desks import Desk
from tests.factories import CategoryFactory, MembershipFactory, RoutingRuleFactory
from tests.shapes import lonlat
from tests.staff import file_report, handler

WORDS = "کابل آویزان"
HERE = ",".join(map(str, lonlat(1500, 500)))
BOX = ",".join(map(str, (*lonlat(1000, 0), *lonlat(2000, 1000))))
LISTS = [
    "reports?limit=1000",
    f"reports?bbox={BOX}",
    f"reports?near={HERE},500",
    f"reports?q={WORDS}",
    "reports?district=2",
    "reports?f=ndjson",
    "reports?f=compact",
    "desk/reports",
    f"desk/reports?q={WORDS}",
    "desk/reports?district=2",
    "desk/reports?sort=due",
]


@pytest.fixture
def hidden(small_city) -> Report:
    """In the east, of a category that is never shown."""
    quiet = CategoryFactory(code="quiet", moderation="never", group=small_city.pothole.group)
    RoutingRuleFactory(
        root=small_city.city, category=quiet, function=small_city.west_works.function, level=small_city.west.level
    )
    return file_report(quiet, x=1500, description=WORDS, contact={"phone": "+989150000001"})


@pytest.fixture(params=["of the district", "of its department"])
def west(small_city, request) -> Desk:
    """Staff of the other district."""
    if request.param == "of the district":
        return Desk.of(handler(small_city.west, Role.HEAD))
    return Desk.of(MembershipFactory(department=small_city.west_works, role=Role.HANDLER).user)


@pytest.mark.parametrize("address", LISTS)
def test_S1_no_list_search_or_circle_shows_it(hidden, west, small_city, address):
    answer = west.get(address)
    assert answer.status_code == 200, answer.content
    assert hidden.reference not in answer.content.decode()


def test_S1_its_own_district_finds_it_at_its_desk(hidden, small_city):
    east = Desk.of(handler(small_city.east))
    for address in ("desk/reports", f"desk/reports?q={WORDS}", "desk/reports?district=2"):
        assert hidden.reference in east.get(address).content.decode()


@pytest.mark.parametrize("door", ["", "/assignments", "/deadlines", "/notes", "/checklist", "/route", "/photos"])
def test_S1_no_door_of_the_report_opens(hidden, west, door):
    assert west.get(f"reports/{hidden.reference}{door}").status_code == 404


@pytest.mark.parametrize("door", ["", "/work-order"])
def test_S1_nor_one_of_the_desk(hidden, west, door):
    assert west.get(f"desk/reports/{hidden.reference}{door}").status_code == 404


def test_S1_no_tile_and_no_count_knows_of_it(hidden, west):
    assert west.get("clusters", zoom=14, bbox=BOX).json()["features"] == []
    tile = west.get("tiles/reports/0/0/0.mvt")
    assert tile.status_code in {200, 204}
    assert hidden.reference.encode() not in tile.content
