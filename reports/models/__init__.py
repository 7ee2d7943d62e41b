"""What citizens told, and each thing done about it: one module a noun."""

from reports.models.assignment import Assignment, Reason
from reports.models.change import Change
from reports.models.contact import Contact
from reports.models.density import DensityCell, DensityFold, DensityGround, DensitySummary
from reports.models.report import Report
from reports.models.rerouting import Because, MoveState, Rerouting, ReroutingMove, ReroutingState
from reports.models.status import StatusUpdate

__all__ = [
    "Assignment",
    "Because",
    "Change",
    "Contact",
    "DensityCell",
    "DensityFold",
    "DensityGround",
    "DensitySummary",
    "MoveState",
    "Reason",
    "Report",
    "Rerouting",
    "ReroutingMove",
    "ReroutingState",
    "StatusUpdate",
]
