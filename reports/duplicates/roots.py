"""Which report of a cluster stands for all of them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reports.duplicates.nearness import Place
from reports.models import Report
from reports.workflow import CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A report as far as clusters need to know it. `place` is longitude and latitude.

    `is_shown`: the public sees it and its exact place, so it may also know what it is a duplicate of.
    """

    id: int
    place: Place
    category: str
    received_at: datetime
    is_open: bool
    is_shown: bool
    city_id: int
    cluster_id: int | None


def read_members(ids: Iterable[int], *, locked: bool) -> dict[int, Member]:
    """These reports by their keys; where they are going to change, locked until the transaction ends; one query."""
    rows = Report.objects.filter(pk__in=ids).order_by("pk")
    if locked:
        rows = rows.select_for_update(no_key=True, of=("self",))
    columns = ("pk", "location", "category__code", "received_at", "status")
    shown = ("is_public", "category__place_precision_m", "root_id", "duplicate_cluster_id")
    return {row[0]: _member(row) for row in rows.values_list(*columns, *shown)}


def _member(row: tuple[Any, ...]) -> Member:
    id, location, category, received_at, status, is_public, coarse_m, city_id, cluster_id = row
    return Member(
        id=id,
        place=(location.x, location.y),
        category=category,
        received_at=received_at,
        is_open=status not in CLOSED,
        is_shown=is_public and coarse_m == 0,
        city_id=city_id,
        cluster_id=cluster_id,
    )


def elect(members: Collection[Member]) -> Member:
    """The root: an open report before a closed one, then one that the public sees exactly, then the first that came."""
    return min(members, key=lambda each: (not each.is_open, not each.is_shown, each.received_at, each.place, each.id))
