"""Ground for points by the million: a mosaic of polygons with many vertices, put into the database for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import cast

import numpy as np
import shapely
from django.contrib.gis import geos
from django.db import transaction
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from jurisdictions.models import Boundary, BoundarySet, Jurisdiction, Level

Floats = NDArray[np.float64]

DAY = date(2026, 3, 21)
BOX = (10.0, 50.0, 10.5, 50.3)  # far from any city that we ship
CORNERS = 125  # on each of a polygon's four sides


def mosaic(across: int) -> list[MultiPolygon]:
    """So many polygons across and up, side by side without a gap, of 500 corners each, no line of them straight."""
    steps = across * CORNERS
    random = np.random.default_rng(1)
    west, south, east, north = BOX
    x, y = np.meshgrid(np.linspace(west, east, steps + 1), np.linspace(south, north, steps + 1))
    x[:, 1:-1] += random.uniform(-0.3, 0.3, x[:, 1:-1].shape) * (east - west) / steps
    y[1:-1] += random.uniform(-0.3, 0.3, y[1:-1].shape) * (north - south) / steps
    corners = np.stack([x, y], axis=2)
    return [_cell(corners, row, column) for row in range(across) for column in range(across)]


def _cell(corners: NDArray[np.float64], row: int, column: int) -> MultiPolygon:
    low, high = row * CORNERS, (row + 1) * CORNERS
    left, right = column * CORNERS, (column + 1) * CORNERS
    ring = np.concatenate(
        [
            corners[low, left:right],
            corners[low:high, right],
            corners[high, left + 1 : right + 1][::-1],
            corners[low + 1 : high + 1, left][::-1],
        ]
    )
    return MultiPolygon([Polygon(ring)])


@contextmanager
def city_of(shapes: list[MultiPolygon]) -> Iterator[None]:
    """Districts of these shapes and a city without a shape, in the database until the end, and seen by us alone."""
    with transaction.atomic():
        level = Level.objects.get_or_create(
            code="district", defaults={"name_fa": "منطقه", "rank": 10, "closes_gaps": True}
        )[0]
        top = Level.objects.get_or_create(code="city", defaults={"name_fa": "شهر", "rank": 0, "closes_gaps": True})[0]
        city = Jurisdiction.objects.create(
            code="bench-mosaic", name_fa="کاشی", level=top, time_zone="UTC", metric_srid=32632
        )
        act = BoundarySet.objects.create(
            root=city, level=level, first_day=DAY, source="bench", made_at=datetime(2026, 3, 21, tzinfo=UTC)
        )
        districts = Jurisdiction.objects.bulk_create(
            Jurisdiction(code=str(number), name_fa=str(number), level=level, root=city, parent=city)
            for number in range(len(shapes))
        )
        Boundary.objects.bulk_create(
            (
                Boundary(jurisdiction=district, boundary_set=act, shape=_stored(shape), in_force=(DAY, None))
                for district, shape in zip(districts, shapes, strict=True)
            ),
            batch_size=200,
        )
        yield
        transaction.set_rollback(True)


def _stored(shape: MultiPolygon) -> geos.MultiPolygon:
    return cast(geos.MultiPolygon, geos.GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326))


def scattered(count: int, box: tuple[float, ...] = BOX, *, seed: int = 2) -> tuple[Floats, Floats]:
    """So many random points in a box, longitudes and latitudes; the same ones each time."""
    west, south, east, north = box
    random = np.random.default_rng(seed)
    return random.uniform(west, east, count), random.uniform(south, north, count)
