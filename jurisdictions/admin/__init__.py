"""The staff's pages about who answers for which ground."""

from jurisdictions.admin import calendars, ground, responsibility, rules, sets

__all__ = ["calendars", "ground", "responsibility", "rules", "sets"]
