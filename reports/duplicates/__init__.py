"""Reports that tell of one problem: scored, linked, clustered, merged and split."""

from reports.duplicates.candidates import find_candidates, find_public_candidates
from reports.duplicates.current import current_settings
from reports.duplicates.facts import Facts, facts_of, public_facts_of
from reports.duplicates.reasons import reasons
from reports.duplicates.score import Score, score
from reports.duplicates.settings import Profile, Settings

__all__ = [
    "Facts",
    "Profile",
    "Score",
    "Settings",
    "current_settings",
    "facts_of",
    "find_candidates",
    "find_public_candidates",
    "public_facts_of",
    "reasons",
    "score",
]
