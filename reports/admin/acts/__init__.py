"""What the staff do to reports: each act calls its verb, report by report, and says how each went."""

from reports.admin.acts.assignment import AssignmentActs
from reports.admin.acts.publishing import PublishingActs
from reports.admin.acts.status import StatusActs


class ReportActs(StatusActs, AssignmentActs, PublishingActs):
    """The actions of the list and of the page of a report."""

    actions = ["change_status", "correct", "decline", "assign", "publish", "hide"]
