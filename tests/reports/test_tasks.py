"""What the worker does about reroutings, at the flip and after a lost job."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django_q.models import OrmQ

from jurisdictions.boundaries import put_in_force
from reports import tasks
from reports.models import Assignment, Report, Rerouting
from reports.rerouting import begin_apply, preview
from tests.factories import LevelFactory
from tests.reports.rerouting_ground import AFTER, BEFORE, NEW_DAY, STRIP, widen_the_west
from tests.staff import file_report

MIDNIGHT = AFTER.replace(month=11, day=30, hour=20, minute=30)  # UTC: the day begins in Tehran


@pytest.fixture
def moving(small_city, time_machine) -> Report:
    time_machine.move_to(BEFORE)
    return file_report(small_city.pothole, x=STRIP)


@pytest.fixture
def new_set(small_city, moving):
    return widen_the_west(small_city)


class TestAtTheFlip:
    def test_nothing_happens_before_the_citys_midnight(self, new_set, time_machine):
        time_machine.move_to(MIDNIGHT - timedelta(seconds=1))
        tasks.sweep_reroutings()
        assert not Rerouting.objects.exists()

    def test_what_the_set_moves_is_previewed_and_waits_for_a_person(self, new_set, moving, time_machine):
        time_machine.move_to(MIDNIGHT)
        tasks.sweep_reroutings()
        rerouting = Rerouting.objects.get()
        assert (rerouting.boundary_set, rerouting.on, rerouting.state) == (new_set, NEW_DAY, "previewed")
        assert rerouting.at_flip
        assert [each.report for each in rerouting.moves.all()] == [moving]
        assert Assignment.objects.count() == 1

    def test_it_is_applied_at_once_where_the_setting_says_so(self, small_city, new_set, moving, time_machine, settings):
        settings.REROUTE_AT_FLIP = "apply"
        time_machine.move_to(MIDNIGHT)
        tasks.sweep_reroutings()
        moving.refresh_from_db()
        assert (Rerouting.objects.get().state, moving.department) == ("applied", small_city.west_works)

    def test_running_again_changes_nothing(self, new_set, moving, time_machine, settings):
        settings.REROUTE_AT_FLIP = "apply"
        for moment in (MIDNIGHT, MIDNIGHT, MIDNIGHT + timedelta(minutes=1), MIDNIGHT + timedelta(days=3)):
            time_machine.move_to(moment)
            tasks.sweep_reroutings()
        assert Rerouting.objects.count() == 1
        assert Assignment.objects.count() == 2

    def test_a_preview_made_ahead_does_not_stand_for_the_one_at_the_flip(self, small_city, new_set, time_machine):
        preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        late = file_report(small_city.pothole, x=STRIP + 50)
        time_machine.move_to(MIDNIGHT)
        tasks.sweep_reroutings()
        made = Rerouting.objects.get(at_flip=True)
        assert made.moves.filter(report=late).exists()

    def test_a_preview_made_by_a_person_on_the_day_does(self, new_set, time_machine):
        preview(boundary_set=new_set, on=NEW_DAY, at=MIDNIGHT)
        time_machine.move_to(MIDNIGHT + timedelta(hours=1))
        tasks.sweep_reroutings()
        assert Rerouting.objects.count() == 1

    def test_the_first_shapes_of_a_city_move_nobody(self, small_city, moving, time_machine):
        time_machine.move_to(AFTER)
        tasks.sweep_reroutings()
        assert not Rerouting.objects.exists()

    def test_the_first_shapes_of_a_level_that_was_planned_ahead_are_looked_at(self, small_city, moving, time_machine):
        park = widen_shape(LevelFactory(code="park", rank=30), small_city)
        time_machine.move_to(AFTER)
        tasks.sweep_reroutings()
        assert Rerouting.objects.get().boundary_set == park

    def test_only_the_set_in_force_is_looked_at(self, small_city, new_set, time_machine):
        second = widen_the_west(small_city, first_day=NEW_DAY + timedelta(days=1), by=300)
        time_machine.move_to(AFTER + timedelta(days=1))
        tasks.sweep_reroutings()
        assert Rerouting.objects.get().boundary_set == second

    @pytest.mark.django_db(transaction=True)
    def test_two_workers_at_once_begin_it_once_and_move_each_report_once(
        self, small_city, new_set, time_machine, settings, monkeypatch
    ):
        settings.REROUTE_AT_FLIP = "apply"
        monkeypatch.setattr("reports.rerouting.acting.BATCH", 2)
        for x in range(1020, 1180, 20):
            file_report(small_city.pothole, x=x)
        time_machine.move_to(MIDNIGHT)
        start = threading.Barrier(2)

        def work() -> None:
            connection.ensure_connection()
            start.wait()
            tasks.sweep_reroutings()
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Rerouting.objects.get().state == "applied"
        assert Assignment.objects.filter(reason="rerouted").count() == 9
        assert set(Report.objects.values_list("department", flat=True)) == {small_city.west_works.pk}


def widen_shape(level, small_city):
    from jurisdictions.boundaries import NewBoundary
    from tests.shapes import square

    shape = NewBoundary(
        level=level.code, code="p", name_fa="بوستان", parent=("city", "sample"), geometry=square(1000, 400, side=300)
    )
    return put_in_force(root=small_city.city, level=level, shapes=[shape], first_day=NEW_DAY, source="act 8", at=BEFORE)


class TestAJob:
    def test_that_has_worked_long_enough_leaves_the_rest_to_the_next(self, small_city, new_set, monkeypatch):
        monkeypatch.setattr("reports.rerouting.acting.BATCH", 1)
        file_report(small_city.pothole, x=STRIP + 20)
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        begin_apply(rerouting=rerouting, at=AFTER)
        monkeypatch.setattr("reports.tasks.BUDGET", timedelta(0))
        assert tasks.carry_on_rerouting(rerouting.pk) is False
        assert rerouting.moves.filter(state="applied").count() == 1
        assert [job.func() for job in OrmQ.objects.all()] == [tasks.REROUTING]

    def test_that_was_lost_is_made_up_for_by_the_sweep(self, new_set, moving, small_city):
        rerouting = preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)
        begin_apply(rerouting=rerouting, at=AFTER)
        tasks.sweep_reroutings()
        moving.refresh_from_db()
        assert moving.department == small_city.west_works

    def test_about_what_is_gone_ends_quietly(self, db):
        assert tasks.carry_on_rerouting(10**9) is True

    def test_that_fails_does_not_keep_the_others_waiting(self, small_city, new_set, moving, monkeypatch, caplog):
        broken, sound = (preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE) for _ in range(2))
        for each in (broken, sound):
            begin_apply(rerouting=each, at=AFTER)
        real = tasks.carry_on

        def fail(*, rerouting, **rest):
            if rerouting.pk == broken.pk:
                raise RuntimeError("broken")
            real(rerouting=rerouting, **rest)

        monkeypatch.setattr(tasks, "carry_on", fail)
        tasks.sweep_reroutings()
        sound.refresh_from_db()
        assert sound.state == "applied"
        assert "could not go on" in caplog.text
