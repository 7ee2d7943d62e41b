"""What the index stands on: the boundaries of one day, and the version of all that routing reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import shapely
from django.db import connection, models, transaction
from django.db.models import F, Func
from django.db.models.fields import BinaryField
from django.db.models.functions import Coalesce
from shapely import MultiPolygon

from jurisdictions.models import Boundary, Category, Department, Function, Jurisdiction, Level, RoutingRule

_READ: tuple[type[models.Model], ...] = (Boundary, Category, Department, Function, Jurisdiction, Level, RoutingRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapClosers:
    """Boundaries (their places among all) of one level of one city that is meant to be filled."""

    members: tuple[int, ...]
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A boundary: its jurisdiction's code, the place of its level among the levels, and what routing makes of it.

    A level is silent where no rule names it and it closes no gaps: it decides nothing as long as another covers the
    point that closes gaps.
    """

    id: int
    code: str
    level: int
    closes_gaps: bool
    is_silent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The boundaries in force on a day, all cities together: shapes in lon/lat, and routing's names for them."""

    shapes: list[MultiPolygon]
    sheets: list[Sheet]
    levels: tuple[str, ...]
    gap_closers: tuple[GapClosers, ...]


def read_ground(*, on: date) -> Ground:
    """The boundaries in force on the day."""
    rows = list(
        Boundary.objects.in_force(on=on)
        .order_by("id")
        .values_list(
            "id",
            Func(F("shape"), function="ST_AsBinary", output_field=BinaryField()),
            Coalesce("jurisdiction__root", "jurisdiction"),
            "jurisdiction__level",
            "jurisdiction__code",
        )
    )
    levels = list(Level.objects.filter(pk__in={row[3] for row in rows}).order_by("rank", "code"))
    places = {level.pk: place for place, level in enumerate(levels)}
    speaking = set(RoutingRule.objects.values_list("root", "level"))
    members: dict[tuple[int, int], list[int]] = {}
    sheets = []
    for number, (pk, _shape, root, level, code) in enumerate(rows):
        closes_gaps = levels[places[level]].closes_gaps
        is_silent = not closes_gaps and (root, level) not in speaking
        sheets.append(Sheet(id=pk, code=code, level=places[level], closes_gaps=closes_gaps, is_silent=is_silent))
        if closes_gaps:
            members.setdefault((root, level), []).append(number)
    return Ground(
        shapes=list(shapely.from_wkb([bytes(row[1]) for row in rows])),
        sheets=sheets,
        levels=tuple(level.code for level in levels),
        gap_closers=tuple(
            GapClosers(members=tuple(numbers), rank=levels[places[level]].rank)
            for (_root, level), numbers in members.items()
        ),
    )


def version() -> str:
    """A word for what the database holds of all that routing reads: it changes with every row that is written."""
    # PostgreSQL writes a row anew with each change: by whom (xmin), and where (ctid).
    tables = " UNION ALL ".join(
        f"SELECT '{model._meta.db_table}' AS name, id, xmin, ctid FROM {model._meta.db_table}"  # noqa: S608 - our own names
        for model in _READ
    )
    words = "string_agg(concat_ws(' ', name, id, xmin, ctid), ',' ORDER BY name, id)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5({words}) FROM ({tables}) AS written")  # noqa: S608 - our own pieces
        return str(cursor.fetchone()[0])


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Whatever is read inside is read as of one moment; within another transaction, as that one reads."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield
