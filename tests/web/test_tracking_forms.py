"""What a reporter sends from the tracking page, by plain forms."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from reports.handling import change_status
from reports.models import Feedback, StatusUpdate
from reports.references import tracking_link
from tests.factories import UserFactory
from tests.web.conftest import RECEIVED_AT

pytestmark = pytest.mark.django_db
LATER = RECEIVED_AT + timedelta(hours=5)


@pytest.fixture
def report(tell, time_machine):
    time_machine.move_to(LATER, tick=False)
    return tell()


@pytest.fixture
def link(report) -> str:
    return urlsplit(tracking_link(report.reference)).path


@pytest.fixture
def browser() -> Client:
    """One that would be refused if a form needed a cookie of ours."""
    return Client(enforce_csrf_checks=True)


def step(report, to: str, note: str = "پر شد") -> StatusUpdate:
    return change_status(report=report, to=to, note=note, at=LATER, by=UserFactory())


def alerts(page: str) -> list[str]:
    """What the head of the page says is wrong."""
    return re.findall(r'<p class="wrong head" role="alert">([^<]*)</p>', page)


class TestAnsweringAQuestion:
    def test_the_question_stands_with_a_form_for_the_answer(self, browser, report, link):
        assert f'action="{link}/answer"' not in browser.get(link).text
        step(report, "waiting", "کدام پلاک؟")
        page = browser.get(link).text
        assert "کدام پلاک؟" in page
        assert f'action="{link}/answer"' in page

    def test_the_answer_is_kept_and_shown_to_its_writer(self, browser, report, link):
        step(report, "waiting", "کدام پلاک؟")
        sent = browser.post(f"{link}/answer", {"words": "روبه‌روی پلاک ۱۲"})
        assert (sent.status_code, sent.headers["Location"]) == (303, f"{link}#progress")
        report.refresh_from_db()
        assert report.status == "in_progress"
        page = browser.get(link).text
        assert "روبه‌روی پلاک ۱۲" in page
        assert f'action="{link}/answer"' not in page

    @pytest.mark.parametrize("words", ["", "  ", "\u200c", "\x07", "x" * 2001])
    def test_what_says_nothing_or_too_much_is_asked_for_again(self, browser, report, link, words):
        step(report, "waiting", "کدام پلاک؟")
        sent = browser.post(f"{link}/answer", {"words": words})
        assert sent.status_code == 400
        assert 'class="wrong"' in sent.text
        report.refresh_from_db()
        assert report.status == "waiting"

    def test_where_nothing_was_asked_the_page_says_so(self, browser, report, link):
        sent = browser.post(f"{link}/answer", {"words": "سلام"})
        assert sent.status_code == 409
        assert alerts(sent.text) == ["پاسخی از شما خواسته نشده، یا پیش‌تر پاسخ داده‌اید."]
        assert StatusUpdate.objects.count() == 1


class TestSayingWhetherItWasSolved:
    def test_is_offered_after_the_closing_alone(self, browser, report, link):
        assert f"{link}/feedback" not in browser.get(link).text
        step(report, "resolved")
        assert f'action="{link}/feedback"' in browser.get(link).text

    def test_S7_a_no_reopens_it_and_the_page_shows_what_was_written(self, browser, report, link):
        step(report, "resolved")
        sent = browser.post(
            f"{link}/feedback", {"was_solved": "no", "words": "هنوز <b>چاله</b> هست", "satisfaction": "1"}
        )
        assert (sent.status_code, sent.headers["Location"]) == (303, f"{link}#outcome")
        report.refresh_from_db()
        assert report.status == "received"
        assert "هنوز &lt;b&gt;چاله&lt;/b&gt; هست" in browser.get(link).text
        assert Feedback.objects.get().satisfaction == 1

    def test_a_yes_is_thanked_for_and_cannot_be_sent_again(self, browser, report, link):
        step(report, "resolved")
        browser.post(f"{link}/feedback", {"was_solved": "yes", "satisfaction": ""})
        page = browser.get(link).text
        assert "سپاسگزاریم" in page
        assert f'action="{link}/feedback"' not in page
        again = browser.post(f"{link}/feedback", {"was_solved": "no", "words": "نه"})  # by the back button
        assert (again.status_code, alerts(again.text)) == (409, ["شما پیش‌تر به این پرسش پاسخ داده‌اید."])

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"was_solved": "maybe"},
            {"was_solved": "yes", "satisfaction": "6"},
            {"was_solved": "yes", "satisfaction": "x"},
            {"was_solved": "yes", "words": "x" * 2001},
        ],
    )
    def test_what_is_no_answer_is_asked_for_again(self, browser, report, link, given):
        step(report, "resolved")
        assert browser.post(f"{link}/feedback", given).status_code == 400
        assert not Feedback.objects.exists()

    def test_a_no_without_a_word_is_asked_why(self, browser, report, link):
        step(report, "rejected")
        sent = browser.post(f"{link}/feedback", {"was_solved": "no"})
        assert sent.status_code == 409
        assert "بگویید چرا" in sent.text
        report.refresh_from_db()
        assert report.status == "rejected"

    def test_S7_after_its_time_the_page_says_that_it_is_over(self, browser, report, link, settings, time_machine):
        step(report, "resolved")
        time_machine.move_to(LATER + timedelta(days=settings.REOPEN_WITHIN_DAYS), tick=False)
        assert f'action="{link}/feedback"' not in browser.get(link).text
        assert browser.post(f"{link}/feedback", {"was_solved": "no", "words": "نه"}).status_code == 409
        assert not Feedback.objects.exists()


@pytest.mark.parametrize("door", ["answer", "feedback"])
def test_a_wrong_link_opens_nothing(browser, report, link, door):
    wrong = link[:-3] + "xyz"
    assert browser.post(f"{wrong}/{door}", {"words": "x", "was_solved": "yes"}).status_code == 404
    assert StatusUpdate.objects.count() == 1


@pytest.mark.parametrize("door", ["answer", "feedback"])
def test_who_reads_the_address_of_a_refused_form_is_led_to_the_page(browser, report, link, door):
    led = browser.get(f"{link}/{door}?lang=en", follow=True)
    assert (led.status_code, led.request["PATH_INFO"]) == (200, link)
    assert report.reference in led.text
    assert browser.delete(f"{link}/{door}").status_code == 405
