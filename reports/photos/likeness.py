"""How alike photos look: the hash of each photo there is, and of one that is asked about before it is sent."""

from collections.abc import Collection
from typing import Final

import dhash
from django.core.files.base import File
from django.db.models.expressions import RawSQL

from reports.models import Photo, PhotoKind
from reports.models.photo import PhotoQuerySet
from reports.photos.adding import look_at
from reports.photos.decoding import decode

BITS: Final = 64
_SIGN: Final = 1 << BITS


def hashes_of(report_ids: Collection[int]) -> dict[int, list[int]]:
    """The perceptual hashes (64 bits, signed) of the pictures of each of these reports that has any; one query.

    Of what shows the trouble, not its end: photos taken afterwards are left out.
    """
    return _by_report(Photo.objects.usable(), report_ids)


def public_hashes_of(report_ids: Collection[int]) -> dict[int, list[int]]:
    """The same of the pictures that the public sees."""
    return _by_report(Photo.objects.public(), report_ids)


def _by_report(photos: PhotoQuerySet, report_ids: Collection[int]) -> dict[int, list[int]]:
    # As one value: thousands of keys written one by one take longer than the database takes to look.
    wanted = RawSQL("SELECT unnest(%s::bigint[])", [list(report_ids)])
    shown = photos.filter(report__in=wanted, kind=PhotoKind.BEFORE, perceptual_hash__isnull=False)
    found: dict[int, list[int]] = {}
    for report_id, value in shown.order_by("report_id", "number").values_list("report_id", "perceptual_hash"):
        found.setdefault(report_id, []).append(value or 0)
    return found


def likeness(a: int, b: int) -> float:
    """How alike two hashes are: 1 for the same, about 0.5 for pictures that have nothing to do with each other."""
    different: int = dhash.get_num_bits_different(a % _SIGN, b % _SIGN)
    return 1 - different / BITS


def hash_of(file: File[bytes], *, declared: str = "") -> int | None:
    """The hash of a picture that is asked about and not stored; None for one that tells nothing (a single tone).

    Decodes it, which takes a good part of a second. Raises sniffing.NotTaken, decoding.Refused, decoding.Unfinished.
    """
    incoming = look_at(file, declared=declared)
    return decode(file.read(), mime=incoming.mime).perceptual_hash
