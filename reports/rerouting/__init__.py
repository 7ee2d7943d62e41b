"""What a change of boundaries or rules moves: previewed first, then applied, and undone if need be, in batches."""

from reports.rerouting.acting import NotInState, NotYetInForce, begin_apply, begin_undo
from reports.rerouting.planning import begin_preview
from reports.rerouting.steps import Progress, apply, carry_on, preview, undo

__all__ = [
    "NotInState",
    "NotYetInForce",
    "Progress",
    "apply",
    "begin_apply",
    "begin_preview",
    "begin_undo",
    "carry_on",
    "preview",
    "undo",
]
