"""The staff's pages: reports declined, given by hand and put right."""

import pytest
from django.contrib.admin.models import LogEntry

from people.models import Role
from reports.handling import change_status
from reports.models import Report
from tests.factories import CategoryFactory, CityFactory, DepartmentFactory, MembershipFactory
from tests.shapes import lonlat
from tests.staff import FILED_AT, file_report, handler, seated, superuser

LIST = "/admin/reports/report/"


def page_of(report) -> str:
    return f"{LIST}{report.pk}/change/"


def act(client, action: str, *reports, **posted):
    chosen = {"action": action, "_selected_action": [each.pk for each in reports], **posted}
    return client.post(LIST, chosen, follow=True)


def told(answer) -> list[str]:
    return [str(each) for each in answer.context["messages"]]


@pytest.fixture
def report(small_city) -> Report:
    """In the west, ten metres from the east."""
    return file_report(small_city.pothole, x=990)


@pytest.fixture
def dispatcher(small_city):
    return handler(small_city.city, Role.DISPATCHER)


class TestNotOurs:
    def test_asks_why_then_gives_it_to_the_next_in_the_name_of_the_viewer(self, small_city, report):
        user = handler(small_city.west)
        client = seated(user)
        assert report.reference in act(client, "decline", report).content.decode()
        answer = act(client, "decline", report, reason="آن‌سوی خیابان است", apply="1")
        assert told(answer) == ["1 report declined."]
        report.refresh_from_db()
        assert report.department == small_city.east_works
        made = report.assignments.latest("pk")
        assert (made.reason, made.note, made.assigned_by) == ("declined", "آن‌سوی خیابان است", user)
        assert LogEntry.objects.get(object_id=report.pk).user == user
        shown = client.get(page_of(report)).content.decode()
        for text in ("آن‌سوی خیابان است", "it was declined", "did not take it"):
            assert text in shown

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
    def test_asks_again_without_a_reason(self, small_city, report, reason):
        answer = act(seated(handler(small_city.west)), "decline", report, reason=reason, apply="1")
        assert "errorlist" in answer.content.decode()
        assert report.assignments.count() == 1

    def test_is_not_for_the_ground_alone(self, small_city, report):
        client = seated(handler(small_city.west))
        act(client, "decline", report, reason="نه", apply="1")
        assert "Not ours…</button>" not in client.get(page_of(report)).content.decode()
        texts = told(act(client, "decline", report, reason="نه", apply="1"))
        assert texts == [f"{report.reference} is with another department: only that one declines it."]
        assert report.assignments.count() == 2

    def test_of_what_is_closed_is_refused_in_words(self, small_city, report):
        change_status(report=report, to="resolved", note="done", at=FILED_AT)
        texts = told(act(seated(handler(small_city.west)), "decline", report, reason="نه", apply="1"))
        assert texts == [f"{report.reference} is closed, or waits for a dispatcher already."]

    def test_from_its_page_leads_to_the_list_where_the_page_is_gone_from_sight(self, small_city, report):
        user = MembershipFactory(department=small_city.west_works, role=Role.HANDLER).user
        answer = act(seated(user), "decline", report, reason="نه", apply="1", back="1")
        assert answer.redirect_chain == [(LIST, 302)]


