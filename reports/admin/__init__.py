"""The staff's pages about reports: each sees those in their charge."""

from reports.admin import records, report

__all__ = ["records", "report"]
