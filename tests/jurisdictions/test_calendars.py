"""Working calendars and service levels: from files and by commands; what is wrong is refused or told."""

from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError

from jurisdictions.calendars import plan_of
from jurisdictions.models import Holiday, Jurisdiction, ServiceLevel, SpecialHours, WorkingCalendar
from tests.city_files import everything, load, town_files, write
from tests.factories import CategoryFactory, CityFactory, ServiceLevelFactory, WorkingCalendarFactory

TODAY = "2026-11-20T09:30Z"
WEEK = {"saturday": "07:00-14:15", "پنجشنبه": "۷ تا ۱۳", "1": "07:00-12:00 13:00-16:00"}


def said(command: str, *options: str) -> tuple[str, str]:
    """What a command says, and with what words it fails, if it does."""
    output = StringIO()
    try:
        call_command(command, *options, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


def with_service(**changes):
    """The town's files with a calendar and service levels; `changes` of the calendar, None to leave something out."""
    files = town_files()
    files["town.json"] |= {"calendar": "calendar.json", "service_levels": "service_levels.json"}
    calendar = {"week": WEEK, "working_day": "07:15", "country": "IR", "first_day": "2025-03-21", "until": "2026-03-21"}
    files["calendar.json"] = {name: value for name, value in (calendar | changes).items() if value is not None}
    files["service_levels.json"] = {
        "first_day": "2025-03-21",
        "service_levels": [
            {"days": 10},
            {"until": "accept", "hours": 2.5},
            {"group": "streets", "level": "district", "jurisdiction": "1", "days": 3},
        ],
    }
    return files


@pytest.mark.django_db
class TestFromFiles:
    def test_a_calendar_is_loaded_and_loaded_again_nothing_changes(self, tmp_path):
        special = {
            "first_day": "2026-02-18",
            "until": "2026-03-20",
            "name_fa": "ماه رمضان",
            "week": {"6": "09:00-13:00"},
        }
        withdrawn = {"day": "2025-04-02", "name_fa": "روز طبیعت", "withdrawn": True}
        path = write(tmp_path, with_service(special_hours=[special], holidays=[withdrawn]))
        output = load(path)
        assert "Working calendar: 1 new" in output
        calendar = WorkingCalendar.objects.get()
        assert calendar.week == ["07:00-12:00 13:00-16:00", "", "", "07:00-13:00", "", "07:00-14:15", ""]
        assert tuple(calendar.known) == (date(2025, 3, 21), date(2026, 3, 21))
        names = dict(calendar.holidays.values_list("day", "name_en"))
        assert names[date(2025, 6, 6)] == "Eid al-Adha"
        assert calendar.holidays.get(day=date(2025, 4, 2)).is_withdrawn
        assert SpecialHours.objects.get().week[5] == "09:00-13:00"
        levels = [
            (str(each.jurisdiction or "—"), each.until, each.amount) for each in ServiceLevel.objects.order_by("pk")
        ]
        assert levels == [("—", "resolve", 10), ("—", "accept", 2.5), ("منطقه ۱", "resolve", 3)]
        before = everything()
        assert "Nothing has changed." in load(path)
        assert everything() == before

    def test_a_service_level_that_changes_ends_and_its_successor_begins_today(self, tmp_path):
        files = with_service()
        load(write(tmp_path, files))
        files["service_levels.json"]["service_levels"][0] = {"days": 8}
        with time_machine.travel(TODAY, tick=False):
            output = load(write(tmp_path, files))
        assert "1 new" in output
        assert "1 ended" in output
        days = {each.amount: str(each.in_force) for each in ServiceLevel.objects.filter(group=None, until="resolve")}
        assert days == {10: "[2025-03-21, 2026-11-20)", 8: "[2026-11-20, None)"}

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"week": {}}, "A week without working hours is no calendar"),
            ({"week": {"friday": ""}}, "A week without working hours is no calendar"),
            ({"week": {"someday": "07:00-14:15"}}, "“someday” is no weekday"),
            ({"week": {"monday": "14:00-07:00"}}, "“monday”: write hours such as 07:00-14:15"),
            ({"working_day": "seven"}, "“working_day” must be a length of time such as 07:15"),
            ({"working_day": None}, "“working_day” is missing"),
            ({"until": "2025-03-21"}, "“until” must be later than “first_day”"),
            ({"country": "XX"}, "The holidays of XX are not known"),
            ({"until": "2130-01-01"}, "The holidays of these days are not known"),
            ({"hours": "07:00"}, "“hours” is not known here"),
        ],
    )
    def test_a_calendar_that_is_wrong_is_refused_whole(self, tmp_path, changes, sentence):
        path = write(tmp_path, with_service(**changes))
        with pytest.raises(CommandError, match=sentence):
            load(path)
        assert not Jurisdiction.objects.exists()

    @pytest.mark.parametrize(
        ("level", "sentence"),
        [
            ({"category": "pothole"}, "Give one of hours, days"),
            ({"category": "pothole", "hours": 1, "days": 1}, "Give one of hours, days"),
            ({"category": "pothole", "hours": "many"}, "“hours” must be a number"),
            ({"category": "pothole", "days": 0}, "amount: "),
            ({"category": "pothole", "days": -1}, "amount: "),
            ({"category": "pothole", "days": 1e7}, "amount: "),
            ({"days": 1, "until": "never"}, "“until” is one of accept, resolve"),
            ({"days": 1, "category": "ufo"}, "There is no category “ufo”"),
            ({"days": 1, "level": "district", "jurisdiction": "99"}, "The city has no district 99"),
            ({"days": 1, "category": "pothole", "group": "streets"}, "not both"),
            ({"days": 4}, "There is another service level for the same"),
        ],
    )
    def test_a_service_level_that_is_wrong_is_refused_whole(self, tmp_path, level, sentence):
        files = with_service()
        files["service_levels.json"]["service_levels"].append(level)
        path = write(tmp_path, files)
        with pytest.raises(CommandError, match=sentence):
            load(path)
        assert not Jurisdiction.objects.exists()


