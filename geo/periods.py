"""Days from which, and until which, something holds: half-open ranges, guarded by the database."""

from datetime import date
from typing import Self, TypeVar

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import DateField, F, Func, Value
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row", bound=models.Model)


class InForceQuerySet(models.QuerySet[Row]):
    """Rows with an `in_force` range of days."""

    def in_force(self, *, on: date) -> Self:
        """Rows that hold on that day."""
        return self.filter(in_force__contains=on)


class InForce(models.Model):
    """Something that holds from a first day (included) to a last day (excluded, or open).

    The days are those of the city's own calendar: a change takes effect at the city's local midnight.
    """

    in_force = DateRangeField(_("in force"), help_text=_("The first day, and the first day it no longer holds."))

    class Meta:
        abstract = True


def held_until(day: date | None) -> Func:
    """For an update: `in_force` from the first day that it has until (without) this one, None for without end."""
    first_day = Func(F("in_force"), function="lower", output_field=DateField())
    last = Value(day, output_field=DateField())
    return Func(first_day, last, function="daterange", output_field=DateRangeField())
