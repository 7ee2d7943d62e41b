"""Work orders to contractors: what leaves the building when a report goes into a contractor's hands or out of them."""

from datetime import timedelta

import pytest

from notifications.models import Message
from people.models import Contractor, Crew
from reports.handling import NotWithAContractor, assign, change_status, delegate, note_their_reference, take_back
from reports.models import ChecklistItem, Delegation, Report
from tests.factories import UserFactory
from tests.staff import FILED_AT, file_report

LATER = FILED_AT + timedelta(hours=1)


@pytest.fixture
def report(small_city) -> Report:
    contact = {"name": "سارا", "phone": "+989150000001"}
    made = file_report(small_city.pothole, x=500, description="چالهٔ عمیق", contact=contact)
    Report.objects.update(address="خیابان امام رضا ۱۲")
    made.refresh_from_db()
    Message.objects.all().delete()
    return made


@pytest.fixture
def firm(small_city) -> Contractor:
    return Contractor.objects.create(root=small_city.city, code="firm", name_fa="پیمانکار", email="firm@example.com")


@pytest.fixture
def order(report, firm):
    """The order in the outbox."""
    delegate(report=report, to=firm, at=FILED_AT, by=UserFactory(), note="شب انجام شود", external_reference="W-17")
    return Message.objects.get()


def test_S4_a_contractor_is_sent_what_the_work_needs_and_nobodys_name(small_city, report, firm):
    ChecklistItem.objects.create(category=small_city.pothole, code="level", name_fa="هم‌سطح با آسفالت")
    delegate(report=report, to=firm, at=FILED_AT, by=UserFactory(), note="شب انجام شود", external_reference="W-17")
    order = Message.objects.get()
    assert (order.channel, order.to, order.language) == ("email", "firm@example.com", "fa")
    assert order.subject == f"دستور کار {report.reference}: چاله در آسفالت"
    place = f"{report.location.y:.6f},{report.location.x:.6f}"
    expected = ["خیابان امام رضا ۱۲", place, "چالهٔ عمیق", "شب انجام شود", "W-17", "- هم‌سطح با آسفالت", "عمران منطقه ۱"]
    assert [text for text in expected if text not in order.body] == []
    assert "سارا" not in order.body
    assert "9150000001" not in order.body


def test_another_bodys_system_is_written_to_in_its_language(report, firm):
    Contractor.objects.update(language="en")
    delegate(report=report, to=Contractor.objects.get(), at=FILED_AT, by=UserFactory())
    assert Message.objects.get().subject == f"Work order {report.reference}: Pothole"


def test_people_and_crews_get_no_order(small_city, report):
    crew = Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")
    delegate(report=report, to=crew, at=FILED_AT, by=UserFactory())
    take_back(reports=[report.pk], at=LATER)
    assert not Message.objects.exists()


@pytest.mark.parametrize("how", ["taken back", "given to a crew", "given to another department", "rejected"])
def test_an_order_that_is_out_of_the_contractors_hands_is_withdrawn_once(small_city, report, order, how):
    crew = Crew.objects.create(department=small_city.west_works, code="night", name_fa="اکیپ شب")
    if how == "taken back":
        take_back(reports=[report.pk], at=LATER)
    elif how == "given to a crew":
        delegate(report=report, to=crew, at=LATER, by=UserFactory())
    elif how == "given to another department":
        assign(report=report, department=small_city.city_works, at=LATER)
    else:
        change_status(report=report, to="rejected", note="نبود", at=LATER, is_public=False)
    take_back(reports=[report.pk], at=LATER)
    withdrawn = Message.objects.exclude(pk=order.pk).get()
    assert (withdrawn.to, withdrawn.written_at) == ("firm@example.com", LATER)
    assert withdrawn.subject == f"پس گرفته شد: دستور کار {report.reference}"
    assert "W-17" in withdrawn.body


def test_an_order_that_is_done_is_not_withdrawn(report, order):
    change_status(report=report, to="resolved", note="شد", at=LATER, is_public=False)
    assert Message.objects.get() == order
    assert Delegation.objects.get().ended_at == LATER


def test_their_own_number_can_be_kept_later(report, order):
    note_their_reference(report=report, external_reference=" K-99 ")
    assert Delegation.objects.get().external_reference == "K-99"
    take_back(reports=[report.pk], at=LATER)
    with pytest.raises(NotWithAContractor):
        note_their_reference(report=report, external_reference="K-100")
