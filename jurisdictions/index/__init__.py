"""Routing in the process, for points by the million: the answers of jurisdictions.routing, point for point."""

from jurisdictions.index.answers import REFUSED, Decision, RouteBatch
from jurisdictions.index.boundary_index import BoundaryIndex
from jurisdictions.index.ground import one_snapshot

__all__ = ["REFUSED", "BoundaryIndex", "Decision", "RouteBatch", "one_snapshot"]
