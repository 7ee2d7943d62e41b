"""How the public reports in a box are found: by the cells of the square world that it touches."""

from typing import Any, Final

from geo.nearness import Box
from geo.world import WorldBox, shift, world_x

PUBLIC_CELL_LEVEL = 17  # of the cells, 306 m at the equator, by which maps find public reports
MOST_COLUMNS = 64  # of such cells that are looked up one by one
NOWHERE: Final = WorldBox(1, 1, 0, 0)  # a box that holds nothing


def is_narrow(box: Box) -> bool:
    """Whether a box in degrees touches few enough columns of the cells by which public reports are found."""
    return world_x(box[2]) - world_x(box[0]) < (MOST_COLUMNS - 1) << shift(PUBLIC_CELL_LEVEL)


# Written by hand: to have it written for each answer takes half as long as to run it.
AT: Final = f"""reports_report.is_public
    AND (reports_report.public_x >> {shift(PUBLIC_CELL_LEVEL)}) = ANY(%s::int[])
    AND (reports_report.public_y >> {shift(PUBLIC_CELL_LEVEL)}) BETWEEN %s AND %s
    AND reports_report.public_x BETWEEN %s AND %s AND reports_report.public_y BETWEEN %s AND %s"""
# What lies so close to an edge that units cannot tell is asked for its place itself.
WITHIN: Final = f"""{AT} AND (
    reports_report.public_x BETWEEN %s AND %s AND reports_report.public_y BETWEEN %s AND %s
    OR (SELECT ST_X(place.public_location) BETWEEN %s AND %s AND ST_Y(place.public_location) BETWEEN %s AND %s
        FROM reports_report AS place WHERE place.id = reports_report.id)
)"""  # noqa: S608 - our own text


def values_within(box: Box) -> list[Any]:
    """The values of WITHIN for a narrow box, in their order: its text is always the same."""
    west, south, east, north = box
    inner = WorldBox.within(west=west, south=south, east=east, north=north) or NOWHERE
    outer = WorldBox.around(west=west, south=south, east=east, north=north)
    return [*values_at(outer), inner.x0, inner.x1, inner.y0, inner.y1, west, east, south, north]


def values_at(box: WorldBox) -> list[Any]:
    """The values of AT, in their order."""
    cells = box.at(PUBLIC_CELL_LEVEL)
    columns = ",".join(map(str, range(cells.x0, cells.x1 + 1)))
    return [f"{{{columns}}}", cells.y0, cells.y1, box.x0, box.x1, box.y0, box.y1]
