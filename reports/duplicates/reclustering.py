"""Clusters as they are stored, made to follow from the links. Whoever calls holds the city's lock."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from reports.duplicates.components import MOST, MOST_FOR_PEOPLE, Component, TooLarge, component_of, joining
from reports.duplicates.crowds import beside
from reports.duplicates.current import current_settings
from reports.duplicates.giving_back import GivenBack, give_back
from reports.duplicates.roots import Member, elect, read_members
from reports.duplicates.settings import Settings
from reports.models import DuplicateCluster, Report


def recluster(
    *,
    touched: Collection[int],
    at: datetime,
    most: int = MOST_FOR_PEOPLE,
    settings: Settings | None = None,
) -> list[GivenBack]:
    """Let the clusters of all that hangs together with these reports follow from the links; raises TooLarge.

    A cluster keeps its key where most of it stays together. Who leaves one gets back the status that was its own.
    """
    component = component_of(touched, most=most)
    return store(component, component.clusters(settings or current_settings()), at=at)


def place(report_id: int, *, touched: Collection[int], at: datetime, settings: Settings) -> list[GivenBack]:
    """The same for one report that has come or changed, and those whose links to it have.

    Where more hang together than are clustered anew each time, it alone is put into its place beside the others.
    """
    try:
        component = component_of({report_id, *touched}, most=MOST)
    except TooLarge:
        component = beside(report_id, edges=joining([report_id]))
    return store(component, component.clusters(settings), at=at)


def elect_again(*, cluster_id: int) -> None:
    """Let the right report stand for a cluster whose reports stay the same but have changed."""
    cluster = DuplicateCluster.objects.filter(pk=cluster_id).first()
    if cluster is not None:
        keys = Report.objects.filter(duplicate_cluster=cluster).values_list("pk", flat=True)
        _root(cluster, read_members(keys, locked=False).values())


def store(component: Component, groups: Sequence[frozenset[int]], *, at: datetime) -> list[GivenBack]:
    """Write the groups down as the clusters of the component's reports, and elect their roots."""
    members = component.members
    kept = _kept(groups, members)
    clusters = _clusters(groups, kept, members, at)
    moved: dict[int, int | None] = {}
    for group, cluster in zip(groups, clusters, strict=True):
        moved.update({key: cluster.pk for key in group if members[key].cluster_id != cluster.pk})
    together = frozenset().union(*groups)
    alone = (key for key, each in members.items() if key not in together and each.cluster_id is not None)
    moved.update(dict.fromkeys(alone, None))
    _move(moved)
    _end({each.cluster_id for each in members.values()} - set(kept.values()))
    for cluster, group in zip(clusters, groups, strict=True):
        _root(cluster, [members[key] for key in group])
    # Whoever stays may have been left by the root with which it had taken a step.
    parted = {members[key].cluster_id for key in moved} - {None}
    return give_back([key for key, each in members.items() if each.cluster_id in parted], at=at)


_MOVE: Final = """
UPDATE reports_report AS report SET duplicate_cluster_id = moved.cluster_id
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, cluster_id) WHERE report.id = moved.id"""


def _move(moved: Mapping[int, int | None]) -> None:
    """Let reports be in clusters, or in none; one statement."""
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [list(moved), list(moved.values())])


def _kept(groups: Sequence[frozenset[int]], members: Mapping[int, Member]) -> dict[frozenset[int], int]:
    """Which group goes on as which stored cluster: the one that most of it comes from."""
    shares: dict[tuple[int, frozenset[int]], int] = {}
    for group in groups:
        for key in group:
            if (cluster_id := members[key].cluster_id) is not None:
                shares[cluster_id, group] = shares.get((cluster_id, group), 0) + 1
    kept: dict[frozenset[int], int] = {}
    taken: set[int] = set()
    for cluster_id, group in sorted(shares, key=lambda pair: (-shares[pair], pair[0], min(pair[1]))):
        if group not in kept and cluster_id not in taken:
            kept[group] = cluster_id
            taken.add(cluster_id)
    return kept


def _clusters(
    groups: Sequence[frozenset[int]], kept: Mapping[frozenset[int], int], members: Mapping[int, Member], at: datetime
) -> list[DuplicateCluster]:
    """The stored cluster of each group, in their order; those that are new are made."""
    stored = DuplicateCluster.objects.in_bulk(list(kept.values()))
    made: dict[frozenset[int], DuplicateCluster] = {}
    for group in groups:
        if group not in kept:
            root = elect([members[key] for key in group])
            made[group] = DuplicateCluster(city_id=root.city_id, root_report_id=root.id, made_at=at)
    DuplicateCluster.objects.bulk_create(made.values())
    return [made[group] if group in made else stored[kept[group]] for group in groups]


def _end(gone: Collection[int | None]) -> None:
    keys = [key for key in gone if key is not None]
    if keys:
        DuplicateCluster.objects.filter(pk__in=keys).delete()


def _root(cluster: DuplicateCluster, members: Collection[Member]) -> None:
    root = elect(members)
    if (cluster.root_report_id, cluster.city_id) != (root.id, root.city_id):
        cluster.root_report_id, cluster.city_id = root.id, root.city_id
        cluster.save(update_fields=["root_report", "city"])