class TestTheDatabase:
    def test_refuses_a_week_without_working_hours(self, db):
        with pytest.raises(IntegrityError, match="has_a_working_day"):
            WorkingCalendarFactory(week=[""] * 7, country="")

    @pytest.mark.parametrize("week", [["07:00-14:15"] * 6, ["always", *[""] * 6]])
    def test_refuses_what_is_no_week(self, db, week):
        with pytest.raises(IntegrityError, match="week_is_hours"):
            WorkingCalendarFactory(week=week, country="")

    def test_refuses_two_service_levels_for_the_same_on_one_day(self, db):
        first = ServiceLevelFactory()
        ServiceLevelFactory(root=first.root, until="accept")
        with pytest.raises(IntegrityError, match="one_a_day"):
            ServiceLevelFactory(root=first.root, in_force=(date(2030, 1, 1), None))


@pytest.mark.django_db
class TestHolidays:
    def test_next_years_are_read_and_what_was_done_by_hand_stays(self):
        calendar = WorkingCalendarFactory(
            root=CityFactory(code="town"), holidays_known=(date(2025, 3, 21), date(2026, 3, 21))
        )
        Holiday.objects.create(calendar=calendar, day=date(2026, 5, 2), name_fa="تعطیل شهر")
        Holiday.objects.create(calendar=calendar, day=date(2026, 4, 2), name_fa="روز طبیعت", is_withdrawn=True)
        output, error = said("load_holidays", "--city", "town", "--from", "2026-03-21", "--until", "2027-03-21")
        assert not error
        assert "new: 2026-03-21" in output
        assert "Holidays are known from 2025-03-21 until 2027-03-21" in output
        assert calendar.holidays.get(day=date(2026, 5, 2)).by_hand
        assert calendar.holidays.get(day=date(2026, 4, 2)).is_withdrawn
        assert calendar.holidays.filter(is_estimate=True).exists()
        output, _error = said("load_holidays", "--city", "town", "--from", "2026-03-21", "--until", "2027-03-21")
        assert "Nothing has changed" in output

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (["--city", "nowhere", "--until", "2028-01-01"], "There is no city “nowhere” with a working calendar"),
            (["--city", "town", "--from", "2028-01-01", "--until", "2029-01-01"], "would leave a gap"),
            (["--city", "town", "--until", "2020-01-01"], "--until must be later"),
            (["--city", "town", "--until", "2150-01-01"], "not known: known are the years"),
            (["--city", "plain", "--until", "2028-01-01"], "names no country"),
        ],
    )
    def test_what_cannot_be_read_is_said(self, options, sentence):
        WorkingCalendarFactory(root=CityFactory(code="town"))
        WorkingCalendarFactory(root=CityFactory(code="plain"), country="")
        with time_machine.travel(TODAY, tick=False):
            assert sentence in said("load_holidays", *options)[1]


