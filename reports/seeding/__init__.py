"""Plausible reports for a demo: made up from streets and phrases, born and moved on by the verbs."""

from reports.seeding.phrases import Phrases, UnreadablePhrases, read_phrases
from reports.seeding.sowing import NothingToSeed, seed_reports

__all__ = ["NothingToSeed", "Phrases", "UnreadablePhrases", "read_phrases", "seed_reports"]
