"""From features to the jurisdictions of a level: their codes, names and ground."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from geo.crs import to_ground, to_lonlat
from geo.repairing import repairs
from geo.shapes import Fault, polygons_of, repair
from jurisdictions.boundaries import NewBoundary
from jurisdictions.importing.features import Feature, first_of
from jurisdictions.importing.order import Columns, Order
from jurisdictions.models import Jurisdiction
from persian.normalize import to_ascii_digits

_LONGEST_NAME = 200
_PERSIAN_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})
_ARABIC_SCRIPT = re.compile("[\u0600-\u06ff]")
_LATIN_1 = re.compile("[\u00c0-\u00ff]")
_ENCODINGS = ("latin-1", "cp1252", "cp1256")  # as which texts in another encoding are mostly misread


@dataclass(frozen=True, kw_only=True)
class Place:
    """A jurisdiction to be, with the first of its features' properties and the number of that feature."""

    boundary: NewBoundary
    properties: Mapping[str, Any]
    number: int


def places_of(order: Order, features: Sequence[Feature], root: Jurisdiction) -> list[Place]:
    """The places, by code, with the city as their parent and rings as they were drawn. Raises CannotImport."""
    is_city = order.level == root.level.code
    columns = order.columns
    if not columns.code and not is_city:
        raise first_of([_("Say which property holds the code: give --code-property.")])
    if is_city and not columns.code and len(features) > 1 and not order.dissolve:
        sentence = _("A city is one place, the file has %(count)d features: give --dissolve to unite them.")
        raise first_of([sentence % {"count": len(features)}])
    drawn = [_place(order, each, root) for each in features]
    if problems := [problem for place in drawn for problem in _problems(place, root, is_city=is_city)]:
        raise first_of(problems)
    places = _united(drawn) if order.dissolve else drawn
    if problems := _repeated(places):
        raise first_of(problems)
    if order.buffer_m > 0:
        places = [_widened(place, order.buffer_m, root.metric_srid or 0) for place in places]
    return sorted(places, key=lambda place: place.boundary.code)


def repaired(places: Sequence[Place], *, srid: int) -> tuple[list[Place], list[Fault]]:
    """The places with valid rings, and what had to be repaired. Raises CannotImport where no ground is left."""
    faults = repairs([place.boundary for place in places], srid=srid)
    broken = {code for fault in faults for code in fault.codes}
    sound = [_repaired(place) if place.boundary.code in broken else place for place in places]
    if empty := [place for place in sound if place.boundary.geometry.is_empty]:
        sentence = _("%(place)s has no ground: its rings have too few points or are lines.")
        raise first_of([sentence % {"place": _name(each)} for each in empty])
    return sound, faults


def _repaired(place: Place) -> Place:
    return _with_ground(place, repair(place.boundary.geometry))


def text_of(properties: Mapping[str, Any], name: str) -> str:
    """A property as text: spaces tidied, whole numbers without a decimal point; empty where there is none.

    Capitals make no difference: some formats write them anew.
    """
    value = properties.get(name, _in_any_case(properties, name)) if name else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else " ".join(str(value).split())


def _in_any_case(properties: Mapping[str, Any], name: str) -> Any:
    return next((value for other, value in properties.items() if other.casefold() == name.casefold()), None)


def code_of(properties: Mapping[str, Any], name: str) -> str:
    """A property as a code, in ASCII digits."""
    return to_ascii_digits(text_of(properties, name))


def _place(order: Order, feature: Feature, root: Jurisdiction) -> Place:
    columns = order.columns
    code = code_of(feature.properties, columns.code) if columns.code else root.code
    name_fa, name_en = _names(columns, feature.properties)
    unnamed = order.unnamed.replace("{code}", code)
    boundary = NewBoundary(
        level=order.level,
        code=code,
        geometry=feature.geometry if order.buffer_m > 0 else _polygons(feature.geometry),  # type: ignore[arg-type]  # lines, until they are corridors
        parent=(root.level.code, root.code),
        name_fa=name_fa or unnamed,
        name_en=name_en or unnamed,
    )
    return Place(boundary=boundary, properties=feature.properties, number=feature.number)


