"""What is said about rules without asking routing is what routing does: who ever decides, and who never."""

from datetime import date, datetime, time
from random import Random
from zoneinfo import ZoneInfo

import pytest

from jurisdictions.models import Boundary, RoutingRule
from jurisdictions.routing import Asked, Route, find_routes
from jurisdictions.rules.faults import ALWAYS
from jurisdictions.rules.precedence import hear, voices_of
from jurisdictions.rules.register import read_register
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CategoryGroupFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
)
from tests.shapes import lonlat, square

TEHRAN = ZoneInfo("Asia/Tehran")
# A Monday and a Friday in each year that the rules below tell apart.
DAYS = [date(2025, 11, 24), date(2025, 11, 28), date(2026, 11, 23), date(2026, 11, 27), date(2027, 11, 22)]
DAYS.append(date(2027, 11, 26))
TIMES = [time(3), time(12), time(23)]
PLACES = [(650, 650), (100, 100), (500, 850), (1500, 500)]  # the park, the zone, the west without either, the east
SOURCES = ["", "web", "137"]


@pytest.fixture
def ground(small_city):
    """The small city with a park, two groups of categories, and departments of four kinds."""
    park = JurisdictionFactory(
        root=small_city.city, parent=small_city.west, code="park", level=LevelFactory(code="park")
    )
    BoundaryFactory(jurisdiction=park, shape=square(600, 600, side=100))
    CategoryFactory(code="full-bin", group=CategoryGroupFactory(code="cleaning"))
    CategoryFactory(code="rubble", group=CategoryGroupFactory(code="cleaning"))
    for code, places in {"waste": [small_city.city], "green": [park, small_city.east], "none": []}.items():
        function = FunctionFactory(code=code)
        for place in places:
            DepartmentFactory(jurisdiction=place, function=function)
    small_city.city_works.delete()
    return small_city


def random_rule(random: Random, ground) -> RoutingRule:
    categories = {each.code: each for each in read_register(ground.city).categories}
    about = random.choice(
        [{}, {"group": categories["rubble"].group}, {"category": random.choice([*categories.values()])}]
    )
    times = random.choice([(None, None), (None, None), (time(22), time(6)), (time(6), time(22)), (time(12), time(0))])
    rule = RoutingRule(
        root=ground.city,
        **about,
        function=FunctionFactory(code=random.choice(["civil-works", "waste", "green", "none"])),
        level=LevelFactory(code=random.choice(["city", "district", "district", "zone", "park"])),
        from_time=times[0],
        until_time=times[1],
        weekdays=random.choice([[], [], [5], [1, 2, 3, 4, 6, 7]]),
        sources=random.choice([[], [], ["137"], ["web", "app"]]),
        in_force=random.choice([(None, None), (date(2026, 1, 1), date(2027, 1, 1)), (date(2027, 1, 1), None)]),
    )
    rule.save()
    return rule


def rules_that_decide() -> set[int]:
    """Asked everywhere, about everything, at every moment that the conditions above tell apart."""
    asked = [
        Asked(lon=lon, lat=lat, category=category, source=source)
        for lon, lat in (lonlat(*place) for place in PLACES)
        for category in ("", "pothole", "full-bin", "rubble")
        for source in SOURCES
    ]
    moments = [datetime.combine(day, clock, TEHRAN) for day in DAYS for clock in TIMES]
    routes = [route for on in [*DAYS, *moments] for route in find_routes(asked, on=on)]
    return {route.rule_id for route in routes if isinstance(route, Route) and route.department and route.rule_id}


@pytest.mark.parametrize("has_gap", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_whoever_is_said_to_decide_does_and_nobody_else(ground, seed, has_gap):
    random = Random(seed)
    RoutingRule.objects.all().delete()
    if has_gap:  # the districts leave half of the city to the city's own rules
        Boundary.objects.filter(jurisdiction=ground.east).delete()
    for _ in range(random.choice([4, 9, 14])):
        random_rule(random, ground)
    register = read_register(ground.city)
    said = {each.rule.pk for each in hear(register, voices_of(register.rules), during=ALWAYS).deciding}
    assert said == rules_that_decide()
