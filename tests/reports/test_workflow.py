"""The workflow is data: every step can be taken by whoever it says, with what it says, and no other."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.handling import StepIncomplete, TransitionNotAllowed, answer, change_status, reopen
from reports.models import ChecklistItem, ClosingReason, Report, StandardAnswer
from reports.workflow import WORKFLOW, Actor, Need, Status
from tests.factories import CategoryFactory, UserFactory
from tests.staff import FILED_AT, file_report

LATER = FILED_AT + timedelta(hours=1)


def take(report: Report, to: str, actor: str, note: str):
    if actor == Actor.REPORTER:
        verb = reopen if to == Status.RECEIVED else answer
        return verb(report=report, words=note, at=LATER)
    return change_status(report=report, to=to, note=note, at=LATER, by=UserFactory() if actor == Actor.STAFF else None)


@pytest.mark.parametrize("step", WORKFLOW, ids=lambda step: f"{step.before}-{step.to}-{step.by}")
def test_a_step_is_taken_with_what_it_needs_and_not_without(small_city, step):
    report = file_report(small_city.pothole, x=500)
    Report.objects.filter(pk=report.pk).update(status=step.before, status_at=FILED_AT)
    if step.needs != Need.NOTHING:
        with pytest.raises(StepIncomplete):
            take(report, step.to, step.by, " ")
    take(report, step.to, step.by, "چون")
    report.refresh_from_db()
    assert report.status == step.to


def test_what_is_no_step_is_refused(small_city):
    report = file_report(small_city.pothole, x=500)
    known = {(each.before, each.to) for each in WORKFLOW if each.by == Actor.STAFF}
    for before in Status:
        for to in set(Status) - {to for known_before, to in known if known_before == before}:
            Report.objects.filter(pk=report.pk).update(status=before)
            with pytest.raises(TransitionNotAllowed):
                take(report, to, Actor.STAFF, "چون")


def test_the_command_draws_every_step_in_either_language():
    for language, word in (("en", "waiting for the citizen"), ("fa", "در انتظار شهروند")):
        drawn = StringIO()
        call_command("draw_workflow", language=language, stdout=drawn)
        assert word in drawn.getvalue()
        assert drawn.getvalue().count(" --> ") == len(WORKFLOW) + 3


class TestLoadingAnswers:
    def test_brings_the_database_up_to_the_file_and_again_changes_nothing(self, small_city):
        for _ in range(2):
            said = StringIO()
            call_command("load_answers", "fixtures/handling.json", stdout=said)
        assert ClosingReason.objects.count() == 11
        assert StandardAnswer.objects.get(code="pothole-filled").category == small_city.pothole
        assert not StandardAnswer.objects.filter(code="which-lamp").exists()  # of a category that is not there
        assert ChecklistItem.objects.filter(category=small_city.pothole).count() == 3
        assert "11 closing reasons" in said.getvalue()

    @pytest.mark.parametrize(
        "content",
        [
            "{",
            "[]",
            '{"reasons": []}',
            '{"closing_reasons": [{"code": "x", "status": "received", "name_fa": "x"}]}',
            '{"closing_reasons": [{"code": "x", "status": "resolved", "name_fa": "x", "colour": "red"}]}',
            '{"closing_reasons": [{"status": "resolved", "name_fa": "x"}]}',
        ],
    )
    def test_refuses_what_it_cannot_read_and_keeps_nothing(self, db, tmp_path, content):
        file = tmp_path / "answers.json"
        file.write_text(content)
        with pytest.raises(CommandError):
            call_command("load_answers", str(file))
        assert not ClosingReason.objects.exists()

    def test_answers_of_the_category_come_before_those_for_all(self, small_city):
        call_command("load_answers", "fixtures/handling.json", stdout=StringIO())
        codes = [each.code for each in StandardAnswer.objects.fitting(category=small_city.pothole, status="resolved")]
        assert codes == ["pothole-filled", "done"]
        other = CategoryFactory(code="other")
        assert [each.code for each in StandardAnswer.objects.fitting(category=other, status="resolved")] == ["done"]
        assert StandardAnswer.objects.get(code="done").text("en").startswith("The work is done")
