"""Reports that a change of boundaries moves, and others."""

from tests.reports.rerouting_ground import moving, new_set, staying

__all__ = ["moving", "new_set", "staying"]
