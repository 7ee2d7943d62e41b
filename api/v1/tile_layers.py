"""The layers that tiles can have: reports, and the jurisdictions of each level."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

import numpy as np
from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from api.errors import Problem
from api.v1.problem_rows import COUNTED, problems_of
from geo import mvt
from geo.tiles import Points, Tile, read_points
from people.access import PUBLIC, Viewer
from reports.density import Cluster, tile_clusters
from reports.filters import ReportFilter
from reports.models import Report
from reports.models.report import ReportQuerySet
from reports.workflow import Status

REPORTS: Final = "reports"
PROBLEMS: Final = "duplicate-clusters"
PROBLEMS_FROM: Final = 11  # the zoom from which problems are drawn
SINGLES_FROM: Final = 14  # the zoom from which each report is drawn by itself

_PLACE_OF_STATUS: Final = Func(Value(list(Status.values)), F("status"), function="array_position")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer by the name that it is asked for; `level` is empty for reports and for problems."""

    name: str
    level: str = ""

    @property
    def content(self) -> str:
        """What it shows, whatever it is called."""
        return self.level or self.name


def layers_named(names: str, levels: Collection[str]) -> list[Layer]:
    """The layers of an address, parted by commas: reports, problems, and levels by their codes, or these with an s.

    They come in the order in which they are drawn: the largest ground first, problems last. Raises Problem for one that
    is not known, or there twice.
    """
    found: list[Layer] = []
    for name in names.split(","):
        layer = _layer(name, levels)
        if layer is None or any(layer.content == each.content for each in found):
            known = ", ".join([REPORTS, PROBLEMS, *levels])
            detail = _("Name each layer once, parted by commas; known are: %(known)s.") % {"known": known}
            raise Problem(status=404, code="unknown_layer", detail=detail)
        found.append(layer)
    order = [*levels, REPORTS, PROBLEMS]
    return sorted(found, key=lambda layer: order.index(layer.content))


def _layer(name: str, levels: Collection[str]) -> Layer | None:
    if name in (REPORTS, PROBLEMS):
        return Layer(name)
    return next((Layer(name, level) for level in levels if name in (level, f"{level}s")), None)


def report_layer(*, tile: Tile, viewer: Viewer, narrowing: ReportFilter, categories: Mapping[int, str]) -> bytes:
    """The reports of a tile that the viewer may see: one by one where the zoom is deep, in clusters above.

    `categories` are codes by key.
    """
    if tile.z < SINGLES_FROM:
        clusters = tile_clusters(tile.z, tile.x, tile.y, viewer, narrowing)
        return mvt.layer(REPORTS, _clusters(clusters, tile, categories))
    points = [_read(narrowing.narrow(rows)) for rows in _rows(tile, viewer)]
    return _points(reduce(Points.and_also, points), tile, categories)


def problem_layer(*, tile: Tile, narrowing: ReportFilter, categories: Mapping[int, str]) -> bytes:
    """The problems of a tile, each at the place of its main report, which the filter is about; the public's alone."""
    if tile.z < PROBLEMS_FROM:
        return b""
    rows = narrowing.narrow(problems_of(Report.objects.visible_to(PUBLIC).publicly_at(tile.box)))
    columns = ("public_x", "public_y", "reference", "category", "status", "told")
    found = list(rows.annotate(told=COUNTED).order_by("reference").values_list(*columns))
    places = tile.steps(np.array([row[:2] for row in found], dtype=np.int64).reshape(-1, 2)).tolist()
    return mvt.layer(PROBLEMS, (_problem(row, place, categories) for row, place in zip(found, places, strict=True)))


def _problem(row: tuple[Any, ...], place: Sequence[int], categories: Mapping[int, str]) -> mvt.Feature:
    _x, _y, reference, category, status, told = row
    said = {"reference": reference, "category": categories.get(category), "status": status, "count": told}
    return mvt.point(place[0], place[1], said)


def _rows(tile: Tile, viewer: Viewer) -> Iterator[ReportQuerySet]:
    """The reports of a tile: the public ones by an index that holds all that is drawn, then others by their place."""
    box = tile.box
    yield Report.objects.visible_to(PUBLIC).publicly_at(box)
    if viewer != PUBLIC:
        others = Report.objects.visible_to(viewer).filter(is_public=False, public_location__bboverlaps=tile.degrees)
        yield others.filter(public_x__range=(box.x0, box.x1), public_y__range=(box.y0, box.y1))


def _read(rows: ReportQuerySet) -> Points:
    numbers: dict[str, Combinable] = {"category": F("category_id"), "status": _PLACE_OF_STATUS}
    return read_points(rows, x="public_x", y="public_y", text="reference", numbers=numbers)


def _points(points: Points, tile: Tile, categories: Mapping[int, str]) -> bytes:
    """The points in the order of their references."""
    if not len(points.texts):
        return b""
    found = points.ordered()
    statuses = dict(enumerate(Status.values, start=1))
    said = {
        "reference": mvt.Words(found.texts, np.arange(len(found.texts))),
        "category": _coded(found.numbers["category"], categories),
        "status": _coded(found.numbers["status"], statuses),
    }
    return mvt.points(REPORTS, tile.steps(found.units), said)


def _coded(numbers: mvt.Steps, codes: Mapping[int, str]) -> mvt.Words:
    distinct, which = np.unique(numbers, return_inverse=True)
    return mvt.Words(np.array([codes.get(number, "").encode() for number in distinct.tolist()]), which)


def _clusters(clusters: Sequence[Cluster], tile: Tile, categories: Mapping[int, str]) -> Iterator[mvt.Feature]:
    middles = np.array([(each.sum_x // each.count, each.sum_y // each.count) for each in clusters], dtype=np.int64)
    places = tile.steps(middles.reshape(-1, 2)).tolist()
    for cluster, (x, y) in zip(clusters, places, strict=True):
        top = categories.get(cluster.top_categories[0][0])
        said = _single(cluster, top) if cluster.count == 1 else _many(cluster, top)
        yield mvt.point(x, y, {"count": cluster.count, **said})


def _single(cluster: Cluster, category: str | None) -> dict[str, mvt.Value]:
    return {
        "reference": cluster.reference,
        "category": category,
        "status": max(cluster.statuses, key=lambda code: cluster.statuses[code]),
    }


def _many(cluster: Cluster, top_category: str | None) -> dict[str, mvt.Value]:
    statuses: dict[str, mvt.Value] = {code: cluster.statuses[code] for code in sorted(cluster.statuses)}
    return {
        "cluster": True,
        "point_count_abbreviated": _short(cluster.count),
        "expansion_zoom": cluster.expansion_zoom,
        "top_category": top_category,
        **statuses,
    }


def _short(count: int) -> str:
    """As other makers of clusters write it: 999, 1.2k, 12k."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.0f}k" if count >= 10_000 else f"{round(count / 100) / 10:g}k"