@pytest.mark.django_db
class TestChecking:
    @pytest.fixture
    def town(self):
        city = CityFactory(code="town")
        ServiceLevelFactory(root=city)
        return city

    def test_a_city_without_calendar_fails(self, town):
        assert said("check_calendar") == (
            "town:\n  error: no_calendar: The city has no working calendar, so no report has a deadline.\n",
            "1 error.",
        )
        assert "There is no city" in said("check_calendar", "--city", "nowhere")[1]

    def test_holidays_missing_for_next_year_are_told_before_and_fail_after(self, town):
        WorkingCalendarFactory(root=town)  # known until 21 March 2027
        assert said("check_calendar", "--on", "2026-04-20") == ("town: no faults\n", "")
        output, error = said("check_calendar", "--on", "2027-01-30")
        assert "warning: holidays_end_soon: The holidays are known until 2027-03-20" in output
        assert not error
        output, error = said("check_calendar", "--on", "2027-03-18")
        assert "error: longer_than_known: The service level" in output
        assert error == "1 error."
        output, error = said("check_calendar", "--on", "2027-03-21")
        assert "error: holidays_unknown: The holidays are known until 2027-03-20 only" in output
        assert error == "1 error."

    @pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "tomorrow"])
    def test_a_day_at_the_end_of_the_calendar_is_none(self, town, day):
        assert said("check_calendar", "--on", day)[1].endswith(f"“{day}” is no day such as 2026-03-21.")

    def test_estimates_that_come_up_are_told(self, town):
        calendar = WorkingCalendarFactory(root=town)
        with time_machine.travel(TODAY, tick=False):
            output, error = said("check_calendar")
            assert (
                "warning: estimates_soon: These holidays follow the moon and are estimates still: 2027-01-06" in output
            )
            calendar.holidays.update(is_estimate=False)
            assert said("check_calendar") == ("town: no faults\n", "")
        assert not error

    def test_days_without_any_working_hours_fail(self, town):
        calendar = WorkingCalendarFactory(root=town, country="", holidays_known=(date(2026, 4, 3), date(2026, 4, 4)))
        assert plan_of(town.pk).timetable is None  # a Friday
        assert "no_working_time" in said("check_calendar", "--on", "2026-04-03")[0]
        assert calendar.week[4] == ""

    def test_categories_without_a_service_level_are_named(self, town):
        WorkingCalendarFactory(root=town)
        town.service_levels.all().delete()
        CategoryFactory(code="pothole")
        assert (
            "no_service_level: No service level says until when these are resolved: pothole."
            in (said("check_calendar", "--on", "2026-04-20")[0])
        )


def test_every_process_sees_an_edit_at_once_and_asks_one_small_question(small_city, django_assert_num_queries):
    calendar = WorkingCalendarFactory(root=small_city.city)
    first = plan_of(small_city.city.pk)
    with django_assert_num_queries(1):
        assert plan_of(small_city.city.pk) is first
    calendar.holidays.filter(day=date(2026, 4, 2)).update(is_withdrawn=True)
    second = plan_of(small_city.city.pk)
    assert second.timetable.before[-1] - first.timetable.before[-1] == 6 * 3600 * 1_000_000
    level = ServiceLevelFactory(root=small_city.city)
    assert [each.seconds for each in plan_of(small_city.city.pk).promises["resolve"]] == [3 * 435 * 60]
    level.jurisdiction = small_city.west
    level.save()
    assert [each.code for each in plan_of(small_city.city.pk).promises["resolve"]] == ["1"]
