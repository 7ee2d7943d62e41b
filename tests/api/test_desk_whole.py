"""One report whole, and the words that the staff may say with a step."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Contractor, Role
from reports.feedback import give_feedback
from reports.handling import accept, assign, change_status, check_item, delegate, take_back
from reports.models import ChecklistItem, ClosingReason, Deadline, Report, StandardAnswer
from reports.noting import write_note
from tests.api.desks import Desk
from tests.factories import CategoryFactory, MembershipFactory, UserFactory
from tests.reports.duplicate_ground import gathered
from tests.staff import FILED_AT, file_report, handler

LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def reza(small_city):
    return MembershipFactory(
        department=small_city.west_works, role=Role.HANDLER, user=UserFactory(username="reza")
    ).user


@pytest.fixture
def desk(reza) -> Desk:
    return Desk.of(reza)


@pytest.fixture
def report(small_city) -> Report:
    return file_report(small_city.pothole, x=500, contact={"name": "سارا", "phone": "+989150000001"})


def read(desk: Desk, report: Report) -> dict:
    answer = desk.get(f"desk/reports/{report.reference}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def live(small_city, report: Report, reza, *, times: int = 1) -> None:
    """As much as can happen to a report."""
    firm = Contractor.objects.create(root=small_city.city, code="firm", name_fa="پیمانکار", email="f@example.com")
    item = ChecklistItem.objects.create(category=small_city.pothole, code="level", name_fa="هم‌سطح")
    reason = ClosingReason.objects.create(code="repaired", status="resolved", name_fa="تعمیر شد")
    Deadline.objects.create(report=report, due_at=LATER, resolve_seconds=3600)
    accept(report=report, at=LATER, by=reza)
    for number in range(times):
        write_note(report=report, text=f"یادداشت {number}", at=LATER, by=reza)
        delegate(report=report, to=firm, at=LATER, by=reza, external_reference=f"W-{number}")
    check_item(report=report, item=item, is_done=True, at=LATER, by=reza)
    change_status(report=report, to="resolved", reason=reason, note="پر شد", at=LATER, by=reza)
    give_feedback(report=report, was_solved=False, words="نشست کرد", satisfaction=2, at=LATER)
    delegate(report=report, to=reza, at=LATER, by=reza)


def test_all_that_a_desk_needs_is_in_one_answer(small_city, desk, reza, report):
    live(small_city, report, reza)
    shown = read(desk, report)
    assert shown["contact"] == {"name": "سارا", "phone": "+989150000001", "email": ""}
    assert [(each["status"], each["actor"], each["by"], each["reason"]) for each in shown["steps"]] == [
        ("received", "system", None, None),
        ("resolved", "staff", "reza", "repaired"),
        ("received", "reporter", None, None),
    ]
    assert shown["steps"][2]["note"] == "نشست کرد"
    assert shown["next"] == ["in_progress", "rejected", "resolved", "waiting"]
    assert [(each["text"], each["by"]) for each in shown["notes"]] == [("یادداشت 0", "reza")]
    assert [(each["code"], bool(each["done_at"])) for each in shown["checklist"]] == [("level", True)]
    assert (shown["hands"]["kind"], shown["hands"]["code"]) == ("person", "reza")
    assert [each["external_reference"] for each in shown["delegations"]] == ["W-0", ""]
    assert [(each["was_solved"], each["satisfaction"], each["has_reopened"]) for each in shown["feedback"]] == [
        (False, 2, True)
    ]
    assert shown["department"]["code"] == "1-civil-works"
    assert shown["jurisdictions"]["district"]["code"] == "1"
    assert "منطقه ۱" in shown["explanation"]["fa"]
    assert (shown["problem"], shown["photos"], shown["passed_on"]) == (None, [], 0)


def test_the_number_of_statements_is_fixed(small_city, desk, reza, report):
    poor = file_report(small_city.pothole, x=500)
    live(small_city, report, reza, times=5)
    gathered(report, *(file_report(small_city.pothole, x=500) for _ in range(4)))
    counts = []
    for each in (poor, report):
        with CaptureQueriesContext(connection) as queries:
            read(desk, each)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


def test_who_told_it_is_for_those_with_the_right(small_city, report):
    assert read(Desk.of(handler(small_city.west, Role.ANALYST)), report)["contact"] is None


def test_S1_what_another_district_has_is_refused_and_of_its_part_of_a_problem_the_number_alone_is_told(
    small_city, desk, report
):
    east = file_report(small_city.pothole, x=1500)
    assert desk.get(f"desk/reports/{east.reference}").status_code == 403
    Report.objects.filter(pk=east.pk).update(is_public=False)
    assert desk.get(f"desk/reports/{east.reference}").status_code == 404
    gathered(report, east)
    assert read(desk, report)["problem"] == {"root": report.reference, "reports": 2, "others": []}


def test_S4_how_often_it_was_passed_on_is_told(small_city, desk, report):
    for office in (small_city.city_works, small_city.west_works):
        assign(report=report, department=office, at=LATER)
    shown = read(desk, report)
    assert (shown["passed_on"], len(shown["assignments"])) == (2, 3)


def test_hands_that_let_go_are_history(desk, reza, report):
    delegate(report=report, to=reza, at=LATER, by=reza)
    take_back(reports=[report.pk], at=LATER)
    shown = read(desk, report)
    assert shown["hands"] is None
    assert shown["delegations"][0]["ended_at"]


@pytest.mark.parametrize("reference", ["NOSUCHREPO", "x", "۱۲۳"])
def test_no_report_is_not_found(desk, reference):
    assert desk.get(f"desk/reports/{reference}").status_code == 404


class TestReasons:
    @pytest.fixture
    def reasons(self, db):
        for code, status, active in (
            ("repaired", "resolved", True),
            ("private", "rejected", True),
            ("old", "resolved", False),
        ):
            ClosingReason.objects.create(code=code, status=status, name_fa=code, is_active=active)

    def test_are_those_in_use_of_one_status_or_of_both(self, desk, reasons):
        def codes(**query):
            return [each["code"] for each in desk.get("desk/reasons", **query).json()["reasons"]]

        assert codes() == ["private", "repaired"]
        assert codes(status="resolved") == ["repaired"]

    def test_of_a_status_that_is_not_closed_are_refused(self, desk, reasons):
        assert desk.get("desk/reasons", status="waiting").json()["code"] == "unknown_value"


class TestAnswers:
    @pytest.fixture
    def answers(self, small_city):
        lamp = CategoryFactory(code="lamp", group=small_city.pothole.group)
        for code, category in (("for-all", None), ("for-holes", small_city.pothole), ("for-lamps", lamp)):
            StandardAnswer.objects.create(
                code=code, category=category, status="resolved", name_fa=code, text_fa=f"متن {code}", text_en=code
            )

    def test_are_those_that_fit_its_own_first(self, desk, answers):
        found = desk.get("desk/answers", category="pothole", status="resolved").json()["answers"]
        assert [(each["code"], each["category"]) for each in found] == [("for-holes", "pothole"), ("for-all", None)]
        assert found[0]["text_fa"] == "متن for-holes"
        assert desk.get("desk/answers", category="pothole", status="waiting").json()["answers"] == []

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"category": "pothole"}, "required"),
            ({"status": "resolved"}, "unknown_category"),
            ({"status": "resolved", "category": "no-such"}, "unknown_category"),
            ({"status": "gone", "category": "pothole"}, "unknown_value"),
        ],
    )
    def test_need_a_category_and_a_status(self, desk, answers, query, code):
        answer = desk.get("desk/answers", **query)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("address", ["desk/reasons", "desk/answers", "desk/reports/ABCDEFGHJK"])
def test_they_are_for_staff(db, address):
    assert Desk().get(address).status_code == 401
    assert Desk.of(UserFactory()).get(address).status_code in {403, 404}
