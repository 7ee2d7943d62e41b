"""A planned set can be withdrawn, two sets can be told apart, and loads do not run into each other."""

from datetime import date

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import transaction

from jurisdictions.boundaries import difference, one_load_at_a_time, set_before
from jurisdictions.models import Boundary, BoundarySet, Jurisdiction
from tests.boundary_files import east, feature, new_city, run_import, west, write
from tests.city_files import town_files
from tests.city_files import write as write_city
from tests.factories import CityFactory, LevelFactory, UserFactory
from tests.shapes import rectangle, square
from tests.staff import seated, superuser
from tests.threads import InTheBackground, wait_until_somebody_waits_for_us

TODAY = "2026-01-01T08:00:00+03:30"
NOW, NEXT, LAST = "2025-03-21", "2026-03-21", "2027-03-21"


@pytest.fixture
def sets(db, tmp_path):
    """Three sets of districts: one in force, two to come; in the second, 1 takes 100 m from 2 and 3 is new."""
    LevelFactory()
    CityFactory(code="town")
    reform = [
        feature(rectangle(0, 0, width=1100, height=1000), "1"),
        feature(rectangle(1100, 0, width=900, height=1000), "2"),
        feature(square(2000, 0, side=1000), "3"),
    ]
    with time_machine.travel(TODAY, tick=False):
        run_import(write(tmp_path / "now.geojson", west(), east()), first_day=NOW)
        run_import(write(tmp_path / "next.geojson", *reform), first_day=NEXT)
        run_import(
            write(tmp_path / "last.geojson", feature(rectangle(0, 0, width=3000, height=1000), "1")), first_day=LAST
        )
        yield


def codes_on(day: str) -> set[str]:
    return set(Boundary.objects.in_force(on=date.fromisoformat(day)).values_list("jurisdiction__code", flat=True))


def withdraw(first_day: str) -> None:
    call_command("withdraw_boundaries", city="town", level="district", first_day=first_day)


def set_of(first_day: str) -> BoundarySet:
    return BoundarySet.objects.get(first_day=first_day)


@pytest.mark.usefixtures("sets")
class TestWithdrawing:
    def test_the_set_before_holds_on_until_the_one_after(self):
        withdraw(NEXT)
        assert codes_on("2027-03-20") == {"1", "2"}
        assert codes_on(LAST) == {"1"}
        assert not BoundarySet.objects.filter(first_day=NEXT).exists()

    def test_the_set_before_holds_on_for_ever_where_none_comes_after(self):
        withdraw(LAST)
        assert codes_on("2099-01-01") == {"1", "2", "3"}

    def test_the_days_before_stay_as_they_were(self):
        before = codes_on("2026-03-20")
        withdraw(NEXT)
        assert codes_on("2026-03-20") == before

    def test_the_day_is_free_for_another_set(self, tmp_path):
        withdraw(LAST)
        withdraw(NEXT)
        run_import(write(tmp_path / "other.geojson", west()), first_day=NEXT)
        assert codes_on(NEXT) == {"1"}

    def test_what_is_in_force_stays(self):
        with pytest.raises(CommandError, match="The set holds since 2025-03-21: it can be followed"):
            withdraw(NOW)
        assert codes_on(NOW) == {"1", "2"}

    def test_on_its_first_day_in_the_citys_calendar_it_is_too_late(self):
        with time_machine.travel("2026-03-20T20:30:00Z", tick=False), pytest.raises(CommandError, match="holds since"):
            withdraw(NEXT)

    def test_a_set_that_is_not_there_names_those_that_are(self):
        with pytest.raises(CommandError, match="No such set begins on 2026-01-01; first days are: 2025-03-21, 2026-"):
            withdraw("2026-01-01")

    @pytest.mark.parametrize("day", ["soon", "9999-12-31"])
    def test_what_is_no_day_is_refused(self, day):
        with pytest.raises(CommandError, match=f"{day} is no day"):
            withdraw(day)


