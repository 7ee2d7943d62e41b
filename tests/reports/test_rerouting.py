"""A change of boundaries or rules over reports that exist: previewed, applied, undone."""

import random
from datetime import time, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from jurisdictions.boundaries import withdraw
from jurisdictions.models import Moderation
from jurisdictions.routing import find_route
from notifications.models import Message
from reports.correcting import correct
from reports.handling import assign, change_status, decline
from reports.models import Assignment, Report, Rerouting
from reports.rerouting import NotInState, NotYetInForce, apply, carry_on, preview, undo
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
)
from tests.reports.rerouting_ground import AFTER, BEFORE, EAST, NEW_DAY, STRIP, widen_the_west
from tests.shapes import polygon, rectangle, square
from tests.staff import file_report


@pytest.fixture
def moving(small_city) -> Report:
    """In the east until the west is widened."""
    return file_report(small_city.pothole, x=STRIP, contact={"phone": "+989121112233"})


@pytest.fixture
def staying(small_city) -> Report:
    return file_report(small_city.pothole, x=EAST)


@pytest.fixture
def new_set(small_city, moving, staying):
    return widen_the_west(small_city)


def planned(rerouting: Rerouting) -> set[str]:
    return set(rerouting.moves.filter(state="planned").values_list("report__reference", flat=True))


def states(rerouting: Rerouting) -> dict[str, str]:
    return {
        reference: f"{state} {because}".strip()
        for reference, state, because in rerouting.moves.values_list("report__reference", "state", "because")
    }


def standing() -> list[dict]:
    """What reports say of who has them and where they lie."""
    names = ["pk", "root_id", "department_id", "jurisdictions", "public_jurisdictions", "public_location", "status"]
    return list(Report.objects.order_by("pk").values(*names))


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


class TestApplying:
    @pytest.fixture
    def previewed(self, new_set) -> Rerouting:
        return preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)

    def test_gives_the_reports_to_their_new_department_with_the_reasons(self, small_city, previewed, moving, staying):
        apply(rerouting=previewed, at=AFTER)
        moving.refresh_from_db()
        assert moving.department == small_city.west_works
        assert moving.jurisdictions == moving.public_jurisdictions == {"city": "sample", "district": "1"}
        first, second = moving.assignments.order_by("pk")
        assert (first.ended_at, second.ended_at) == (AFTER, None)
        assert (second.reason, second.rerouting, second.department) == ("rerouted", previewed, small_city.west_works)
        assert second.route["decided_by"]["code"] == "1"
        assert second.boundary_id == second.route["decided_by"]["boundary_id"]
        assert previewed.state == "applied"
        assert staying.assignments.count() == 1

    def test_leaves_every_report_as_one_filed_after_the_change(self, small_city, previewed, moving):
        apply(rerouting=previewed, at=AFTER)
        moving.refresh_from_db()
        route = find_route(location=moving.location, category=moving.category, on=AFTER, source=moving.source)
        assert (moving.department_id, moving.jurisdictions) == (route.department.id, route.codes)

    def test_tells_citizens_nothing(self, previewed):
        before = Message.objects.count()
        apply(rerouting=previewed, at=AFTER)
        assert Message.objects.count() == before == 1

    def test_is_refused_before_the_first_day_on_the_calendar_of_the_city(self, previewed):
        midnight = AFTER.replace(month=11, day=30, hour=20, minute=30)  # UTC: the day begins in Tehran
        with pytest.raises(NotYetInForce):
            apply(rerouting=previewed, at=midnight - timedelta(seconds=1))
        assert Assignment.objects.count() == 2
        apply(rerouting=previewed, at=midnight)
        assert Assignment.objects.count() == 3

    def test_is_refused_once_it_has_been_done(self, previewed):
        apply(rerouting=previewed, at=AFTER)
        with pytest.raises(NotInState):
            apply(rerouting=previewed, at=AFTER)
        assert Assignment.objects.count() == 3

    @pytest.mark.parametrize(
        ("change", "because"),
        [
            (
                lambda report, city: change_status(report=report, to="resolved", note="done", at=BEFORE),
                "skipped closed",
            ),
            (lambda report, city: assign(report=report, department=city.city_works, at=BEFORE), "skipped changed"),
            (lambda report, city: decline(report=report, reason="نه", at=BEFORE), "skipped changed"),
            (lambda report, city: correct(report=report, location=square_middle(), at=BEFORE), "skipped changed"),
        ],
        ids=["closed", "given away", "declined", "moved"],
    )
    def test_skips_a_report_that_has_meanwhile_been(self, small_city, previewed, moving, change, because):
        change(moving, small_city)
        before = standing()
        apply(rerouting=previewed, at=AFTER)
        assert standing() == before
        assert states(previewed) == {moving.reference: because}

    def test_follows_the_public_place_of_a_coarse_category(self, small_city, staying):
        noise = CategoryFactory(code="noise", place_precision_m=500)
        RoutingRuleFactory(root=small_city.city, category=noise, function=small_city.west_works.function)
        report = file_report(noise, x=1150)
        new = widen_the_west(small_city)
        apply(rerouting=preview(boundary_set=new, on=NEW_DAY, at=BEFORE), at=AFTER)
        report.refresh_from_db()
        shown = find_route(location=report.public_location, category=noise, on=NEW_DAY).codes
        assert report.jurisdictions["district"] == "1"
        assert report.public_jurisdictions == shown


