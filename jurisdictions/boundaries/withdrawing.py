"""Withdraw a set of boundaries before it comes into force."""

from datetime import date
from enum import StrEnum

from django.db import transaction
from django.db.models import ProtectedError

from geo.periods import held_until
from jurisdictions.boundaries.differences import set_before
from jurisdictions.models import Boundary, BoundarySet, Jurisdiction


class Hindrance(StrEnum):
    """Why a set cannot be withdrawn."""

    GONE = "gone"
    IN_FORCE = "in_force"
    IN_USE = "in_use"


class UnableToWithdraw(Exception):
    """The set stays, and nothing has changed; the text is a sentence, `why` the same for programs."""

    def __init__(self, sentence: str, *, why: Hindrance) -> None:
        super().__init__(sentence)
        self.why = why


@transaction.atomic
def withdraw(*, boundary_set: BoundarySet, on: date) -> None:
    """Let a planned set never come into force: its boundaries go, and the set before holds on in its place.

    `on` is the city's day. Jurisdictions that only this set had stay, without ground. Raises UnableToWithdraw for a
    set that holds already or that something refers to.
    """
    Jurisdiction.objects.select_for_update(no_key=True).get(pk=boundary_set.root_id)
    gone = BoundarySet.objects.filter(pk=boundary_set.pk).first()
    if gone is None:
        raise UnableToWithdraw("The set has been withdrawn already.", why=Hindrance.GONE)
    if gone.first_day <= on:
        sentence = f"The set holds since {gone.first_day}: it can be followed, no longer withdrawn."
        raise UnableToWithdraw(sentence, why=Hindrance.IN_FORCE)
    before, after = set_before(gone), _set_after(gone)
    try:
        gone.boundaries.all().delete()
        gone.delete()
    except ProtectedError as error:
        raise UnableToWithdraw("Decisions refer to the set.", why=Hindrance.IN_USE) from error
    if before is not None:
        _hold_on(before, from_day=gone.first_day, until=after.first_day if after else None)


def _set_after(boundary_set: BoundarySet) -> BoundarySet | None:
    others = BoundarySet.objects.filter(root=boundary_set.root_id, level=boundary_set.level_id)
    return others.filter(first_day__gt=boundary_set.first_day).order_by("first_day").first()


def _hold_on(boundary_set: BoundarySet, *, from_day: date, until: date | None) -> None:
    ending = Boundary.objects.filter(boundary_set=boundary_set, in_force__endswith=from_day)
    ending.update(in_force=held_until(until))
