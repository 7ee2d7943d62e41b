"""What hangs together: the reports that links join to some of them, with these links and the noes between them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Q

from reports.duplicates.clustering import Edge, clusters_of, tops
from reports.duplicates.facts import facts_of
from reports.duplicates.reconciling import reconciled
from reports.duplicates.roots import Member, read_members
from reports.duplicates.settings import Settings
from reports.models import DuplicateLink, Report
from reports.models.duplicate_link import SAID

# As many reports are clustered anew with each that comes; a greater crowd is put in order by `cluster_duplicates`.
MOST: Final = 500
MOST_FOR_PEOPLE: Final = 20_000  # an act of the staff may take a second or two


class TooLarge(Exception):
    """More reports hang together than are to be clustered at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """Reports with all that joins them and keeps them apart."""

    members: Mapping[int, Member]
    edges: Collection[Edge[int]]
    apart: Collection[frozenset[int]]

    def clusters(self, settings: Settings) -> list[frozenset[int]]:
        """The clusters that follow from it, without the links that bring together what is not alike; what no links
        join is clustered by itself, as it would be alone."""
        kept = reconciled(self.edges, facts=facts_of, settings=settings)
        parts = replace(self, edges=kept).parts()
        return sorted((group for part in parts for group in part._clusters(settings)), key=min)

    def parts(self) -> list["Component"]:
        """What hangs together by links, each by itself; who has no link is left out."""
        edges: dict[int, list[Edge[int]]] = {}
        top_of = tops((edge.one, edge.other) for edge in self.edges)
        for edge in self.edges:
            edges.setdefault(top_of[edge.one], []).append(edge)
        members: dict[int, dict[int, Member]] = {top: {} for top in edges}
        for key, top in top_of.items():
            members[top][key] = self.members[key]
        apart: dict[int, list[frozenset[int]]] = {top: [] for top in edges}
        for pair in self.apart:
            if pair <= top_of.keys() and len(found := {top_of[key] for key in pair}) == 1:
                apart[found.pop()].append(pair)
        return [Component(members=members[top], edges=edges[top], apart=apart[top]) for top in edges]

    def _clusters(self, settings: Settings) -> list[frozenset[int]]:
        return clusters_of(
            edges=self.edges,
            places={key: each.place for key, each in self.members.items()},
            apart=self.apart,
            cap_m={key: settings.profile(each.category).cap_m for key, each in self.members.items()},
            ranks={key: each.received_at for key, each in self.members.items()},
        )


def component_of(touched: Collection[int], *, most: int) -> Component:
    """All that hangs together with these reports, by links or in a cluster, locked; raises TooLarge beyond `most`."""
    ids: set[int] = set()
    found: dict[tuple[int, int], Edge[int]] = {}
    fresh = set(touched)
    while fresh:
        ids |= fresh
        if len(ids) > most:
            raise TooLarge
        edges = joining(fresh)
        found |= {(edge.one, edge.other): edge for edge in edges}
        fresh = ({end for edge in edges for end in (edge.one, edge.other)} | _mates(fresh)) - ids
    members = read_members(ids, locked=True)
    inside = [edge for edge in found.values() if _in_one_city(edge, members)]
    return Component(members=members, edges=inside, apart=noes_between(ids))


def joining(ids: Collection[int]) -> list[Edge[int]]:
    """The links of these reports that make clusters; one query."""
    rows = DuplicateLink.objects.joining().touching(ids).values_list("first_id", "second_id", "score", "state")
    return [Edge(first, second, score, must=state in SAID) for first, second, score, state in rows]


def _mates(ids: Collection[int]) -> set[int]:
    """Who is in a cluster with one of these."""
    clusters = Report.objects.filter(pk__in=ids, duplicate_cluster__isnull=False).values("duplicate_cluster")
    return set(Report.objects.filter(duplicate_cluster__in=clusters).values_list("pk", flat=True))


def _in_one_city(edge: Edge[int], members: Mapping[int, Member]) -> bool:
    ends = [members.get(edge.one), members.get(edge.other)]
    return None not in ends and len({end.city_id for end in ends if end}) == 1


def noes_between(ids: Collection[int]) -> list[frozenset[int]]:
    """The pairs among these of which a person has said that they are not the same; one query."""
    pairs = DuplicateLink.objects.apart().filter(Q(first__in=ids) & Q(second__in=ids))
    return [frozenset(pair) for pair in pairs.values_list("first_id", "second_id")]