def square_middle():
    from tests.shapes import at

    return at(1150, 500)


class Killed(Exception):
    """What ends a worker in the middle of its work."""


def killed_after(steps: int):
    calls = iter(range(1, 1000))

    def progress(done: int, total: int) -> None:
        if next(calls) == steps:
            raise Killed

    return progress


class TestWhatIsInterrupted:
    @pytest.fixture(autouse=True)
    def _small_batches(self, monkeypatch):
        monkeypatch.setattr("reports.rerouting.acting.BATCH", 2)
        monkeypatch.setattr("reports.rerouting.planning.CHUNK", 2)

    @pytest.fixture
    def seven(self, small_city) -> None:
        for number in range(7):
            file_report(small_city.pothole, x=1020 + 20 * number)

    def test_goes_on_where_it_stopped_and_moves_each_report_once(self, small_city, seven):
        new = widen_the_west(small_city)
        with pytest.raises(Killed):
            preview(boundary_set=new, on=NEW_DAY, at=BEFORE, progress=killed_after(2))
        rerouting = Rerouting.objects.get()
        assert (rerouting.state, rerouting.moves.count()) == ("previewing", 4)
        carry_on(rerouting=rerouting, at=BEFORE)
        assert (rerouting.state, rerouting.moves.count()) == ("previewed", 7)

        with pytest.raises(Killed):
            apply(rerouting=rerouting, at=AFTER, progress=killed_after(1))
        rerouting.refresh_from_db()
        assert rerouting.state == "applying"
        assert sorted(states(rerouting).values()) == ["applied"] * 2 + ["planned"] * 5
        apply(rerouting=rerouting, at=AFTER)
        assert rerouting.state == "applied"
        assert Assignment.objects.filter(reason="rerouted").count() == 7
        assert set(Report.objects.values_list("department", flat=True)) == {small_city.west_works.pk}

        with pytest.raises(Killed):
            undo(rerouting=rerouting, at=AFTER, progress=killed_after(3))
        rerouting.refresh_from_db()
        assert rerouting.state == "undoing"
        undo(rerouting=rerouting, at=AFTER)
        assert rerouting.state == "undone"
        assert Assignment.objects.filter(reason="undone").count() == 7
        assert set(Report.objects.values_list("department", flat=True)) == {small_city.east_works.pk}

    def test_can_be_undone_half_way(self, small_city, seven):
        before = standing()
        rerouting = preview(boundary_set=widen_the_west(small_city), on=NEW_DAY, at=BEFORE)
        with pytest.raises(Killed):
            apply(rerouting=rerouting, at=AFTER, progress=killed_after(2))
        undo(rerouting=Rerouting.objects.get(), at=AFTER)
        assert standing() == before
        assert sorted(states(rerouting).values()) == ["planned"] * 3 + ["undone"] * 4

    def test_shows_how_far_it_is(self, small_city, seven):
        shown = []
        rerouting = preview(
            boundary_set=widen_the_west(small_city), on=NEW_DAY, at=BEFORE, progress=lambda *far: shown.append(far)
        )
        apply(rerouting=rerouting, at=AFTER, progress=lambda *far: shown.append(far))
        assert shown == [(2, 7), (4, 7), (6, 7), (7, 7)] * 2

    def test_takes_the_same_few_statements_for_each_batch(self, small_city, seven, monkeypatch):
        rerouting = preview(boundary_set=widen_the_west(small_city), on=NEW_DAY, at=BEFORE)
        counts = []
        for size in (1, 3):
            monkeypatch.setattr("reports.rerouting.acting.BATCH", size)
            with CaptureQueriesContext(connection) as captured, pytest.raises(Killed):
                apply(rerouting=rerouting, at=AFTER, progress=killed_after(1))
            counts.append(len(captured))
        assert counts[0] - 1 <= counts[1] <= counts[0] < 20  # the first also says that it begins


