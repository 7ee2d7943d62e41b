"""The outcome comes back: each public step becomes one message for each way to reach the reporter."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jurisdictions.models import Category
from notifications.models import Message
from reports.duplicates import audience_of
from reports.feedback import give_feedback
from reports.handling import answer, assign, change_status
from reports.models import ClosingReason, Photo, Report, StatusUpdate
from reports.references import tracking_link
from reports.telling import LONGEST_NOTE_IN_SMS, Listener, tell
from tests.factories import UserFactory
from tests.reports.duplicate_ground import gathered
from tests.staff import FILED_AT, file_report

LATER = FILED_AT + timedelta(hours=2)
BOTH = {"email": "sara@example.com", "phone": "+989150000001"}


@pytest.fixture
def report(small_city) -> Report:
    made = file_report(small_city.pothole, x=500, contact=BOTH)
    Message.objects.all().delete()  # the acknowledgement has its own tests
    return made


@pytest.fixture
def worker(db):
    return UserFactory(username="reza")


def step(report: Report, to: str, **more) -> StatusUpdate:
    return change_status(report=report, to=to, at=LATER, **more)


def said(channel: str) -> str:
    return Message.objects.get(channel=channel).body


class TestEachPublicStep:
    def test_S5_is_one_message_for_each_way_to_reach_the_reporter(self, report, worker):
        update = step(report, "in_progress", by=worker)
        rows = Message.objects.order_by("channel").values_list("channel", "to", "written_at")
        assert list(rows) == [("email", BOTH["email"], LATER), ("sms", BOTH["phone"], LATER)]
        assert all(key.startswith(f"step:{update.pk}:") for key in Message.objects.values_list("key", flat=True))
        step(report, "resolved", by=worker, note="پر شد")
        assert Message.objects.count() == 4

    def test_S5_says_what_why_and_where_to_answer(self, report, worker):
        reason = ClosingReason.objects.create(code="repaired", status="resolved", name_fa="تعمیر شد")
        step(report, "resolved", by=worker, reason=reason, note="با آسفالت گرم پر شد")
        link = tracking_link(report.reference)
        assert said("sms").split("\n") == [
            f"گزارش شما «چاله در آسفالت» ({report.reference}) انجام شد.",
            "دلیل: تعمیر شد.",
            "با آسفالت گرم پر شد",
            f"مشکل حل شد؟ اینجا به ما بگویید: {link}#outcome",
        ]
        assert Message.objects.get(channel="email").subject == f"گزارش شما {report.reference}: انجام شد"

    def test_speaks_the_reporters_language(self, report, worker):
        Report.objects.update(language="en")
        reason = ClosingReason.objects.create(
            code="private", status="rejected", name_fa="ملک خصوصی", name_en="On private ground"
        )
        step(report, "rejected", by=worker, reason=reason)
        lines = said("sms").split("\n")
        assert lines[:2] == [
            f"Your report “Pothole” ({report.reference}) was closed without being resolved.",
            "Reason: On private ground.",
        ]
        assert lines[2].startswith("If the problem is still there, tell us here: ")
        assert lines[2].endswith("?lang=en#outcome")

    def test_a_question_leads_to_where_it_is_answered(self, report, worker):
        step(report, "waiting", by=worker, note="کدام پلاک؟")
        assert said("sms").endswith(f"کدام پلاک؟\nپاسخ شما: {tracking_link(report.reference)}#answer")

    @pytest.mark.parametrize(("to", "part"), [("waiting", "answer"), ("resolved", "outcome")])
    def test_the_page_has_the_part_that_the_link_leads_to(self, report, worker, client, to, part):
        step(report, to, by=worker, note="کدام پلاک؟")
        path, _, anchor = said("sms").rpartition("http://testserver")[2].partition("#")
        assert anchor == part
        assert f'id="{part}"' in client.get(path).text

    def test_a_long_note_is_cut_in_an_sms_alone(self, report, worker):
        step(report, "in_progress", by=worker, note="ژ" * 2000)
        assert "ژ" * 2000 in said("email")
        assert said("sms").count("ژ") == LONGEST_NOTE_IN_SMS - 1

    def test_a_step_of_the_system_is_told_as_well(self, report):
        step(report, "in_progress")
        assert Message.objects.count() == 2


class TestThePhotoOfTheWork:
    """An e-mail leads to it: to the address that stays where the public sees it, else to the reporter's own page."""

    @pytest.fixture
    def photographed(self, report):
        def take(**changes) -> None:
            values = {"mime": "image/jpeg", "sha256": f"{Photo.objects.count():064}", "bytes": 1, "uploaded_at": LATER}
            kind = {"kind": "after", "from_reporter": False, "due_at": LATER}
            number = Photo.objects.count() + 1
            Photo.objects.create(report=report, number=number, **{**values, **kind, **changes})

        return take

    @pytest.fixture
    def ready(self) -> dict:
        return {"state": "ready", "due_at": None, "rendition": "r" * 32, "width": 4, "height": 3}

    def reviewed(self, moderation: str) -> None:
        Category.objects.update(moderation=moderation)

    def lines(self, report, worker, channel="email") -> list[str]:
        step(report, "resolved", by=worker)
        return said(channel).split("\n")

    def test_S5_one_that_the_public_sees_has_an_address_that_stays(self, report, worker, photographed, ready):
        photographed(**ready, is_public=True, public_rendition="p" * 32)
        assert f"عکس کار انجام‌شده: http://testserver/photos/{report.reference}/1" in self.lines(report, worker)

    def test_S5_so_has_one_that_is_still_being_decoded_and_then_shown_at_once(self, report, worker, photographed):
        photographed()
        assert f"عکس کار انجام‌شده: http://testserver/photos/{report.reference}/1" in self.lines(report, worker)

    @pytest.mark.parametrize("moderation", ["text_reviewed", "reviewed"])
    @pytest.mark.parametrize("is_ready", [True, False])
    def test_S5_one_that_is_not_public_is_on_the_reporters_page(
        self, report, worker, photographed, ready, moderation, is_ready, client
    ):
        self.reviewed(moderation)
        photographed(**(ready if is_ready else {}))
        link = f"{tracking_link(report.reference)}#photos"
        assert f"صفحهٔ شما عکس کار انجام‌شده را نشان می‌دهد: {link}" in self.lines(report, worker)
        path, _, anchor = link.removeprefix("http://testserver").partition("#")
        assert f'id="{anchor}"' in client.get(path).text

    def test_one_of_a_report_that_is_not_public_is_on_its_page_too(self, report, worker, photographed, ready):
        Report.objects.update(is_public=False)
        report.refresh_from_db()
        photographed(**ready, is_public=True)
        assert f"{tracking_link(report.reference)}#photos" in "".join(self.lines(report, worker))

    def test_an_sms_stays_short(self, report, worker, photographed, ready):
        photographed(**ready, is_public=True, public_rendition="p" * 32)
        assert [line for line in self.lines(report, worker, "sms") if "عکس" in line or "/photos/" in line] == []

    def test_one_that_was_refused_is_none(self, report, worker, photographed):
        photographed(state="refused", refusal="damaged", due_at=None)
        step(report, "resolved", by=worker, note="پر شد")
        assert "عکس" not in said("email")

    def test_no_more_than_three_are_named(self, report, worker, photographed):
        for _ in range(5):
            photographed()
        assert sum("/photos/" in line for line in self.lines(report, worker)) == 3

    def test_the_language_of_the_reader_goes_with_the_link(self, report, worker, photographed):
        Report.objects.update(language="en")
        photographed()
        assert f"Photo of the work: http://testserver/photos/{report.reference}/1?lang=en" in self.lines(report, worker)

    def test_S5_others_of_the_problem_are_led_to_a_public_one_alone(self, small_city, report, worker, photographed):
        mate = file_report(small_city.pothole, x=505, contact={"email": "reza@example.com"})
        gathered(report, mate)
        photographed()
        step(Report.objects.get(pk=report.pk), "resolved", by=worker)
        theirs = Message.objects.get(to="reza@example.com", key__startswith="step:")
        assert f"http://testserver/photos/{report.reference}/1" in theirs.body

    def test_others_of_the_problem_are_not_led_to_one_that_is_not_public(
        self, small_city, report, worker, photographed
    ):
        mate = file_report(small_city.pothole, x=505, contact={"email": "reza@example.com"})
        gathered(report, mate)
        self.reviewed("reviewed")
        photographed()
        step(Report.objects.get(pk=report.pk), "resolved", by=worker)
        theirs = Message.objects.get(to="reza@example.com", key__startswith="step:").body
        assert "عکس" not in theirs
        assert report.reference not in theirs


