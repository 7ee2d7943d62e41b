"""The names by which lists of reports call levels, categories and departments, and whether they still hold.

Each process remembers the catalog that it has read last. Whoever answers by it asks for its version first, in the
statement that it needs anyway, so that an edit shows with the next answer of every process.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

# Sums do not depend on the order of rows, and need no sort.
VERSION: Final = """
(SELECT coalesce(array_agg(code ORDER BY rank, code), '{}') FROM jurisdictions_level WHERE rank > 0),
(SELECT sum(hashtextextended(concat_ws(' ', id, place_precision_m, code), 1)) FROM jurisdictions_category),
(SELECT sum(hashtextextended(concat_ws(' ', id, code), 2)) FROM jurisdictions_department),
(SELECT sum(hashtextextended(concat_ws(' ', id, time_zone), 3)) FROM jurisdictions_jurisdiction
 WHERE root_id IS NULL)
"""
_READ: Final = f"SELECT (SELECT jsonb_object_agg(id, code) FROM jurisdictions_category)::text, {VERSION}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Catalog:
    """The codes of all levels below the city, the largest ground first, and those of categories by their keys.

    `version` is another for another catalog.
    """

    levels: tuple[str, ...]
    categories: Mapping[int, str]
    version: str


_remembered: Catalog | None = None


def read_catalog() -> Catalog:
    """The catalog as it is now; one query."""
    global _remembered
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        categories, *version = cursor.fetchone()
    codes = {int(key): code for key, code in json.loads(categories or "{}").items()}
    _remembered = Catalog(levels=tuple(version[0]), categories=codes, version=_said(version))
    return _remembered


def catalog_of(version: Sequence[Any]) -> Catalog:
    """The catalog by what the columns of VERSION say: the one that is remembered, or read anew where it is another."""
    known = _remembered
    return known if known and known.version == _said(version) else read_catalog()


def _said(version: Sequence[Any]) -> str:
    levels, *sums = version
    return " ".join(map(str, [*levels, *sums]))
