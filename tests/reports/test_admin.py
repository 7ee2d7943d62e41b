"""The staff's pages about reports: who sees which, and acts that call their verbs."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test.utils import CaptureQueriesContext

from people.models import Role
from reports.correcting import correct
from reports.handling import change_status
from reports.models import Report, StatusUpdate
from reports.references import tracking_link
from tests.factories import CategoryFactory, MembershipFactory, UserFactory
from tests.shapes import at
from tests.staff import FILED_AT, file_report, handler, seated, superuser

LIST = "/admin/reports/report/"
PHONE = "+989121112233"


def page_of(report, what: str = "change") -> str:
    return f"/admin/reports/report/{report.pk}/{what}/"


def act(client, action: str, *reports, **posted):
    chosen = {"action": action, "_selected_action": [each.pk for each in reports], **posted}
    return client.post(LIST, chosen, follow=True)


def told(answer) -> list[str]:
    return [str(each) for each in answer.context["messages"]]


@pytest.fixture
def west_report(small_city):
    return file_report(small_city.pothole, x=500, contact={"name": "علی رضایی", "phone": PHONE})


@pytest.fixture
def east_report(small_city):
    return file_report(small_city.pothole, x=1500, contact={"name": "زهرا محمدی", "phone": PHONE})


class TestTheHandlerOfOneDistrict:
    """With a membership and no permission of Django's."""

    @pytest.fixture
    def client(self, small_city):
        return seated(handler(small_city.west))

    def test_finds_the_own_district_in_the_list_and_not_the_other(self, client, west_report, east_report):
        listed = client.get(LIST).content.decode()
        assert west_report.reference in listed
        assert east_report.reference not in listed

    def test_opens_the_page_and_history_of_an_own_report(self, client, west_report):
        assert client.get(page_of(west_report)).status_code == 200
        assert client.get(page_of(west_report, "history")).status_code == 200

    @pytest.mark.parametrize("what", ["change", "history", "delete"])
    def test_gets_not_found_for_a_report_of_the_other(self, client, east_report, what):
        assert client.get(page_of(east_report, what)).status_code == 404

    @pytest.mark.parametrize("records", ["assignment", "statusupdate", "contact"])
    def test_sees_the_records_of_own_reports_only(self, client, west_report, east_report, records):
        listed = client.get(f"/admin/reports/{records}/").content.decode()
        assert west_report.reference in listed
        assert east_report.reference not in listed

    def test_gets_not_found_for_records_of_the_other(self, client, east_report):
        for records, key in [
            ("assignment", east_report.assignments.get().pk),
            ("statusupdate", east_report.status_updates.get().pk),
            ("contact", east_report.pk),
        ]:
            assert client.get(f"/admin/reports/{records}/{key}/change/").status_code == 404

    def test_is_offered_own_reports_only_by_autocompletion(self, client, west_report, east_report):
        asked = {"app_label": "reports", "model_name": "assignment", "field_name": "report", "term": ""}
        offered = client.get("/admin/autocomplete/", asked).json()["results"]
        assert [each["text"] for each in offered] == [west_report.reference]

    def test_does_not_find_the_other_by_its_reference(self, client, east_report):
        assert f"/{east_report.pk}/change/" not in client.get(LIST, {"q": east_report.reference}).content.decode()

    def test_cannot_act_on_the_other(self, client, west_report, east_report):
        answer = act(client, "change_status", west_report, east_report, to="in_progress", apply="1")
        east_report.refresh_from_db()
        west_report.refresh_from_db()
        assert (west_report.status, east_report.status) == ("in_progress", "received")
        assert "1 of the chosen reports is no longer in this list." in told(answer)

    def test_may_not_publish(self, client, west_report):
        Report.objects.update(is_public=False)
        assert "Show to the public…" not in client.get(LIST).content.decode()
        act(client, "publish", west_report, apply="1", **{f"{west_report.pk}-text": "x"})
        west_report.refresh_from_db()
        assert not west_report.is_public

    def test_sees_a_report_no_more_once_it_is_in_other_hands(self, client, west_report, small_city):
        correct(report=west_report, location=at(1500, 500), at=FILED_AT)
        assert client.get(page_of(west_report)).status_code == 404


