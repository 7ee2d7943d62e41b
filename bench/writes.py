"""What keeping the counts costs who files a report, in a copy of the bench's database that is thrown away."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from bench.clients import Call, Speed, connect, side_by_side
from bench.contests import Contest, Contestant
from bench.database import copied, url_of
from jurisdictions.models import Category
from reports.density import fold
from reports.intake import submit_report
from reports.models import Report
from reports.references import new_reference

COPY: Final = "writes"
SAMPLE: Final = 500
CROWD: Final = 16
TABLE: Final = Report._meta.db_table
TEXT: Final = "چراغ روشنایی خاموش است و کوچه تاریک مانده است."
_OWN: Final = {"reference", "location", "public_location"}  # columns that each inserted row has of its own


@dataclass(frozen=True, kw_only=True)
class Writers:
    """Processes that write for as long as they are told to, with the triggers that note changes or without them."""

    prepare: Callable[[], Call]
    processes: int
    with_triggers: bool = True

    def run(self, *, seconds: int, offset: int) -> Speed:
        """Write for so long. Raises Failed."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal ORDER BY 1", [TABLE]
            )
            for (name,) in cursor.fetchall():
                _switch(cursor, name, on=self.with_triggers)
        connection.close()  # what is forked must not share it
        return side_by_side(self.prepare, processes=self.processes, seconds=seconds, offset=offset)


def _switch(cursor: Any, name: str, *, on: bool) -> None:
    act = sql.SQL("ENABLE" if on else "DISABLE")
    words = sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(sql.Identifier(TABLE), act, sql.Identifier(name))
    cursor.execute(words.as_string(cursor.cursor))


@contextmanager
def contests(connections: int) -> Iterator[list[Contest]]:
    """The contests of writers, on a copy of the database for as long as they last; Django is connected to it."""
    with copied(COPY):
        rows, places = sample()
        insert = partial(_inserting, url_of(COPY), rows)
        crowd = partial(Writers, processes=CROWD)
        yield [
            _with_and_without("A report inserted, and nothing else", partial(insert, places), connections),
            _with_and_without("A report filed by submit_report", partial(_filing, places), connections),
            Contest(
                title=f"A report inserted, {CROWD} connections at once",
                contestants=[
                    Contestant(name="all over the city", client=crowd(prepare=partial(insert, places)), goal=0.8),
                    Contestant(name="all in one cell", client=crowd(prepare=partial(insert, [places[0]]))),
                ],
            ),
        ]


def _with_and_without(title: str, prepare: Callable[[], Call], connections: int) -> Contest:
    writers = partial(Writers, prepare=prepare, processes=connections)
    return Contest(
        title=f"{title}, {connections} connections",
        contestants=[
            Contestant(name="without counting", client=writers(with_triggers=False), goal=0.87),
            Contestant(name="City Eye", client=writers()),
        ],
    )


def folded() -> str:
    """Fold what the turns have left to be folded; how long that takes, in words."""
    began = time.perf_counter()
    count = fold()
    seconds = time.perf_counter() - began
    each = seconds / max(1, count) * 1e6
    return f"Folding the {count:,} changes that all turns left took {seconds:.1f} s, {each:.0f} µs each, once a minute."


def sample() -> tuple[dict[str, list[Any]], list[tuple[float, float]]]:
    """Some reports: the texts of their columns, by column, and their places (lon, lat)."""
    columns = [field.column for field in Report._meta.concrete_fields if not field.primary_key and not field.generated]
    names = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns)
    words = sql.SQL("SELECT {}, ST_X(public_location), ST_Y(public_location) FROM {} ORDER BY md5(reference) LIMIT {}")
    with connection.cursor() as cursor:
        cursor.execute(words.format(names, sql.Identifier(TABLE), sql.Literal(SAMPLE)).as_string(cursor.cursor))
        found = cursor.fetchall()
    rows = {name: [row[place] for row in found] for place, name in enumerate(columns)}
    return rows, [(lon, lat) for *_, lon, lat in found]


def _inserting(url: str, rows: dict[str, list[Any]], places: Sequence[tuple[float, float]]) -> Call:
    """A plain INSERT of a row like another, at one of the places."""
    link = connect(url)
    names = sql.SQL(", ").join(map(sql.Identifier, rows))
    values = sql.SQL(", ").join(
        sql.SQL("ST_SetSRID(ST_MakePoint({0}, {1}), 4326)").format(sql.Placeholder("lon"), sql.Placeholder("lat"))
        if name.endswith("location")
        else sql.Placeholder(name)
        for name in rows
    )
    words = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(TABLE), names, values).as_string(link)
    draw = random.Random()

    def insert(_number: int) -> None:
        place, (lon, lat) = draw.randrange(SAMPLE), draw.choice(places)
        row = {name: texts[place % len(texts)] for name, texts in rows.items() if name not in _OWN}
        with link.cursor() as cursor:
            cursor.execute(
                words, {**row, "reference": new_reference(), "lon": _near(draw, lon), "lat": _near(draw, lat)}
            )

    return insert


def _near(draw: random.Random, degrees: float) -> float:
    """A metre or so away: nobody else is at the very same place."""
    return round(degrees + draw.uniform(-1e-5, 1e-5), 7)


def _filing(places: Sequence[tuple[float, float]]) -> Call:
    """A whole report: routed, stored, assigned, acknowledged."""
    categories = list(Category.objects.active().exclude(moderation="never").order_by("code"))
    draw = random.Random()

    def file(_number: int) -> None:
        lon, lat = draw.choice(places)
        submit_report(
            location=Point(_near(draw, lon), _near(draw, lat), srid=4326),
            category=draw.choice(categories),
            description=TEXT,
            received_at=timezone.now(),
            source="app",
        )

    return file
