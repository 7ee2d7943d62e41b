"""The staff's pages about who answers for which ground."""

from jurisdictions.admin import ground, responsibility

__all__ = ["ground", "responsibility"]
