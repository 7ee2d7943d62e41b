"""Reports: of one problem and of others, one after the other, in somebody's hands, and moved by new boundaries."""

from tests.api.given_ground import dispatcher, report, west
from tests.api.submitted_ground import submitted
from tests.reports.duplicate_ground import found, told
from tests.reports.rerouting_ground import moving, new_set, staying

__all__ = ["dispatcher", "found", "moving", "new_set", "report", "staying", "submitted", "told", "west"]
