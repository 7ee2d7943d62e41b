"""The staff's pages about reports: each sees those in their charge."""

from reports.admin import records, report, rerouting

__all__ = ["records", "report", "rerouting"]
