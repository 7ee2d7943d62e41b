"""A change of boundaries or rules over reports that exist: applied, interrupted, undone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jurisdictions.routing import find_route
from notifications.models import Message
from reports.correcting import correct
from reports.handling import assign, change_status, decline
from reports.models import Assignment, Report, Rerouting
from reports.rerouting import NotInState, NotYetInForce, apply, carry_on, preview, undo
from tests.factories import (
    CategoryFactory,
    RoutingRuleFactory,
)
from tests.reports.rerouting_ground import AFTER, BEFORE, NEW_DAY, STRIP, standing, states, widen_the_west
from tests.runs import Killed, killed_after
from tests.staff import file_report


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

    def test_tells_citizens_nothing(self, small_city):
        file_report(small_city.pothole, x=STRIP, contact={"phone": "+989121112233"})
        before = Message.objects.count()
        apply(rerouting=preview(boundary_set=widen_the_west(small_city), on=NEW_DAY, at=BEFORE), at=AFTER)
        assert Assignment.objects.filter(reason="rerouted").count() == 1
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
        assert counts[0] - 1 <= counts[1] <= counts[0] <= 20  # the first also says that it begins


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
