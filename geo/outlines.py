"""Outlines drawn with as many vertices as a zoom can show; neighbors keep their common edges."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon

from geo.crs import G
from geo.shapes import as_multipolygon, rounded
from geo.world import MOST_LATITUDE, SIZE

WHOLE: Final = 15  # from this zoom on, outlines are drawn as they are
DECIMALS: Final = 7  # about a centimetre

_TILE_PX = 512
_SHARE_OF_PX = 0.5  # what becomes of a corner smaller than this nobody sees
_STEPS_IN_PX = 64  # to which coordinates are rounded
_TRIES = ((_SHARE_OF_PX, False), (_SHARE_OF_PX, True), (_SHARE_OF_PX / 8, True))  # and whether with all decimals

Coordinates = npt.NDArray[np.float64]


def outlines(shapes: Sequence[MultiPolygon], *, zoom: int) -> list[MultiPolygon]:
    """The valid lon/lat shapes of one level with fewer vertices, for maps of that zoom (512 pixels a tile).

    What is no wider than half a pixel goes; no shape disappears. An edge that two shapes share vertex by vertex stays
    shared, so that there are neither gaps nor overlaps where there were none. Outer rings run counter-clockwise.
    """
    whole = [as_multipolygon(rounded(shape, decimals=DECIMALS)) for shape in shapes]
    if zoom >= WHOLE or not whole:
        return whole
    flat = [to_world(shape) for shape in whole]
    was_mosaic = shapely.coverage_is_valid(flat)
    for share, exact in _TRIES:
        drawn = _drawn(flat, tolerance=share * SIZE / _TILE_PX / 2**zoom, decimals=_decimals(zoom, exact=exact))
        if shapely.is_valid(drawn).all() and (not was_mosaic or shapely.coverage_is_valid(drawn)):
            return drawn
    return whole


def to_world(shape: G) -> G:
    """A lon/lat shape in the units of the square world, x eastwards and y southwards."""
    return shapely.transform(shape, _to_world)


def _drawn(flat: Sequence[MultiPolygon], *, tolerance: float, decimals: int) -> list[MultiPolygon]:
    simple = shapely.transform(shapely.coverage_simplify(flat, tolerance), _to_lonlat)
    return [as_multipolygon(rounded(shape, decimals=decimals)) for shape in simple]


def _decimals(zoom: int, *, exact: bool) -> int:
    step = 360 / _TILE_PX / 2**zoom / _STEPS_IN_PX
    return DECIMALS if exact else min(DECIMALS, math.ceil(-math.log10(step)))


def _to_world(points: Coordinates) -> Coordinates:
    lat = np.radians(np.clip(points[:, 1], -MOST_LATITUDE, MOST_LATITUDE))
    y = 0.5 - np.log(np.tan(math.pi / 4 + lat / 2)) / (2 * math.pi)
    return _columns((points[:, 0] + 180) / 360 * SIZE, y * SIZE)


def _to_lonlat(points: Coordinates) -> Coordinates:
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * points[:, 1] / SIZE))))
    return _columns(points[:, 0] / SIZE * 360 - 180, lat)


def _columns(*columns: npt.NDArray[Any]) -> Coordinates:
    return np.column_stack(columns)
