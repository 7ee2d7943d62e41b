"""What a viewer may see and do: the one place that decides it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from geo.periods import InForceQuerySet
from jurisdictions.models import Department, Jurisdiction
from people.models import Membership, Role, User


class Right(StrEnum):
    """Something a role may do within the ground of its membership."""

    SEE_REPORTS = "see_reports"  # all of a report but who told it
    SEE_CONTACT = "see_contact"  # who told it
    FILE_FOR_CALLER = "file_for_caller"  # file as an operator of the call center
    PUBLISH = "publish"  # decide what the public sees
    HANDLE = "handle"  # change status, place and category; decline
    MERGE = "merge"  # hold reports to be one problem, or not
    ASSIGN = "assign"  # give to any department of the city
    REROUTE = "reroute"  # preview, apply and undo what a change of boundaries, rules or calendars moves, for a city


RIGHTS: dict[str, frozenset[Right]] = {
    Role.OPERATOR: frozenset({Right.SEE_REPORTS, Right.SEE_CONTACT, Right.FILE_FOR_CALLER}),
    Role.HANDLER: frozenset({Right.SEE_REPORTS, Right.SEE_CONTACT, Right.HANDLE, Right.MERGE}),
    Role.HEAD: frozenset({Right.SEE_REPORTS, Right.SEE_CONTACT, Right.HANDLE, Right.MERGE, Right.PUBLISH}),
    Role.DISPATCHER: frozenset(
        {
            Right.SEE_REPORTS,
            Right.SEE_CONTACT,
            Right.HANDLE,
            Right.MERGE,
            Right.PUBLISH,
            Right.ASSIGN,
            Right.REROUTE,
        }
    ),
    Role.ANALYST: frozenset({Right.SEE_REPORTS}),
}


HANDS = [role for role, rights in RIGHTS.items() if Right.HANDLE in rights]  # who does the work of a department
DEEPEST = 4  # levels from a neighborhood up to a district and what lies between


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Whoever asks: the public, the holder of tracking links, or a member of staff with memberships in force."""

    user: User | None = None
    memberships: tuple[Membership, ...] = ()
    tracked: frozenset[str] = frozenset()  # references whose tracking link the viewer holds

    @property
    def sees_everything(self) -> bool:
        """An active superuser runs the service and sees all of it."""
        return self.user is not None and self.user.is_active and self.user.is_superuser

    def where(self, right: Right) -> tuple[Membership, ...]:
        """The memberships that give this right."""
        return tuple(each for each in self.memberships if right in RIGHTS[each.role])

    def may(self, right: Right) -> bool:
        """Whether the viewer has this right anywhere."""
        return self.sees_everything or bool(self.where(right))

    def cities(self, right: Right) -> frozenset[int]:
        """The keys of the cities throughout which the viewer's memberships give this right."""
        grounds = (each.jurisdiction for each in self.where(right))
        return frozenset(ground.pk for ground in grounds if ground is not None and ground.root_id is None)

    def acts_for(self, department: Department, right: Right) -> bool:
        """Whether the viewer has this right as that department: as its member, or of the ground that it is for."""
        grounds = {each.jurisdiction_id for each in self.where(right) if each.jurisdiction_id}
        place: Jurisdiction | None = department.jurisdiction
        while place is not None and grounds:
            if place.pk in grounds:
                return True
            place = place.parent
        return self.sees_everything or any(each.department_id == department.pk for each in self.where(right))


def offices_for(viewer: Viewer, right: Right) -> models.QuerySet[Department]:
    """The departments as which the viewer has this right: see `Viewer.acts_for`."""
    if viewer.sees_everything:
        return Department.objects.all()
    memberships = viewer.where(right)
    grounds = [each.jurisdiction_id for each in memberships if each.jurisdiction_id]
    own = Q(pk__in=[each.department_id for each in memberships if each.department_id])
    above = [Q(**{f"jurisdiction{'__parent' * up}__in": grounds}) for up in range(DEEPEST)]
    return Department.objects.filter(reduce(or_, above, own | Q(root__in=grounds)))


PUBLIC = Viewer()


def members_of(department: Department, *, on: date) -> InForceQuerySet[Membership]:
    """The memberships, in force on that day, of a department or of the ground it is for."""
    grounds: list[int] = []
    place: Jurisdiction | None = department.jurisdiction
    while place is not None:
        grounds.append(place.pk)
        place = place.parent
    of_it = Q(department=department) | Q(jurisdiction__in=grounds)
    return Membership.objects.in_force(on=on).filter(of_it)


def viewer_for(user: User | AnonymousUser | None, *, at: datetime) -> Viewer:
    """The viewer that `user` is at that moment; one query for a member of staff, none for the public."""
    if not isinstance(user, User) or not user.is_active:
        return PUBLIC
    return Viewer(user=user, memberships=_memberships_in_force(user, at))


def _memberships_in_force(user: User, at: datetime) -> tuple[Membership, ...]:
    # Which day it is depends on the city: take those of the days around the moment, then ask each city's calendar.
    days = (at.date() - timedelta(days=1), at.date() + timedelta(days=2))
    around = user.memberships.filter(in_force__overlap=days).select_related(
        "department__root", "jurisdiction__level", "jurisdiction__root"
    )
    return tuple(each for each in around if each.ground.day_at(at) in each.in_force)