def test_a_department_sees_the_reports_it_has(small_city, west_report, east_report):
    client = seated(MembershipFactory(department=small_city.east_works, role=Role.HANDLER).user)
    listed = client.get(LIST).content.decode()
    assert east_report.reference in listed
    assert west_report.reference not in listed


def test_a_membership_that_has_ended_shows_nothing(small_city, west_report):
    user = MembershipFactory(jurisdiction=small_city.west, in_force=DateRange(None, FILED_AT.date())).user
    assert seated(user).get(LIST).status_code == 403


def test_permissions_of_django_alone_show_no_reports(small_city, west_report):
    user = UserFactory()
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="reports"))
    assert seated(user).get(LIST).status_code == 403


class TestThePageOfAReport:
    def test_tells_all_a_handler_asks_in_the_language_of_the_reader(self, small_city, west_report):
        user = handler(small_city.west)
        change_status(report=west_report, to="in_progress", at=FILED_AT, by=user, note="اکیپ اعزام شد")
        persian = seated(user, language="fa").get(page_of(west_report)).content.decode()
        for text in [
            west_report.reference,
            "چاله در آسفالت",
            "چاله در خیابان",
            "در دست اقدام",
            "منطقه ۱",
            "عمران منطقه ۱",
            "این نقطه در منطقه ۱ است.",
            "۲۹ آبان ۱۴۰۵، ساعت ۱۳:۰۰",
            "اکیپ اعزام شد",
            "علی رضایی",
            PHONE,
        ]:
            assert text in persian
        english = seated(user).get(page_of(west_report)).content.decode()
        for text in ["Pothole", "District 1", "The place lies in District 1.", "2026-11-20 13:00", "in progress"]:
            assert text in english

    def test_names_the_reporter_only_to_who_may_see_contacts(self, small_city, west_report):
        for role, sees in [(Role.HANDLER, True), (Role.ANALYST, False)]:
            shown = seated(handler(small_city.west, role)).get(page_of(west_report)).content.decode()
            for secret in (PHONE, "علی رضایی", tracking_link(west_report.reference)):
                assert (secret in shown) == sees

    def test_offers_only_the_steps_that_may_follow_and_none_without_the_right(self, small_city, west_report):
        offered = seated(handler(small_city.west)).get(page_of(west_report)).content.decode()
        assert re.findall(r'<option value="(\w+)"', offered) == ["in_progress", "waiting", "resolved", "rejected"]
        for role in (Role.OPERATOR, Role.ANALYST):
            assert "<option" not in seated(handler(small_city.west, role)).get(page_of(west_report)).content.decode()

    def test_shows_hostile_words_as_words(self, small_city):
        report = file_report(small_city.pothole, x=500, description="</script><script>alert(1)</script>")
        shown = seated(superuser()).get(page_of(report)).content.decode()
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown

    def test_draws_the_map_from_addresses_that_answer(self, small_city, west_report):
        client = seated(handler(small_city.west))
        addresses = re.findall(r'"data": "(/admin/[^"]+)"', client.get(page_of(west_report)).content.decode())
        answers = [client.get(each.replace(r"\u0026", "&")) for each in addresses]
        assert [each.headers["Content-Type"] for each in answers] == ["application/geo+json"] * 2
        names = {each["properties"]["name_en"] for each in answers[0].json()["features"]}
        assert names == {"District 1", "District 2"}

    def test_needs_as_many_queries_for_a_long_history_as_for_a_short_one(self, small_city, west_report):
        client = seated(handler(small_city.west))
        client.get(page_of(west_report))
        short = queries(client, page_of(west_report))
        for to in ("in_progress", "waiting", "in_progress", "resolved"):
            change_status(report=west_report, to=to, note="done", at=FILED_AT, by=UserFactory())
        assert queries(client, page_of(west_report)) == short