def _names(columns: Columns, properties: Mapping[str, Any]) -> tuple[str, str]:
    """The Persian and the English name; either stands in for the other."""
    persian = text_of(properties, columns.name_fa).translate(_PERSIAN_LETTERS)
    english = text_of(properties, columns.name_en)
    return persian or english, english or persian


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    """A polygon or multi-polygon as it is; of a collection, which may not be valid as a whole, its polygons."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    return shapely.MultiPolygon(polygons_of(geometry))


def _name(place: Place) -> str:
    return _("Feature %(number)d (%(code)s)") % {"number": place.number, "code": place.boundary.code}


def _problems(place: Place, root: Jurisdiction, *, is_city: bool) -> list[str]:
    boundary = place.boundary
    if not boundary.code:
        return [_("Feature %(number)d has no code.") % {"number": place.number}]
    if is_city:
        wrong = boundary.code != root.code
        sentence = _("%(place)s is not the city %(city)s: leave --code-property out.")
        return [sentence % {"place": _name(place), "city": root.code}] if wrong else []
    if not boundary.name_fa:
        sentence = _("%(place)s has no name: say which property holds it by --name-fa or --name-en, or give --unnamed.")
        return [sentence % {"place": _name(place)}]
    for name in (boundary.name_fa, boundary.name_en):
        if len(name) > _LONGEST_NAME:
            sentence = _("The name of feature %(number)d is longer than %(most)d letters.")
            return [sentence % {"number": place.number, "most": _LONGEST_NAME}]
        if _is_misread(name):
            sentence = _("The name of feature %(number)d, “%(name)s”, was read in the wrong encoding: give --encoding.")
            return [sentence % {"number": place.number, "name": name}]
    return []


def _is_misread(name: str) -> bool:
    """Whether a name is what another alphabet looks like in the wrong encoding."""
    if "\ufffd" in name or any("\u0080" <= letter <= "\u009f" for letter in name):
        return True
    if not name.isascii() and any(_as_if(name, encoding, "utf-8") for encoding in _ENCODINGS):
        return True
    letters = [letter for letter in name if letter.isalpha()]
    accented = [letter for letter in letters if _LATIN_1.match(letter)]
    return len(accented) * 2 > len(letters) > 2 and bool(_ARABIC_SCRIPT.search(_as_if(name, "latin-1", "cp1256")))


def _as_if(text: str, encoding: str, really: str) -> str:
    """The text, had its bytes been read in the other encoding; empty where they cannot have been."""
    try:
        return text.encode(encoding).decode(really)
    except UnicodeError:
        return ""


def _united(places: Sequence[Place]) -> list[Place]:
    by_code: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        by_code[place.boundary.code].append(place)
    return [_union(group) if len(group) > 1 else group[0] for group in by_code.values()]


def _union(group: Sequence[Place]) -> Place:
    parts = [place.boundary.geometry for place in group]
    is_line = any(part.geom_type.endswith("LineString") for part in parts)
    ground = shapely.union_all(parts if is_line else [repair(part) for part in parts])
    return _with_ground(group[0], ground)


def _repeated(places: Sequence[Place]) -> list[str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for place in places:
        numbers[place.boundary.code].append(place.number)
    sentence = _(
        "The code %(code)s stands %(count)d times, in features %(one)d and %(other)d: correct one, or give --dissolve "
        "to unite them."
    )
    return [
        sentence % {"code": code, "count": len(found), "one": found[0], "other": found[1]}
        for code, found in numbers.items()
        if len(found) > 1
    ]


def _widened(place: Place, metres: float, srid: int) -> Place:
    """A corridor that reaches `metres` to either side of the line, without caps at its ends."""
    line = to_ground(place.boundary.geometry, srid)
    corridor = to_lonlat(line.buffer(metres, cap_style="flat", join_style="round", quad_segs=4), srid)
    return _with_ground(place, repair(corridor))


def _with_ground(place: Place, ground: BaseGeometry) -> Place:
    return replace(place, boundary=replace(place.boundary, geometry=ground))  # type: ignore[arg-type]  # or lines, yet
