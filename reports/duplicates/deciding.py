"""The links that one act of the staff changes, gathered, written down with what they were, and carried out at once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain

from people.models import User
from reports.duplicates.clustering import tops
from reports.duplicates.current import current_settings
from reports.duplicates.facts import facts_of
from reports.duplicates.linking import new_link
from reports.duplicates.reclustering import recluster
from reports.duplicates.roots import elect, read_members
from reports.duplicates.score import score
from reports.models import ActKind, DuplicateAct, DuplicateLink, LinkKind, LinkState, Report
from reports.models.duplicate_link import JOINING

Pair = frozenset[int]


class Decisions:
    """One act under way; the caller holds the lock of the city's clusters."""

    def __init__(self, *, kind: ActKind, reports: Sequence[Report], by: User | None, at: datetime, note: str) -> None:
        self.kind = kind
        self.reports = reports
        self.by = by
        self.at = at
        self.note = note.strip()
        self._wanted: dict[Pair, LinkState] = {}

    def decide(self, pair: Pair, state: LinkState) -> None:
        """What is to be said of two reports (by key)."""
        self._wanted[pair] = state

    def join(self, groups: Sequence[Collection[int]]) -> None:
        """The root of each group is the same as that of the first."""
        first, *others = [_root(group) for group in groups]
        for other in others:
            self.decide(frozenset({first, other}), LinkState.CONFIRMED)

    def hold_together(self, group: Collection[int]) -> None:
        """What was one problem stays one where the report that joined its parts is gone."""
        parts = _parts(group)
        if len(parts) > 1:
            self.join(parts)

    def carry_out(self) -> DuplicateAct:
        """Write act and links, let the clusters follow; each report that leaves gets back what was its own."""
        act = DuplicateAct.objects.create(
            city_id=self.reports[0].root_id, kind=self.kind, by=self.by, at=self.at, note=self.note
        )
        act.reports.set(self.reports)
        links = self._write(act)
        given_back = recluster(touched={key for pair in self._wanted for key in pair}, at=self.at)
        act.changes = {"links": links, "statuses": [list(each) for each in given_back]}
        act.save(update_fields=["changes"])
        return act

    def _write(self, act: DuplicateAct) -> list[list[object]]:
        """The links as they are to be, and how each of them was: [key, state, act], "" for one that was not there."""
        stored = _stored(self._wanted)
        was: list[list[object]] = []
        for pair, link in stored.items():
            was.append([link.pk, link.state, link.act_id])
            self._sign(link, act, self._wanted[pair])
        DuplicateLink.objects.bulk_update(
            stored.values(), ["state", "kind", "act", "decided_by", "decided_at"], batch_size=1000
        )
        made = self._made([pair for pair in self._wanted if pair not in stored], act)
        return was + [[link.pk, "", None] for link in made]

    def _made(self, pairs: Sequence[Pair], act: DuplicateAct) -> list[DuplicateLink]:
        """New links; only those that join are worth a comparison."""
        joining = [pair for pair in pairs if self._wanted[pair] in JOINING]
        facts, settings = facts_of({key for pair in joining for key in pair}), current_settings()
        links = []
        for pair in pairs:
            one, other = sorted(pair)
            link = DuplicateLink(first_id=one, second_id=other, score=0.0, made_at=self.at)
            if pair in joining:
                likeness = score(facts[one], facts[other], settings=settings)
                link = new_link(one, other, likeness, state=LinkState.CONFIRMED, at=self.at)
            self._sign(link, act, self._wanted[pair])
            links.append(link)
        return DuplicateLink.objects.bulk_create(links, batch_size=5000)

    def _sign(self, link: DuplicateLink, act: DuplicateAct, state: LinkState) -> None:
        link.state, link.act, link.decided_by, link.decided_at = state, act, self.by, self.at
        if state == LinkState.CONFIRMED:
            link.kind = LinkKind.DUPLICATE


def _root(group: Collection[int]) -> int:
    return elect(read_members(group, locked=False).values()).id


def _stored(pairs: Collection[Pair]) -> dict[Pair, DuplicateLink]:
    keys = {key for pair in pairs for key in pair}
    links = DuplicateLink.objects.filter(first__in=keys, second__in=keys)
    found = {frozenset({each.first_id, each.second_id}): each for each in links}
    return {pair: link for pair, link in found.items() if pair in pairs}


def _parts(group: Collection[int]) -> list[set[int]]:
    """The reports of a group, parted into those that links between them join."""
    links = DuplicateLink.objects.joining().filter(first__in=group, second__in=group)
    joined = links.values_list("first_id", "second_id")
    top_of = tops(chain(((key, key) for key in group), joined))
    parts: dict[int, set[int]] = {}
    for key in group:
        parts.setdefault(top_of[key], set()).add(key)
    return list(parts.values())
