"""What the staff decide about problems with several reports; each act is written down and can be undone.

An act changes links alone; clusters follow from these. All take the lock of the city's clusters.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from people.models import User
from reports.duplicates.components import noes_between
from reports.duplicates.deciding import Decisions
from reports.duplicates.locking import lock_cities_of
from reports.models import ActKind, DuplicateAct, LinkState, Report

MOST_PAIRS: Final = 50_000  # noes that one act writes down


class WithItself(Exception):
    """One report cannot be merged with itself."""


class InOtherCities(Exception):
    """Reports of different cities are not one problem."""


class TogetherAlready(Exception):
    """They are held to be one problem already."""


class NotInCluster(Exception):
    """A report is not, or no longer, part of the problem; `references` say which."""

    def __init__(self, references: Collection[str]) -> None:
        super().__init__(", ".join(references))
        self.references = references


class NobodyLeft(Exception):
    """A problem cannot be taken apart so that none of its reports stays."""


class HeldApart(Exception):
    """Somebody has said that two of them are not the same; `pairs` (references) are these."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        super().__init__(", ".join("–".join(pair) for pair in pairs))
        self.pairs = pairs


class TooManyPairs(Exception):
    """The act would have to part too many pairs at once."""


@transaction.atomic
def merge(*, reports: Sequence[Report], by: User | None, at: datetime, note: str = "") -> DuplicateAct:
    """Hold these reports, with the problems that they are part of, to be one, however far apart they lie.

    Raises WithItself, InOtherCities, TogetherAlready, HeldApart.
    """
    named = _fresh(reports)
    if len({each.pk for each in named}) < max(len(reports), 2):
        raise WithItself
    groups = _distinct([_group_of(each) for each in named])
    if len(groups) == 1:
        raise TogetherAlready
    _check_not_apart(groups)
    decisions = Decisions(kind=ActKind.MERGE, reports=named, by=by, at=at, note=note)
    decisions.join(groups)
    return decisions.carry_out()


@transaction.atomic
def split(*, reports: Sequence[Report], by: User | None, at: datetime, note: str = "") -> DuplicateAct:
    """Take these reports out of the problem that they are part of, for good; together they are a problem of their own.

    Raises NotInCluster where they are not all of one, NobodyLeft, TooManyPairs.
    """
    named = _fresh(reports)
    group = _group_of(named[0])
    outside = [each.reference for each in named if each.pk not in group]
    if outside or len(group) == 1:
        raise NotInCluster(outside or [named[0].reference])
    leaving = frozenset(each.pk for each in named)
    decisions = Decisions(kind=ActKind.SPLIT, reports=named, by=by, at=at, note=note)
    _part(decisions, leaving, group - leaving)
    return decisions.carry_out()


@transaction.atomic
def move(*, report: Report, to: Report, by: User | None, at: datetime, note: str = "") -> DuplicateAct:
    """Take a report out of its problem, if it is part of one, and hold it to be the same as `to`.

    Raises WithItself, InOtherCities, TogetherAlready, HeldApart, TooManyPairs.
    """
    if report.pk == to.pk:
        raise WithItself
    moving, target = _fresh([report, to])
    old, new = _group_of(moving), _group_of(target)
    if moving.pk in new:
        raise TogetherAlready
    alone = frozenset({moving.pk})
    _check_not_apart([alone, new])
    decisions = Decisions(kind=ActKind.MOVE, reports=[moving, target], by=by, at=at, note=note)
    if old != alone:
        _part(decisions, alone, old - alone)
    decisions.join([alone, new])
    return decisions.carry_out()


@transaction.atomic
def accept(*, one: Report, other: Report, by: User | None, at: datetime, note: str = "") -> DuplicateAct:
    """Confirm that two reports are the same, also where somebody has said that they are not.

    Raises WithItself, InOtherCities, HeldApart where further noes stand between their problems.
    """
    if one.pk == other.pk:
        raise WithItself
    named = _fresh([one, other])
    groups = _distinct([_group_of(each) for each in named])
    pair = frozenset(each.pk for each in named)
    if len(groups) == 2:
        _check_not_apart(groups, but=pair)
    decisions = Decisions(kind=ActKind.ACCEPT, reports=named, by=by, at=at, note=note)
    decisions.decide(pair, LinkState.CONFIRMED)
    return decisions.carry_out()


@transaction.atomic
def reject(*, one: Report, other: Report, by: User | None, at: datetime, note: str = "") -> DuplicateAct:
    """Say that two reports are not the same, whatever their likeness. Raises WithItself, InOtherCities."""
    if one.pk == other.pk:
        raise WithItself
    named = _fresh([one, other])
    decisions = Decisions(kind=ActKind.REJECT, reports=named, by=by, at=at, note=note)
    decisions.decide(frozenset(each.pk for each in named), LinkState.REJECTED)
    return decisions.carry_out()


def _fresh(reports: Sequence[Report]) -> list[Report]:
    """The reports as they are now, with the clusters of their city ours alone; raises InOtherCities."""
    lock_cities_of([each.pk for each in reports])
    found = Report.objects.in_bulk([each.pk for each in reports])
    named = [found[each.pk] for each in reports]
    if len({each.root_id for each in named}) > 1:
        raise InOtherCities
    return named


def _group_of(report: Report) -> frozenset[int]:
    """The keys of the reports of its cluster; its own alone where it is part of none."""
    if report.duplicate_cluster_id is None:
        return frozenset({report.pk})
    mates = Report.objects.filter(duplicate_cluster=report.duplicate_cluster_id)
    return frozenset(mates.values_list("pk", flat=True))


def _distinct(groups: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    return list(dict.fromkeys(groups))


def _check_not_apart(groups: Sequence[frozenset[int]], *, but: frozenset[int] = frozenset()) -> None:
    place = {key: number for number, group in enumerate(groups) for key in group}
    pairs = [pair for pair in noes_between(place.keys()) if pair != but and len({place[key] for key in pair}) > 1]
    if pairs:
        names = dict(Report.objects.filter(pk__in=frozenset().union(*pairs)).values_list("pk", "reference"))
        raise HeldApart([(names[min(pair)], names[max(pair)]) for pair in sorted(pairs, key=sorted)[:20]])


def _part(decisions: Decisions, leaving: frozenset[int], staying: frozenset[int]) -> None:
    """A no between each of the one and each of the other; what is left of either side stays together."""
    if not staying:
        raise NobodyLeft
    if len(leaving) * len(staying) > MOST_PAIRS:
        raise TooManyPairs
    for one in sorted(leaving):
        for other in sorted(staying):
            decisions.decide(frozenset({one, other}), LinkState.REJECTED)
    for side in (leaving, staying):
        decisions.hold_together(side)
