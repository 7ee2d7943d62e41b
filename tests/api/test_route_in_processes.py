"""R11: what is stored decides the very next request, in every process of a real server."""

import json
from urllib.request import urlopen

import pytest

from jurisdictions.models import Boundary, RoutingRule
from tests.factories import BoundaryFactory
from tests.processes import running_server
from tests.shapes import lonlat, rectangle


def answers(server: str) -> set[tuple[str, str]]:
    """District and department that a dozen requests name, each over a connection of its own: both processes answer."""
    lon, lat = lonlat(950, 700)
    address = f"{server}/api/v1/route?lon={lon}&lat={lat}&category=pothole"
    read = [json.loads(urlopen(address).read())["properties"] for _ in range(12)]
    return {(each["district"]["code"], each["department"]["code"]) for each in read}


@pytest.mark.django_db(transaction=True)
def test_r11_an_edited_boundary_and_an_edited_rule_decide_the_very_next_request(small_city):
    with running_server(workers=2) as server:
        assert answers(server) == {("1", "1-civil-works")}
        Boundary.objects.filter(jurisdiction__in=[small_city.west, small_city.east]).delete()
        BoundaryFactory(jurisdiction=small_city.west, shape=rectangle(0, 0, width=900, height=1000))
        BoundaryFactory(jurisdiction=small_city.east, shape=rectangle(900, 0, width=1100, height=1000))
        assert answers(server) == {("2", "2-civil-works")}
        RoutingRule.objects.update(level=small_city.city.level)
        assert answers(server) == {("2", "city-civil-works")}
