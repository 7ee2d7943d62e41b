"""The work on a report by program: taken, done step by step, put into hands, noted."""

from datetime import timedelta

import pytest

from people.models import Contractor, Crew, Role
from reports.handling import assign, delegate
from reports.models import Assignment, ChecklistItem, ClosingReason, Delegation, Note, Report, StatusUpdate
from tests.api.desks import Desk, code_of, ok
from tests.factories import MembershipFactory, UserFactory
from tests.staff import FILED_AT, handler


@pytest.fixture
def worker(small_city):
    """A handler of the western civil works."""
    return MembershipFactory(
        department=small_city.west_works, role=Role.HANDLER, user=UserFactory(username="reza")
    ).user


@pytest.fixture
def west(worker) -> Desk:
    return Desk.of(worker)


@pytest.fixture
def repaired(db) -> ClosingReason:
    return ClosingReason.objects.create(code="repaired", status="resolved", name_fa="تعمیر شد", name_en="Repaired")


def at(report: Report, door: str) -> str:
    return f"reports/{report.reference}/{door}"


class TestTheNextStep:
    def test_is_taken_in_the_name_of_the_account_with_note_and_reason(self, west, worker, report, repaired):
        answer = ok(west.post(at(report, "status"), {"to": "in_progress", "note": "اکیپ اعزام شد"}))
        assert (answer["status"], answer["changed"]) == ("in_progress", True)
        ok(west.post(at(report, "status"), {"to": "resolved", "reason": "repaired", "is_public": False}))
        last = StatusUpdate.objects.latest("pk")
        assert (last.status, last.reason, last.by, last.actor) == ("resolved", repaired, worker, "staff")
        assert not last.is_public

    @pytest.mark.parametrize("to", ["resolved", "rejected"])
    def test_S6_closing_without_reason_note_or_photo_is_refused(self, west, report, to):
        for given in ({}, {"note": ""}, {"note": "  \n"}, {"reason": ""}):
            assert code_of(west.post(at(report, "status"), {"to": to, **given}), 400) == "reason_missing"
        report.refresh_from_db()
        assert report.status == "received"
        assert StatusUpdate.objects.count() == 1

    def test_a_reason_for_another_status_is_refused(self, west, report, repaired):
        given = {"to": "rejected", "reason": "repaired"}
        assert code_of(west.post(at(report, "status"), given), 400) == "unknown_reason"

    def test_a_reason_out_of_use_or_unknown_is_refused(self, west, report, repaired):
        ClosingReason.objects.update(is_active=False)
        for code in ("repaired", "no-such"):
            assert code_of(west.post(at(report, "status"), {"to": "resolved", "reason": code}), 400) == "unknown_reason"

    def test_waiting_for_the_citizen_needs_a_question_the_citizen_may_read(self, west, report):
        for given in ({}, {"note": "کدام پلاک؟", "is_public": False}):
            assert code_of(west.post(at(report, "status"), {"to": "waiting", **given}), 400) == "question_missing"
        assert ok(west.post(at(report, "status"), {"to": "waiting", "note": "کدام پلاک؟"}))["status"] == "waiting"

    def test_what_may_not_follow_is_a_conflict_that_names_the_status(self, west, report):
        ok(west.post(at(report, "status"), {"to": "rejected", "note": "نبود"}))
        answer = west.post(at(report, "status"), {"to": "resolved", "note": "x"})
        assert code_of(answer, 409) == "transition_not_allowed"
        assert answer.json()["current"] == "rejected"

    def test_received_is_a_step_of_the_reporter_alone(self, west, report):
        ok(west.post(at(report, "status"), {"to": "resolved", "note": "x"}))
        code = code_of(west.post(at(report, "status"), {"to": "received", "note": "x"}), 409)
        assert code == "transition_not_allowed"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, "required"),
            ({"to": "gone"}, "unknown_value"),
            ({"to": 5}, "unknown_value"),
            ({"to": "resolved", "note": "x" * 2001}, "too_long"),
            ({"to": "resolved", "note": "a\u0000b"}, "invalid_characters"),
            ({"to": "resolved", "note": "x", "is_public": "yes"}, "wrong_type"),
            ({"to": "resolved", "note": "x", "at": "2026-01-01"}, "unknown_member"),
        ],
    )
    def test_what_is_no_step_is_refused(self, west, report, body, code):
        assert code_of(west.post(at(report, "status"), body), 400) == code
        assert StatusUpdate.objects.count() == 1

    def test_needs_the_right_over_the_report(self, small_city, report):
        step = {"to": "in_progress"}
        assert code_of(Desk().post(at(report, "status"), step), 401) == "not_authenticated"
        assert code_of(Desk.of(handler(small_city.east)).post(at(report, "status"), step), 403) == "forbidden"
        analyst = Desk.of(handler(small_city.west, Role.ANALYST))
        assert code_of(analyst.post(at(report, "status"), step), 403) == "forbidden"


