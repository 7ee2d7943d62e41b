"""The acceptance cases of media and privacy, M5 to M8 and G9: what the staff see of photos, and the public."""

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image, ImageChops, ImageStat

from people.models import Role
from reports.models import Photo
from reports.publishing import hide, publish
from reports.tasks import see_to_photos, sweep_photos
from tests.api.desks import Desk
from tests.factories import CategoryFactory, RoutingRuleFactory
from tests.photos.conftest import address_of, as_holder, fetched, part, shown
from tests.pictures import corners, photo, plain, scene
from tests.shapes import lonlat
from tests.staff import file_report, handler

pytestmark = pytest.mark.django_db

NEAR = lonlat(530, 500)  # 30 m east of the report's place
UNSEEN = ("text_reviewed", "reviewed", "never")  # rules of moderation that show no photo by themselves


@pytest.fixture
def category(small_city):
    """Makes a category with a rule of moderation, and its routing."""

    def make(moderation: str):
        made = CategoryFactory(code=moderation.replace("_", "-"), moderation=moderation)
        RoutingRuleFactory(
            root=small_city.city, category=made, function=small_city.west_works.function, level=small_city.west.level
        )
        return made

    return make


def test_M5_the_staff_read_how_far_from_the_pin_the_photo_was_taken(report, added, head, small_city):
    far = added(report, photo(lon=NEAR[0], lat=NEAR[1]), keep_original="true")
    none = added(report, plain(scene(seed=1)), keep_original="true")
    told = {each["number"]: each for each in head.get(f"reports/{report.reference}/photos").json()["photos"]}
    assert told[far.number]["gps_distance_m"] == pytest.approx(30, abs=0.5)
    assert told[none.number]["gps_distance_m"] is None
    other = Desk.of(handler(small_city.east, Role.HEAD))  # sees the report as the public does
    assert set(other.get(f"reports/{report.reference}/photos").json()["photos"][0]) == {
        "url",
        "thumbnail_url",
        "width",
        "height",
        "kind",
    }


def test_M5_the_distance_follows_a_report_that_is_moved(report, added, head):
    kept = added(report, photo(lon=NEAR[0], lat=NEAR[1]), keep_original="true")
    place = {"type": "Point", "coordinates": list(lonlat(600, 500))}
    assert head.patch(f"reports/{report.reference}", {"location": place}).status_code == 200
    told = head.get(f"reports/{report.reference}/photos/{kept.number}").json()
    assert told["gps_distance_m"] == pytest.approx(70, abs=0.5)


def test_M6_covered_rectangles_are_gone_from_what_the_public_gets(report, added, head, stored_names):
    kept = added(report, plain(scene(), quality=95), keep_original="true")
    (before,) = shown(report)
    uncovered = fetched(before["url"])
    covers = [[0.0, 0.0, 0.2, 0.2], [0.5, 0.5, 0.25, 0.125]]
    address = f"reports/{report.reference}/photos/{kept.number}"
    assert head.patch(address, {"redactions": covers}).status_code == 200
    for gone in (before["url"], before["thumbnail_url"]):
        assert Client().get(gone).status_code == 404
    assert shown(report) == []  # nothing uncovered while the covered copy is made
    sweep_photos()
    (after,) = shown(report)
    assert after["url"] != before["url"]
    with Image.open(BytesIO(fetched(after["url"]))) as image, Image.open(BytesIO(uncovered)) as old:
        for box in ((0, 0, 126, 94), (320, 240, 480, 300)):
            for band in ImageStat.Stat(image.crop(box)).extrema:
                assert band[1] - band[0] <= 2  # one tone: nothing of what was there
        rest = (200, 10, 290, 200)
        assert max(ImageStat.Stat(ImageChops.difference(image.crop(rest), old.crop(rest))).mean) < 4
    with Image.open(BytesIO(fetched(after["thumbnail_url"]))) as small:
        assert max(ImageStat.Stat(small.crop((4, 4, 58, 42))).stddev) < 3
    public = [name for name in stored_names() if name.startswith("photos/public")]
    assert len(public) == 2  # the uncovered copies are deleted
    staff = head.get(f"{address}/view").content
    assert corners(staff) == ("red", "green", "blue")  # and the staff see what was covered


def test_M6_nothing_that_was_below_a_rectangle_can_be_told_from_the_copy(small_city, added, head):
    copies = []
    for face in ((250, 240, 10), (10, 20, 250)):
        image = scene()
        image.paste(face, (328, 250, 421, 333))
        report = file_report(small_city.pothole, x=500)
        added(report, plain(image, "PNG"), mime="image/png")
        cover = [328 / 640, 250 / 480, 93 / 640, 83 / 480]
        head.patch(f"reports/{report.reference}/photos/1", {"redactions": [cover]})
        see_to_photos()
        (seen,) = shown(report)
        copies.append((fetched(seen["url"]), fetched(seen["thumbnail_url"])))
    assert copies[0] == copies[1]


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        {},
        [[0, 0, 1]],
        [[0, 0, 0, 1]],
        [[-0.1, 0, 1, 1]],
        [[0, 0, 1.1, 1]],
        [[1, 0, 0.1, 0.1]],
        [["a", 0, 1, 1]],
        [[True, 0, 1, 1]],
        [[0, 0, 1, 1]] * 51,
    ],
)
def test_M6_what_is_no_rectangle_covers_nothing(report, added, head, wrong):
    kept = added(report, plain(scene()))
    response = head.patch(f"reports/{report.reference}/photos/{kept.number}", {"redactions": wrong})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_rectangles")
    assert len(shown(report)) == 1