class TestNobodyHears:
    def test_of_an_internal_step(self, report, worker):
        step(report, "in_progress", by=worker, note="برای خودمان", is_public=False)
        assert not Message.objects.exists()

    def test_of_what_the_reporter_did(self, report, worker):
        step(report, "waiting", by=worker, note="کدام پلاک؟")
        Message.objects.all().delete()
        answer(report=report, words="پلاک ۱۲", at=LATER)
        step(report, "resolved", by=worker, note="شد", is_public=False)
        give_feedback(report=report, was_solved=False, words="نشد", at=LATER)
        assert report.status == "received"
        assert not Message.objects.exists()

    def test_of_another_department(self, small_city, report):
        assign(report=report, department=small_city.city_works, at=LATER)
        assert not Message.objects.exists()

    def test_where_nobody_is_known(self, small_city, worker):
        step(file_report(small_city.pothole, x=500), "in_progress", by=worker)
        assert not Message.objects.exists()

    def test_where_the_step_is_not_taken(self, report, worker):
        with pytest.raises(Exception, match="reason"):
            step(report, "resolved", by=worker)
        assert not Message.objects.exists()

    def test_S5_twice_of_one_step(self, report, worker):
        update = step(report, "in_progress", by=worker)
        assert Message.objects.count() == 2
        tell(listeners=audience_of(report), update=update, at=LATER)
        assert Message.objects.count() == 2


