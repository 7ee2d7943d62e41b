"""A report's links to others: found by likeness when it comes, moves or is taken up again; what people say stays."""

import csv
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from typing import Final, TypeAlias

from django.db import connection, transaction

from reports.duplicates.candidates import find_candidates
from reports.duplicates.current import current_settings
from reports.duplicates.facts import Facts, facts_of
from reports.duplicates.locking import lock_cities
from reports.duplicates.nearness import meters
from reports.duplicates.reclustering import place
from reports.duplicates.score import Score, score
from reports.duplicates.settings import Settings
from reports.models import DuplicateLink, LinkKind, LinkState, Report
from reports.models.duplicate_link import BY_MACHINE, JOINING
from reports.searches import take_up

MANY: Final = 50
_COPY: Final = """
COPY reports_duplicatelink (first_id, second_id, score, features, kind, state, made_at, decided_at)
FROM STDIN WITH (FORMAT csv)"""

Pair: TypeAlias = tuple[int, int]  # reports by their keys


@dataclass(slots=True, kw_only=True)
class Found:
    """What becomes of links."""

    made: list[DuplicateLink] = field(default_factory=list)
    changed: list[DuplicateLink] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def judge(
        self, pair: Pair, link: DuplicateLink | None, likeness: Score | None, state: str | None, *, at: datetime
    ) -> bool:
        """Two reports with the link that there was, if any, and what the machine says of them now (None: nothing).

        A link is made, changed or ended; True where clusters may change by it.
        """
        joined = link is not None and _joins(link)
        if link is None and likeness and state:
            link = new_link(*pair, likeness, state=state, at=at)
            self.made.append(link)
        elif link is not None and link.state in BY_MACHINE and state is None:
            self.gone.append(link.pk)
            link = None
        elif link is not None and likeness and _follow(link, likeness, state):
            self.changed.append(link)
        return joined or (link is not None and _joins(link))

    def write(self) -> None:
        """Into the database, all of it."""
        _insert(self.made)
        DuplicateLink.objects.bulk_update(self.changed, ["score", "features", "kind", "state"], batch_size=500)
        if self.gone:
            DuplicateLink.objects.filter(pk__in=self.gone).delete()


@transaction.atomic
def seek_duplicates(*, report_id: int, at: datetime) -> bool:
    """Link a report with those it is like, and let its cluster follow; False where it is gone, or moving away just now.

    Done again, it changes nothing but what has changed: links that the machine made follow the score, links that a
    person made or rejected stay as they are.
    """
    city_id = _locked_city(report_id)
    if city_id is None:
        return False
    take_up([report_id])
    settings = current_settings()
    touched = link_one(report_id, city_id=city_id, settings=settings, at=at)
    if touched or Report.objects.filter(pk=report_id, duplicate_cluster__isnull=False).exists():
        place(report_id, touched=touched, at=at, settings=settings)
    return True


def link_one(report_id: int, *, city_id: int, settings: Settings, at: datetime) -> set[int]:
    """Compare a report and write its links; the others whose cluster may change by it. The city is locked."""
    own = facts_of([report_id])[report_id]
    links = _links_of(report_id)
    candidates = find_candidates(facts=own, city_id=city_id, settings=settings)
    others = facts_of({*candidates, *in_city(links, city_id)})
    found, touched = Found(), set()
    for other_id in sorted({*others, *links}):
        likeness, state = compared(own, others.get(other_id), settings)
        if found.judge((report_id, other_id), links.get(other_id), likeness, state, at=at):
            touched.add(other_id)
    found.write()
    return touched


def _locked_city(report_id: int) -> int | None:
    """The city of the report, with its clusters ours alone; the one that it has left too, where it has moved across."""
    where = Report.objects.filter(pk=report_id).values_list("root", "duplicate_cluster__city")
    before = where.first()
    if before is None:
        return None
    locked = {city for city in before if city is not None}
    lock_cities(locked)
    # Locked itself, so that it stays there.
    after = where.select_for_update(no_key=True, of=("self",)).first() or (None, None)
    return after[0] if locked.issuperset({*after} - {None}) else None  # it is moving across just now: look again later


def _links_of(report_id: int) -> dict[int, DuplicateLink]:
    links = DuplicateLink.objects.touching([report_id])
    return {each.second_id if each.first_id == report_id else each.first_id: each for each in links}


def in_city(ids: Collection[int], city_id: int) -> list[int]:
    """Those of these reports that are a city's."""
    return list(Report.objects.filter(pk__in=ids, root=city_id).values_list("pk", flat=True)) if ids else []


def compared(own: Facts, other: Facts | None, settings: Settings) -> tuple[Score | None, str | None]:
    """How alike two are and what the machine says of it; nothing where there is no other any more."""
    if other is None:
        return None, None
    likeness = score(own, other, settings=settings)
    return likeness, state_of(likeness, own, other, settings)


def _joins(link: DuplicateLink) -> bool:
    return link.kind == LinkKind.DUPLICATE and link.state in JOINING


def state_of(likeness: Score, own: Facts, other: Facts, settings: Settings) -> str | None:
    """What the machine says of two that are so alike; None: nothing."""
    profile = settings.pair(own.category, other.category)
    if likeness.value < profile.suggest_from or settings.kinship(own.category, other.category) <= 0:
        return None
    if meters((own.lon, own.lat), (other.lon, other.lat)) > profile.radius_m:  # an old link of one that has moved
        return None
    return LinkState.AUTOMATIC if likeness.value >= profile.link_from else LinkState.SUGGESTED


def _follow(link: DuplicateLink, likeness: Score, state: str | None) -> bool:
    """Let a link say what is known now; whether that is anything new. What people decided stays decided."""
    before = (link.score, link.kind, link.state, link.features)
    link.score, link.features = likeness.value, dict(likeness.features)
    if link.state != LinkState.CONFIRMED:
        link.kind = likeness.kind
    if link.state in BY_MACHINE and state:
        link.state = state
    return (link.score, link.kind, link.state, link.features) != before


def new_link(one: int, other: int, likeness: Score, *, state: str, at: datetime) -> DuplicateLink:
    """A link between two reports (by key), not stored yet; `at` is also when people decided, where it was them."""
    first, second = sorted((one, other))
    return DuplicateLink(
        first_id=first,
        second_id=second,
        score=likeness.value,
        features=dict(likeness.features),
        kind=likeness.kind,
        state=state,
        decided_at=None if state in BY_MACHINE else at,
        made_at=at,
    )


def _insert(links: Sequence[DuplicateLink]) -> None:
    """New links; many of them as one stream, which takes a third of the time that as many objects take."""
    if len(links) < MANY:
        DuplicateLink.objects.bulk_create(links)
        return
    lines = StringIO()
    out = csv.writer(lines)
    for each in links:
        values = [each.first_id, each.second_id, repr(each.score), json.dumps(each.features), each.kind, each.state]
        out.writerow([*values, each.made_at.isoformat(), each.decided_at.isoformat() if each.decided_at else ""])
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(_COPY, lines)
