"""What a change of boundaries or rules would move of the reports that exist."""

import random
from datetime import time, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from jurisdictions.boundaries import withdraw
from jurisdictions.models import Moderation
from jurisdictions.routing import find_route
from reports.handling import assign, change_status, decline
from reports.models import Assignment, Report, Rerouting
from reports.rerouting import preview
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
)
from tests.reports.rerouting_ground import (
    BEFORE,
    NEW_DAY,
    STRIP,
    planned,
    standing,
    states,
    widen_the_west,
)
from tests.shapes import polygon, rectangle, square
from tests.staff import file_report


class TestThePreview:
    def test_names_the_reports_that_move_from_whom_to_whom_for_each_status(self, small_city, new_set, moving):
        change_status(report=moving, to="in_progress", note="done", at=BEFORE)
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        assert rerouting.moves.by_department() == [
            {"before": "2-civil-works", "after": "1-civil-works", "status": "in_progress", "count": 1}
        ]
        assert rerouting.moves.by_jurisdiction("district") == [
            {"before": "2", "after": "1", "status": "in_progress", "count": 1}
        ]
        assert rerouting.state == "previewed"
        assert rerouting.looked_at == 2

    def test_changes_nothing_itself(self, new_set):
        before = standing()
        preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        assert standing() == before
        assert Assignment.objects.count() == 2

    def test_asks_as_of_its_day(self, new_set, moving):
        assert planned(preview(boundary_set=new_set, on=NEW_DAY - timedelta(days=1), at=BEFORE)) == set()
        assert planned(preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)) == {moving.reference}

    def test_leaves_closed_reports_alone_unless_asked(self, new_set, moving):
        change_status(report=moving, to="resolved", note="done", at=BEFORE)
        assert planned(preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)) == set()
        asked = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE, include_closed=True)
        assert planned(asked) == {moving.reference}

    def test_keeps_and_counts_what_a_person_gave_unless_asked(self, small_city, new_set, moving):
        assign(report=moving, department=small_city.city_works, at=BEFORE)
        kept = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        assert states(kept) == {moving.reference: "skipped decided"}
        asked = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE, include_decided=True)
        assert planned(asked) == {moving.reference}

    def test_leaves_what_a_person_gave_where_the_routing_says_what_it_said(self, small_city, new_set, staying):
        assign(report=staying, department=small_city.west_works, at=BEFORE)
        for asked in (False, True):
            rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE, include_decided=asked)
            assert staying.reference not in states(rerouting)

    def test_does_not_give_a_report_back_to_who_declined_it(self, small_city, new_set, moving):
        assign(report=moving, department=small_city.west_works, at=BEFORE)
        decline(report=moving, reason="نه", at=BEFORE)
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE, include_decided=True)
        move = rerouting.moves.get(report=moving)
        assert move.route["department"]["code"] == "1-civil-works"
        assert move.to_department != small_city.west_works

    def test_finds_a_report_of_which_only_another_level_changes(self, small_city):
        report = file_report(small_city.pothole, x=500, y=450)
        zones = small_city.zone.level
        old = BoundaryFactory._meta.model.objects.get(jurisdiction=small_city.zone)
        old.in_force = DateRange(old.in_force.lower, NEW_DAY)
        old.save()
        new = BoundaryFactory(
            jurisdiction=small_city.zone,
            shape=rectangle(0, 0, width=1000, height=500),
            in_force=DateRange(NEW_DAY, None),
        ).boundary_set
        rerouting = preview(boundary_set=new, on=NEW_DAY, at=BEFORE)
        assert planned(rerouting) == {report.reference}
        assert rerouting.moves.by_jurisdiction(zones.code) == [
            {"before": None, "after": "1-1", "status": "received", "count": 1}
        ]

    def test_of_a_rule_asks_about_its_category_alone(self, small_city):
        pothole = file_report(small_city.pothole, x=500)
        file_report(CategoryFactory(code="other"), x=500)
        night = FunctionFactory(code="night")
        crew = DepartmentFactory(jurisdiction=small_city.city, function=night)
        rule = RoutingRuleFactory(
            root=small_city.city,
            category=small_city.pothole,
            function=night,
            level=small_city.city.level,
            in_force=DateRange(NEW_DAY, None),
        )
        small_city.city.routing_rules.exclude(pk=rule.pk).update(in_force=DateRange(None, NEW_DAY))
        rerouting = preview(rule=rule, on=NEW_DAY, at=BEFORE)
        assert rerouting.looked_at == 1
        assert [each.to_department for each in rerouting.moves.filter(report=pothole)] == [crew]

    def test_asks_about_the_hour_at_which_a_report_came_in_where_rules_have_hours(self, small_city):
        night = FunctionFactory(code="night")
        DepartmentFactory(jurisdiction=small_city.city, function=night)
        RoutingRuleFactory(
            root=small_city.city,
            category=small_city.pothole,
            function=night,
            level=small_city.city.level,
            from_time=time(12, 30),
            until_time=time(13, 30),
        )
        report = file_report(small_city.pothole, x=STRIP)  # at 13:00 in Tehran
        assert report.department.code == f"{small_city.city.code}-night"
        rerouting = preview(root=small_city.city, on=NEW_DAY, at=BEFORE)
        assert states(rerouting) == {}

    def test_takes_as_many_queries_for_many_reports_as_for_few(self, small_city, new_set):
        counts = []
        preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)  # what is prepared once
        for _ in range(2):
            with CaptureQueriesContext(connection) as captured:
                preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
            counts.append(len(captured))
            for x in range(1010, 1190, 20):
                file_report(small_city.pothole, x=x)
        assert counts[0] == counts[1]


