"""The staff's pages about who answers for which ground."""

from jurisdictions.admin import ground, responsibility, rules, sets

__all__ = ["ground", "responsibility", "rules", "sets"]
