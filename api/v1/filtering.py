"""The parameters that choose reports, read alike for lists, tiles and counts."""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from functools import reduce
from operator import and_, or_
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Q
from django.utils.translation import gettext as _

from api.params import Params, bad
from api.polygons import polygon_of
from jurisdictions.catalog import Catalog
from jurisdictions.models import Department, Jurisdiction
from persian.normalize import fold
from reports.filters import ReportFilter
from reports.references import as_reference
from reports.workflow import Status

MOST_LETTERS = 100
WITHIN = "within"
PLACE = re.compile(r"\s*[\w-]+\s*:\s*[^\s{\[]")  # such as district:9, and no JSON


def filter_names(levels: Collection[str]) -> list[str]:
    """The names of the parameters that `report_filter` reads, one for each level among them."""
    return ["category", "department", "from", "q", "status", "to", WITHIN, *levels]


def report_filter(params: Params, *, catalog: Catalog) -> ReportFilter:
    """What the parameters ask for; each narrows. Raises Problem."""
    categories, statuses = params.words("category"), params.words("status")
    return ReportFilter(
        categories=known_categories(categories, catalog) if categories else None,
        statuses=known_values("status", statuses, Status.values) if statuses else None,
        grounds=_grounds(params, catalog.levels),
        other=in_time(params) & _of_departments(params) & _within(params) & _with_words(params),
    )


def _of_departments(params: Params) -> Q:
    """Where a category's places are coarse, so is who has its reports: none of them match."""
    codes = params.words("department")
    if not codes:
        return Q()
    return Q(department__in=known_departments(codes), category__place_precision_m=0)


def _within(params: Params) -> Q:
    polygon = shape_of(params)
    return Q() if polygon is None else Q(public_location__intersects=polygon)


def _with_words(params: Params) -> Q:
    """All the words, anywhere in the public text, in any spelling; or the reference."""
    folded = searched_for(params)
    if folded is None:
        return Q()
    reference = as_reference(folded)
    words = reduce(and_, (Q(public_words__contains=word) for word in folded.split(" ")))
    return words | Q(reference=reference) if reference else words


def searched_for(params: Params) -> str | None:
    """The text that `q` holds as words are compared (`persian.normalize.fold`), None without one; raises Problem."""
    text = params.text("q")
    if text is None:
        return None
    if len(text) > MOST_LETTERS:
        raise bad("q", "too_long", _("Search for at most %(most)d letters.") % {"most": MOST_LETTERS})
    folded = fold(text)
    if len(folded.replace(" ", "")) < 2:
        raise bad("q", "too_short", _("Search for two letters or more."))
    return folded


def known_departments(codes: list[str]) -> list[int]:
    """The keys of the departments with these codes; raises Problem."""
    keys: dict[str, list[int]] = {}
    for code, key in Department.objects.filter(code__in=codes).values_list("code", "pk"):
        keys.setdefault(code, []).append(key)
    return [key for code in known_values("department", codes, keys) for key in keys[code]]


def known_categories(codes: list[str], catalog: Catalog) -> list[int]:
    """The keys of the categories with these codes; raises Problem."""
    found = {code: key for key, code in catalog.categories.items()}
    return [found[code] for code in known_values("category", codes, found)]


def _grounds(params: Params, levels: Collection[str]) -> dict[str, list[str]]:
    """The codes of jurisdictions by level; what `within` names as well lies in both."""
    asked = {level: params.words(level) for level in levels}
    grounds = {level: known_places(level, codes) for level, codes in asked.items() if codes}
    if (place := place_of(params)) is not None:
        level, code = place
        if level not in levels:
            detail = _("Name a level; known are: %(known)s.") % {"known": ", ".join(levels)}
            raise bad(WITHIN, "unknown_level", detail)
        [code] = known_places(level, [code], name=WITHIN)
        grounds[level] = [code] if code in grounds.get(level, [code]) else []
    return grounds


def place_of(params: Params) -> tuple[str, str] | None:
    """The level and the code of the jurisdiction that `within` names, if it does not hold a shape."""
    text = (params.text(WITHIN) or "").strip()
    level, colon, code = text.partition(":")
    return (level.strip(), code.strip()) if colon and PLACE.match(text) else None


def shape_of(params: Params) -> GEOSGeometry | None:
    """The polygon that `within` holds, if it does not name a jurisdiction. Raises Problem."""
    return None if place_of(params) else polygon_of(params, WITHIN)


def known_places(level: str, codes: list[str], *, name: str = "") -> list[str]:
    """The codes, if each is that of a jurisdiction at the level; raises Problem, of the parameter `name`."""
    found = Jurisdiction.objects.at_level(level).filter(code__in=codes).values_list("code", flat=True)
    return known_values(level, codes, set(found), parameter=name)


def known_values(kind: str, values: list[str], known: Collection[str], *, parameter: str = "") -> list[str]:
    """The values, if all of them are known; raises Problem."""
    for value in values:
        if value not in known:
            detail = _("“%(value)s” is not a known %(name)s.") % {"value": value[:80], "name": kind}
            raise bad(parameter or kind, f"unknown_{kind}", detail)
    return values


def in_time(params: Params, *, moment: str = "received_at", city: str = "root") -> Q:
    """`from` and `to` on the field `moment`, half-open: from the first moment, up to but without the second.

    `city` leads to the city of a row, at whose own midnight a bare day begins. Raises Problem.
    """
    found = Q()
    for name, lookup in (("from", f"{moment}__gte"), ("to", f"{moment}__lt")):
        bound = params.moment(name)
        if isinstance(bound, datetime):
            found &= Q(**{lookup: bound})
        elif bound is not None:
            found &= _on_each_calendar(bound, lookup, city)
    return found


def _on_each_calendar(day: date, lookup: str, city: str) -> Q:
    midnights = (
        Q(**{city: key, lookup: datetime.combine(day, time.min, ZoneInfo(zone))})
        for key, zone in Jurisdiction.objects.cities().values_list("pk", "time_zone")
    )
    return reduce(or_, midnights, Q(pk__in=[]))