@pytest.mark.parametrize(
    ("moderation", "at_once"), [("at_once", 1), ("text_reviewed", 0), ("reviewed", 0), ("never", 0)]
)
def test_M7_the_category_says_whether_a_photo_is_public_at_once(small_city, category, added, moderation, at_once):
    report = file_report(category(moderation), x=500)
    kept = added(report, photo())
    assert kept.is_public == bool(at_once)
    answer = Client().get(f"/api/v1/reports/{report.reference}")
    assert len(answer.json()["properties"]["photos"] if answer.status_code == 200 else []) == at_once
    assert as_holder(report, address_of(report, "/1/view")).status_code == 200  # its reporter sees it all the same
    if not at_once:
        assert Client().get(address_of(report, "/1/view")).status_code == 404


def test_G9_no_public_answer_holds_a_photo_that_nobody_has_reviewed(category, added, small_city):
    kept = [added(file_report(category(name), x=500 + place), photo(seed=place)) for place, name in enumerate(UNSEEN)]
    publish(report=kept[1].report)  # public by now, and its photo is not
    sweep_photos()
    lon, lat = lonlat(500, 500)
    asked = [
        "/api/v1/reports",
        f"/api/v1/reports/similar?category={UNSEEN[0].replace('_', '-')}&lon={lon}&lat={lat}",
        *(f"/api/v1/reports/{each.report.reference}{more}" for each in kept for more in ("", "/photos")),
    ]
    for place, address in enumerate(asked):
        answer = Client().get(address)
        assert answer.status_code == 200 or (answer.status_code == 404 and place > 1), address
        content = answer.content.decode()
        assert "/api/v1/photos/" not in content, address
        for each in kept:
            assert each.rendition not in content
    for each in kept:
        for file in ("", "/view", "/thumbnail", "/original"):
            assert Client().get(address_of(each.report, f"/{each.number}{file}")).status_code == 404


def test_M7_a_photo_that_waits_is_public_once_somebody_shows_it_and_gone_once_hidden(category, added, head):
    report = file_report(category("reviewed"), x=500)
    added(report, photo())
    address = f"reports/{report.reference}/photos/1"
    publish(report=report)
    see_to_photos()
    assert shown(report) == []  # the report is public, the photo is not
    assert head.patch(address, {"is_public": True}).json()["is_public"]
    assert shown(report) == []
    see_to_photos()
    (seen,) = shown(report)
    assert Client().get(seen["url"]).status_code == 200
    assert head.patch(address, {"is_public": False}).status_code == 200
    assert shown(report) == []
    assert Client().get(seen["url"]).status_code == 404


def test_M7_a_photo_goes_with_its_report_and_comes_back_under_another_name(report, added, stored_names):
    added(report, photo())
    (seen,) = shown(report)
    hide(report=report)
    assert Client().get(seen["url"]).status_code == 404
    sweep_photos()
    assert [name for name in stored_names() if name.startswith("photos/public")] == []
    publish(report=report)
    see_to_photos()
    (again,) = shown(report)
    assert again["url"] != seen["url"]
    assert Client().get(again["url"]).status_code == 200


def test_M7_a_stricter_category_hides_what_nobody_has_reviewed(report, category, added, head):
    added(report, photo())
    added(report, photo(seed=1))
    assert head.patch(f"reports/{report.reference}/photos/2", {"is_public": True}).status_code == 200
    stricter = category("text_reviewed")
    assert head.patch(f"reports/{report.reference}", {"category": stricter.code}).status_code == 200
    assert len(shown(report)) == 1
    assert list(Photo.objects.filter(is_public=True).values_list("number", flat=True)) == [2]


def test_M7_what_is_never_public_cannot_be_shown(category, added, small_city):
    report = file_report(category("never"), x=500)
    added(report, photo())
    dispatcher = Desk.of(handler(small_city.city, Role.DISPATCHER))
    response = dispatcher.patch(f"reports/{report.reference}/photos/1", {"is_public": True})
    assert (response.status_code, response.json()["code"]) == (409, "not_for_the_public")


def test_M8_documents_come_from_the_staff_and_stay_with_them(report, send, head):
    content = b"%PDF-1.7\n" + b"1 0 obj\n" * 100 + b"%%EOF"
    refused = send(report, part(content, mime="application/pdf", name="order.pdf"))
    assert (refused.status_code, refused.json()["code"]) == (403, "documents_only_from_staff")
    taken = send(report, part(content, mime="application/pdf", name="order.pdf"), desk=head)
    assert taken.status_code == 201
    assert taken.json()["photos"][0]["state"] == "ready"
    see_to_photos()
    assert shown(report) == []
    assert as_holder(report, address_of(report)).json()["photos"] == []
    original = head.get(f"reports/{report.reference}/photos/1/original")
    assert original.content == content
    assert original.headers["Content-Disposition"] == 'attachment; filename="photo-1.pdf"'
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    response = head.patch(f"reports/{report.reference}/photos/1", {"is_public": True})
    assert response.json()["code"] == "not_for_the_public"
