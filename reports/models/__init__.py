"""What citizens told, and each thing done about it: one module a noun."""

from reports.models.answers import Check, ChecklistItem, ClosingReason, StandardAnswer
from reports.models.assignment import Assignment, Reason
from reports.models.change import Change
from reports.models.contact import Contact
from reports.models.deadline import Deadline, DeadlineChange, DeadlineRun, RunState, Why
from reports.models.delegation import Delegation
from reports.models.density import DensityCell, DensityFold, DensityGround, DensitySummary
from reports.models.duplicate_act import ActKind, DuplicateAct
from reports.models.duplicate_cluster import DuplicateCluster
from reports.models.duplicate_link import DuplicateLink, LinkKind, LinkState
from reports.models.duplicate_settings import CategoryKinship, DuplicateProfile, SynonymGroup, WordKind
from reports.models.feedback import Feedback
from reports.models.note import Note
from reports.models.photo import Mime, Photo, PhotoKind, PhotoState, PhotoUpload, Refusal, StoredFile
from reports.models.report import Report
from reports.models.rerouting import Because, MoveState, Rerouting, ReroutingMove, ReroutingState
from reports.models.status import StatusUpdate
from reports.models.supporter import Supporter, SupporterContact
from reports.models.unsought import Unsought

__all__ = [
    "ActKind",
    "Assignment",
    "Because",
    "CategoryKinship",
    "Change",
    "Check",
    "ChecklistItem",
    "ClosingReason",
    "Contact",
    "Deadline",
    "DeadlineChange",
    "DeadlineRun",
    "Delegation",
    "DensityCell",
    "DensityFold",
    "DensityGround",
    "DensitySummary",
    "DuplicateAct",
    "DuplicateCluster",
    "DuplicateLink",
    "DuplicateProfile",
    "Feedback",
    "LinkKind",
    "LinkState",
    "Mime",
    "MoveState",
    "Note",
    "Photo",
    "PhotoKind",
    "PhotoState",
    "PhotoUpload",
    "Reason",
    "Refusal",
    "Report",
    "Rerouting",
    "ReroutingMove",
    "ReroutingState",
    "RunState",
    "StandardAnswer",
    "StatusUpdate",
    "StoredFile",
    "Supporter",
    "SupporterContact",
    "SynonymGroup",
    "Unsought",
    "Why",
    "WordKind",
]
