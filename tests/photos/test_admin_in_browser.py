"""Faces covered by drawing on a photo, in a real browser held to the Content Security Policy."""

import pytest

from people.models import Role
from reports.models import Photo
from reports.tasks import see_to_photos
from tests.photos.conftest import part
from tests.pictures import photo, scene
from tests.staff import handler
from tests.web.looking import scrolls_sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def look(visit, client):
    """Opens a page as a member of staff."""

    def open_page(user, path: str, **window):
        client.force_login(user)
        seen = visit(**window)
        session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": seen.server}
        seen.page.context.add_cookies([session])
        return seen.open(path)

    return open_page


@pytest.mark.parametrize(("width", "language"), [(360, ""), (1280, "en")])
def test_M6_what_is_drawn_on_a_photo_is_covered(look, report, send, small_city, width, language):
    send(report, part(photo(image=scene(1200, 900))), keep_original="true")
    see_to_photos()
    kept = Photo.objects.get()
    seen = look(
        handler(small_city.west, Role.HEAD),
        f"/admin/reports/photo/{kept.pk}/change/",
        width=width,
        height=900,
        language=language,
    )
    seen.until("document.querySelector('[data-cover] img').naturalWidth")
    box = seen.page.locator(".report-cover-sheet").bounding_box()
    seen.page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    seen.page.mouse.down()
    seen.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.75)
    seen.page.mouse.up()
    seen.until("document.querySelectorAll('.report-cover-sheet span').length === 1")
    seen.page.locator("form:has([data-covers]) button").click()
    seen.until("document.querySelector('.messagelist')")
    kept.refresh_from_db()
    assert kept.redactions == [pytest.approx([0.25, 0.25, 0.25, 0.5], abs=0.02)]
    assert not scrolls_sideways(seen)
    assert (seen.foreign, seen.complaints) == ([], [])
