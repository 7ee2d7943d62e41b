"""What is known of a report for comparing it: made from a row, from a question, or from a line of a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from persian.normalize import fold
from reports.models import Photo, PhotoKind, Report
from reports.models.report import ReportQuerySet
from reports.photos.likeness import hashes_of
from reports.workflow import CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One report. Longitude and latitude are WGS 84, `words` and `address` as `persian.normalize.fold` has them.

    `at` is when the service received it, `closed_at` when it was closed (None: it is open). `photos` are perceptual
    hashes of 64 bits, `people` keyed hashes of whatever names a person or a device. `key` is never part of a score.
    """

    key: Any
    lon: float
    lat: float
    accuracy_m: float | None
    category: str
    group: str
    at: datetime
    closed_at: datetime | None
    words: str
    address: str
    photos: tuple[int, ...] = ()
    people: frozenset[str] = frozenset()


_OWN = (
    "pk",
    "location",
    "accuracy_m",
    "category__code",
    "category__group__code",
    "received_at",
    "status",
    "status_at",
    "description",
    "address",
    "device_hash",
    "contact__phone_hash",
    "contact__email_hash",
)
_PUBLIC = (
    "pk",
    "public_location",
    "category__code",
    "category__group__code",
    "received_at",
    "status",
    "status_at",
    "public_words",
)


def facts_of(report_ids: Iterable[int]) -> dict[int, Facts]:
    """Everything that the service knows of these reports, by their keys; two queries."""
    keys = list(report_ids)
    photos = hashes_of(keys)
    return {row[0]: _own(row, photos) for row in Report.objects.filter(pk__in=keys).values_list(*_OWN)}


def public_facts_of(reports: ReportQuerySet) -> dict[int, Facts]:
    """What the public may know of these reports, by their keys: nothing private; two queries."""
    rows = list(reports.values_list(*_PUBLIC))
    photos = _public_hashes([row[0] for row in rows])
    return {row[0]: _public(row, photos) for row in rows}


def _public_hashes(keys: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    shown = Photo.objects.public().filter(report__in=keys, kind=PhotoKind.BEFORE, perceptual_hash__isnull=False)
    for key, value in shown.order_by("report_id", "number").values_list("report_id", "perceptual_hash"):
        found.setdefault(key, []).append(value or 0)
    return found


def _own(row: tuple[Any, ...], photos: Mapping[int, Sequence[int]]) -> Facts:
    key, place, accuracy_m, category, group, at, status, status_at, description, address, *people = row
    return Facts(
        key=key,
        lon=place.x,
        lat=place.y,
        accuracy_m=accuracy_m,
        category=category,
        group=group,
        at=at,
        closed_at=status_at if status in CLOSED else None,
        words=fold(description),
        address=fold(address),
        photos=tuple(photos.get(key, ())),
        people=frozenset(filter(None, people)),
    )


def _public(row: tuple[Any, ...], photos: Mapping[int, Sequence[int]]) -> Facts:
    key, place, category, group, at, status, status_at, words = row
    return Facts(
        key=key,
        lon=place.x,
        lat=place.y,
        accuracy_m=None,
        category=category,
        group=group,
        at=at,
        closed_at=status_at if status in CLOSED else None,
        words=words,
        address="",
        photos=tuple(photos.get(key, ())),
    )
