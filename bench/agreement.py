"""The index beside the routing query, point for point, in all the cities.

`script/bench --only agreement` asks about some points of the bench's city; `python -m bench.agreement --on DAY` about
as many as are wanted, in the cities of the database in use.
"""

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import django
import numpy as np
import shapely
from numpy.typing import NDArray

from config import cluster

if TYPE_CHECKING:
    from bench.table import Sheet

Floats = NDArray[np.float64]
CHUNK = 2000
POINTS, EDGES, AROUND = 100_000, 10_000, 500
HEAD = ("points", "asked about", "answers", "answered differently", "metres to the edge, at most apart")
# PostGIS looks for the nearest place of an edge on a sphere, and measures to it on the ellipsoid: kilometres from an
# edge it may find another place than the nearest, and be too far by as much as the two bodies differ.
FLATTENING = 1 / 298


@dataclass(slots=True)
class Found:
    """What the comparison of one kind of points has come to."""

    points: int = 0
    different: int = 0
    farthest_m: float = 0.0
    methods: Counter[str] = field(default_factory=Counter)


def sheets() -> list["Sheet"]:
    """The table. Raises Different where the two differ."""
    from bench.ground import DAY
    from bench.guard import Different
    from bench.table import Sheet
    from jurisdictions.index import one_snapshot

    with one_snapshot():
        found = _compare(on=DAY, points=POINTS, edges=EDGES, around=AROUND, seed=1)
    if different := sum(each.different for each in found.values()):
        raise Different(f"{different:,} points are answered differently by the index and by the routing query.")
    return [Sheet(title="The index and the routing query", head=HEAD, rows=[_row(*each) for each in found.items()])]


def _row(name: str, found: Found) -> tuple[str, ...]:
    return (name, f"{found.points:,}", _methods(found), f"{found.different:,}", f"{found.farthest_m:.3f}")


def main() -> str | None:
    """A sentence where the two differ anywhere, None after agreement."""
    options = _options()
    cluster.ensure_running()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from jurisdictions.index import one_snapshot

    with one_snapshot():
        found = _compare(
            on=options.on, points=options.points, edges=options.edges, around=options.around, seed=options.seed
        )
    different = sum(each.different for each in found.values())
    return f"{different:,} points are answered differently." if different else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", allow_abbrev=False)
    parser.add_argument("--points", type=int, default=20_000, help="random points inside the cities (20000)")
    parser.add_argument(
        "--edges", type=int, default=5_000, help="vertices, places on edges and ulps beside them (5000)"
    )
    parser.add_argument("--around", type=int, default=500, help="random points around the cities, exchanged too (500)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", type=date.fromisoformat, required=True, help="the day")
    return parser.parse_args()


def _compare(*, on: date, points: int, edges: int, around: int, seed: int) -> dict[str, Found]:
    from bench.run import say
    from jurisdictions.index import BoundaryIndex
    from jurisdictions.index.ground import read_ground

    index, random = BoundaryIndex.for_day(on=on), np.random.default_rng(seed)
    shapes = np.array(read_ground(on=on).shapes, dtype=object)
    kinds = {
        "random ones inside": _inside(shapes, points, random),
        "around, half of them exchanged": _around(shapes, around, random),
        "corners, places on edges, and ulps beside them": _on_edges(shapes, edges, random),
    }
    found = {}
    for name, places in kinds.items():
        began = time.monotonic()
        found[name] = _compared(index, places, on, random)
        say(f"{name}: {_words(found[name])}; {time.monotonic() - began:,.0f} s")
    return found


def _methods(found: Found) -> str:
    return ", ".join(f"{count:,} {method}" for method, count in found.methods.most_common())


def _words(found: Found) -> str:
    return (
        f"{found.points:,} points ({_methods(found)}), {found.different:,} answered differently, "
        f"metres at most {found.farthest_m:.3f} apart"
    )


def _compared(index: Any, points: Floats, on: date, random: np.random.Generator) -> Found:
    from jurisdictions.models import Category
    from jurisdictions.routing import Asked, find_routes

    codes = ["", *Category.objects.order_by("code").values_list("code", flat=True)]
    found = Found()
    for start in range(0, len(points), CHUNK):
        lon, lat = points[start : start + CHUNK].T.copy()
        kinds = [codes[number] for number in random.integers(len(codes), size=len(lon))]
        batch = index.route_many(lon, lat, index.categories(kinds))
        asked = [
            Asked(lon=x, lat=y, category=code) for x, y, code in zip(lon.tolist(), lat.tolist(), kinds, strict=True)
        ]
        for place, answer in enumerate(find_routes(asked, on=on)):
            _note(found, batch, place, answer)
    return found


def _note(found: Found, batch: Any, place: int, answer: Any) -> None:
    from jurisdictions.routing import Route

    ours = batch.decisions[batch.which[place]]
    found.points += 1
    found.methods[ours.method] += 1
    if not isinstance(answer, Route):
        same = ours.method == "refused" and ours.exchanged == answer.exchanged
    else:
        codes = tuple(answer.codes.get(level, "") for level in batch.levels)
        department = answer.department.code if answer.department else ""
        same = (ours.method, ours.codes, ours.department) == (str(answer.method), codes, department)
        apart_m = abs(batch.edge_m[place] - answer.edge_m)
        found.farthest_m = max(found.farthest_m, apart_m)
        same = same and apart_m < max(0.1, answer.edge_m * FLATTENING)
    if not same:
        found.different += 1
        print(batch.lon[place], batch.lat[place], ours, answer, batch.edge_m[place], file=sys.stderr)


def _inside(shapes: NDArray[np.object_], count: int, random: np.random.Generator) -> Floats:
    """Random points in the ground of all cities: a shape by its share of the boxes, then a point in it."""
    tree = shapely.STRtree(shapes)
    found: list[Floats] = []
    while sum(map(len, found)) < count:
        points = _in_boxes(shapes, count, random)
        inside = np.unique(tree.query(shapely.points(points), predicate="intersects")[0])
        found.append(points[inside])
    return np.concatenate(found)[:count]


def _in_boxes(shapes: NDArray[np.object_], count: int, random: np.random.Generator) -> Floats:
    boxes = shapely.bounds(shapes)
    box = boxes[random.integers(len(boxes), size=count)]
    return box[:, :2] + (box[:, 2:] - box[:, :2]) * random.uniform(size=(count, 2))


def _around(shapes: NDArray[np.object_], count: int, random: np.random.Generator) -> Floats:
    """Points up to some 30 km from a shape, and the same with their axes exchanged, where that is a place."""
    points = _in_boxes(shapes, count, random) + random.uniform(-0.3, 0.3, size=(count, 2))
    exchanged = points[:, ::-1]
    return np.concatenate([points, exchanged[np.abs(exchanged[:, 1]) <= 90]])


def _on_edges(shapes: NDArray[np.object_], count: int, random: np.random.Generator) -> Floats:
    """Vertices, places on edges, the same some ulps off, and places within some metres: a quarter each."""
    from geo.edges import edges_of

    starts, ends = edges_of(shapes)
    edge = random.integers(len(starts), size=count)
    share = random.uniform(size=(count, 1))
    share[::4] = 0
    points = starts[edge] + (ends[edge] - starts[edge]) * share
    for _ in range(2):
        toward = random.choice([-np.inf, np.inf], size=points[1::4].shape)
        points[1::4] = np.nextafter(points[1::4], toward)
    points[2::4] += random.normal(0, 2e-4, size=points[2::4].shape)
    return points


if __name__ == "__main__":
    sys.exit(main())
