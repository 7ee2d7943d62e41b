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
    seen = visit(width=740).open("/").until_drawn()
    panel = seen.page.locator("#panel").bounding_box()
    assert all(0 < each["at"]["x"] < panel["x"] for each in seen.drawn("ground-names"))
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


def test_a_phone_shows_all_of_it_without_scrolling_sideways(visit, tell):
    report = tell(description=HOSTILE[1])
    publish(report=report)
    seen = visit(width=360, height=640).open("/").until_drawn()
    assert not scrolls_sideways(seen)
    seen.until("document.querySelector('#key dd')")
    assert too_small_for_a_finger(seen) == []
    assert seen.page.locator("#reports").is_hidden()
    assert seen.page.locator("#filters").is_hidden()
    seen.page.locator("#choose").click()
    assert too_small_for_a_finger(seen) == []
    seen.page.locator("#ground").select_option("1")
    seen.page.locator("#fold").click()
    assert seen.page.locator("#filters").is_hidden()
    assert text(seen, "#choose") == "فیلترها (۱)"
    seen.until_drawn()
    seen.page.evaluate("document.documentElement.style.fontSize = '200%'")
    item = seen.page.locator("#reports .item")
    item.hover()  # where letters are twice as large, too, the list is reached by scrolling
    assert not scrolls_sideways(seen)
    seen.page.evaluate("document.documentElement.style.fontSize = ''")
    item.click()
    read(seen)
    assert not scrolls_sideways(seen)
    assert too_small_for_a_finger(seen) == []
    assert seen.page.locator("#panel").bounding_box()["width"] == 360
    seen.until("cityEye.map.queryRenderedFeatures({layers: ['selected']}).length")
    place = seen.drawn("selected")[0]["at"]
    over = "({x, y}) => document.elementFromPoint(x, y).className"
    assert seen.page.evaluate(over, place) == "maplibregl-canvas"


def too_small_for_a_finger(seen) -> list:
    """What can be pressed and is smaller than 44 pixels either way."""
    return seen.page.evaluate(
        """() => [...document.querySelectorAll(":is(a, button, select, .chip):not(.skip, .maplibregl-ctrl-attrib a)")]
            .map((each) => [each.className || each.id, each.getBoundingClientRect()])
            .filter(([, {width, height}]) => width && (width < 44 || height < 44))
            .map(([name, {width, height}]) => [name, width, height])"""
    )


def test_hostile_texts_are_shown_as_text_and_a_coarse_place_as_no_more(visit, small_city, tell):
    group = CategoryGroupFactory(code="odd", name_fa="<b>گروه</b>", name_en="<b>")
    category = CategoryFactory(code="odd", name_fa="<i>موضوع</i>", name_en="<i>", group=group, moderation="at_once")
    for index, description in enumerate(HOSTILE):
        tell(x=200 + 300 * index, description=description, category=category)
    coarse = tell(category=CategoryFactory(code="noise", moderation="text_reviewed", place_precision_m=200))
    seen = visit().open("/").until_drawn()
    assert "<b>گروه</b>" in text(seen, "#topic")
    for report in Report.objects.filter(category=category):
        seen.page.locator(f"[data-reference='{report.reference}']").click()
        read(seen)
        assert text(seen, "#card h2") == "<i>موضوع</i>"
        assert text(seen, "#card .told") == report.description
        assert not scrolls_sideways(seen)
        seen.page.keyboard.press("Escape")
    seen.page.locator(f"[data-reference='{coarse.reference}']").click()
    read(seen)
    card = text(seen, "#card")
    assert "فقط محل تقریبی" in card
    assert "متن گزارش پس از بررسی" in card
    assert "عمران" not in card
    assert "چشم شهر" in seen.page.title()
    assert seen.complaints == []


def test_filters_ask_for_what_is_wanted(visit, small_city, tell):
    group = CategoryGroupFactory(code="light", name_fa="روشنایی", name_en="Lighting")
    lights = CategoryFactory(code="street-light", name_fa="چراغ", name_en="Light", group=group)
    pothole, light = tell(x=300), tell(x=700, category=lights)
    change_status(report=light, to="resolved", note="done", at=RECEIVED_AT)
    seen = visit(language="en").open("/").until_drawn()

    look_from(seen, 14)

    def until_drawn(*reports: Report) -> None:
        drawn = """cityEye.map.queryRenderedFeatures({layers: ["reports"]}).map((each) => each.properties.reference)"""
        expected = ",".join(sorted(each.reference for each in reports))
        seen.until(f"(expected) => [...new Set({drawn})].sort().join() === expected", expected)

    until_drawn(pothole, light)
    seen.page.get_by_label("Resolved").uncheck()
    until_drawn(pothole)
    seen.page.get_by_label("Resolved").check()
    seen.page.get_by_label("Topic").select_option("light")
    until_drawn(light)
    for box in seen.page.locator("#filters input").all():
        box.uncheck()
    until_drawn()
    assert text(seen, "#count") == "No reports in this view"


def test_a_keyboard_reaches_every_report_of_the_view(visit, tell):
    west, east = tell(x=200), tell(x=1800)
    seen = visit().open("/").until_drawn()
    page = seen.page
    assert page.locator("#reports .item").count() == 2
    page.evaluate("(center) => { cityEye.map.jumpTo({center, zoom: 18}); }", list(lonlat(1800, 200)))
    seen.until("(reference) => !document.querySelector(`[data-reference='${reference}']`)", west.reference)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.reference") == east.reference
    page.keyboard.press("Enter")
    read(seen)
    assert page.evaluate("document.activeElement.id") == "card"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.reference") == east.reference
