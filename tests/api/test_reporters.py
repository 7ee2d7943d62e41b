"""What reporters send by their tracking link: answers to questions, and whether it was solved."""

from datetime import timedelta

import pytest

from reports.handling import change_status
from reports.models import Feedback, Report, StatusUpdate
from reports.references import tracking_token
from tests.api.desks import Desk, code_of
from tests.factories import UserFactory
from tests.staff import FILED_AT

LATER = FILED_AT + timedelta(days=1)


@pytest.fixture
def send(report, time_machine):
    """POST to a door of the report with the token of its link, a day after it was filed."""
    time_machine.move_to(LATER, tick=False)

    def post(door: str, **body):
        body = {"token": tracking_token(report.reference), **body}
        return Desk().post(f"reports/{report.reference}/{door}", body)

    return post


def close(report: Report, *, to: str = "resolved", at=FILED_AT) -> StatusUpdate:
    return change_status(report=report, to=to, note="پر شد", at=at, by=UserFactory())


class TestWasItSolved:
    def test_yes_is_kept_with_the_satisfaction_and_changes_nothing(self, small_city, report, send):
        closing = close(report)
        answer = send("feedback", was_solved=True, satisfaction=5, words="دستتان درد نکند")
        assert (answer.status_code, answer.json()["status"]) == (201, "resolved")
        kept = Feedback.objects.get()
        assert (kept.closing, kept.department, kept.satisfaction) == (closing, small_city.west_works, 5)
        assert not kept.has_reopened

    @pytest.mark.parametrize("to", ["resolved", "rejected"])
    def test_S7_no_with_a_reason_reopens_it_for_the_department(self, report, send, to):
        close(report, to=to)
        answer = send("feedback", was_solved=False, words="هنوز چاله هست")
        assert answer.json() == {"reference": report.reference, "status": "received", "has_reopened": True}
        last = StatusUpdate.objects.latest("pk")
        assert (last.status, last.actor, last.note, last.is_public) == ("received", "reporter", "هنوز چاله هست", False)

    def test_S7_a_second_no_is_kept_and_reopens_nothing(self, report, send):
        for _ in range(2):
            close(report)
            send("feedback", was_solved=False, words="نشد")
        report.refresh_from_db()
        assert report.status == "resolved"
        assert list(Feedback.objects.order_by("pk").values_list("has_reopened", flat=True)) == [True, False]

    def test_S7_after_the_window_the_link_answers_that_it_is_over(self, report, send, settings, time_machine):
        close(report)
        time_machine.move_to(FILED_AT + timedelta(days=settings.REOPEN_WITHIN_DAYS), tick=False)
        for was_solved in (True, False):
            assert code_of(send("feedback", was_solved=was_solved, words="نشد"), 409) == "too_late"
        assert not Feedback.objects.exists()

    def test_no_says_why(self, report, send):
        close(report)
        for words in ({}, {"words": " "}):
            assert code_of(send("feedback", was_solved=False, **words), 400) == "reason_missing"
        report.refresh_from_db()
        assert report.status == "resolved"

    def test_each_closing_is_answered_once(self, report, send):
        close(report)
        assert send("feedback", was_solved=True).status_code == 201
        assert code_of(send("feedback", was_solved=False, words="نشد"), 409) == "answered_before"

    def test_what_is_open_cannot_be_answered(self, report, send):
        assert code_of(send("feedback", was_solved=True), 409) == "not_closed"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "required"),
            ({"was_solved": "yes"}, "wrong_type"),
            ({"was_solved": True, "satisfaction": 0}, "invalid_number"),
            ({"was_solved": True, "satisfaction": 6}, "invalid_number"),
            ({"was_solved": True, "satisfaction": True}, "invalid_number"),
            ({"was_solved": True, "words": "x" * 2001}, "too_long"),
            ({"was_solved": True, "stars": 3}, "unknown_member"),
        ],
    )
    def test_what_is_no_answer_is_refused(self, report, send, body, code):
        close(report)
        assert code_of(send("feedback", **body), 400) == code

    def test_only_the_token_opens_it(self, report, send):
        close(report)
        for token in ("", "x", tracking_token("BBBBBBBBBB")):
            assert send("feedback", was_solved=True, token=token).status_code in {400, 404}
        assert Desk().post("reports/zzz/feedback", {"token": "x", "was_solved": True}).status_code == 404
        assert not Feedback.objects.exists()


class TestAnswers:
    def test_go_to_the_staff_and_let_the_work_go_on(self, client, report, send):
        change_status(report=report, to="waiting", note="کدام پلاک؟", at=FILED_AT, by=UserFactory())
        assert send("answer", words="روبه‌روی پلاک ۱۲").json()["status"] == "in_progress"
        assert StatusUpdate.objects.latest("pk").note == "روبه‌روی پلاک ۱۲"
        assert "پلاک ۱۲" not in client.get(f"/api/v1/reports/{report.reference}").text
        assert code_of(send("answer", words="باز هم"), 409) == "not_waiting"

    def test_nobody_waits_for_any(self, report, send):
        assert code_of(send("answer", words="سلام"), 409) == "not_waiting"

    def test_say_something(self, report, send):
        change_status(report=report, to="waiting", note="کدام پلاک؟", at=FILED_AT, by=UserFactory())
        assert code_of(send("answer", words=""), 400) == "blank"