def crowd(report: Report, count: int, **changes) -> list[Listener]:
    return [
        Listener(
            channel="sms",
            address=f"+98915000{number:04}",
            person_hash=f"{number:064}",
            language="fa",
            reference=report.reference,
            category=report.category,
            is_reporter=changes.get("is_reporter", True),
        )
        for number in range(count)
    ]


def test_S5_telling_takes_as_many_statements_for_one_as_for_five_hundred(report, worker):
    counts = []
    for size in (1, 500):
        update = StatusUpdate.objects.create(report=report, status="in_progress", at=LATER, by=worker, actor="staff")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            tell(listeners=crowd(report, size), update=update, at=LATER)
        counts.append(len(queries))
    assert counts == [1, 1]
    assert Message.objects.count() == 501


def test_S5_a_step_of_a_problem_takes_as_many_statements_for_two_people_as_for_forty(small_city, worker):
    counts = []
    for size in (2, 40):
        people = [{"phone": f"+98916{size:03}{number:04}"} for number in range(size)]
        reports = [file_report(small_city.pothole, x=500, contact=each) for each in people]
        gathered(*reports)
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            step(Report.objects.get(pk=reports[0].pk), "in_progress", by=worker)
        counts.append(len(queries))
        assert Message.objects.count() == size
    assert counts[0] == counts[1]


def test_who_joined_hears_of_the_problem_but_gets_no_link_and_no_question(report, worker):
    joined = crowd(report, 1, is_reporter=False)
    for status in ("waiting", "resolved"):
        update = StatusUpdate.objects.create(report=report, status=status, note="یادداشت", at=LATER, actor="staff")
        tell(listeners=joined, update=update, at=LATER)
    first, *others = said("sms").split("\n")
    assert first == f"مشکل «چاله در آسفالت» که با آن همراه شدید ({report.reference}): انجام شد."
    assert others == ["یادداشت"]