@pytest.mark.parametrize("seed", range(6))
def test_no_report_that_a_set_moves_is_missed(small_city, settings, seed):
    """Against the routing of each report by itself: overlapping parks, coarse places, gaps, edges, the outside."""
    draw = random.Random(seed)
    parks, kinds = LevelFactory(code="park", rank=20, closes_gaps=False), []
    for precision in (0, 100):
        kind = CategoryFactory(code=f"kind-{precision}", place_precision_m=precision, moderation=Moderation.AT_ONCE)
        kinds.append(kind)
        RoutingRuleFactory(
            root=small_city.city,
            category=kind,
            function=small_city.west_works.function,
            level=parks if precision else small_city.west.level,
        )
    for number, x in enumerate((300, 450)):
        park = JurisdictionFactory(root=small_city.city, parent=small_city.west, level=parks, code=f"park-{number}")
        DepartmentFactory(jurisdiction=park, function=small_city.west_works.function)
        BoundaryFactory(jurisdiction=park, shape=square(x, 500, side=300))
    places = [(draw.uniform(-70, 2300), draw.uniform(-70, 1070)) for _ in range(25)]
    places += [(1000, 500), (1000, 0), (1000, -20), (460, 600), (450, 520), (1050, -49), (2040, 500)]
    for x, y in places:
        file_report(draw.choice([small_city.pothole, *kinds]), x=x, y=y)
    new = _altered(small_city, parks, draw) if seed % 2 else widen_the_west(small_city, by=draw.uniform(-60, 60))
    expected = {each.reference for each in Report.objects.all() if _would_move(each)}
    assert planned(preview(boundary_set=new, on=NEW_DAY, at=BEFORE)) == expected
    assert planned(preview(root=small_city.city, on=NEW_DAY, at=BEFORE)) == expected


def _altered(small_city, parks, draw):
    """Another set of parks: the first grows far from the second, so that the second is the smaller."""
    for each in parks.jurisdictions.all():
        each.boundaries.update(in_force=DateRange(date_of_old(each), NEW_DAY))
    grown = [(300, 500), (600, 500), (600, 800), (300, 900 + draw.uniform(0, 50))]
    shapes = {"park-0": polygon(grown), "park-1": square(450, 500, side=300)}
    for code, shape in shapes.items():
        park = parks.jurisdictions.get(code=code)
        made = BoundaryFactory(jurisdiction=park, shape=shape, in_force=DateRange(NEW_DAY, None))
    return made.boundary_set


def date_of_old(park):
    return park.boundaries.get().in_force.lower


def _would_move(report: Report) -> bool:
    route = find_route(location=report.location, category=report.category, on=NEW_DAY, source=report.source)
    public = route.codes
    if report.category.place_precision_m:
        public = find_route(location=report.public_location, category=report.category, on=NEW_DAY).codes
    office = route.department.id if route.department else None
    return (office, route.codes, public) != (
        report.department_id,
        report.jurisdictions,
        report.public_jurisdictions,
    )


def test_a_set_that_is_withdrawn_takes_its_preview_along(new_set):
    preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
    withdraw(boundary_set=new_set, on=BEFORE.date())
    assert not Rerouting.objects.exists()
