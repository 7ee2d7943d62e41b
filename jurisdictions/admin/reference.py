"""What the pages of all reference data have in common."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import DateRangeField
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geo.admin import AnyModelAdmin, CarefulForms, StaffAdmin
from jurisdictions.models import Jurisdiction
from persian.forms import DayRangeField
from persian.normalize import to_ascii_digits, to_persian_digits

# What Arabic keyboards type for the letters the names are written with.
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})


class ReferenceAdmin(StaffAdmin):
    """Reference data, edited by whom Django's permissions allow; a row is deleted only while nothing stands on it."""

    formfield_overrides = {DateRangeField: {"form_class": DayRangeField}}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One unused row at a time: a list of what stands on a category would be as long as the city's reports."""
        return obj is not None and super().has_delete_permission(request, obj) and not in_use(obj)


class OfACity(CarefulForms):
    """Rows whose `root` is a city: of all jurisdictions, the cities alone are offered."""

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """The choices, the cities by name."""
        if db_field.name == "root":
            kwargs["queryset"] = Jurisdiction.objects.cities().order_by("name_fa", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def in_use(row: Model) -> bool:
    """Whether any other row names this one."""
    relations = [each for each in row._meta.get_fields(include_hidden=True) if each.auto_created and not each.concrete]
    return any(
        each.related_model._base_manager.filter(**{each.field.name: row.pk}).exists()  # type: ignore[union-attr]
        for each in relations
    )


class NamedAdmin(ReferenceAdmin):
    """Rows with a code, which stays once given (others know the row by it), and a name in each language."""

    search_fields = ["code", "name_fa", "name_en"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """The code of a row that exists, and what the page names itself."""
        given = super().get_readonly_fields(request, obj)
        return given if obj is None else ("code", *given)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Those whose code or names hold the words, whichever keyboard typed their letters and digits."""
        for word in search_term.translate(_LETTERS).split():
            matching = Q()
            for form in {to_ascii_digits(word), to_persian_digits(to_ascii_digits(word))}:
                matching |= Q(code__icontains=form) | Q(name_fa__icontains=form) | Q(name_en__icontains=form)
            queryset = queryset.filter(matching)
        return queryset, False


class CityFilter(admin.SimpleListFilter):
    """The rows of one city; shown where there are several."""

    title = _("city")
    parameter_name = "city"

    def lookups(self, request: HttpRequest, model_admin: AnyModelAdmin) -> list[tuple[str, str]]:
        """The cities by name."""
        cities = [(str(city.pk), str(city)) for city in Jurisdiction.objects.cities().order_by("name_fa", "pk")]
        return cities if len(cities) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the chosen city."""
        return queryset.filter(root=self.value()) if self.value() else queryset
