"""The page behind a tracking link, as it leaves the server."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from people.models import User
from reports.duplicates import merge
from reports.handling import change_status
from reports.publishing import hide
from reports.references import new_reference, tracking_link, tracking_token
from tests.factories import CategoryFactory, UserFactory
from tests.web.conftest import RECEIVED_AT

pytestmark = pytest.mark.django_db


def link(report) -> str:
    return urlsplit(tracking_link(report.reference)).path


@pytest.fixture
def staff() -> User:
    return UserFactory(username="secret-handler")


class TestTheHolderOfALink:
    def test_reads_what_was_told_where_it_stands_and_why(self, client: Client, tell):
        page = client.get(link(tell())).text
        for words in [
            "چاله در آسفالت",
            "چالهٔ بزرگی وسط خیابان است",
            "دریافت شد",
            "۲ آذر ۱۴۰۵، ساعت ۱۴:۰۵",
            "عمران منطقه ۱",
            "شهر نمونه",
            "ناحیه ۱",
            "این نقطه در منطقه ۱ است.",
        ]:
            assert words in page

    def test_reads_it_in_english_by_the_cookie(self, client: Client, tell):
        client.cookies["django_language"] = "en"
        page = client.get(link(tell())).text
        for words in ["Pothole", "Received", "23 November 2026, 14:05", "Civil Works, District 1", "The place lies in"]:
            assert words in page
        assert "چالهٔ بزرگی" in page

    def test_reads_the_public_steps_in_their_order_and_no_others(self, client: Client, tell, staff):
        report = tell()
        day = timedelta(days=1)
        change_status(report=report, to="in_progress", at=RECEIVED_AT + day, by=staff, note="اکیپ اعزام شد")
        change_status(report=report, to="waiting", at=RECEIVED_AT + day, by=staff, note="کدام پلاک؟")
        change_status(
            report=report, to="in_progress", at=RECEIVED_AT + 2 * day, by=staff, note="برای همکاران", is_public=False
        )
        change_status(report=report, to="resolved", at=RECEIVED_AT + 3 * day, by=staff, note="ترمیم شد")
        page = client.get(link(report)).text
        places = [page.index(words) for words in ("۳ آذر ۱۴۰۵", "اکیپ اعزام شد", "۵ آذر ۱۴۰۵", "ترمیم شد")]
        assert places == sorted(places)
        assert "۴ آذر ۱۴۰۵" not in page
        assert "برای همکاران" not in page
        assert "secret-handler" not in page

    def test_reads_a_report_the_public_does_not_see(self, client: Client, tell):
        private = CategoryFactory(code="private", name_fa="خصوصی", moderation="never", place_precision_m=200)
        report = tell(category=private)
        hide(report=report)
        page = client.get(link(report)).text
        assert "چالهٔ بزرگی" in page
        assert f'data-lon="{report.location.x:.7f}"' in page

    def test_reads_that_a_dispatcher_decides_where_no_department_answers(self, client: Client, tell):
        page = client.get(link(tell(x=-3000))).text
        assert "کارشناس تعیین می‌کند" in page
        assert "این نقطه بیرون از شهر" in page

    def test_sees_markup_as_text(self, client: Client, tell):
        page = client.get(link(tell(description="<script>alert(1)</script> \u202e<b>"))).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    def test_leaves_no_trace_in_caches_referrers_or_search_engines(self, client: Client, tell):
        headers = client.get(link(tell())).headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]

    def test_switches_the_language_and_comes_back(self, client: Client, tell):
        address = link(tell())
        response = client.get(f"{address}?lang=en")
        assert response.headers["Location"] == address
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response.headers["Cache-Control"]

    def test_reads_how_many_others_told_of_the_same_problem(self, client: Client, tell):
        reports = [tell(x=500 + number) for number in range(3)]
        assert "همین مشکل" not in client.get(link(reports[0])).text
        merge(reports=reports, by=None, at=RECEIVED_AT)
        assert "۲ گزارش دیگر هم دربارهٔ همین مشکل" in client.get(link(reports[0])).text
        page = client.get(link(reports[1]), headers={"Cookie": "django_language=en"}).text
        assert "2 other reports tell of the same problem" in page

    def test_takes_a_constant_number_of_queries(self, client: Client, tell, django_assert_num_queries):
        report = tell()
        for day in range(4):
            to = "in_progress" if day % 2 == 0 else "waiting"
            change_status(report=report, to=to, note="done", at=RECEIVED_AT + timedelta(days=day))
        with django_assert_num_queries(6):
            client.get(link(report))


class TestEverybodyElse:
    @pytest.mark.parametrize(
        "token", ["x", "نه", "A" * 22, "A" * 5000, "%00", "%ff%fe", "%F0%9F%98%80", "'; DROP TABLE reports_report;--"]
    )
    def test_gets_a_page_that_is_not_there(self, client: Client, tell, token: str):
        response = client.get(f"/track/{tell().reference}/{token}")
        assert response.status_code == 404
        assert "صفحه‌ای پیدا نشد" in response.text

    def test_gets_the_same_page_for_a_wrong_token_as_for_no_report(self, client: Client, tell):
        wrong = client.get(f"/track/{tell().reference}/{tracking_token('ELSE')}")
        unknown = new_reference()
        absent = client.get(f"/track/{unknown}/{tracking_token(unknown)}")
        assert (wrong.status_code, wrong.content) == (absent.status_code, absent.content)
        assert dict(wrong.headers) == dict(absent.headers)
        assert wrong.headers["Cache-Control"] == "private, no-store"

    def test_cannot_use_the_key_of_another_report(self, client: Client, tell):
        one, other = tell(), tell()
        assert client.get(f"/track/{one.reference}/{tracking_token(other.reference)}").status_code == 404

    def test_can_change_nothing_by_it(self, client: Client, tell):
        assert client.post(link(tell())).status_code == 405
