"""The printed work order: what is on it, in which order and direction, and what never is."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.contrib.gis.geos import LineString, MultiLineString
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from jurisdictions.models import Street
from people.models import Contractor, Role
from reports.handling import check_item, delegate
from reports.models import ChecklistItem, Deadline, Report
from reports.references import tracking_token
from reports.tasks import see_to_photos
from reports.workorder import as_pdf, work_order_of
from reports.workorder.pdf import NotOfThisOrder, _fetcher
from tests.api.desks import Desk
from tests.factories import MembershipFactory, UserFactory
from tests.pictures import scene
from tests.shapes import at
from tests.staff import FILED_AT, file_report, handler, seated

LATER = FILED_AT + timedelta(hours=1)
TOLD = "چالهٔ عمیق وسط خیابان، جلوی داروخانه"


@pytest.fixture
def report(small_city) -> Report:
    made = file_report(small_city.pothole, x=500, description=TOLD, contact={"name": "سارا", "phone": "+989150000001"})
    Report.objects.update(address="خیابان امام رضا")
    Deadline.objects.create(report=made, due_at=LATER + timedelta(days=2), resolve_seconds=3600)
    return Report.objects.select_related("root", "category", "department").get(pk=made.pk)


@pytest.fixture
def desk(small_city) -> Desk:
    return Desk.of(MembershipFactory(department=small_city.west_works, role=Role.HANDLER).user)


def printed(report: Report, language: str = "fa") -> PdfReader:
    return PdfReader(BytesIO(as_pdf(work_order_of(report, at=LATER, language=language))))


def text_of(paper: PdfReader) -> str:
    """The text as it is read, without half-spaces, which paper does not keep."""
    return "\n".join(page.extract_text() for page in paper.pages)


class TestInPersian:
    def test_it_says_what_the_work_needs_in_logical_order(self, small_city, report):
        item = ChecklistItem.objects.create(category=small_city.pothole, code="level", name_fa="تراز با آسفالت")
        ChecklistItem.objects.create(category=small_city.pothole, code="swept", name_fa="جارو شده")
        firm = Contractor.objects.create(root=small_city.city, code="firm", name_fa="راه‌سازان", email="f@example.com")
        delegate(report=report, to=firm, at=LATER, by=None, note="شب انجام شود", external_reference="W-17")
        check_item(report=report, item=item, is_done=True, at=LATER, by=None)
        text = text_of(printed(report))
        expected = [
            *("دستور کار", report.reference, "چاله در آسفالت", "عمران منطقه", "راهسازان", "W-17", "خیابان امام رضا"),
            *(TOLD, "شب انجام شود", "تراز با آسفالت", "جارو شده", "ناظر: نام و امضا", "آذر", "مهلت انجام"),
        ]
        assert [each for each in expected if each not in text] == []

    def test_it_runs_from_right_to_left_in_an_embedded_font(self, report):
        paper = printed(report)
        [page] = paper.pages
        where: dict[str, float] = {}
        page.extract_text(visitor_text=lambda text, _ctm, matrix, *_more: where.setdefault(text.strip(), matrix[4]))
        assert where["محدوده"] > where["خیابان امام رضا"]  # names stand to the right of what they name
        fonts = page["/Resources"]["/Font"].values()
        descriptors = [each.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for each in fonts]
        assert {re.sub(r"^/[A-Z]{6}\+", "", each["/FontName"]) for each in descriptors} == {
            "Vazirmatn",
            "Vazirmatn-Bold",
        }
        assert all("/FontFile2" in each for each in descriptors)

    def test_a_long_order_goes_on_with_its_pages_numbered(self, report):
        Report.objects.update(description="\n".join([TOLD] * 80))
        report.refresh_from_db()
        paper = printed(report)
        assert len(paper.pages) == 3
        assert all(report.reference in page.extract_text() for page in paper.pages)


def test_in_english_it_is_english(report):
    text = text_of(printed(report, "en"))
    assert [
        each
        for each in ("Work order", "Pothole", "To be done by", "2026-11-22 14:00", "Sampletown")
        if each not in text
    ] == []
    assert TOLD in text  # what was told stays as it was told


def test_who_told_it_is_never_on_it(report):
    for language in ("fa", "en"):
        text = text_of(printed(report, language))
        assert "سارا" not in text
        assert "9150000001" not in text


def test_photos_of_before_are_on_it(report):
    picture = BytesIO()
    scene(320, 240).save(picture, "JPEG")
    file = SimpleUploadedFile("photo.jpg", picture.getvalue(), content_type="image/jpeg")
    address = f"/api/v1/reports/{report.reference}/photos?token={tracking_token(report.reference)}"
    assert Client().post(address, {"photo": file}).status_code == 201
    see_to_photos()
    images = [each for page in printed(report).pages for each in page.images]
    assert (320, 240) in [each.image.size for each in images]


@pytest.mark.parametrize("size", [(640, 480), (480, 640)], ids=["wide", "tall"])
@pytest.mark.parametrize("photos", [1, 2, 4])
def test_photos_and_a_checklist_fit_on_one_page(small_city, report, size, photos):
    firm = Contractor.objects.create(root=small_city.city, code="firm", name_fa="راه‌سازان", email="f@example.com")
    delegate(report=report, to=firm, at=LATER, by=None, note="شب انجام شود", external_reference="W-17")
    Report.objects.update(description=" ".join([TOLD] * 8))
    report.refresh_from_db()
    picture = BytesIO()
    scene(*size).save(picture, "JPEG")
    order = replace(
        work_order_of(report, at=LATER, language="fa"),
        photos=[picture.getvalue()] * photos,
        checklist=[(f"کار شمارهٔ {number} انجام شد", False) for number in range(5)],
    )
    [page] = PdfReader(BytesIO(as_pdf(order))).pages
    assert len(page.images) == photos


class TestTheMap:
    def test_shows_the_streets_and_boundaries_around_the_place(self, small_city, report):
        line = MultiLineString(LineString(at(0, 480), at(1900, 480)), srid=4326)
        Street.objects.create(root=small_city.city, name_fa="خیابان آزادی", road_class="primary", line=line)
        order = work_order_of(report, at=LATER, language="fa")
        assert [each.name for each in order.map.labels] == ["خیابان آزادی"]
        assert order.map.svg.count("stroke-dasharray") >= 2  # the edges of the district and of the city
        assert "خیابان آزادی" in text_of(printed(report))

    def test_is_drawn_where_there_is_nothing_as_well(self, report):
        assert "<circle" in work_order_of(report, at=LATER, language="fa").map.svg


class TestNothingComesFromElsewhere:
    @pytest.mark.parametrize(
        "address", ["http://example.com/x.png", "file:///etc/passwd", "data:text/plain,x", "order:x"]
    )
    def test_only_the_parts_of_the_order_are_given(self, report, address):
        order = work_order_of(report, at=LATER, language="fa")
        with pytest.raises(NotOfThisOrder):
            _fetcher(order).fetch(address)

    def test_what_a_citizen_wrote_is_text(self, report):
        words = '<img src="file:///etc/passwd"><style>@import url(http://example.com)</style> {{ x }}'
        Report.objects.update(description=words, address="<b>کوچه</b>")
        report.refresh_from_db()
        text = text_of(printed(report))
        assert 'src="file:///etc/passwd"' in text
        assert "{{ x }}" in text


class TestAtTheDesk:
    def test_is_printed_in_the_language_that_is_asked_for(self, desk, report):
        answer = desk.get(f"desk/reports/{report.reference}/work-order")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert answer.headers["Content-Language"] == "en"
        assert f"work-order-{report.reference}.pdf" in answer.headers["Content-Disposition"]
        assert "private" in answer.headers["Cache-Control"]
        assert "Work order" in text_of(PdfReader(BytesIO(answer.content)))

    def test_S1_is_for_the_staff_in_charge(self, small_city, report):
        address = f"desk/reports/{report.reference}/work-order"
        assert Desk().get(address).status_code == 401
        assert Desk.of(handler(small_city.east)).get(address).status_code == 403
        assert Desk.of(UserFactory()).get("desk/reports/NOSUCHREPO/work-order").status_code == 404

    def test_is_on_the_staffs_pages(self, small_city, report):
        client = seated(handler(small_city.west), language="fa")
        page = client.get(f"/admin/reports/report/{report.pk}/change/").content.decode()
        address = f"/admin/reports/report/{report.pk}/work-order/"
        assert address in page
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert "دستور کار" in text_of(PdfReader(BytesIO(answer.content)))
        assert seated(handler(small_city.east)).get(address).status_code == 404


def test_the_code_leads_to_the_staffs_page(report):
    order = work_order_of(report, at=LATER, language="fa")
    assert order.staff_page == f"{settings.PUBLIC_URL}/admin/reports/report/{report.pk}/change/"
