"""Who answers for which ground, since when."""

from jurisdictions.models.ground import Boundary, BoundarySet, Jurisdiction, Level, Street
from jurisdictions.models.responsibility import (
    Category,
    CategoryGroup,
    Department,
    Function,
    Moderation,
    RoutingRule,
    Source,
)

__all__ = [
    "Boundary",
    "BoundarySet",
    "Category",
    "CategoryGroup",
    "Department",
    "Function",
    "Jurisdiction",
    "Level",
    "Moderation",
    "RoutingRule",
    "Source",
    "Street",
]
