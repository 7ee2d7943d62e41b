"""The staff's pages about reports: each sees those in their charge."""

from reports.admin import answers, deadlines, duplicate_settings, duplicates, photos, records, report, rerouting

__all__ = ["answers", "deadlines", "duplicate_settings", "duplicates", "photos", "records", "report", "rerouting"]