def queries(client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("records", ["report", "assignment", "statusupdate", "contact"])
def test_a_list_of_twenty_needs_as_many_queries_as_one_of_two(small_city, records):
    client = seated(handler(small_city.west))
    address = f"/admin/reports/{records}/"
    for x in (100, 200):
        file_report(small_city.pothole, x=x, contact={"name": "الف"})
    client.get(address)
    few = queries(client, address)
    other = CategoryFactory(code="other", name_en="Other")
    for x in range(300, 840, 30):
        file_report(small_city.pothole if x % 60 else other, x=x, contact={"name": "ب"})
    assert queries(client, address) == few


class TestTheListOfReports:
    @pytest.fixture
    def client(self, small_city):
        return seated(superuser())

    def found(self, client, **query) -> set[str]:
        return {each.reference for each in client.get(LIST, query).context["cl"].result_list}

    def test_narrows_by_district_department_status_and_category(self, client, small_city, west_report, east_report):
        change_status(report=east_report, to="resolved", note="done", at=FILED_AT)
        for query in [
            {"district": small_city.west.pk},
            {"department": small_city.west_works.pk},
            {"status__exact": "received"},
        ]:
            assert self.found(client, **query) == {west_report.reference}
        assert len(self.found(client, category__id__exact=small_city.pothole.pk)) == 2

    @pytest.mark.parametrize(
        ("now", "days", "is_found"),
        [
            ("2026-11-20T23:30:00+03:30", "1", True),
            ("2026-11-21T00:30:00+03:30", "1", False),
            ("2026-11-26T23:30:00+03:30", "7", True),
            ("2026-11-27T00:30:00+03:30", "7", False),
        ],
    )
    def test_narrows_by_the_days_of_the_citys_calendar(
        self, small_city, west_report, time_machine, now, days, is_found
    ):
        time_machine.move_to(now)
        assert (west_report.reference in self.found(seated(superuser()), days=days)) == is_found

    def test_finds_a_report_by_how_its_reference_begins_in_any_digits(self, client, west_report, east_report):
        Report.objects.filter(pk=west_report.pk).update(reference="29BCDFGHJK")
        for term in ("29b", "۲۹BC", " 29BCDFGHJK "):
            assert self.found(client, q=term) == {"29BCDFGHJK"}
        assert self.found(client, q="9BC") == set()

    def test_begins_with_the_newest(self, client, west_report, east_report):
        listed = [each.reference for each in client.get(LIST).context["cl"].result_list]
        assert listed == [east_report.reference, west_report.reference]

    def test_does_not_filter_by_what_it_does_not_show(self, client, west_report):
        for lookup in ("device_hash__startswith", "contact__phone", "description__contains", "root__time_zone"):
            assert client.get(LIST, {lookup: "x"}).status_code == 400


class TestChangingTheStatus:
    def test_asks_where_to_then_calls_the_verb_in_the_name_of_the_viewer(self, small_city, west_report):
        user = handler(small_city.west)
        client = seated(user)
        asked = act(client, "change_status", west_report)
        assert west_report.reference in asked.content.decode()
        assert StatusUpdate.objects.count() == 1
        done = act(client, "change_status", west_report, to="in_progress", note="اعزام شد", is_public="on", apply="1")
        step = StatusUpdate.objects.latest("pk")
        assert (step.report, step.status, step.by) == (west_report, "in_progress", user)
        assert (step.note, step.is_public) == ("اعزام شد", True)
        assert told(done) == ["1 report changed."]
        assert LogEntry.objects.get(object_id=west_report.pk).user == user

    def test_names_each_report_that_may_not_take_the_step_and_takes_it_with_the_others(self, small_city, west_report):
        closed = [file_report(small_city.pothole, x=x) for x in (600, 700)]
        for each in closed:
            change_status(report=each, to="resolved", note="done", at=FILED_AT)
        client = seated(handler(small_city.west))
        texts = told(act(client, "change_status", west_report, *closed, to="rejected", note="no such place", apply="1"))
        west_report.refresh_from_db()
        assert west_report.status == "rejected"
        assert sorted(texts) == sorted(
            [f"{each.reference}: It is “resolved” and cannot become “rejected”." for each in closed]
            + ["1 report changed."]
        )
        assert set(Report.objects.filter(pk__in=[each.pk for each in closed]).values_list("status", flat=True)) == {
            "resolved"
        }

    @pytest.mark.parametrize("posted", [{}, {"to": "nowhere"}, {"to": "resolved", "note": "x" * 2001}])
    def test_asks_again_when_the_form_is_wrong(self, small_city, west_report, posted):
        answer = act(seated(handler(small_city.west)), "change_status", west_report, apply="1", **posted)
        assert "errorlist" in answer.content.decode()
        assert StatusUpdate.objects.count() == 1

    def test_leads_back_to_the_page_of_the_report(self, small_city, west_report):
        client = seated(handler(small_city.west))
        answer = act(client, "change_status", west_report, to="resolved", note="done", apply="1", back="1")
        assert answer.redirect_chain == [(page_of(west_report), 302)]

    def test_is_not_offered_to_who_only_looks(self, small_city, west_report):
        client = seated(handler(small_city.west, Role.ANALYST))
        act(client, "change_status", west_report, to="resolved", note="done", apply="1")
        west_report.refresh_from_db()
        assert west_report.status == "received"

    def test_takes_a_hundred_reports_at_most(self, small_city, west_report, monkeypatch):
        monkeypatch.setattr("reports.admin.acts.common.AT_MOST", 1)
        other = file_report(small_city.pothole, x=600)
        texts = told(
            act(seated(superuser()), "change_status", west_report, other, to="resolved", note="done", apply="1")
        )
        assert texts == ["At most 1 reports in one go: please choose fewer."]
        assert not Report.objects.filter(status="resolved").exists()

    def test_needs_the_right_over_each_report(self, small_city, west_report, east_report):
        user = handler(small_city.west)
        MembershipFactory(user=user, jurisdiction=small_city.east, role=Role.ANALYST)
        texts = told(
            act(seated(user), "change_status", west_report, east_report, to="resolved", note="done", apply="1")
        )
        assert f"{east_report.reference} is not yours to do this with." in texts
        assert list(Report.objects.filter(status="resolved")) == [west_report]


class TestWhatThePublicSees:
    @pytest.fixture
    def head(self, small_city):
        return handler(small_city.west, Role.HEAD)

    def test_a_head_publishes_a_text_and_the_history_names_the_head(self, head, west_report):
        Report.objects.update(is_public=False, public_text="")
        client = seated(head)
        asked = act(client, "publish", west_report).content.decode()
        assert "چاله در خیابان" in asked
        act(client, "publish", west_report, apply="1", **{f"{west_report.pk}-text": "چاله؛ تماس 09121112233"})
        west_report.refresh_from_db()
        assert (west_report.is_public, west_report.public_text) == (True, "چاله؛ تماس …")
        assert LogEntry.objects.get(object_id=west_report.pk).user == head
        assert head.username in client.get(page_of(west_report, "history")).content.decode()

    def test_a_text_that_is_too_long_is_refused_and_nothing_is_published(self, head, small_city, west_report):
        Report.objects.update(is_public=False)
        other = file_report(small_city.pothole, x=600)
        Report.objects.update(is_public=False)
        texts = {f"{west_report.pk}-text": "x", f"{other.pk}-text": "x" * 4001}
        answer = act(seated(head), "publish", west_report, other, apply="1", **texts)
        assert "errorlist" in answer.content.decode()
        assert not Report.objects.filter(is_public=True).exists()

    def test_a_head_hides_a_report(self, head, west_report):
        assert Report.objects.get().is_public
        assert told(act(seated(head), "hide", west_report)) == ["1 report hidden."]
        assert not Report.objects.get().is_public
        assert LogEntry.objects.get(object_id=west_report.pk).user == head
