"""Sets of boundaries: put one in force, withdraw a planned one, and tell two apart."""

from jurisdictions.boundaries.differences import GroundChange, difference, set_before
from jurisdictions.boundaries.putting import FirstDayNotLater, by_key, one_load_at_a_time, put_in_force
from jurisdictions.boundaries.refusals import BadShapes, NewBoundary, UnableToPutInForce
from jurisdictions.boundaries.withdrawing import Hindrance, UnableToWithdraw, withdraw

__all__ = [
    "BadShapes",
    "FirstDayNotLater",
    "GroundChange",
    "Hindrance",
    "NewBoundary",
    "UnableToPutInForce",
    "UnableToWithdraw",
    "by_key",
    "difference",
    "one_load_at_a_time",
    "put_in_force",
    "set_before",
    "withdraw",
]
