"""How the index grows with the number of polygons, beside the bare loop over the same."""

from bench.points import against_bare
from bench.table import Section

SIZES = (8, 25, 77)  # across: 64, 625 and 5,929 polygons


def sections() -> list[Section]:
    """A section for each number of polygons."""
    return [against_bare(across, rounds=3, in_detail=True) for across in SIZES]
