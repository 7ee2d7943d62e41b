"""Points by the million, in this process: our index beside a bare loop over the same shapes; and a whole CSV file."""

import csv
import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon

from bench.clients import Speed
from bench.database import ROOT
from bench.ground import DAY, Floats, city_of, mosaic, scattered
from bench.guard import Different
from bench.table import Row, Section
from geo.pointfiles import Columns, open_reader, open_writer
from jurisdictions.index import BoundaryIndex
from jurisdictions.models import Boundary, Category
from jurisdictions.routed_files import added_columns, route_rows

CHUNK = 65_536
POINTS = 1_000_000
ROWS = 300_000
ACROSS = 25
ROUNDS = 2  # a turn takes as long as its points take
STORE = ROOT / ".local" / "bench" / "points.csv"

Turn = Callable[[], Speed]


@dataclass(frozen=True, kw_only=True)
class Runner:
    """One row of the table, and how a turn of it is run."""

    name: str
    turn: Turn
    goal: float | None = None


def sections() -> list[Section]:
    """The sections about points."""
    return [against_bare(ACROSS, rounds=ROUNDS), from_csv_to_csv(rounds=ROUNDS)]


def against_bare(across: int, *, rounds: int, in_detail: bool = False) -> Section:
    """The index beside the loop that does nothing but find the polygon. Each turn begins with a new index.

    Raises Different where the two do not find the same polygons.
    """
    shapes = mosaic(across)
    lon, lat = scattered(POINTS)
    with city_of(shapes):
        _see_the_same(shapes, lon[:CHUNK], lat[:CHUNK])
        runners = [Runner(name="bare shapely loop", turn=_bare(shapes, lon, lat), goal=0.8)]
        if in_detail:
            runners += [
                Runner(name="City Eye, with the metres to the edge", turn=_ours(lon, lat, with_metres=True)),
                Runner(name="City Eye, the second million", turn=_ours(lon, lat, warm=True)),
            ]
        runners.append(Runner(name="City Eye", turn=_ours(lon, lat)))
        title = f"Points to routes in the process ({len(shapes):,} polygons of 500 corners; answers are points)"
        return Section(title=title, rows=_in_turns(runners, rounds))


def from_csv_to_csv(*, rounds: int) -> Section:
    """`route_points` over a file of rows in the city that is loaded, beside copying it with Python's csv."""
    _write_rows(STORE)
    runners = [
        Runner(name="Python's csv: read, take the numbers, write", turn=_copied),
        Runner(name="City Eye", turn=_routed),
    ]
    boundaries = Boundary.objects.in_force(on=DAY).count()
    title = f"A CSV file of {ROWS:,} rows, routed ({boundaries} boundaries; answers are rows; goal: 150,000)"
    return Section(title=title, rows=_in_turns(runners, rounds))


def _in_turns(runners: Sequence[Runner], rounds: int) -> list[Row]:
    timed = [[each.turn() for each in runners] for _ in range(rounds)]
    return [
        Row(name=runner.name, rounds=speeds, goal=runner.goal)
        for runner, speeds in zip(runners, zip(*timed, strict=True), strict=True)
    ]


class _Stopwatch:
    """Runs from its making on."""

    def __init__(self) -> None:
        self._began, self._cpu_s = time.perf_counter(), time.process_time()

    def speed(self, count: int) -> Speed:
        """Of so many points since then; how long a chunk takes at it, and how much of this processor's time."""
        seconds, cpu_s = time.perf_counter() - self._began, time.process_time() - self._cpu_s
        a_chunk = CHUNK / count * 1000
        return Speed(per_second=count / seconds, median_ms=seconds * a_chunk, cpu_ms=cpu_s * a_chunk)


def _chunks(lon: Floats, lat: Floats) -> list[tuple[Floats, Floats]]:
    return [(lon[start : start + CHUNK], lat[start : start + CHUNK]) for start in range(0, len(lon), CHUNK)]


