"""Who sees which reports on the staff's pages: `people.access` decides it, not Django's permissions."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

from geo.admin import GuardedAdmin
from people.access import Right, Viewer
from people.viewing import viewer_of
from reports.models import Report


def asking(request: HttpRequest) -> Viewer:
    """The member of staff who asks."""
    return viewer_of(request, at=timezone.now())


class ScopedAdmin(GuardedAdmin):
    """What belongs to reports, as far as the viewer's memberships give the right `right` over these."""

    right: ClassVar[Right] = Right.SEE_REPORTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those in the viewer's charge; lists, pages, actions, history and autocompletion all begin here."""
        viewer = asking(request)
        rows = super().get_queryset(request)
        return rows if viewer.sees_everything else self.in_charge(rows, viewer)

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """Those of `rows` whose report is in the viewer's charge."""
        return rows.filter(report__in=Report.objects.in_charge_of(viewer, self.right))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; raises Http404 alike for one that is not there and one that is not in the viewer's charge."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever has the right anywhere: `get_queryset` says over what."""
        return asking(request).may(self.right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may see one of the pages."""
        return self.has_view_permission(request)


def city_clock(path: str = "") -> Callable[[Any], str]:
    """From a row to the time zone of its report's city; `path` leads from the row to the report."""

    def zone(row: Any) -> str:
        report = getattr(row, path) if path else row
        return str(report.root.time_zone)

    return zone


def has_right(viewer: Viewer, right: Right, report: Report) -> bool:
    """Whether the viewer has this right over this report."""
    return Report.objects.in_charge_of(viewer, right).filter(pk=report.pk).exists()