class TestUndoing:
    def test_restores_everything_and_keeps_the_history(self, small_city, new_set, moving):
        before = standing()
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        apply(rerouting=rerouting, at=AFTER)
        assert standing() != before
        undo(rerouting=rerouting, at=AFTER + timedelta(hours=1))
        assert standing() == before
        history = moving.assignments.order_by("pk").values_list("reason", "department__code", "ended_at")
        assert list(history) == [
            ("filed", "2-civil-works", AFTER),
            ("rerouted", "1-civil-works", AFTER + timedelta(hours=1)),
            ("undone", "2-civil-works", None),
        ]
        first, _, last = moving.assignments.order_by("pk")
        assert (last.route, last.boundary_id, last.edge_m) == (first.route, first.boundary_id, first.edge_m)

    def test_leaves_a_report_that_somebody_has_changed_since(self, small_city, new_set, moving):
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        apply(rerouting=rerouting, at=AFTER)
        assign(report=moving, department=small_city.city_works, at=AFTER)
        before = standing()
        undo(rerouting=rerouting, at=AFTER)
        assert standing() == before
        assert states(rerouting) == {moving.reference: "applied changed"}
        assert rerouting.state == "undone"

    def test_leaves_a_report_that_was_closed_since(self, new_set, moving):
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        apply(rerouting=rerouting, at=AFTER)
        change_status(report=moving, to="resolved", note="done", at=AFTER)
        undo(rerouting=rerouting, at=AFTER)
        assert states(rerouting) == {moving.reference: "applied closed"}

    def test_is_refused_for_what_was_not_applied(self, new_set):
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        with pytest.raises(NotInState):
            undo(rerouting=rerouting, at=AFTER)


def test_a_report_that_no_city_reaches_any_more_is_named_and_left_alone(small_city, new_set, moving, settings):
    settings.OUTSIDE_WITHIN_M = 100
    settings.NEAREST_WITHIN_M = 0
    for boundary in new_set.boundaries.all():
        boundary.delete()
    small_city.city.boundaries.all().delete()
    small_city.zone.boundaries.all().delete()
    before = standing()
    rerouting = preview(root=small_city.city, on=NEW_DAY, at=BEFORE)
    assert set(states(rerouting).values()) == {"skipped out_of_reach"}
    apply(rerouting=rerouting, at=AFTER)
    assert standing() == before


def test_a_set_that_is_withdrawn_takes_its_preview_along(new_set):
    preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
    withdraw(boundary_set=new_set, on=BEFORE.date())
    assert not Rerouting.objects.exists()
