"""How many reports there are, where: exact for every view, from a pyramid of counts and what it has not folded yet."""

from reports.density.changes import State, changes_under, state_under, tile_changes, tile_state
from reports.density.checking import Comparison, compare, rebuild
from reports.density.clusters import Cluster, level_of
from reports.density.folding import fold, sweep
from reports.density.grounds import GroundCount, ground_counts
from reports.density.reading import TooManyClusters, clusters, tile_clusters
from reports.density.views import View

__all__ = [
    "Cluster",
    "Comparison",
    "GroundCount",
    "State",
    "TooManyClusters",
    "View",
    "changes_under",
    "clusters",
    "compare",
    "fold",
    "ground_counts",
    "level_of",
    "rebuild",
    "state_under",
    "sweep",
    "tile_changes",
    "tile_clusters",
    "tile_state",
]
