"""By what the staff narrow their list of reports."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geo.admin import AnyModelAdmin
from jurisdictions.models import Department, Jurisdiction
from people.access import Viewer
from persian.display import digits
from reports.admin.scope import asking
from reports.deadlines.due import Due, condition
from reports.models import Report

DISTRICT = "district"  # the level by which a city's work is divided
NOBODY = "none"  # in the place of a department's key


def _cities_of(viewer: Viewer) -> QuerySet[Jurisdiction]:
    cities = Jurisdiction.objects.cities()
    if viewer.sees_everything:
        return cities
    return cities.filter(pk__in={each.ground.city.pk for each in viewer.memberships})


class PlaceFilter(admin.SimpleListFilter):
    """One choice among rows of reference data in the viewer's cities."""

    rows: dict[str, Any]

    def offered(self, cities: QuerySet[Jurisdiction]) -> QuerySet[Any]:
        """The rows to choose from."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, str]]:
        """The rows by name."""
        self.rows = {str(each.pk): each for each in self.offered(_cities_of(asking(request)))}
        return [(key, str(each)) for key, each in self.rows.items()]

    def chosen(self) -> Any:
        """The chosen row or None; raises IncorrectLookupParameters for one that is not offered."""
        value = self.value()
        if value is None:
            return None
        try:
            return self.rows[value]
        except KeyError as error:
            raise IncorrectLookupParameters from error


class DistrictFilter(PlaceFilter):
    """The reports on the ground of one district."""

    title = _("district")
    parameter_name = "district"

    def offered(self, cities: QuerySet[Jurisdiction]) -> QuerySet[Any]:
        """The districts."""
        return Jurisdiction.objects.at_level(DISTRICT).filter(root__in=cities).order_by("root_id", "pk")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """Those of the chosen district."""
        district = self.chosen()
        if district is None:
            return queryset
        return queryset.filter(root=district.root_id, jurisdictions__contains={DISTRICT: district.code})


class DepartmentFilter(PlaceFilter):
    """The reports that one department has."""

    title = _("department")
    parameter_name = "department"

    def offered(self, cities: QuerySet[Jurisdiction]) -> QuerySet[Any]:
        """The departments, those of the city first."""
        return Department.objects.filter(root__in=cities).order_by("root_id", "jurisdiction_id", "code")

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, str]]:
        """Nobody first: what waits for a dispatcher."""
        return [(NOBODY, str(_("nobody; a dispatcher decides"))), *super().lookups(request, model_admin)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """Those of the chosen department, or of none."""
        if self.value() == NOBODY:
            return queryset.filter(department__isnull=True)
        department = self.chosen()
        return queryset if department is None else queryset.filter(department=department)


class DueFilter(admin.SimpleListFilter):
    """The open reports whose date is over, near, or not known."""

    title = _("deadline")
    parameter_name = "due"
    NAMES = {
        Due.OVERDUE: _("overdue"),
        Due.SOON: _("due within a working day"),
        Due.UNACCEPTED: _("not accepted in time"),
        Due.UNKNOWN: _("not known: the holidays are not"),
    }

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, str]]:
        """The lists of a desk."""
        return [(str(due), str(name)) for due, name in self.NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """Those of the chosen list."""
        value = self.value()
        if value is None:
            return queryset
        if value not in set(Due):
            raise IncorrectLookupParameters
        return queryset.filter(condition(asking(request), Due(value), at=timezone.now()))


class ReceivedFilter(admin.SimpleListFilter):
    """The reports of the last days, by the page's calendar."""

    title = _("received at")
    parameter_name = "days"
    DAYS = (1, 7, 30, 90)

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, str]]:
        """How many days back, today among them."""
        return [(str(days), _days_text(days)) for days in self.DAYS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """Those received since the first of these days began."""
        value = self.value()
        if value is None:
            return queryset
        if value not in {str(days) for days in self.DAYS}:
            raise IncorrectLookupParameters
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(received_at__gte=midnight - timedelta(days=int(value) - 1))


def _days_text(days: int) -> str:
    return str(_("today")) if days == 1 else digits(str(_("the last %(days)d days") % {"days": days}))


class ProblemFilter(admin.SimpleListFilter):
    """Reports as pieces of work: those of one problem under its main report."""

    title = _("problem")
    parameter_name = "problem"
    ONE_EACH, SEVERAL = "one", "several"

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, str]]:
        """One row a problem, or those with several reports; the page of a problem asks for its own."""
        kinds = [(self.ONE_EACH, str(_("one row a problem"))), (self.SEVERAL, str(_("with several reports")))]
        asked = request.GET.get(self.parameter_name, "")
        return [*kinds, (asked, str(_("this problem")))] if _is_key(asked) else kinds

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        """The reports to be listed."""
        value = self.value()
        if value is None:
            return queryset
        if value == self.ONE_EACH:
            return queryset.exclude(Q(duplicate_cluster__isnull=False) & ~Q(duplicate_cluster__root_report=F("pk")))
        if value == self.SEVERAL:
            return queryset.filter(duplicate_cluster__root_report=F("pk"))
        if not _is_key(value):
            raise IncorrectLookupParameters
        return queryset.filter(duplicate_cluster=int(value))


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
