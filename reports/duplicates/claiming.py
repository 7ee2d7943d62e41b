"""What a caller says of a report while filing it: it is the same as that one, and not the same as those."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from people.models import User
from reports.duplicates.current import current_settings
from reports.duplicates.facts import facts_of
from reports.duplicates.linking import new_link
from reports.duplicates.locking import lock_cities
from reports.duplicates.nearness import meters
from reports.duplicates.reclustering import place
from reports.duplicates.score import score
from reports.models import ActKind, DuplicateAct, DuplicateLink, LinkState, Report

WITHIN_M: Final = 1000  # nobody on the spot takes a report further away for the same

Why = Literal["other_city", "too_far_apart", "contradicting_claims"]


@dataclass(frozen=True)
class ClaimRefused(Exception):
    """A claim that cannot be true: about which report (by reference), and why."""

    reference: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the caller says; nothing unless told."""

    same_as: Report | None = None
    not_same_as: Sequence[Report] = ()


NO_CLAIMS: Final = Claims()


def claim(*, report: Report, claims: Claims, by: User | None, at: datetime) -> None:
    """Link a report that was just stored as its caller says, in the caller's transaction; raises ClaimRefused.

    A claim of one that was closed before is a recurrence. A "no" holds against all that likeness may say later.
    """
    said = [*([claims.same_as] if claims.same_as else []), *claims.not_same_as]
    if not said:
        return
    lock_cities([report.root_id])
    _check(report, claims, said)
    facts, settings = facts_of([report.pk, *(each.pk for each in said)]), current_settings()
    act = DuplicateAct.objects.create(city_id=report.root_id, kind=ActKind.CLAIM, by=by, at=at)
    links = []
    for other in {each.pk: each for each in said}.values():
        likeness = score(facts[report.pk], facts[other.pk], settings=settings)
        state = LinkState.CLAIMED if other == claims.same_as else LinkState.REJECTED
        link = new_link(report.pk, other.pk, likeness, state=state, at=at)
        link.act, link.decided_by = act, by
        links.append(link)
    made = DuplicateLink.objects.bulk_create(links)
    act.changes = {"links": [[link.pk, "", None] for link in made]}
    act.save(update_fields=["changes"])
    act.reports.set([report, *said])
    if claims.same_as:
        place(report.pk, touched=[claims.same_as.pk], at=at, settings=settings)
        report.refresh_from_db(fields=["duplicate_cluster"])


def _check(report: Report, claims: Claims, said: Sequence[Report]) -> None:
    same = claims.same_as
    for other in said:
        if other.root_id != report.root_id:
            raise ClaimRefused(other.reference, "other_city")
    if same is None:
        return
    # By what the public sees of it: a refusal must not say more of a coarse place.
    place = same.public_location
    if meters((report.location.x, report.location.y), (place.x, place.y)) > WITHIN_M:
        raise ClaimRefused(same.reference, "too_far_apart")
    clusters = dict(Report.objects.filter(pk__in=[each.pk for each in said]).values_list("pk", "duplicate_cluster"))
    for other in claims.not_same_as:
        if other == same or (clusters[same.pk] is not None and clusters[same.pk] == clusters[other.pk]):
            raise ClaimRefused(other.reference, "contradicting_claims")
