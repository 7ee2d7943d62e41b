"""Reports of one problem and of others."""

from tests.reports.duplicate_ground import found, told

__all__ = ["found", "told"]
