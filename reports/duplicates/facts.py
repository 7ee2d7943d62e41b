"""What is known of a report for comparing it: made from a row, from a question, or from a line of a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from persian.normalize import fold
from reports.models.report import ReportQuerySet
from reports.photos.likeness import hashes_of, public_hashes_of
from reports.workflow import CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One report. Longitude and latitude are WGS 84, `words` and `address` as `persian.normalize.fold` has them.

    `at` is when the service received it, `closed_at` when it was closed (None: it is open). `photos` are perceptual
    hashes of 64 bits, `people` keyed hashes of devices: not of telephones and e-mail, which others may know and type to
    see whether that makes a link. `key` is never part of a score.
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


# As a statement of its own: for fifty reports, querysets and shapes take longer than the database.
_OWN: Final = """
SELECT report.id, ST_X(report.location), ST_Y(report.location), report.accuracy_m, category.code, parent.code,
       report.received_at, report.status, report.status_at, report.description, report.address, report.device_hash
FROM reports_report AS report
JOIN jurisdictions_category AS category ON category.id = report.category_id
JOIN jurisdictions_categorygroup AS parent ON parent.id = category.group_id
WHERE report.id = ANY(%s)"""
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
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [keys])
        return {row[0]: _own(row, photos) for row in cursor.fetchall()}


def public_facts_of(reports: ReportQuerySet) -> dict[int, Facts]:
    """What the public may know of these reports, by their keys: nothing private; two queries."""
    rows = list(reports.values_list(*_PUBLIC))
    photos = public_hashes_of([row[0] for row in rows])
    return {row[0]: _public(row, photos) for row in rows}


def _own(row: tuple[Any, ...], photos: Mapping[int, Sequence[int]]) -> Facts:
    key, lon, lat, accuracy_m, category, group, at, status, status_at, description, address, device = row
    return Facts(
        key=key,
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        category=category,
        group=group,
        at=at,
        closed_at=status_at if status in CLOSED else None,
        words=fold(description),
        address=fold(address) if address else "",
        photos=tuple(photos.get(key, ())),
        people=frozenset([device]) if device else frozenset(),
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
