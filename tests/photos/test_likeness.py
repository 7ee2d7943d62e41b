"""How alike photos are, and what reports that only photos show to be one problem come to."""

from io import BytesIO

import pytest
from django.core.files.base import File
from PIL import Image

from reports.photos.likeness import hash_of, hashes_of, likeness
from reports.tasks import see_to_photos
from tests.photos.conftest import part
from tests.pictures import photo, plain, scene
from tests.staff import file_report

pytestmark = pytest.mark.django_db


class TestLikeness:
    def test_a_copy_is_like_its_original_and_another_picture_is_not(self):
        original = scene(1600, 1200)
        copies = [
            plain(original.resize((800, 600)), quality=40),
            plain(original, "WEBP", quality=50),
            photo("HEIF", image=original),
            plain(original.point(lambda value: min(255, value * 1.15))),
            photo(image=original.transpose(Image.Transpose.ROTATE_90), orientation=6),
        ]
        first = hash_of(file_of(plain(original)))
        for copy in copies:
            assert likeness(first, hash_of(file_of(copy))) > 0.9
        for seed in range(1, 4):
            assert likeness(first, hash_of(file_of(plain(scene(1600, 1200, seed=seed).rotate(90 * seed))))) < 0.8

    def test_is_between_0_and_1_and_the_same_both_ways(self):
        for one, other, expected in ((0, 0, 1), (-1, 0, 0), (-(2**63), 2**63 - 1, 0), (5, 4, 63 / 64)):
            assert likeness(one, other) == likeness(other, one) == pytest.approx(expected)

    def test_a_picture_of_one_tone_is_like_nothing(self):
        assert hash_of(file_of(plain(Image.new("RGB", (64, 64), "black")))) is None

    def test_hashes_come_by_report_in_one_query(self, report, small_city, added, send, head, django_assert_num_queries):
        other, none = (file_report(small_city.pothole, x=x) for x in (600, 700))
        for seed in range(2):
            added(report, photo(seed=seed))
        added(other, photo())
        added(other, plain(Image.new("RGB", (64, 64), "black")))
        send(other, part(photo(seed=5)), desk=head, kind="after")
        see_to_photos()
        with django_assert_num_queries(1):
            found = hashes_of([report.pk, other.pk, none.pk])
        assert {key: len(values) for key, values in found.items()} == {report.pk: 2, other.pk: 1}
        assert found[other.pk][0] in found[report.pk]


def file_of(content: bytes):
    return File(BytesIO(content))
