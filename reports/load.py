"""Who has how much in hand: people, crews and contractors, those with nothing among them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q

from jurisdictions.models import Department
from people.access import HANDS, Right, Viewer, offices_for
from people.models import Contractor, Crew, Membership, User
from reports.models import Delegation, Report

Counted = dict[tuple[str, int], tuple[int, int]]  # by kind and key: open, overdue
NOTHING = (0, 0)


@dataclass(kw_only=True)
class Load:
    """What one pair of hands has of the reports that the viewer is in charge of; `departments` are codes."""

    code: str
    name: str
    departments: list[str] = field(default_factory=list)
    open: int = 0
    overdue: int = 0


@dataclass(frozen=True, kw_only=True)
class Loads:
    """Everybody's load, the most burdened first."""

    people: list[Load]
    crews: list[Load]
    contractors: list[Load]


def loads_for(viewer: Viewer, *, at: datetime, language: str) -> Loads:
    """The load of everybody who may be given work by the departments that the viewer belongs to, or is above.

    Whoever has something of theirs in hand is there too, also if no longer a member. Six queries, whatever there is.
    """
    offices = {each.pk: each.code for each in offices_for(viewer, Right.SEE_REPORTS)}
    counted = _counts(viewer, at=at)
    return Loads(
        people=_sorted(_people(offices, counted, at=at)),
        crews=_sorted(_crews(offices, counted, language)),
        contractors=_sorted(_contractors(offices, counted, language)),
    )


def _counts(viewer: Viewer, *, at: datetime) -> Counted:
    """How many open reports each has in hand, and how many of them are overdue, by kind and key."""
    held = Delegation.objects.filter(ended_at__isnull=True, report__in=Report.objects.in_charge_of(viewer).open())
    late = Count("pk", filter=Q(report__deadline__due_at__lt=at))
    rows = held.order_by().values_list("user", "crew", "contractor").annotate(open=Count("pk"), overdue=late)
    counts: Counted = {}
    for user, crew, contractor, count, overdue in rows:
        kind, key = ("user", user) if user else ("crew", crew) if crew else ("contractor", contractor)
        counts[kind, key] = (count, overdue)
    return counts


def _people(offices: dict[int, str], counted: Counted, *, at: datetime) -> Collection[Load]:
    rows = Membership.objects.filter(department__in=offices, role__in=HANDS, user__is_active=True)
    loads: dict[int, Load] = {}
    for row in rows.select_related("user", "department__root").order_by("department__code"):
        if row.ground.day_at(at) in row.in_force:
            load = loads.setdefault(row.user_id, _of_user(row.user, counted))
            load.departments.append(offices[row.department_id or 0])
    others = [key for kind, key in counted if kind == "user" and key not in loads]
    return [*loads.values(), *(_of_user(each, counted) for each in User.objects.filter(pk__in=others))]


def _of_user(user: User, counted: Counted) -> Load:
    return _load(counted, "user", user.pk, code=user.username, name=user.called)


def _crews(offices: dict[int, str], counted: Counted, language: str) -> Collection[Load]:
    busy = [key for kind, key in counted if kind == "crew"]
    rows = Crew.objects.filter(department__in=offices, is_active=True) | Crew.objects.filter(pk__in=busy)
    return [
        _load(counted, "crew", each.pk, code=each.code, name=each.name(language), departments=[each.department.code])
        for each in rows.select_related("department")
    ]


def _contractors(offices: dict[int, str], counted: Counted, language: str) -> Collection[Load]:
    busy = [key for kind, key in counted if kind == "contractor"]
    cities = Department.objects.filter(pk__in=offices).values("root")
    rows = Contractor.objects.filter(root__in=cities, is_active=True) | Contractor.objects.filter(pk__in=busy)
    return [_load(counted, "contractor", each.pk, code=each.code, name=each.name(language)) for each in rows]


def _load(counted: Counted, kind: str, key: int, *, code: str, name: str, departments: Collection[str] = ()) -> Load:
    open_now, overdue = counted.get((kind, key), NOTHING)
    return Load(code=code, name=name, departments=list(departments), open=open_now, overdue=overdue)


def _sorted(loads: Collection[Load]) -> list[Load]:
    return sorted(loads, key=lambda each: (-each.open, each.code))
