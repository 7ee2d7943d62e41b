"""What the staff's pages have in common: guarded rows, long lists, and filters that ask nothing else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import ForeignKey
from django.forms.widgets import Media, Script
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
    AnyPaginator = Paginator[Any]
    Forms = BaseModelAdmin[Any]
else:
    AnyModelAdmin = admin.ModelAdmin
    AnyPaginator = Paginator
    Forms = BaseModelAdmin

REACH = 10_000  # rows of a long list that can be paged through; the rest is reached by filters and search
# What Django's own list filters append to a field's name.
_FILTER_ENDINGS = ("", "__exact", "__isnull", "__id__exact")


class CappedPaginator(AnyPaginator):
    """Pages of the first REACH rows, so that no page counts a whole table."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to REACH."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:REACH].count())


class CarefulSelect(AutocompleteSelect):
    """Django's choice with autocompletion, which would look up a key without reading it first."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        """The choices to draw; a posted value that is no key is none."""
        return super().optgroups(name, [each for each in value if self._is_key(each)], attrs)

    def _is_key(self, value: str) -> bool:
        try:
            self.field.remote_field.model._meta.pk.to_python(value)
        except ValidationError:
            return False
        return True


class CarefulForms(Forms):
    """Forms that answer any posted value with themselves."""

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Django's field, with our choice where there is autocompletion."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", CarefulSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class StaffAdmin(CarefulForms, AnyModelAdmin):
    """A model's pages: its filters ask what they show and nothing else, and no list counts all its rows."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    list_per_page = 50
    list_max_show_all = 200

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether the address of a list may filter by this; Django would allow every field of the model."""
        names = self.list_filter if request is None else self.get_list_filter(request)
        return any(lookup in _parameters(each) for each in names)


def _parameters(each: Any) -> set[str]:
    if isinstance(each, type) and issubclass(each, SimpleListFilter):
        return {str(each.parameter_name)}
    return {f"{each}{ending}" for ending in _FILTER_ENDINGS}


class GuardedAdmin(StaffAdmin):
    """Rows that only a verb makes and changes: nobody does here, whatever their permissions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class MapAdmin(StaffAdmin):
    """Pages with a map of `geo.widgets`."""

    @property
    def media(self) -> Media:
        """Django's own files, the map library's style, and ours."""
        scripts: list[Any] = [Script("geo/map.js", type="module")]
        return super().media + Media(css={"all": ["maplibre-gl/maplibre-gl.css", "geo/map.css"]}, js=scripts)
