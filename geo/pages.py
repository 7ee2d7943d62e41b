"""A page of a long list of points in one statement: PostgreSQL chooses the rows, then writes the text of those alone.

The text comes as bytes in the form that the client gets; nothing of it is read on the way.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from psycopg2.extensions import BYTES, register_type

from geo.features import DECIMALS

TEXT_AS_BYTES: Final = BYTES  # as it is: a type made of it would decode every text first, to encode it again
POINT: Final = len('{"type":"Point","coordinates":[')


@dataclass(frozen=True, slots=True)
class Form:
    """How rows are written: as Features or as arrays, with a text before and after each and a joint between two."""

    joint: str
    before: str = ""
    after: str = ""
    is_compact: bool = False


COLLECTION: Final = Form(joint=",")
TEXT_SEQUENCE: Final = Form(joint="", before="\x1e", after="\n")  # RFC 8142
LINES: Final = Form(joint="", after="\n")
COMPACT: Final = Form(joint=",", is_compact=True)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is written of a row: SQL over the row that was chosen (`chosen`) and over what is joined to it.

    `id` and `place` (a point in WGS 84, `Plain`) are columns of it; where rows are chosen by their keys, they come from
    `table`, the place from its column `point`. `properties` are pairs of a name and the SQL of its JSON text. `marks`
    are the columns of the first and of the last row that links are made of. All of it is ours and goes into the
    statement (by `literal`); values never do.
    """

    id: str
    place: str
    properties: tuple[tuple[str, str], ...]
    joins: str
    marks: tuple[str, ...]
    table: str
    point: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page's text, the marks of its first and last row, and its box `west, south, east, north`."""

    text: bytes = b""
    first: tuple[Any, ...] = ()
    last: tuple[Any, ...] = ()
    box: tuple[float, ...] = ()
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """SQL that chooses rows in their order, one more than a page has, and the values that are bound to it."""

    text: str
    values: tuple[Any, ...]


def choice_of(rows: QuerySet[Model, Any], *, size: int) -> Choice | None:
    """The first `size` of the rows and one more, ordered values of the default database; None where none can match."""
    try:
        text, values = rows[: size + 1].query.sql_with_params()
    except EmptyResultSet:
        return None
    return Choice(text, tuple(values))


def read_page(
    choice: Choice,
    *,
    layout: Layout,
    form: Form,
    size: int,
    backwards: bool = False,
    by_id: bool = False,
) -> Page:
    """The page of `size` of the rows that are chosen, which have the columns that the layout speaks of.

    With `by_id` they are ids alone: where an index has all that rows are chosen and ordered by, the rest is read of the
    page's rows only. `backwards` turns the page round after it is chosen. One row beyond it is looked at, and no more.
    """
    head, tail = _around(layout, form, size, backwards, by_id)
    with connection.cursor() as cursor:
        register_type(TEXT_AS_BYTES, cursor.cursor)
        cursor.execute(head + choice.text + tail, choice.values)
        total, text, west, south, east, north, *found = cursor.fetchone()
    if not total:
        return Page()
    marks = [mark.decode() if isinstance(mark, bytes) else mark for mark in found]
    ends = tuple(marks[: len(layout.marks)]), tuple(marks[len(layout.marks) :])
    first, last = reversed(ends) if backwards else ends
    box = tuple(round(edge, DECIMALS) for edge in (west, south, east, north))
    return Page(text=text, first=first, last=last, box=box, has_more=total > size)


@lru_cache(maxsize=256)
def _around(layout: Layout, form: Form, size: int, backwards: bool, by_id: bool) -> tuple[str, str]:
    """The statement before and after the query that chooses the rows."""
    place, order = f"chosen.{layout.place}", "DESC" if backwards else "ASC"
    ends = [f"max(chosen.{mark}) FILTER (WHERE number = {end})" for end in ("1", "last") for mark in layout.marks]
    whole = f"whole.*, whole.{layout.point} AS {layout.place}, number, total, " if by_id else "*, "
    joined = f" JOIN {layout.table} AS whole USING (id)" if by_id else ""
    head = f"""
        SELECT max(total), string_agg({_row(layout, form)}, {literal(form.joint)} ORDER BY number {order}),
               min(ST_X({place})), min(ST_Y({place})), max(ST_X({place})), max(ST_Y({place})), {", ".join(ends)}
        FROM (
            SELECT {whole}least(total, {size}) AS last
            FROM (SELECT *, row_number() OVER () AS number, count(*) OVER () AS total FROM ("""  # noqa: S608 - ours
    return head, f") AS ordered) AS numbered{joined}) AS chosen {layout.joins} WHERE number <= {size}"


def _row(layout: Layout, form: Form) -> str:
    """The SQL of a row's text."""
    point = f"ST_AsGeoJSON(chosen.{layout.place}, {DECIMALS})"
    if form.is_compact:
        columns = "".join(f", ',', {sql}" for _name, sql in layout.properties)
        return f"concat('[', rtrim(substr({point}, {POINT + 1}), ']}}'){columns}, ']')"
    start = literal(f'{form.before}{{"type":"Feature","id":"')
    members = ", ".join(
        f"{literal(f'{comma}{json.dumps(name)}:')}, {sql}"
        for comma, (name, sql) in zip(["", *"," * len(layout.properties)], layout.properties, strict=False)
    )
    inside = f"{members}, " if members else ""
    geometry, properties, end = literal('","geometry":'), literal(',"properties":{'), literal("}}" + form.after)
    return f"concat({start}, chosen.{layout.id}, {geometry}, {point}, {properties}, {inside}{end})"


def literal(text: str) -> str:
    """Text of ours as an SQL literal within a statement that takes values."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"
