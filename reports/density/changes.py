"""How often the public's map has changed in a box: the validator of whatever shows that box."""

from dataclasses import dataclass
from typing import Final

from geo.prepared import Prepared
from geo.world import WORLD, WorldBox, shift
from jurisdictions.catalog import VERSION, Catalog, catalog_of
from reports.density.sql import UNFOLDED
from reports.models.density import COARSEST, DEEPEST

FEW: Final = 16  # cells are read for one answer, except for much of the world

# A change counts once for each cell that it touches, as the fold counts it: folding alone never changes the sum.
_CHANGES: Final = f"""
SELECT coalesce((
    SELECT sum(changes) FROM reports_densitysummary
    WHERE level = %(level)s AND x BETWEEN %(x0)s AND %(x1)s AND y BETWEEN %(y0)s AND %(y1)s
), 0)::bigint, (
    SELECT count(*) FILTER (WHERE was_inside)
           + count(*) FILTER (WHERE is_inside AND (x, y) IS DISTINCT FROM (was_x, was_y))
    FROM (
        SELECT x >> %(shift)s AS x, y >> %(shift)s AS y, was_x >> %(shift)s AS was_x, was_y >> %(shift)s AS was_y,
               x >> %(shift)s BETWEEN %(x0)s AND %(x1)s AND y >> %(shift)s BETWEEN %(y0)s AND %(y1)s AS is_inside,
               was_x >> %(shift)s BETWEEN %(x0)s AND %(x1)s AND was_y >> %(shift)s BETWEEN %(y0)s AND %(y1)s
                   AS was_inside
        FROM reports_change WHERE {UNFOLDED}
    ) AS unfolded
), {VERSION}
"""  # noqa: S608 - our own text; the values are bound
_STATE: Final = Prepared("city_eye_state", dict.fromkeys(("level", "shift", "x0", "x1", "y0", "y1"), "int"), _CHANGES)


@dataclass(frozen=True, slots=True)
class State:
    """What validates an answer: the catalog of names that it is told by, and how often its box has changed.

    `pending` are those of the changes that are not folded yet. Counts do not depend on them, but extents may: what was
    taken away may still be within one until then.
    """

    catalog: Catalog
    changes: int
    pending: int


def state_under(box: WorldBox | None = None) -> State:
    """Both as they are now, for a box of units or the world; one small query where the catalog is known."""
    return _state(box or WORLD, _level_for(box or WORLD))


def tile_state(*, z: int, x: int, y: int) -> State:
    """The same for a tile, which is a cell by itself where there are cells of its zoom."""
    box = WorldBox.of_tile(z=z, x=x, y=y)
    return _state(box, z if COARSEST <= z <= DEEPEST else _level_for(box))


def _state(box: WorldBox, level: int) -> State:
    cells = box.at(level)
    values = {"level": level, "shift": shift(level), "x0": cells.x0, "x1": cells.x1, "y0": cells.y0, "y1": cells.y1}
    [[folded, pending, *version]] = _STATE.rows(values)
    return State(catalog=catalog_of(version), changes=folded + pending, pending=pending)


def changes_under(box: WorldBox | None = None) -> int:
    """A number that grows with each public change of a report in the box (units; None for the world), never shrinks.

    It may grow for a change close by as well. Folding, sweeping and other processes leave it alone; equal numbers at
    two moments mean that the public's reports in the box are the same at both.
    """
    return state_under(box).changes


def tile_changes(*, z: int, x: int, y: int) -> int:
    """The same for a tile."""
    return tile_state(z=z, x=x, y=y).changes


def _level_for(box: WorldBox) -> int:
    """The deepest level at which the box touches few cells."""
    levels = range(DEEPEST, COARSEST, -1)
    return next((level for level in levels if box.at(level).count <= FEW), COARSEST)
