"""Columns of the staff's pages that show moments and periods as people read them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone

from persian.display import moment_text, period_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Column = Any  # a name or a callable; the stubs of Django know the latter in lists and not on pages
EMPTY = "—"


def moment_column(field: str, label: "StrOrPromise", *, zone: Callable[[Any], str] | None = None) -> Column:
    """A column with the moment `field`, on the clock that `zone` names for a row, else on the page's own."""

    @admin.display(description=label, ordering=field)
    def column(row: Any) -> str:
        at = getattr(row, field)
        time_zone = zone(row) if zone else timezone.get_current_timezone_name()
        return moment_text(at, time_zone=time_zone) if at else EMPTY

    column.__name__ = f"{field}_shown"
    return column


def period_column(label: "StrOrPromise", field: str = "in_force") -> Column:
    """A column with the days during which a row holds."""

    @admin.display(description=label)
    def column(row: Any) -> str:
        days = getattr(row, field)
        if days is None or days.isempty:
            return EMPTY
        return period_text(days.lower, days.upper)

    column.__name__ = f"{field}_shown"
    return column
