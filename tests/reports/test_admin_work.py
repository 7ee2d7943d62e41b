"""The staff's pages: the work on reports, accepted, put into hands, noted, ticked off, told of."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Message
from people.models import Contractor, Crew, Role
from reports.feedback import give_feedback
from reports.handling import accept, assign, change_status, delegate
from reports.models import Assignment, Check, ChecklistItem, Delegation, Note, Report, StandardAnswer, StatusUpdate
from tests.factories import MembershipFactory, UserFactory
from tests.reports.test_admin_handling import LIST, act, page_of, told
from tests.staff import FILED_AT, file_report, handler, seated

LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def reza(small_city):
    user = UserFactory(username="reza", first_name="رضا", last_name="کریمی")
    return MembershipFactory(department=small_city.west_works, role=Role.HANDLER, user=user).user


@pytest.fixture
def client(reza):
    return seated(reza)


@pytest.fixture
def reports(small_city) -> list[Report]:
    return [file_report(small_city.pothole, x=500, contact={"phone": "+989150000001"}) for _ in range(2)]


@pytest.fixture
def report(reports) -> Report:
    return reports[0]


def shown(client, report) -> str:
    return client.get(page_of(report)).content.decode()


class TestAccepting:
    def test_S4_many_at_once_each_once(self, client, reza, reports):
        assert told(act(client, "accept", *reports)) == ["2 reports accepted."]
        assert set(Assignment.objects.values_list("accepted_by", flat=True)) == {reza.pk}
        assert told(act(client, "accept", reports[0])) == [f"{reports[0].reference} is accepted already."]
        assert ">Accept</button>" not in shown(client, reports[0])

    def test_is_offered_on_the_page_of_what_is_not_accepted(self, client, report):
        assert ">Accept</button>" in shown(client, report)

    def test_is_not_for_another_department(self, small_city, report):
        other = seated(handler(small_city.west))
        assign(report=report, department=small_city.city_works, at=LATER)
        expected = f"{report.reference} is with another department: only that one accepts it."
        assert told(act(other, "accept", report)) == [expected]


class TestHands:
    def test_many_are_put_into_the_hands_of_one(self, small_city, client, reza, reports):
        asked = act(client, "delegate", *reports).content.decode()
        assert "رضا کریمی" in asked
        answer = act(client, "delegate", *reports, to=f"person:{reza.pk}", note="فردا صبح", apply="1")
        assert told(answer) == ["2 reports are in other hands now."]
        assert {(each.user, each.note) for each in Delegation.objects.all()} == {(reza, "فردا صبح")}
        assert "رضا کریمی" in shown(client, reports[0])

    def test_a_contractor_gets_the_order_and_hears_when_it_is_taken_back(self, small_city, client, report):
        firm = Contractor.objects.create(root=small_city.city, code="firm", name_fa="پیمانکار", email="f@example.com")
        act(client, "delegate", report, to=f"contractor:{firm.pk}", external_reference="W-17", apply="1")
        page = shown(client, report)
        assert "W-17" in page
        assert told(act(client, "take_back", report)) == ["1 report is in nobody's hands now."]
        assert Message.objects.filter(to="f@example.com").count() == 2
        assert told(act(client, "take_back", report)) == [f"{report.reference} is in nobody's hands."]

    def test_offered_are_those_of_the_department_alone(self, small_city, client, report):
        Crew.objects.create(department=small_city.east_works, code="east", name_fa="اکیپ شرق")
        crew = Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")
        page = act(client, "delegate", report).content.decode()
        assert "اکیپ شب" in page
        assert "اکیپ شرق" not in page
        act(client, "delegate", report, to="crew:999999", apply="1")
        assert not Delegation.objects.exists()
        act(client, "delegate", report, to=f"crew:{crew.pk}", apply="1")
        assert Delegation.objects.get().crew == crew


class TestReadyAnswers:
    @pytest.fixture
    def ready(self, small_city):
        make = StandardAnswer.objects.create
        make(code="other", status="rejected", name_fa="دیگر", text_fa="رد")
        return make(
            code="filled",
            category=small_city.pothole,
            status="resolved",
            name_fa="پر شد",
            text_fa="چاله پر شد.",
            text_en="The hole is filled.",
        )

    def test_the_one_chosen_is_the_note_in_the_reporters_language_without_any_script(self, client, reports, ready):
        Report.objects.filter(pk=reports[1].pk).update(language="en")
        act(client, "change_status", *reports, to="resolved", answer=ready.pk, note="", is_public="on", apply="1")
        notes = StatusUpdate.objects.filter(status="resolved").order_by("report_id").values_list("note", flat=True)
        assert list(notes) == ["چاله پر شد.", "The hole is filled."]

    def test_what_is_written_by_hand_stands(self, client, report, ready):
        act(client, "change_status", report, to="resolved", answer=ready.pk, note="خودم نوشتم", apply="1")
        assert StatusUpdate.objects.latest("pk").note == "خودم نوشتم"

    def test_are_on_the_page_with_their_texts(self, client, report, ready):
        page = shown(client, report)
        assert 'data-text="The hole is filled."' in page
        assert 'data-fills="note"' in page


class TestNotesAndChecklist:
    def test_a_note_is_written_on_the_page_and_read_there(self, client, reza, report):
        answer = act(client, "write_note", report, text="کلید تابلو دست آقای کریمی است", apply="1", back="1")
        assert answer.redirect_chain[-1][0] == page_of(report)
        assert Note.objects.get().by == reza
        assert "کلید تابلو دست آقای کریمی است" in answer.content.decode()

    def test_the_checklist_is_ticked_and_taken_back(self, small_city, client, report):
        for code in ("level", "swept"):
            ChecklistItem.objects.create(category=small_city.pothole, code=code, name_fa=code, is_required=False)
        act(client, "tick", report, level="on", apply="1")
        assert [each.item.code for each in Check.objects.all()] == ["level"]
        act(client, "tick", report, swept="on", apply="1")
        assert [each.item.code for each in Check.objects.all()] == ["swept"]

    def test_who_only_reads_gets_no_forms(self, small_city, report):
        ChecklistItem.objects.create(category=small_city.pothole, code="level", name_fa="هم‌سطح")
        page = shown(seated(handler(small_city.west, Role.ANALYST)), report)
        assert "☐ هم‌سطح" in page
        assert 'name="apply"' not in page


def test_what_the_reporter_said_after_the_closing_is_read(client, reza, report):
    change_status(report=report, to="resolved", note="پر شد", at=LATER, by=reza)
    give_feedback(report=report, was_solved=False, satisfaction=2, words="نشست کرد", at=LATER)
    page = shown(client, report)
    assert "It was not solved · satisfaction 2 of 5 · opened again" in page
    assert "نشست کرد" in page


class TestTheInbox:
    def listed(self, client, **query) -> set[str]:
        answer = client.get(LIST, query)
        assert answer.status_code == 200
        return {each.reference for each in answer.context["cl"].result_list}

    def test_is_narrowed_to_what_is_mine_unaccepted_open(self, client, reza, reports):
        mine, other = reports
        delegate(report=mine, to=reza, at=LATER, by=reza)
        accept(report=mine, at=LATER, by=reza)
        assert self.listed(client, inbox="mine") == {mine.reference}
        assert self.listed(client, inbox="unaccepted") == {other.reference}
        change_status(report=other, to="rejected", note="نبود", at=LATER, by=reza)
        assert self.listed(client, inbox="open") == {mine.reference}
        assert self.listed(client, inbox="contested") == set()

    def test_shows_whose_hands_each_is_in_and_whether_it_was_accepted(self, client, reza, report):
        delegate(report=report, to=reza, at=LATER, by=reza)
        accept(report=report, at=LATER, by=reza)
        page = client.get(LIST).content.decode()
        assert "رضا کریمی" in page
        assert page.count("icon-yes.svg") == page.count("icon-no.svg") == 1

    def test_an_unknown_choice_leads_back(self, client, report):
        assert client.get(LIST, {"inbox": "everything"}).status_code == 302

    def test_takes_as_many_statements_for_many_as_for_one(self, small_city, client, reza, reports):
        counts = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as queries:
                client.get(LIST)
            counts.append(len(queries))
            for _ in range(10):
                delegate(report=file_report(small_city.pothole, x=500), to=reza, at=LATER, by=reza)
        assert counts[0] == counts[1]