class TestGivingToADepartment:
    def test_asks_to_which_then_gives_it_with_the_note(self, small_city, report, dispatcher):
        client = seated(dispatcher)
        stranger = DepartmentFactory(jurisdiction=CityFactory(), name_en="A stranger")
        asked = act(client, "assign", report).content.decode()
        assert "Civil Works, District 2" in asked
        assert stranger.name_en not in asked
        posted = {"department": small_city.city_works.pk, "note": "پروژهٔ شهر", "apply": "1", "back": "1"}
        answer = act(client, "assign", report, **posted)
        assert told(answer) == ["1 report given."]
        assert answer.redirect_chain == [(page_of(report), 302)]
        made = report.assignments.latest("pk")
        assert (made.department, made.reason, made.note) == (small_city.city_works, "dispatched", "پروژهٔ شهر")
        assert "A dispatcher gave it to" in answer.content.decode()

    def test_says_where_it_is_there_already(self, small_city, report, dispatcher):
        texts = told(act(seated(dispatcher), "assign", report, department=small_city.west_works.pk, apply="1"))
        assert texts == [f"{report.reference} is with this department already."]

    @pytest.mark.parametrize("department", ["", "x", "99999999999999999999999"])
    def test_asks_again_for_what_is_no_department(self, report, dispatcher, department):
        answer = act(seated(dispatcher), "assign", report, department=department, apply="1")
        assert "errorlist" in answer.content.decode()
        assert report.assignments.count() == 1

    def test_is_for_dispatchers(self, small_city, report):
        client = seated(handler(small_city.west, Role.HEAD))
        assert "Give to a department…" not in client.get(page_of(report)).content.decode()
        act(client, "assign", report, department=small_city.east_works.pk, apply="1")
        assert report.assignments.count() == 1


class TestPuttingRight:
    def test_asks_for_place_and_category_and_routes_once(self, small_city, report, dispatcher):
        client = seated(dispatcher)
        other = CategoryFactory(code="other", name_en="Other")
        asked = act(client, "correct", report).content.decode()
        assert str(report.location.x) in asked
        lon, lat = lonlat(1500, 500)
        posted = {"category": other.pk, "longitude": lon, "latitude": lat, "apply": "1", "back": "1"}
        answer = act(client, "correct", report, **posted)
        assert told(answer) == [f"{report.reference} is put right; responsible now: nobody; a dispatcher decides."]
        report.refresh_from_db()
        assert (report.category, report.location.coords) == (other, (lon, lat))
        assert report.jurisdictions["district"] == "2"
        assert list(report.assignments.order_by("pk").values_list("reason", flat=True)) == ["filed", "moved"]

    @pytest.mark.parametrize(
        "wrong",
        [{"longitude": "x"}, {"latitude": "91"}, {"longitude": "nan"}, {"longitude": "51.4"}, {"category": "0"}],
    )
    def test_asks_again_for_what_lies_nowhere(self, report, dispatcher, wrong):
        lon, lat = report.location.coords
        posted = {"category": report.category_id, "longitude": lon, "latitude": lat, "apply": "1"} | wrong
        answer = act(seated(dispatcher), "correct", report, **posted)
        assert "errorlist" in answer.content.decode()
        assert report.assignments.count() == 1

    def test_leaves_a_report_as_it_was_where_nothing_else_is_said(self, report, dispatcher):
        lon, lat = report.location.coords
        posted = {"category": report.category_id, "longitude": lon, "latitude": lat, "apply": "1"}
        assert told(act(seated(dispatcher), "correct", report, **posted)) == [f"{report.reference} stays as it was."]
        assert report.assignments.count() == 1

    def test_takes_one_report_at_a_time(self, small_city, report, dispatcher):
        other = file_report(small_city.pothole, x=300)
        assert told(act(seated(dispatcher), "correct", report, other)) == ["Choose one report for this."]


def test_what_was_refused_again_and_again_is_marked_for_the_dispatcher(small_city, report, dispatcher):
    for client in (seated(handler(small_city.west)), seated(handler(small_city.east))):
        act(client, "decline", report, reason="نه", apply="1")
    client = seated(dispatcher)
    assert "refused again and again" in client.get(page_of(report)).content.decode()
    listed = client.get("/admin/reports/assignment/?is_contested__exact=1").content.decode()
    assert report.reference in listed


def test_the_acts_are_in_persian_for_who_reads_it(small_city, report):
    shown = seated(superuser(), language="fa").get(page_of(report)).content.decode()
    for text in ("در صلاحیت ما نیست…", "ارجاع به واحد…", "تغییر محل یا موضوع…"):
        assert text in shown


def test_the_dispatcher_finds_what_nobody_has(small_city, report, dispatcher):
    lost = file_report(small_city.pothole, x=-3000)
    found = seated(dispatcher).get(LIST, {"department": "none"}).context["cl"].result_list
    assert [each.reference for each in found] == [lost.reference]
