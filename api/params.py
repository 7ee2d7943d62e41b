"""Query parameters: each known by name, given once, of the right kind, or refused with a sentence."""

import math
import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _

from api.errors import Fault, Problem, refusal
from geo.nearness import Box
from geo.tiles import DEEPEST
from persian.normalize import NOT_TEXT

CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
MOST_METRES = 50_000
NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?\Z", re.ASCII)


def bad(name: str, code: str, detail: str) -> Problem:
    """A refusal of one parameter."""
    return refusal([Fault(field=name, code=code, detail=detail)])


def unknown_value(name: str, value: str, known: Collection[str]) -> Problem:
    """A refusal of a word that is none of those known."""
    detail = _("“%(value)s” is none of: %(known)s.") % {"value": value[:80], "known": ", ".join(known)}
    return bad(name, "unknown_value", detail)


class Params:
    """The parameters of one request. Reading one that is malformed raises Problem."""

    def __init__(self, query: QueryDict, *, known: Collection[str] | None = None) -> None:
        for name, values in query.lists():
            if len(values) > 1:
                detail = _("Give this parameter once; part several values by commas.")
                raise bad(CONTROL.sub("", name)[:50], "repeated_parameter", detail)
        self._query = query
        if known is not None:
            self.expect(known)

    def expect(self, known: Collection[str]) -> None:
        """Refuse parameters that are not known, where that is known only after some of them have been read."""
        for name in self._query:
            if name not in known:
                shown = CONTROL.sub("", name)[:50]
                raise bad(shown, "unknown_parameter", _unknown(shown, known))

    def text(self, name: str) -> str | None:
        """The parameter as it stands, or None where it is absent."""
        value = self._query.get(name)
        if value and CONTROL.search(value):
            raise bad(name, "invalid_characters", _("Control characters have no place here."))
        return value

    def prose(self, name: str, *, most: int) -> str:
        """A text of several lines as people write it, empty where the parameter is absent."""
        value = self._query.get(name) or ""
        if NOT_TEXT.search(value):
            raise bad(name, "invalid_characters", _("Control characters have no place here."))
        if len(value) > most:
            raise bad(name, "too_long", _("This text is longer than %(most)d characters: shorten it.") % {"most": most})
        return value

    def words(self, name: str) -> list[str]:
        """A list parted by commas; empty where the parameter is absent."""
        return [word.strip() for word in (self.text(name) or "").split(",") if word.strip()]

    def choice(self, name: str, known: Collection[str]) -> str | None:
        """One of the words that are known."""
        value = self.text(name)
        if value is not None and value not in known:
            raise unknown_value(name, value, known)
        return value

    def number(self, name: str) -> float | None:
        """A finite decimal number."""
        value = self.text(name)
        return None if value is None else _number(name, value)

    def required_number(self, name: str) -> float:
        """A finite decimal number that must be there."""
        value = self.number(name)
        if value is None:
            raise bad(name, "required", _("Give this parameter: a number."))
        return value

    def limit(self, *, default: int, most: int) -> int:
        """How many features a page has: 1 to `most`."""
        value = self.text("limit")
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most):
            detail = _("limit is a whole number from 1 to %(most)d; follow the next links for more.") % {"most": most}
            raise bad("limit", "limit_out_of_range", detail)
        return int(value)

    def zoom(self) -> int | None:
        """A map's zoom: a whole number from 0 to 24."""
        value = self.text("zoom")
        if value is not None and not (re.fullmatch("[0-9]{1,2}", value) and int(value) <= DEEPEST):
            raise bad("zoom", "invalid_zoom", _("zoom is a whole number from 0 to 24."))
        return None if value is None else int(value)

    def bbox(self) -> Box | None:
        """A box `minlon,minlat,maxlon,maxlat` in WGS 84."""
        value = self.text("bbox")
        if value is None:
            return None
        parts = value.split(",")
        if len(parts) != 4:
            raise bad("bbox", "invalid_bbox", _("bbox has four numbers: minlon,minlat,maxlon,maxlat."))
        west, south, east, north = (_number("bbox", part.strip(), code="invalid_bbox") for part in parts)
        _check_box(west, south, east, north)
        return west, south, east, north

    def near(self) -> tuple[float, float, float] | None:
        """A circle `lon,lat,metres` around a place in WGS 84; 1 to 50,000 metres."""
        value = self.text("near")
        if value is None:
            return None
        parts = value.split(",")
        if len(parts) != 3:
            raise bad("near", "invalid_near", _("near has three numbers: lon,lat,metres."))
        lon, lat, metres = (_number("near", part.strip(), code="invalid_near") for part in parts)
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            detail = _("Longitudes lie between -180 and 180, latitudes between -90 and 90.")
            raise bad("near", "coordinates_out_of_range", detail)
        if not 1 <= metres <= MOST_METRES:
            detail = _("Near is from 1 to %(most)d metres away.") % {"most": MOST_METRES}
            raise bad("near", "invalid_near", detail)
        return lon, lat, metres

    def moment(self, name: str) -> datetime | date | None:
        """A moment with its zone, or a bare day, which means that day on the city's own calendar."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return _moment(value)
        except ValueError:
            detail = _("Write a day as 2026-03-21, a moment as 2026-03-21T08:00:00Z (a + in an address is %%2B).")
            raise bad(name, "invalid_time", detail % {}) from None


def _unknown(name: str, known: Collection[str]) -> str:
    if not known:
        return _("There is no parameter “%(name)s”; this address takes none.") % {"name": name}
    detail = _("There is no parameter “%(name)s”; known are: %(known)s.")
    return detail % {"name": name, "known": ", ".join(sorted(known))}


def _number(name: str, value: str, code: str = "invalid_number") -> float:
    number = float(value) if NUMBER.match(value) else math.nan
    if not math.isfinite(number):
        raise bad(name, code, _("“%(value)s” is not a number.") % {"value": value[:50]})
    return number


def _check_box(west: float, south: float, east: float, north: float) -> None:
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise bad("bbox", "invalid_bbox", _("Longitudes lie between -180 and 180, latitudes between -90 and 90."))
    if south > north:
        raise bad("bbox", "invalid_bbox", _("The second number is the southern edge, the fourth the northern."))
    if west > east:
        detail = _("Boxes across the antimeridian are not answered here: ask for the two halves.")
        raise bad("bbox", "bbox_across_antimeridian", detail)


def _moment(value: str) -> datetime | date:
    """Parse, a moment to UTC; raises ValueError, also for one without a zone or at the ends of the calendar."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        day = date.fromisoformat(value)
        if not date.min + timedelta(days=2) < day < date.max - timedelta(days=2):
            raise ValueError(value)
        return day
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not 2 < moment.year < 9998:
        raise ValueError(value)
    return moment.astimezone(UTC)  # the database knows no zones as far from it as Python does