@pytest.mark.usefixtures("sets")
class TestTheDifference:
    def test_leaves_out_whoever_keeps_the_very_ground(self, tmp_path):
        withdraw(LAST)
        withdraw(NEXT)
        run_import(write(tmp_path / "more.geojson", west(), east(), feature(square(0, 1000), "9")), first_day=NEXT)
        [change] = difference(set_of(NOW), set_of(NEXT))
        assert (change.code, change.is_new, change.has_vanished) == ("9", True, False)
        assert change.gained_m2 == pytest.approx(10_000, rel=0.01)

    def test_of_a_set_to_itself_is_nothing(self):
        assert difference(set_of(NEXT), set_of(NEXT)) == []

    def test_of_a_first_set_is_everything(self):
        assert {change.code for change in difference(None, set_of(NOW))} == {"1", "2"}

    def test_names_who_vanishes_and_the_ground_itself(self):
        changes = {change.code: change for change in difference(set_of(NEXT), set_of(LAST))}
        assert changes["3"].has_vanished
        assert changes["3"].lost.equals(square(2000, 0, side=1000))
        assert changes["1"].gained_m2 == pytest.approx(1.9e6, rel=0.01)

    def test_is_that_from_the_set_right_before(self):
        assert set_before(set_of(LAST)) == set_of(NEXT)
        assert set_before(set_of(NOW)) is None


@pytest.mark.usefixtures("sets")
class TestTheStaffsPages:
    def page(self, client, first_day, language="en"):
        address = f"/admin/jurisdictions/boundaryset/{set_of(first_day).pk}/change/"
        return client.get(address, headers={"accept-language": language}).content.decode()

    def test_show_who_gains_and_loses(self):
        page = self.page(seated(superuser()), NEXT)
        assert "difference from the set before" in page.lower()
        assert "<td>3</td>" in page
        assert "<td>new</td>" in page

    def test_say_that_a_first_set_has_none_before(self):
        assert "These are the first boundaries of the level." in self.page(seated(superuser()), NOW)

    def test_withdraw_planned_sets_and_say_why_others_stay(self):
        client = seated(superuser())
        chosen = {"action": "withdraw", "_selected_action": [set_of(NEXT).pk, set_of(NOW).pk]}
        page = client.post("/admin/jurisdictions/boundaryset/", chosen, follow=True).content.decode()
        assert "is withdrawn." in page
        assert "it is in force already" in page
        assert set(BoundarySet.objects.values_list("first_day", flat=True)) == {
            date.fromisoformat(NOW),
            date.fromisoformat(LAST),
        }
        assert LogEntry.objects.filter(content_type__model="boundaryset").count() == 1

    def test_let_nobody_withdraw_who_may_only_look(self):
        viewer = UserFactory()
        viewer.user_permissions.add(Permission.objects.get(codename="view_boundaryset"))
        client = seated(viewer)
        chosen = {"action": "withdraw", "_selected_action": [set_of(LAST).pk]}
        assert client.post("/admin/jurisdictions/boundaryset/", chosen, follow=True).status_code == 200
        assert codes_on(LAST) == {"1"}


@pytest.mark.django_db(transaction=True)
class TestTwoLoadsAtOnce:
    def test_of_a_city_that_is_not_there_yet_the_second_waits_and_changes_nothing(self, tmp_path):
        file = write(tmp_path / "a.geojson", west(), east())
        printed = []
        other = InTheBackground(lambda: printed.append(run_import(file, *new_city())))
        with transaction.atomic():
            one_load_at_a_time()
            other.start()
            wait_until_somebody_waits_for_us()
            run_import(file, *new_city())
        other.join(timeout=20)
        assert other.raised is None
        assert "Nothing has changed" in printed[0]
        assert Jurisdiction.objects.filter(root=None).count() == 1

    def test_of_a_manifest_as_well(self, tmp_path):
        manifest = write_city(tmp_path, town_files())
        other = InTheBackground(lambda: call_command("load_city", str(manifest), verbosity=0))
        with transaction.atomic():
            one_load_at_a_time()
            other.start()
            wait_until_somebody_waits_for_us()
            call_command("load_city", str(manifest), verbosity=0)
        other.join(timeout=20)
        assert other.raised is None
        assert Jurisdiction.objects.filter(root=None).count() == 1
