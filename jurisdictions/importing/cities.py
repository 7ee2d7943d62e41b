"""The city and the level of an import, found or made."""

from collections.abc import Sequence
from importlib import resources
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import shapely
from django.contrib.gis.db.models import Extent
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84, UnknownCrs, metric_srid, transformer
from jurisdictions.importing.order import CannotImport, NewCity, NewLevel, Order
from jurisdictions.models import Boundary, Jurisdiction, Level

_CITY_LEVEL = "city"
_STEP = 10  # between the ranks of levels, so that another fits in between
_FALSE_BY = 0.01  # how far a metric system may be off: area and width would be off by as much
_AROUND_DEG = 0.5  # around a city's ground a new shape of it may lie
_FAR_KM = 1_500  # farther from the middle of its time zone a city is worth a second look
_GEOD = Geod(ellps="WGS84")

Row = TypeVar("Row", bound=models.Model)


def find_city(order: Order) -> Jurisdiction | None:
    """The city that the order names, if it is there; raises CannotImport where it is not and cannot be made."""
    found = Jurisdiction.objects.cities().filter(code=order.city).first()
    if found is not None:
        return found
    if not order.new_city.time_zone:
        known = ", ".join(Jurisdiction.objects.cities().order_by("code").values_list("code", flat=True))
        there = _("there is %(known)s") % {"known": known} if known else _("there is none yet")
        detail = _("There is no city %(city)s (%(there)s); to make it, give its --time-zone and a name.")
        raise CannotImport(detail % {"city": order.city, "there": there})
    if order.new_city.time_zone not in available_timezones():
        detail = _("%(zone)s is no time zone such as Asia/Tehran.")
        raise CannotImport(detail % {"zone": order.new_city.time_zone})
    if not (order.new_city.name_fa or order.new_city.name_en):
        detail = _("The new city %(city)s needs a name: give --city-name-fa or --city-name-en.")
        raise CannotImport(detail % {"city": order.city})
    return None


def make_city(order: Order, geometries: Sequence[BaseGeometry]) -> Jurisdiction:
    """A new city around these lon/lat shapes. Raises CannotImport."""
    new = order.new_city
    lon, lat = middle(geometries)
    _refuse_far_from_zone(new.time_zone, lon, lat)
    level = Level.objects.filter(code=_CITY_LEVEL).first() or _saved(
        Level(code=_CITY_LEVEL, name_fa="شهر", name_en="City", rank=0, closes_gaps=True)
    )
    root = Jurisdiction(
        code=order.city,
        name_fa=new.name_fa or new.name_en,
        name_en=new.name_en or new.name_fa,
        level=level,
        time_zone=ZoneInfo(new.time_zone).key,
        metric_srid=_metric_srid(new, lon, lat),
        languages=list(new.languages) or (["fa", "en"] if new.name_fa else ["en"]),
    )
    return _saved(root)


def refuse_elsewhere(root: Jurisdiction, geometries: Sequence[BaseGeometry]) -> None:
    """Raise CannotImport where lon/lat shapes lie far from all ground that the city ever had."""
    extent = Boundary.objects.filter(boundary_set__root=root).aggregate(extent=Extent("shape"))["extent"]
    if extent is None:
        return
    around = shapely.box(*extent).buffer(_AROUND_DEG)
    if around.intersects(shapely.box(*shapely.total_bounds(geometries).tolist())):
        return
    lon, lat = middle(geometries)
    values = {"lon": lon, "lat": lat, "city": root.code}
    if around.contains(shapely.Point(lat, lon)):
        detail = _(
            "The shapes lie at longitude %(lon).3f, latitude %(lat).3f, far from %(city)s, but exchanged within it: "
            "give --swap-axes."
        )
        raise CannotImport(detail % values)
    detail = _(
        "The shapes lie at longitude %(lon).3f, latitude %(lat).3f, far from %(city)s: is it the right file, and the "
        "right --crs?"
    )
    raise CannotImport(detail % values)


def find_or_make_level(order: Order, root: Jurisdiction) -> tuple[Level, bool]:
    """The level of the shapes, and whether it is new. Raises CannotImport."""
    found = Level.objects.filter(code=order.level).first()
    if found is None:
        return _saved(_new_level(order, root)), True
    if _differs(found, order.new_level):
        detail = _("The level %(level)s is there already (rank %(rank)d, %(gaps)s): change it on the staff's pages.")
        gaps = _("closes gaps") if found.closes_gaps else _("does not close gaps")
        raise CannotImport(detail % {"level": found.code, "rank": found.rank, "gaps": gaps})
    return found, False


