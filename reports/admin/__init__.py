"""The staff's pages about reports: each sees those in their charge."""

from reports.admin import answers, deadlines, duplicates, photos, records, report, rerouting

__all__ = ["answers", "deadlines", "duplicates", "photos", "records", "report", "rerouting"]
