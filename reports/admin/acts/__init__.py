"""What the staff do to reports: each act calls its verb, report by report, and says how each went."""

from reports.admin.acts.assignment import AssignmentActs
from reports.admin.acts.problems import ProblemActs
from reports.admin.acts.publishing import PublishingActs
from reports.admin.acts.status import StatusActs
from reports.admin.acts.work import WorkActs


class ReportActs(StatusActs, WorkActs, AssignmentActs, ProblemActs, PublishingActs):
    """The actions of the list and of the page of a report."""

    actions = [
        *("change_status", "accept", "delegate", "take_back", "write_note", "tick"),
        *("correct", "decline", "assign", "merge", "split", "publish", "hide"),
    ]