def _new_level(order: Order, root: Jurisdiction) -> Level:
    given = order.new_level
    if given.rank is not None and given.rank < 1:
        raise CannotImport(_("--rank is 1 or more: 0 is that of a city."))
    of_city = Level.objects.filter(models.Q(boundary_sets__root=root) | models.Q(pk=root.level_id))
    highest = of_city.aggregate(highest=models.Max("rank"))["highest"] or 0
    english = given.name_en or order.level.replace("-", " ").capitalize()
    is_first = not root.boundary_sets.exclude(level=root.level).exists()
    return Level(
        code=order.level,
        name_fa=given.name_fa or english,
        name_en=english,
        rank=highest + _STEP if given.rank is None else given.rank,
        closes_gaps=is_first if given.closes_gaps is None else given.closes_gaps,
    )


def _differs(level: Level, given: NewLevel) -> bool:
    asked = {
        "name_fa": given.name_fa or None,
        "name_en": given.name_en or None,
        "rank": given.rank,
        "closes_gaps": given.closes_gaps,
    }
    return any(value is not None and getattr(level, name) != value for name, value in asked.items())


def middle(geometries: Sequence[BaseGeometry]) -> tuple[float, float]:
    """Longitude and latitude in the middle of lon/lat shapes, also where they lie on both sides of the antimeridian."""
    west, south, east, north = shapely.total_bounds(geometries).tolist()
    if east - west > 180:
        lons = shapely.get_coordinates(geometries)[:, 0]
        lons = np.where(lons < 0, lons + 360, lons)
        west, east = float(lons.min()), float(lons.max())
    lon = (west + east) / 2
    return (lon - 360 if lon > 180 else lon), (south + north) / 2


def _metric_srid(new: NewCity, lon: float, lat: float) -> int:
    if new.metric_srid is None:
        return metric_srid(lon=lon, lat=lat)
    try:
        change = transformer(WGS84, new.metric_srid)
    except UnknownCrs as error:
        raise CannotImport(f"--metric-srid {new.metric_srid}: {error}") from error
    if not _measures_metres(change, lon, lat):
        detail = _(
            "EPSG:%(srid)d does not measure metres around longitude %(lon).3f, latitude %(lat).3f: leave --metric-srid "
            "out, or take EPSG:%(better)d."
        )
        better = metric_srid(lon=lon, lat=lat)
        raise CannotImport(detail % {"srid": new.metric_srid, "lon": lon, "lat": lat, "better": better})
    return new.metric_srid


def _measures_metres(change: Transformer, lon: float, lat: float) -> bool:
    """Whether a kilometre on the ground, towards the north and the east, is one in the system."""
    x0, y0 = change.transform(lon, lat)
    for direction in (0, 90):
        there = _GEOD.fwd(lon, lat, direction, 1000)
        x1, y1 = change.transform(there[0], there[1])
        if not abs(np.hypot(x1 - x0, y1 - y0) / 1000 - 1) <= _FALSE_BY:
            return False
    return True


def _refuse_far_from_zone(time_zone: str, lon: float, lat: float) -> None:
    """Longitude and latitude exchanged are plausible places too: the new city's time zone tells them apart."""
    place = _place_of_zone(time_zone)
    if place is None or abs(lon) > 90:
        return
    here, exchanged = _km(lon, lat, *place), _km(lat, lon, *place)
    if here > _FAR_KM and exchanged < here / 2:
        detail = _(
            "The shapes lie at longitude %(lon).3f, latitude %(lat).3f, %(here)s km from the place that %(zone)s is "
            "named for; exchanged they are %(exchanged)s km from it: give --swap-axes."
        )
        kilometres = {"here": f"{here:,.0f}", "exchanged": f"{exchanged:,.0f}"}
        raise CannotImport(detail % {"lon": lon, "lat": lat, "zone": time_zone, **kilometres})


def _km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return float(_GEOD.inv(lon, lat, other_lon, other_lat)[2]) / 1000


def _place_of_zone(time_zone: str) -> tuple[float, float] | None:
    """Longitude and latitude of the place that a time zone is named for, in degrees; None where none is known."""
    table = resources.files("tzdata") / "zoneinfo" / "zone1970.tab"
    for line in table.read_text("utf-8").splitlines():
        columns = line.split("\t")
        if not line.startswith("#") and columns[2] == time_zone:
            text = columns[1]
            split = max(text.rfind("+"), text.rfind("-"))
            return _degrees(text[split:], 3), _degrees(text[:split], 2)
    return None


def _degrees(text: str, digits: int) -> float:
    sign, number = (-1 if text[0] == "-" else 1), text[1:]
    return sign * (int(number[:digits]) + int(number[digits : digits + 2]) / 60)


def _saved(row: Row) -> Row:
    try:
        row.full_clean()
    except ValidationError as error:
        field, said = next(iter(error.message_dict.items()))
        detail = _("The %(kind)s %(code)s cannot be made: %(field)s: %(said)s")
        kind, code = row._meta.verbose_name, getattr(row, "code", "")
        raise CannotImport(detail % {"kind": kind, "code": code, "field": field, "said": " ".join(said)}) from error
    row.save()
    return row
