"""The names by which lists of reports call levels, categories and departments, and whether they still hold."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

# Sums do not depend on the order of rows, and need no sort.
_CATALOG: Final = """
SELECT (SELECT coalesce(array_agg(code ORDER BY rank, code), '{}') FROM jurisdictions_level WHERE rank > 0),
       (SELECT sum(hashtextextended(concat_ws(' ', id, place_precision_m, code), 1)) FROM jurisdictions_category),
       (SELECT sum(hashtextextended(concat_ws(' ', id, code), 2)) FROM jurisdictions_department),
       (SELECT sum(hashtextextended(concat_ws(' ', id, time_zone), 3)) FROM jurisdictions_jurisdiction
        WHERE root_id IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The codes of all levels below the city, the largest ground first; `version` is another for another catalog."""

    levels: tuple[str, ...]
    version: str


def read_catalog() -> Catalog:
    """The catalog as it is now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_CATALOG)
        levels, *sums = cursor.fetchone()
    return Catalog(levels=tuple(levels), version=" ".join(map(str, [*levels, *sums])))
