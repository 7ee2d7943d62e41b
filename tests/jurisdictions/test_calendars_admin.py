"""Working calendars, holidays, special hours and service levels in the staff's pages."""

from datetime import date

import pytest
import time_machine

from jurisdictions.models import Holiday, SpecialHours, WorkingCalendar
from tests.factories import CityFactory, WorkingCalendarFactory
from tests.staff import seated, superuser


@pytest.fixture
def client(db):
    return seated(superuser())


@pytest.fixture
def given(db):
    hours = {f"week_{day}": "07:00-14:15" for day in range(7)} | {"week_4": ""}
    days = {"holidays_known_0": "1404/01/01", "holidays_known_1": "1405/01/01"}
    return {"root": CityFactory(code="town").pk, "day_minutes": "7:15", "country": "IR", **hours, **days}


def test_a_calendar_is_made_and_its_holidays_read(client, given):
    answer = client.post("/admin/jurisdictions/workingcalendar/add/", given | {"week_3": "۷ تا ۱۳"})
    assert answer.status_code == 302, answer.context["errors"]
    calendar = WorkingCalendar.objects.get()
    assert (calendar.week[3], calendar.week[4], calendar.day_minutes) == ("07:00-13:00", "", 435)
    page = client.get(f"/admin/jurisdictions/workingcalendar/{calendar.pk}/change/").content.decode()
    assert 'value="07:00-13:00"' in page
    address = f"/admin/jurisdictions/workingcalendar/{calendar.pk}/read/"
    assert client.get(address).status_code == 200
    with time_machine.travel("2025-06-01T09:00Z", tick=False):
        answer = client.post(address, {"until": "1406/01/01"}, follow=True)
    page = answer.content.decode()
    assert "They are known until 2027-03-21." in page
    assert "Open reports keep their deadlines" in page
    assert calendar.holidays.filter(day=date(2026, 4, 2)).exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({f"week_{day}": "" for day in range(7)}, "A week without working hours is no calendar"),
        ({"week_2": "late"}, "Wednesday: write hours such as 07:00-14:15"),
        ({"day_minutes": "0"}, "Write hours and minutes, such as 07:15"),
        ({"holidays_known_1": ""}, "Give the first day and the first day that is no longer known"),
    ],
)
def test_a_calendar_that_is_wrong_is_refused_with_a_sentence(client, given, changes, sentence):
    answer = client.post("/admin/jurisdictions/workingcalendar/add/", given | changes)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not WorkingCalendar.objects.exists()


@pytest.mark.parametrize(
    ("country", "until", "sentence"),
    [
        ("", "1410/01/01", "The calendar names no country"),
        ("XX", "1410/01/01", "The holidays of this country are not known"),
        ("IR", "2200-01-01", "The holidays are known for the years 1980 to 2100"),
        ("IR", "1390/01/01", "The day must be later than today"),
        ("IR", "someday", "Write the day as year/month/day"),
    ],
)
def test_what_cannot_be_read_is_said(client, country, until, sentence):
    calendar = WorkingCalendarFactory(country="")
    WorkingCalendar.objects.update(country=country)
    answer = client.post(f"/admin/jurisdictions/workingcalendar/{calendar.pk}/read/", {"until": until})
    assert sentence in answer.content.decode()


def test_holidays_are_added_confirmed_and_kept_as_written(client):
    calendar = WorkingCalendarFactory()
    values = {"calendar": calendar.pk, "day": "1405/02/12", "name_fa": "تعطیل شهر"}
    assert client.post("/admin/jurisdictions/holiday/add/", values).status_code == 302
    assert Holiday.objects.get(day=date(2026, 5, 2)).by_hand
    assert "already" in client.post("/admin/jurisdictions/holiday/add/", values).content.decode()
    estimates = calendar.holidays.filter(is_estimate=True)
    keys = list(estimates.values_list("pk", flat=True))
    client.post("/admin/jurisdictions/holiday/", {"action": "confirm", "_selected_action": keys})
    assert not estimates.exists()


def test_special_hours_and_service_levels_are_edited(client, small_city):
    calendar = WorkingCalendarFactory(root=small_city.city)
    ramadan = {"calendar": calendar.pk, "name_fa": "ماه رمضان", "week_5": "09:00-13:00"}
    days = {"in_force_0": "1404/11/30", "in_force_1": "1404/12/29"}
    assert client.post("/admin/jurisdictions/specialhours/add/", ramadan | days).status_code == 302
    assert SpecialHours.objects.get().week == ["", "", "", "", "", "09:00-13:00", ""]
    level = {
        "root": small_city.city.pk,
        "until": "resolve",
        "amount": "3",
        "unit": "days",
        "in_force_0": "1405/01/01",
    }
    assert client.post("/admin/jurisdictions/servicelevel/add/", level).status_code == 302
    assert "another service level" in client.post("/admin/jurisdictions/servicelevel/add/", level).content.decode()
    elsewhere = level | {"jurisdiction": CityFactory(code="other").pk}
    assert "lies in another city" in client.post("/admin/jurisdictions/servicelevel/add/", elsewhere).content.decode()
    for page in ("workingcalendar", "holiday", "specialhours", "servicelevel"):
        assert client.get(f"/admin/jurisdictions/{page}/").status_code == 200
