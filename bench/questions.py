"""What is asked: the addresses of routes, pages, tiles and clusters; the same in every run over the same reports."""

import json
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
from django.contrib.gis.db.models import Extent
from django.db.models import F, FloatField, Func
from django.test import Client

from jurisdictions.models import Category
from reports.models import Report
from reports.models.report import ReportQuerySet
from reports.workflow import Status

ROUTE, REPORTS, TILES, CLUSTERS = "/api/v1/route", "/api/v1/reports", "/api/v1/tiles/reports", "/api/v1/clusters"
PAGE = 1000
DEEP = 900
CANDIDATES = 6000  # as in the measurements that our goals come from
POINTS = 200
BOXES = 60
TILES_ASKED = 60
FILTERS = 30


def routes() -> list[str]:
    """Routes: the places of reports, so that streets and hot corners count as in life."""
    random = Random(1)
    codes = list(Category.objects.active().order_by("code").values_list("code", flat=True))
    chosen = random.sample(range(len(places := _places())), POINTS)
    return [f"{ROUTE}?lon={lon}&lat={lat}&category={random.choice(codes)}" for lon, lat in places[chosen].tolist()]


def boxes() -> list[str]:
    """Pages: a full one out of a box around some report, with the given number of reports in it."""
    places = _places()
    centers = Random(2).sample(range(len(places)), BOXES)
    return [f"{REPORTS}?bbox={_box(places, places[center], candidates())}&limit={PAGE}" for center in centers]


def candidates() -> int:
    """How many reports a box holds, more or less: where places are coarse, many share one."""
    return min(CANDIDATES, _public().count() // 2)


def deep_size() -> int:
    """How many reports a page has that is to be the DEEPth of its walk."""
    return min(PAGE, _public().count() // (DEEP + 100))


def first_and_deep() -> tuple[str, str]:
    """Page 1 and page DEEP of a walk by keys. The key is that of a page of one report, the last before."""
    size = deep_size()
    last = _public().newest_first()[(DEEP - 1) * size - 1]
    until = last.received_at + timedelta(microseconds=1)
    page = Client(SERVER_NAME="127.0.0.1").get(f"{REPORTS}?limit=1&{urlencode({'to': until.isoformat()})}").json()
    [following] = [link["href"] for link in page["links"] if link["rel"] == "next"]
    key = dict(parse_qsl(urlsplit(following).query))["after"]
    return f"{REPORTS}?limit={size}", f"{REPORTS}?limit={size}&{urlencode({'after': key}, safe='~')}"


def tiles(zooms: Sequence[int]) -> list[str]:
    """Tiles that hold reports, most of them where most reports are; as many of each zoom."""
    rows = _public().order_by("pk").values_list("public_x", "public_y")
    random = Random(3)
    centers = random.sample(list(rows), min(len(rows), TILES_ASKED))
    each = len(centers) // len(zooms)
    found = {
        f"{TILES}/{zoom}/{x >> 30 - zoom}/{y >> 30 - zoom}.mvt": None
        for number, zoom in enumerate(zooms)
        for x, y in centers[number * each : (number + 1) * each]
    }
    return list(found)


def city() -> tuple[float, float, float, float]:
    """The box of all reports: west, south, east, north."""
    west, south, east, north = _public().aggregate(box=Extent("public_location"))["box"]
    return west, south, east + 1e-6, north + 1e-6  # the eastern and northern edge belong to the neighbors


def city_wide(zoom: int) -> str:
    """All clusters of the city."""
    return f"{CLUSTERS}?bbox={','.join(f'{edge:.6f}' for edge in city())}&zoom={zoom}"


def city_wide_filtered(zoom: int) -> list[str]:
    """The same of some categories and statuses."""
    random = Random(4)
    codes = sorted(set(_public().values_list("category__code", flat=True)))
    statuses = [str(Status.RECEIVED), str(Status.IN_PROGRESS), str(Status.RESOLVED)]
    return [
        f"{city_wide(zoom)}&category={','.join(random.sample(codes, min(3, len(codes))))}"
        f"&status={','.join(random.sample(statuses, 2))}"
        for _ in range(FILTERS)
    ]


def places_as_json() -> bytes:
    """All public places, `[[lon, lat], …]`."""
    return json.dumps(_places().tolist()).encode()


def _public() -> ReportQuerySet:
    return Report.objects.filter(is_public=True)


def _places() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The public places, lon and lat, a row each."""
    lon, lat = (
        Func(F("public_location"), function=function, output_field=FloatField()) for function in ("ST_X", "ST_Y")
    )
    return np.array(list(_public().order_by("pk").values_list(lon, lat)))


def _box(
    places: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    center: np.ndarray[tuple[int], np.dtype[np.float64]],
    inside: int,
) -> str:
    """`minlon,minlat,maxlon,maxlat` of the square in degrees around `center` that holds so many places."""
    away = np.abs(places - center).max(axis=1)
    reach = np.partition(away, inside - 1)[inside - 1] + 1e-6  # so that rounding leaves nobody outside
    return ",".join(f"{edge:.6f}" for edge in (*(center - reach), *(center + reach)))
