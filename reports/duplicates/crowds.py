"""One report beside a crowd too large to be clustered anew with each that comes: a demonstration, a flooded square.

It joins the best cluster that takes it, by the same rule, with everybody else left where they are. That may differ from
what all the links together would give; `cluster_duplicates` brings these back into line.
"""

from collections.abc import Collection, Mapping

from reports.duplicates.clustering import Edge
from reports.duplicates.components import Component, noes_between
from reports.duplicates.roots import Member, read_members
from reports.models import Report


def beside(report_id: int, *, edges: Collection[Edge[int]]) -> Component:
    """A report with the clusters and the single reports that its links lead to; each cluster is held together."""
    near = {end for edge in edges for end in (edge.one, edge.other)} | {report_id}
    clusters = Report.objects.filter(pk__in=near, duplicate_cluster__isnull=False).values("duplicate_cluster")
    mates = Report.objects.filter(duplicate_cluster__in=clusters).values_list("pk", flat=True)
    members = read_members(near | set(mates), locked=True)
    within = [edge for edge in edges if members[edge.one].city_id == members[edge.other].city_id]
    held = _as_they_are(members, report_id)
    return Component(members=members, edges=[*held, *within], apart=noes_between(members.keys()))


def _as_they_are(members: Mapping[int, Member], report_id: int) -> list[Edge[int]]:
    """Links that hold each cluster together as it is, but for the report in question."""
    first: dict[int, int] = {}
    kept = []
    for key in sorted(members.keys() - {report_id}):
        cluster_id = members[key].cluster_id
        if cluster_id is not None and first.setdefault(cluster_id, key) != key:
            kept.append(Edge(first[cluster_id], key, 1.0, must=True))
    return kept
