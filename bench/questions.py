"""What is asked: points for routes, boxes for pages; the same in every run over the same reports."""

from random import Random

import numpy as np
from django.db.models import F, FloatField, Func

from jurisdictions.models import Category
from reports.models import Report

PAGE = 1000
CANDIDATES = 6000  # as in the measurements that our goals come from
POINTS = 200
BOXES = 60


def routes() -> list[str]:
    """Query strings of the route endpoint: the places of reports, so that streets and hot corners count as in life."""
    random = Random(1)
    codes = list(Category.objects.active().order_by("code").values_list("code", flat=True))
    chosen = random.sample(range(len(places := _places())), POINTS)
    return [f"lon={lon}&lat={lat}&category={random.choice(codes)}" for lon, lat in places[chosen].tolist()]


def boxes() -> list[str]:
    """Query strings of pages: a full page out of a box around some report, with the given number of reports in it."""
    places = _places()
    centers = Random(2).sample(range(len(places)), BOXES)
    return [f"bbox={_box(places, places[center], candidates())}&limit={PAGE}" for center in centers]


def candidates() -> int:
    """How many reports a box holds, more or less: where places are coarse, many share one."""
    return min(CANDIDATES, Report.objects.filter(is_public=True).count() // 2)


def newest() -> list[str]:
    """The query string of the newest page."""
    return [f"limit={PAGE}"]


def _places() -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The public places, lon and lat, a row each."""
    lon, lat = (
        Func(F("public_location"), function=function, output_field=FloatField()) for function in ("ST_X", "ST_Y")
    )
    return np.array(list(Report.objects.filter(is_public=True).order_by("pk").values_list(lon, lat)))


def _box(
    places: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    center: np.ndarray[tuple[int], np.dtype[np.float64]],
    inside: int,
) -> str:
    """`minlon,minlat,maxlon,maxlat` of the square in degrees around `center` that holds so many places."""
    away = np.abs(places - center).max(axis=1)
    reach = np.partition(away, inside - 1)[inside - 1] + 1e-6  # so that rounding leaves nobody outside
    return ",".join(f"{edge:.6f}" for edge in (*(center - reach), *(center + reach)))
