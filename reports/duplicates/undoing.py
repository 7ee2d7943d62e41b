"""An act of the staff taken back: its links, clusters and statuses as they were."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from people.models import User
from reports.duplicates.locking import lock_cities_of
from reports.duplicates.reclustering import recluster
from reports.duplicates.reviving import follow_again
from reports.models import ActKind, DuplicateAct, DuplicateLink
from reports.models.duplicate_link import BY_MACHINE
from reports.searches import ask_for_searches


class UndoneAlready(Exception):
    """The act has been undone, or is itself an undoing."""


class DecidedSince(Exception):
    """Somebody has decided anew about what the act was about; `acts` (keys) are to be undone first."""

    def __init__(self, acts: Collection[int]) -> None:
        super().__init__(", ".join(map(str, acts)))
        self.acts = acts


@transaction.atomic
def undo(*, act: DuplicateAct, by: User | None, at: datetime, note: str = "") -> DuplicateAct:
    """Bring back the links that the act changed, and the statuses that its reports lost by it.

    Raises UndoneAlready, DecidedSince.
    """
    lock_cities_of(list(act.reports.values_list("pk", flat=True)), besides=[act.city_id])
    if act.kind == ActKind.UNDO or DuplicateAct.objects.filter(undoes=act).exists():
        raise UndoneAlready
    was = {key: (state, before) for key, state, before in act.changes.get("links", [])}
    links = {link.pk: link for link in DuplicateLink.objects.filter(pk__in=was)}
    since = {link.act_id for link in links.values() if link.act_id is not None and link.act_id != act.pk}
    if since:
        raise DecidedSince(sorted(since))
    undone = DuplicateAct.objects.create(
        city_id=act.city_id, kind=ActKind.UNDO, by=by, at=at, note=note.strip(), undoes=act
    )
    undone.reports.set(act.reports.all())
    touched = {end for link in links.values() for end in (link.first_id, link.second_id)}
    _bring_back(links, was)
    recluster(touched=touched, at=at)
    follow_again(act.changes.get("statuses", []), at=at)
    ask_for_searches(undone.reports.values_list("pk", flat=True))
    return undone


def _bring_back(links: dict[int, DuplicateLink], was: dict[int, tuple[str, int | None]]) -> None:
    acts = DuplicateAct.objects.in_bulk([before for _state, before in was.values() if before is not None])
    changed = []
    for key, link in links.items():
        state, before = was[key]
        earlier = acts.get(before) if before is not None else None
        if state:
            link.state, link.act = state, earlier
            link.decided_by = earlier.by if earlier else None
            link.decided_at = None if state in BY_MACHINE else (earlier.at if earlier else link.made_at)
            changed.append(link)
    DuplicateLink.objects.bulk_update(changed, ["state", "act", "decided_by", "decided_at"], batch_size=1000)
    DuplicateLink.objects.filter(pk__in=[key for key in links if not was[key][0]]).delete()
