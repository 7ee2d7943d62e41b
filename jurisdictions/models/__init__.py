"""Who answers for which ground, since when."""

from jurisdictions.models.ground import Boundary, BoundarySet, Jurisdiction, Level, Street
from jurisdictions.models.hours import Holiday, SpecialHours, WorkingCalendar
from jurisdictions.models.responsibility import (
    Category,
    CategoryGroup,
    Department,
    Function,
    Moderation,
    RoutingRule,
    Source,
)
from jurisdictions.models.service import ServiceLevel, Unit, Until

__all__ = [
    "Boundary",
    "BoundarySet",
    "Category",
    "CategoryGroup",
    "Department",
    "Function",
    "Holiday",
    "Jurisdiction",
    "Level",
    "Moderation",
    "RoutingRule",
    "ServiceLevel",
    "Source",
    "SpecialHours",
    "Street",
    "Unit",
    "Until",
    "WorkingCalendar",
]
