"""The map page in a real browser: what is drawn, what is said, and what it asks of whom."""

import pytest

from reports.handling import change_status
from reports.models import Report
from reports.publishing import publish
from tests.factories import CategoryFactory, CategoryGroupFactory
from tests.shapes import lonlat
from tests.web.conftest import RECEIVED_AT
from tests.web.looking import HOSTILE, click_on, look_from, read, scrolls_sideways, text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_city_and_its_reports_are_drawn_without_asking_another_host(visit, small_city, tell):
    for x in (200, 700, 1300, 1800):
        tell(x=x)
    seen = visit().open("/").until_drawn()
    assert {each["code"] for each in seen.drawn("ground")} == {"1", "2"}
    assert {each["name_fa"] for each in seen.drawn("ground-names")} == {"منطقه ۱", "منطقه ۲"}
    look_from(seen, 14)
    filed = set(Report.objects.values_list("reference", flat=True))
    assert {each["reference"] for each in seen.drawn("reports")} == filed
    assert text(seen, "#count") == "۴ گزارش در این نما"
    assert seen.page.locator("#reports .item").count() == 4
    assert seen.page.evaluate("document.fonts.check('16px Vazirmatn')")
    assert seen.foreign == []
    assert seen.complaints == []


def test_a_click_on_a_point_opens_its_report(visit, tell):
    report = tell()
    change_status(report=report, to="in_progress", at=RECEIVED_AT, note="اکیپ اعزام شد")
    publish(report=report)
    seen = visit().open("/").until_drawn()
    click_on(seen, report)
    card = text(seen, "#card")
    for words in [
        "چاله در آسفالت",
        "چالهٔ بزرگی وسط خیابان است",
        "در دست اقدام",
        "۲ آذر ۱۴۰۵",
        "۱۴:۰۵",
        "منطقه ۱، ناحیه ۱",
        "عمران منطقه ۱",
        "این نقطه در منطقه ۱ است.",
        "اکیپ اعزام شد",
        report.reference,
    ]:
        assert words in card
    selected = (
        "cityEye.map.queryRenderedFeatures({layers: ['selected']}).map((each) => each.properties.reference).join()"
    )
    seen.until(f"{selected} === '{report.reference}'")
    seen.page.keyboard.press("Escape")
    assert seen.page.locator("#card").is_hidden()
    seen.until(f"{selected} === ''")


def test_reports_at_one_place_are_leafed_through(visit, tell):
    references = {tell().reference for _each in range(3)}
    seen = visit(language="en").open("/").until_drawn()
    click_on(seen, Report.objects.first())
    assert text(seen, ".pager") == "1 of 3 at this place"
    found = set()
    for _each in references:
        found.add(text(seen, "#card .reference"))
        seen.page.get_by_role("button", name="Next report at this place").click()
        read(seen)
    assert found == references


def test_the_switch_turns_page_and_map_into_english_and_keeps_the_view(visit, tell):
    tell()
    seen = visit().open("/").until_drawn()
    assert seen.page.evaluate("document.documentElement.dir") == "rtl"
    seen.page.evaluate("cityEye.map.jumpTo({zoom: 13})")
    view = seen.until("location.hash")
    with seen.page.expect_navigation():
        seen.page.locator(".language").click()
    seen.until_drawn()
    assert seen.page.evaluate("[document.documentElement.lang, document.documentElement.dir, location.hash]") == [
        "en",
        "ltr",
        view,
    ]
    assert text(seen, "#count") == "1 report in this view"
    assert "23 November 2026" in text(seen, "#reports")


def test_a_phone_shows_all_of_it_without_scrolling_sideways(visit, tell):
    report = tell(description=HOSTILE[1])
    publish(report=report)
    seen = visit(width=360, height=640).open("/").until_drawn()
    assert not scrolls_sideways(seen)
    assert seen.page.locator("#reports").is_hidden()
    seen.page.locator("#fold").click()
    seen.page.locator("#reports .item").click()
    read(seen)
    assert not scrolls_sideways(seen)
    sheet = seen.page.locator("#panel").bounding_box()
    assert sheet["width"] == 360
    seen.until("cityEye.map.queryRenderedFeatures({layers: ['selected']}).length")
    assert 0 < seen.drawn("selected")[0]["at"]["y"] < sheet["y"]


def test_hostile_texts_are_shown_as_text(visit, small_city, tell):
    group = CategoryGroupFactory(code="odd", name_fa="<b>گروه</b>", name_en="<b>")
    category = CategoryFactory(code="odd", name_fa="<i>موضوع</i>", name_en="<i>", group=group, moderation="at_once")
    for index, description in enumerate(HOSTILE):
        tell(x=200 + 300 * index, description=description, category=category)
    seen = visit().open("/").until_drawn()
    assert "<b>گروه</b>" in text(seen, "#topic")
    for report in Report.objects.all():
        seen.page.locator(f"[data-reference='{report.reference}']").click()
        read(seen)
        assert text(seen, "#card h2") == "<i>موضوع</i>"
        assert text(seen, "#card .told") == report.description
        assert not scrolls_sideways(seen)
        seen.page.keyboard.press("Escape")
    assert "چشم شهر" in seen.page.title()
    assert seen.complaints == []


def test_filters_ask_for_what_is_wanted(visit, small_city, tell):
    group = CategoryGroupFactory(code="light", name_fa="روشنایی", name_en="Lighting")
    lights = CategoryFactory(code="street-light", name_fa="چراغ", name_en="Light", group=group)
    pothole, light = tell(x=300), tell(x=700, category=lights)
    change_status(report=light, to="resolved", note="done", at=RECEIVED_AT)
    seen = visit(language="en").open("/").until_drawn()

    look_from(seen, 14)

    def listed() -> set[str]:
        seen.until_drawn()
        return {each["reference"] for each in seen.drawn("reports")}

    assert listed() == {pothole.reference, light.reference}
    seen.page.get_by_label("Resolved").uncheck()
    assert listed() == {pothole.reference}
    seen.page.get_by_label("Resolved").check()
    seen.page.get_by_label("Topic").select_option("light")
    assert listed() == {light.reference}
    for box in seen.page.locator("#filters input").all():
        box.uncheck()
    assert listed() == set()
    assert text(seen, "#count") == "No reports in this view"


def test_the_view_decides_what_is_asked_for(visit, tell):
    west, east = tell(x=200), tell(x=1800)
    seen = visit().open("/").until_drawn()
    assert seen.page.locator("#reports .item").count() == 2
    seen.page.evaluate("(center) => cityEye.map.jumpTo({center, zoom: 18})", list(lonlat(1800, 200)))
    seen.until("(reference) => !document.querySelector(`[data-reference='${reference}']`)", west.reference)
    assert seen.page.locator("#reports .item").get_attribute("data-reference") == east.reference


def test_a_keyboard_reaches_every_report(visit, tell):
    report = tell()
    seen = visit().open("/").until_drawn()
    page = seen.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.reference") == report.reference
    page.keyboard.press("Enter")
    read(seen)
    assert page.evaluate("document.activeElement.id") == "card"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.reference") == report.reference


def test_an_approximate_place_hides_who_has_it_and_says_so(visit, tell):
    coarse = CategoryFactory(code="noise", name_fa="سروصدا", moderation="text_reviewed", place_precision_m=200)
    tell(category=coarse)
    seen = visit().open("/").until_drawn()
    seen.page.locator("#reports .item").click()
    read(seen)
    card = text(seen, "#card")
    assert "فقط محل تقریبی" in card
    assert "متن گزارش پس از بررسی" in card
    assert "عمران" not in card
