"""Reports that tell of one problem: scored, linked, clustered, merged and split."""

from reports.duplicates.candidates import find_candidates, find_public_candidates
from reports.duplicates.claiming import NO_CLAIMS, ClaimRefused, Claims, claim
from reports.duplicates.current import current_settings
from reports.duplicates.facts import Facts, facts_of, public_facts_of
from reports.duplicates.linking import seek_duplicates
from reports.duplicates.locking import lock_problem_of
from reports.duplicates.outcome import audience_of, carry, follow
from reports.duplicates.reasons import reasons
from reports.duplicates.reclustering import elect_again
from reports.duplicates.score import Score, score
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.similar import Similar, find_similar

__all__ = [
    "NO_CLAIMS",
    "ClaimRefused",
    "Claims",
    "Facts",
    "Profile",
    "Score",
    "Settings",
    "Similar",
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
    "public_facts_of",
    "reasons",
    "score",
    "seek_duplicates",
]
