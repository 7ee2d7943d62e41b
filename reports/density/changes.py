"""How often the public's map has changed in a box: the validator of whatever shows that box."""

from typing import Final

from django.db import connection

from geo.world import WORLD, WorldBox, shift
from reports.density.sql import UNFOLDED
from reports.models.density import COARSEST, DEEPEST

FEW: Final = 16  # cells are read for one answer, except for much of the world

# A change counts once for each cell that it touches, as the fold counts it: folding alone never changes the answer.
_CHANGES: Final = f"""
SELECT coalesce((
    SELECT sum(changes) FROM reports_densitysummary
    WHERE level = %(level)s AND x BETWEEN %(x0)s AND %(x1)s AND y BETWEEN %(y0)s AND %(y1)s
), 0) + (
    SELECT count(*) FILTER (WHERE was_inside)
           + count(*) FILTER (WHERE is_inside AND (x, y) IS DISTINCT FROM (was_x, was_y))
    FROM (
        SELECT x >> %(shift)s AS x, y >> %(shift)s AS y, was_x >> %(shift)s AS was_x, was_y >> %(shift)s AS was_y,
               x >> %(shift)s BETWEEN %(x0)s AND %(x1)s AND y >> %(shift)s BETWEEN %(y0)s AND %(y1)s AS is_inside,
               was_x >> %(shift)s BETWEEN %(x0)s AND %(x1)s AND was_y >> %(shift)s BETWEEN %(y0)s AND %(y1)s
                   AS was_inside
        FROM reports_change WHERE {UNFOLDED}
    ) AS unfolded
)
"""  # noqa: S608 - our own text; the values are bound


def changes_under(box: WorldBox | None = None) -> int:
    """A number that grows with each public change of a report in the box (units; None for the world), never shrinks.

    It may grow for a change close by as well. Folding, sweeping and other processes leave it alone; equal numbers at
    two moments mean that the public's reports in the box are the same at both.
    """
    level = _level_for(box or WORLD)
    cells = (box or WORLD).at(level)
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGES,
            {"level": level, "shift": shift(level), "x0": cells.x0, "y0": cells.y0, "x1": cells.x1, "y1": cells.y1},
        )
        return int(cursor.fetchone()[0])


def tile_changes(*, z: int, x: int, y: int) -> int:
    """The same for a tile."""
    return changes_under(WorldBox.of_tile(z=z, x=x, y=y))


def _level_for(box: WorldBox) -> int:
    """The deepest level at which the box touches few cells."""
    levels = range(DEEPEST, COARSEST, -1)
    return next((level for level in levels if box.at(level).count <= FEW), COARSEST)