class _Bare:
    """Nothing but finding the polygon: boxes, then prepared shapes."""

    def __init__(self, shapes: Sequence[MultiPolygon]) -> None:
        self._polygons = np.array(shapes, dtype=object)
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def find(self, lon: Floats, lat: Floats) -> NDArray[np.intp]:
        """The number of the polygon that covers each point, -1 for none."""
        point, shape = self._tree.query(shapely.points(lon, lat))
        covers = shapely.intersects_xy(self._polygons[shape], lon[point], lat[point])
        answers = np.full(len(lon), -1)
        answers[point[covers]] = shape[covers]
        return answers


def _bare(shapes: Sequence[MultiPolygon], lon: Floats, lat: Floats) -> Turn:
    bare = _Bare(shapes)

    def turn() -> Speed:
        watch = _Stopwatch()
        for x, y in _chunks(lon, lat):
            bare.find(x, y)
        return watch.speed(len(lon))

    return turn


def _see_the_same(shapes: Sequence[MultiPolygon], lon: Floats, lat: Floats) -> None:
    index = BoundaryIndex.for_day(on=DAY)
    ours = index.route_many(lon, lat, index.categories([""] * len(lon))).codes("district")
    theirs = _Bare(shapes).find(lon, lat).astype(str)
    if (different := np.flatnonzero(ours != theirs)).size:
        place = different[0]
        raise Different(f"{lon[place]}, {lat[place]}: {ours[place]} and {theirs[place]}")


def _ours(lon: Floats, lat: Floats, *, with_metres: bool = False, warm: bool = False) -> Turn:
    def turn() -> Speed:
        index = BoundaryIndex.for_day(on=DAY)
        none = index.categories([""] * CHUNK)
        for x, y in _chunks(*scattered(POINTS, seed=3)) if warm else ():
            index.route_many(x, y, none[: len(x)])
        watch = _Stopwatch()
        for x, y in _chunks(lon, lat):
            batch = index.route_many(x, y, none[: len(x)])
            if with_metres:
                assert len(batch.edge_m) == len(x)
        return watch.speed(len(lon))

    return turn


def _write_rows(path: Path) -> None:
    """Rows with points inside the city's ground and a category each, as an export of reports may have them."""
    whole = Boundary.objects.in_force(on=DAY).filter(jurisdiction__root=None).values_list("shape", flat=True)
    shapes = [shapely.from_wkb(bytes(shape.wkb)) for shape in whole]
    codes = list(Category.objects.order_by("code").values_list("code", flat=True))
    ground = shapely.union_all(shapes)
    shapely.prepare(ground)
    lon, lat = scattered(8 * ROWS, ground.bounds)
    inside = np.flatnonzero(shapely.intersects_xy(ground, lon, lat))[:ROWS]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["id", "lon", "lat", "category", "note"])
        for number, place in enumerate(inside.tolist()):
            note = json.dumps({"row": number}) if number % 10 == 0 else "a text of some words"
            rows.writerow([number, f"{lon[place]:.7f}", f"{lat[place]:.7f}", codes[number % len(codes)], note])


def _copied() -> Speed:
    watch = _Stopwatch()
    with STORE.open(newline="") as file, STORE.with_suffix(".copy").open("w", newline="") as copy:
        reader, writer = csv.reader(file), csv.writer(copy)
        writer.writerow(next(reader))
        for row in reader:
            writer.writerow([*row, float(row[1]) + float(row[2])])
    return watch.speed(ROWS)


def _routed() -> Speed:
    watch = _Stopwatch()
    index = BoundaryIndex.for_day(on=DAY)
    columns = Columns(lon="lon", lat="lat", category="category", added=added_columns(index.levels))
    with ExitStack() as stack:
        source = stack.enter_context(STORE.open("rb"))
        target = stack.enter_context(STORE.with_suffix(".routed").open("wb"))
        reader = open_reader(source, format="csv", columns=columns)
        writer = open_writer(target, format="csv", columns=columns, reader=reader)
        tally = route_rows(reader=reader, writer=writer, index=index, levels=index.levels, tell=lambda _rows: None)
    return watch.speed(tally.rows)
