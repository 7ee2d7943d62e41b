"""S3: what the citizen is told of by when it is to be resolved."""

import pytest
import time_machine
from django.test import Client

from notifications.models import Message
from tests.factories import ServiceLevelFactory, WorkingCalendarFactory
from tests.reports.deadline_ground import expected, file, read, report_of, step, tehran


@pytest.fixture
def calendar(small_city):
    """Three working days (21 h 45 min) until potholes are resolved."""
    ServiceLevelFactory(root=small_city.city, category=small_city.pothole, amount=3)
    return WorkingCalendarFactory(root=small_city.city)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fa", "۳۱ فروردین ۱۴۰۵، ساعت ۱۴:۱۵"), ("en", "It is to be resolved by 2026-04-20 14:15.")],
)
def test_the_citizen_is_told_with_the_acknowledgement(calendar, language, words):
    contact = {"phone": "09151234567", "email": "someone@example.com"}
    file(tehran("2026-04-18 07:00"), contact=contact, language=language)
    assert all(words in each.body for each in Message.objects.all())
    assert Message.objects.count() == 2


def test_the_tracking_page_says_until_when_in_both_languages(calendar):
    answer = file(tehran("2026-04-18 07:00"))
    report = report_of(answer)

    def page(language: str, at: str) -> str:
        client = Client()
        client.cookies["django_language"] = language
        with time_machine.travel(tehran(at), tick=False):
            return client.get(answer["properties"]["tracking_link"]).content.decode()

    assert "تا ۳۱ فروردین ۱۴۰۵، ساعت ۱۴:۱۵" in page("fa", "2026-04-18 08:00")
    assert "It is to be resolved by 20 April 2026, 14:15." in page("en", "2026-04-18 08:00")
    assert "It was to be resolved by 20 April 2026, 14:15. It is late." in page("en", "2026-04-20 14:16")
    step(report, "in_progress", "2026-04-18 08:00")
    step(report, "waiting", "2026-04-18 09:00")
    assert "until then the time stands still" in page("en", "2026-04-25 08:00")
    step(report, "resolved", "2026-04-25 09:00")
    assert 'class="expected' not in page("en", "2026-04-25 10:00")


def test_the_public_of_a_coarse_place_is_told_no_date_since_it_would_sharpen_the_place(small_city, calendar):
    small_city.pothole.place_precision_m = 200
    small_city.pothole.save()
    answer = file(tehran("2026-04-18 07:00"))
    token = answer["properties"]["tracking_link"].rsplit("/", 1)[1].partition("?")[0]
    assert expected(answer) == expected(read(answer, token=token)) == "2026-04-20 14:15"
    assert read(answer)["properties"]["expected_at"] is None