class TestTheChecklist:
    @pytest.fixture
    def items(self, small_city) -> list[ChecklistItem]:
        make = ChecklistItem.objects.create
        return [
            make(category=small_city.pothole, code="level", name_fa="هم‌سطح", rank=1),
            make(category=small_city.pothole, code="swept", name_fa="جاروشده", rank=2, is_required=False),
        ]

    def test_holds_a_report_back_until_its_required_items_are_done(self, west, report, items):
        answer = west.post(at(report, "status"), {"to": "resolved", "note": "پر شد"})
        assert (code_of(answer, 409), answer.json()["items"]) == ("checklist_open", ["level"])
        west.post(at(report, "checklist"), {"item": "level", "is_done": True})
        ok(west.post(at(report, "status"), {"to": "resolved", "note": "پر شد"}))

    def test_does_not_hold_a_rejection_back(self, west, report, items):
        ok(west.post(at(report, "status"), {"to": "rejected", "note": "نبود"}))

    def test_is_read_with_what_is_done_and_taken_back(self, west, report, items):
        done = west.post(at(report, "checklist"), {"item": "level", "is_done": True}).json()
        assert [(each["code"], bool(each["done_at"])) for each in done["items"]] == [("level", True), ("swept", False)]
        west.post(at(report, "checklist"), {"item": "level", "is_done": True})
        assert west.get(at(report, "checklist")).json() == done
        undone = west.post(at(report, "checklist"), {"item": "level", "is_done": False}).json()
        assert not any(each["done_at"] for each in undone["items"])

    def test_knows_its_own_items_only(self, west, report, items):
        assert code_of(west.post(at(report, "checklist"), {"item": "other", "is_done": True}), 400) == "unknown_item"


class TestAccepting:
    def test_S4_is_noted_once_with_who_and_when(self, west, worker, report):
        assert ok(west.post(at(report, "accept")))["changed"] is True
        assert ok(west.post(at(report, "accept")))["changed"] is False
        current = Assignment.objects.get()
        assert current.accepted_by == worker
        assert current.accepted_at

    def test_S4_to_take_a_step_is_to_accept(self, west, worker, report):
        ok(west.post(at(report, "status"), {"to": "in_progress"}))
        assert Assignment.objects.get().accepted_by == worker

    def test_S4_a_department_that_gets_it_next_has_not_accepted_it(self, small_city, west, report):
        ok(west.post(at(report, "accept")))
        assign(report=report, department=small_city.city_works, at=FILED_AT + timedelta(days=9999))
        assert Assignment.objects.get(ended_at__isnull=True).accepted_at is None

    def test_is_for_the_department_that_has_it(self, small_city, report):
        other = Desk.of(MembershipFactory(department=small_city.city_works, role=Role.HANDLER).user)
        assert code_of(other.post(at(report, "accept")), 403) == "forbidden"

    def test_of_a_closed_report_is_a_conflict(self, west, report):
        ok(west.post(at(report, "status"), {"to": "rejected", "note": "نبود"}))
        assert code_of(west.post(at(report, "accept")), 409) == "nothing_to_accept"


class TestHands:
    @pytest.fixture
    def crew(self, small_city) -> Crew:
        return Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")

    @pytest.fixture
    def firm(self, small_city) -> Contractor:
        return Contractor.objects.create(
            root=small_city.city, code="firm", name_fa="پیمانکار", email="firm@example.com"
        )

    def test_take_a_report_one_after_the_other(self, west, worker, report, crew, firm):
        for given in ({"person": "reza"}, {"crew": "night"}, {"contractor": "firm", "external_reference": "W-17"}):
            ok(west.post(at(report, "delegation"), given))
        assert [bool(each.ended_at) for each in Delegation.objects.order_by("pk")] == [True, True, False]
        assert Delegation.objects.get(ended_at__isnull=True).external_reference == "W-17"
        assert ok(west._send("DELETE", at(report, "delegation"), None))["changed"] is True
        assert not Delegation.objects.filter(ended_at__isnull=True).exists()

    def test_are_those_of_the_department_that_has_it(self, small_city, west, report, crew, firm):
        UserFactory(username="stranger")
        Crew.objects.create(department=small_city.east_works, code="east", name_fa="اکیپ شرق")
        Contractor.objects.update(is_active=False)
        for given in ({"person": "stranger"}, {"person": "nobody"}, {"crew": "east"}, {"contractor": "firm"}):
            assert code_of(west.post(at(report, "delegation"), given), 400) == "unknown_hands"
        assert not Delegation.objects.exists()

    def test_are_named_one_at_a_time(self, west, report, crew):
        for given in ({}, {"person": "reza", "crew": "night"}):
            assert code_of(west.post(at(report, "delegation"), given), 400) == "exactly_one"

    def test_let_go_when_another_department_has_it_or_it_is_closed(self, small_city, west, worker, report, crew):
        delegate(report=report, to=crew, at=FILED_AT, by=worker)
        assign(report=report, department=small_city.city_works, at=FILED_AT)
        assert Delegation.objects.get().ended_at
        assert code_of(west.post(at(report, "delegation"), {"crew": "night"}), 403) == "forbidden"

    def test_do_not_take_a_closed_report(self, west, report, crew):
        ok(west.post(at(report, "status"), {"to": "rejected", "note": "نبود"}))
        assert code_of(west.post(at(report, "delegation"), {"crew": "night"}), 409) == "nothing_to_delegate"


class TestNotes:
    def test_are_read_by_the_staff_in_charge_and_by_nobody_else(self, small_city, client, west, report):
        assert west.post(at(report, "notes"), {"text": "کلید تابلو دست آقای کریمی است"}).status_code == 201
        [note] = west.get(at(report, "notes")).json()["notes"]
        assert (note["text"], note["by"]) == ("کلید تابلو دست آقای کریمی است", "reza")
        assert Desk.of(handler(small_city.east)).get(at(report, "notes")).status_code == 403
        assert "کریمی" not in client.get(f"/api/v1/reports/{report.reference}").text
        assert Note.objects.count() == 1

    def test_are_not_empty(self, west, report):
        assert code_of(west.post(at(report, "notes"), {"text": " "}), 400) == "blank"
