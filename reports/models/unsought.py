"""What waits for its duplicates to be looked for."""

from django.db import models

from reports.models.report import Report


class Unsought(models.Model):
    """Something has happened to a report (it came, moved, was taken up again or got a photo) since its duplicates were
    looked for. The truth behind the job: the database makes one with each report, all else is `reports.searches`.

    Rows of their own, so that a search that finds nothing writes nothing into the report and its many indexes; and one
    for each time, so that who changes a report waits for nobody who compares it.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.report_id)
