"""Refusals that several endpoints share: of a category that there is none of, of a place that nobody answers for."""

from dataclasses import asdict

from django.utils.translation import gettext as _

from api.errors import Fault, Problem, refusal
from jurisdictions.models import Category
from jurisdictions.routing import OutsideServiceArea


def find_category(code: str) -> Category:
    """The category that a report can be filed under; raises Problem."""
    category = Category.objects.active().select_related("group").filter(code=code).first()
    if category is None:
        raise unknown_category(code)
    return category


def unknown_category(code: str) -> Problem:
    """The refusal of a category that there is none of, or that is out of use."""
    detail = _("There is no category “%(code)s”: see /api/v1/categories.") % {"code": code[:80]}
    return refusal([Fault(field="category", code="unknown_category", detail=detail)])


def no_answer(outside: OutsideServiceArea) -> Problem:
    """The refusal of a place that no city answers for: on that day none may have had boundaries."""
    if outside.nearest is None:
        detail = _("No boundaries are known for that day.")
        return Problem(status=422, code="no_boundaries", detail=detail)
    return outside_problem(outside)


def outside_problem(outside: OutsideServiceArea) -> Problem:
    """The refusal of a place beyond reach, with the nearest jurisdiction and the metres to it."""
    more = {
        "nearest": asdict(outside.nearest) if outside.nearest else None,
        "distance_m": None if outside.distance_m is None else round(outside.distance_m),
    }
    if outside.exchanged:
        detail = _("This place lies outside, but with the numbers exchanged it lies inside: longitude comes first.")
        return refusal([Fault(field="location", code="coordinates_exchanged", detail=detail)], status=422, **more)
    detail = _("This place lies outside the area that this service answers for.")
    return refusal([Fault(field="location", code="outside_service_area", detail=detail)], status=422, **more)
