"""What of a report the public sees, by its category's rules."""

import re
from dataclasses import dataclass

from django.contrib.gis.geos import Point

from geo.points import middle_of_cell
from jurisdictions.models import Category, Moderation
from jurisdictions.routing import OutsideServiceArea, Route, find_route
from persian.normalize import to_ascii_digits

# What could reach a person: e-mail addresses, and runs of digits as long as a telephone or national number.
# An address begins where a word does: sought from each letter, a text without spaces costs the square of its length.
_EMAIL = re.compile(r"(?<![^\s@])[^\s@]+@[^\s@]+\.[^\s@]+")
# Between two digits: marks that nobody sees, such as the half-space, and up to so many that people part numbers with.
_UNSEEN = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]*"
_PARTING = r"\s().\-_*\u2010-\u2015\u2212"
_NUMBER = re.compile(rf"\+?\d(?:{_UNSEEN}(?:[{_PARTING}]{_UNSEEN}){{0,2}}\d){{6,}}")
# What begins as numbers are dialed may be parted more widely, which elsewhere is a list of houses, or a date.
_DIALED = re.compile(rf"(?<!\d)[+0](?:{_UNSEEN}(?:[{_PARTING}/\\,،٬]{_UNSEEN}){{0,3}}\d){{8,}}")
_PERSONAL = (_EMAIL, _NUMBER, _DIALED)
MASK = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFace:
    """The public's columns of a report."""

    is_public: bool
    public_location: Point
    public_text: str
    public_jurisdictions: dict[str, str]


def public_face(*, category: Category, location: Point, description: str, route: Route) -> PublicFace:
    """What the category's rules let the public see at once. Where the place is coarse, so is its ground."""
    moderation = category.moderation
    coarse = category.place_precision_m > 0
    place = middle_of_cell(location, size_m=category.place_precision_m) if coarse else location
    return PublicFace(
        is_public=moderation in {Moderation.AT_ONCE, Moderation.TEXT_REVIEWED},
        public_location=place,
        public_text=without_personal_data(description) if moderation == Moderation.AT_ONCE else "",
        public_jurisdictions=_ground_at(place, category, route) if coarse else route.codes,
    )


def without_personal_data(text: str) -> str:
    """`text` with e-mail addresses and long numbers masked, in whatever digits they are written."""
    # Digits map one to one, so that a match in the ASCII form has the same place in the text as written.
    plain = to_ascii_digits(text)
    spans = sorted(match.span() for pattern in _PERSONAL for match in pattern.finditer(plain))
    kept, end = [], 0
    for start, stop in spans:
        if start >= end:
            kept += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*kept, text[end:]])


def _ground_at(place: Point, category: Category, route: Route) -> dict[str, str]:
    """The jurisdictions of a coarse place itself: those of the true one would say where in its cell it lies."""
    try:
        return find_route(location=place, category=category, on=route.on).codes
    except OutsideServiceArea:
        return {}
