"""Files of points in the small city, and what `manage.py route_points` makes of them."""

import csv
import io
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from tests.shapes import lonlat

DAY = "2026-03-21"
ADDED = ["city", "district", "zone", "department", "method", "edge_m"]
WEST = ["sample", "1", "1-1", "1-civil-works", "covers"]
EAST = ["sample", "2", "", "2-civil-works", "covers"]


def row(x: float, y: float) -> str:
    """A place in metres as `lon,lat`."""
    return ",".join(map(str, lonlat(x, y)))


def points(*places: tuple[float, float], category: str = "pothole") -> str:
    """A CSV of places in metres, all of one category."""
    return "lon,lat,category\n" + "".join(f"{row(*place)},{category}\n" for place in places)


@pytest.fixture
def route_file(tmp_path):
    """Route a text or bytes in a file; the exit code, what was written (None if nothing was) and what was said."""

    def go(content, name="in.csv", out="out.csv", **options):
        source, target = tmp_path / name, tmp_path / out
        source.write_bytes(content if isinstance(content, bytes) else content.encode())
        code, said = called(str(source), str(target), **options)
        return SimpleNamespace(
            code=code, said=said, bytes=target.read_bytes() if target.exists() else None, path=target
        )

    return go


def called(*names: str, on: str | None = DAY, **options) -> tuple[int, str]:
    """Call the command with these names of files; its exit code, and what it said."""
    said = io.StringIO()
    words = [*names, *(["--on", on] if on else [])]
    try:
        call_command("route_points", *words, stderr=said, **options)
    except CommandError as error:
        return error.returncode, said.getvalue() + str(error)
    return 0, said.getvalue()


def table(content: bytes, delimiter: str = ",") -> list[list[str]]:
    """The cells of a CSV, its header first."""
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter))


def new(content: bytes) -> list[list[str]]:
    """The new columns of each row but the metres."""
    return [each[-len(ADDED) : -1] for each in table(content)[1:]]


def answered(properties: dict) -> list:
    """The new values of a feature or a row of a table but the metres."""
    return [properties[name] for name in ADDED[:-1]]
