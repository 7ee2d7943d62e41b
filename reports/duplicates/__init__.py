"""Reports that tell of one problem: scored, linked, clustered, merged and split."""

from reports.duplicates.acts import (
    HeldApart,
    InOtherCities,
    NobodyLeft,
    NotInCluster,
    TogetherAlready,
    TooManyPairs,
    WithItself,
    accept,
    merge,
    move,
    reject,
    split,
)
from reports.duplicates.candidates import find_candidates, find_public_candidates
from reports.duplicates.claiming import NO_CLAIMS, ClaimRefused, Claims, claim
from reports.duplicates.components import TooLarge
from reports.duplicates.counting import repeats_in
from reports.duplicates.current import current_settings
from reports.duplicates.facts import Facts, facts_of, public_facts_of
from reports.duplicates.linking import seek_duplicates
from reports.duplicates.locking import lock_problem_of
from reports.duplicates.outcome import audience_of, carry, follow
from reports.duplicates.people import (
    NobodyInParticular,
    OwnReport,
    Person,
    ProblemClosed,
    people_waiting,
    support,
    withdraw,
)
from reports.duplicates.reasons import reasons
from reports.duplicates.reclustering import elect_again
from reports.duplicates.refusals import REFUSALS, sentence_of
from reports.duplicates.score import Score, score
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.similar import Similar, find_similar
from reports.duplicates.undoing import DecidedSince, UndoneAlready, undo

__all__ = [
    "NO_CLAIMS",
    "REFUSALS",
    "ClaimRefused",
    "Claims",
    "DecidedSince",
    "Facts",
    "HeldApart",
    "InOtherCities",
    "NobodyInParticular",
    "NobodyLeft",
    "NotInCluster",
    "OwnReport",
    "Person",
    "ProblemClosed",
    "Profile",
    "Score",
    "Settings",
    "Similar",
    "TogetherAlready",
    "TooLarge",
    "TooManyPairs",
    "UndoneAlready",
    "WithItself",
    "accept",
    "audience_of",
    "carry",
    "claim",
    "current_settings",
    "elect_again",
    "facts_of",
    "find_candidates",
    "find_public_candidates",
    "find_similar",
    "follow",
    "lock_problem_of",
    "merge",
    "move",
    "people_waiting",
    "public_facts_of",
    "reasons",
    "reject",
    "repeats_in",
    "score",
    "seek_duplicates",
    "sentence_of",
    "split",
    "support",
    "undo",
    "withdraw",
]
