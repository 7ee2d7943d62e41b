"""Photos on the tracking page in a real browser, as on a small phone."""

from urllib.parse import urlsplit

import pytest

from reports.references import tracking_link
from reports.tasks import see_to_photos
from tests.pictures import photo, png_of, scene
from tests.web.looking import scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOADED = "[...document.querySelectorAll('.photos img')].filter((each) => each.complete && each.naturalWidth).length"


def test_a_reporter_sends_photos_by_the_form_and_sees_them(visit, tell, tmp_path):
    report = tell()
    seen = visit(width=320, height=800, language="en").open(urlsplit(tracking_link(report.reference)).path)
    seen.page.get_by_text("Add photos").click()
    chosen = []
    for name, content in (
        ("a.jpg", photo(image=scene(1200, 900))),
        ("b.jpg", photo(seed=1)),
        ("c.png", png_of(30_000, 30_000)),
    ):
        (tmp_path / name).write_bytes(content)
        chosen.append(tmp_path / name)
    seen.page.locator("input[type=file]").set_input_files(chosen)
    seen.page.get_by_label("The staff may keep").check()
    seen.page.get_by_role("button", name="Send the photos").click()
    seen.until("document.querySelectorAll('.photos li').length === 3")
    assert seen.page.url.endswith("#photos")
    see_to_photos()
    seen.page.reload()
    seen.page.locator(".photos").scroll_into_view_if_needed()
    seen.until(f"{LOADED} === 2")
    assert seen.page.locator(".photos .wrong").inner_text().startswith("Refused: The picture has more pixels")
    assert not scrolls_sideways(seen)
    seen.page.set_viewport_size({"width": 1280, "height": 800})
    assert not scrolls_sideways(seen)
    assert (seen.foreign, seen.complaints) == ([], [])
