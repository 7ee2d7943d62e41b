"""The staff's pages of deadlines: on a report, in the list, and recomputed."""

import pytest
import time_machine

from people.models import Role
from reports import tasks
from reports.models import DeadlineChange, DeadlineRun
from tests.factories import CityFactory, ServiceLevelFactory, WorkingCalendarFactory
from tests.reports.deadline_ground import deadline_of, file, report_of, step, tehran
from tests.staff import handler, seated

LIST = "/admin/reports/report/"
RUNS = "/admin/reports/deadlinerun/"
NOW = tehran("2026-04-19 12:00")


@pytest.fixture
def calendar(small_city):
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, amount=3)
    ServiceLevelFactory(root=small_city.city, until="accept", amount=1)
    return WorkingCalendarFactory(root=small_city.city)


@pytest.fixture
def late(calendar):
    """The 14th was a holiday: Wednesday 7:15, Thursday 6:00, Saturday 7:15, and 1:15 of Sunday the 19th."""
    return report_of(file(tehran("2026-04-14 07:00")))


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_page_of_a_report_says_its_dates_and_what_has_moved_them(small_city, late):
    step(late, "in_progress", "2026-04-15 08:00")
    step(late, "waiting", "2026-04-15 09:00")
    client = seated(handler(small_city.west))
    page = client.get(f"{LIST}{late.pk}/change/").content.decode()
    assert "The time stands still: the citizen is asked." in page
    assert "21.75 working hours; 2 used before it was last stopped" in page
    assert "resolved: from 2026-04-19 08:15 to —" in page
    step(late, "in_progress", "2026-04-15 09:00")
    page = client.get(f"{LIST}{late.pk}/change/").content.decode()
    assert "2026-04-19 08:15 · <strong>late</strong>" in page
    fa = seated(handler(small_city.west), language="fa").get(f"{LIST}{late.pk}/change/").content.decode()
    assert "۳۰ فروردین ۱۴۰۵، ساعت ۰۸:۱۵" in fa


def test_the_list_shows_the_date_and_is_narrowed_by_it(small_city, late):
    soon = report_of(file(tehran("2026-04-16 08:00")))
    client = seated(handler(small_city.west))
    for due, found in (("overdue", [late]), ("soon", [soon]), ("unaccepted", [soon, late]), ("unknown", [])):
        answer = client.get(LIST, {"due": due})
        assert list(answer.context["cl"].queryset) == found
    assert "2026-04-19 08:15" in client.get(LIST).content.decode()
    assert client.get(LIST, {"due": "never"}).status_code == 302


def test_a_dispatcher_previews_and_applies_a_recomputation(small_city, calendar, late):
    calendar.holidays.create(day=tehran("2026-04-18 00:00").date(), name_fa="تعطیل رسمی")
    client = seated(handler(small_city.city, role=Role.DISPATCHER))
    assert "Sampletown" in client.get(f"{RUNS}add/").content.decode()
    made = client.post(f"{RUNS}add/", {"city": small_city.city.pk}, follow=True)
    run = DeadlineRun.objects.get()
    page = made.content.decode()
    assert "1 of 1" in page
    assert "furthest later +24.0, furthest earlier +0.0, on average +24.0" in page
    assert ">Apply</button>" in page
    begun = client.post(f"{RUNS}{run.pk}/apply/do/", follow=True)
    assert "The worker is at it" in begun.content.decode()
    tasks.carry_on_recomputation(run.pk)
    assert deadline_of({"id": late.reference}).due_at == tehran("2026-04-20 08:15")
    assert ">Apply</button>" not in client.get(f"{RUNS}{run.pk}/change/").content.decode()
    again = client.post(f"{RUNS}{run.pk}/apply/do/", follow=True)
    assert "in another state by now" in again.content.decode()
    assert run.changes.get(until="resolve").report == late
    assert client.get("/admin/reports/deadlinechange/").status_code == 200
    change = DeadlineChange.objects.first()
    assert client.get(f"/admin/reports/deadlinechange/{change.pk}/change/").status_code == 200
    assert client.get(RUNS).status_code == 200


def test_nobody_else_recomputes_and_only_in_their_own_city(small_city, calendar, late):
    for place, role in ((small_city.west, Role.DISPATCHER), (small_city.city, Role.HEAD)):
        client = seated(handler(place, role=role))
        assert client.get(f"{RUNS}add/").status_code == 403
        assert client.post(f"{RUNS}add/", {"city": small_city.city.pk}).status_code == 403
    elsewhere = seated(handler(CityFactory(code="other"), role=Role.DISPATCHER))
    assert elsewhere.post(f"{RUNS}add/", {"city": small_city.city.pk}).status_code == 200  # no such choice
    assert not DeadlineRun.objects.exists()
    client = seated(handler(small_city.city, role=Role.DISPATCHER))
    client.post(f"{RUNS}add/", {"city": small_city.city.pk})
    run = DeadlineRun.objects.get()
    assert elsewhere.get(f"{RUNS}{run.pk}/change/").status_code == 404
    assert elsewhere.post(f"{RUNS}{run.pk}/apply/do/").status_code == 404
