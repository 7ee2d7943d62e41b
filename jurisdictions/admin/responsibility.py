"""The staff's pages about who answers for what: categories, departments and the rules between them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jurisdictions.admin.reference import CityFilter, NamedAdmin, ReferenceAdmin, in_use
from jurisdictions.models import Category, CategoryGroup, Department, Function, Jurisdiction, RoutingRule
from persian.admin import period_column


@admin.register(Function)
class FunctionAdmin(NamedAdmin):
    """What departments are there for."""

    list_display = ["name_fa", "name_en", "code"]
    ordering = ["code"]


@admin.register(CategoryGroup)
class CategoryGroupAdmin(NamedAdmin):
    """Groups of categories, in the order of the form."""

    list_display = ["name_fa", "name_en", "code", "rank"]
    ordering = ["rank", "code"]


@admin.register(Category)
class CategoryAdmin(NamedAdmin):
    """Kinds of problems, with what the public sees of their reports."""

    list_display = ["name_fa", "name_en", "code", "group", "moderation", "place_precision_m", "is_active"]
    list_select_related = ["group"]
    list_filter = ["group", "moderation", "is_active"]
    ordering = ["group__rank", "rank", "code"]
    fields = ["code", "name_fa", "name_en", "group", "rank", "moderation", "place_precision_m", "is_active"]


class DepartmentForm(forms.ModelForm[Department]):
    """A new department; its city is that of its jurisdiction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if root := self.fields.get("root"):
            # Part of the form, though not asked: the rule that codes are unique in a city is checked with it.
            root.required, root.widget = False, forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """The given values with the city."""
        given = super().clean() or self.cleaned_data
        if given.get("jurisdiction"):
            given["root"] = given["jurisdiction"].city
        return given


@admin.register(Department)
class DepartmentAdmin(NamedAdmin):
    """Departments. One is what it does and where: a new function or ground makes another department."""

    form = DepartmentForm
    list_display = ["name_fa", "name_en", "code", "function", "jurisdiction", "is_active"]
    list_select_related = ["function", "jurisdiction"]
    list_filter = ["function", "is_active", CityFilter]
    ordering = ["root_id", "code"]
    fields = ["code", "name_fa", "name_en", "jurisdiction", "function", "is_active"]
    autocomplete_fields = ["jurisdiction"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """For a new one with the city, which the form finds itself."""
        return [*self.fields, "root"] if obj is None else [*self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """Of one that exists, all but its names and whether it takes work."""
        given = super().get_readonly_fields(request, obj)
        return given if obj is None else (*given, "jurisdiction", "function")


@admin.register(RoutingRule)
class RoutingRuleAdmin(ReferenceAdmin):
    """Rules. One that has decided is not rewritten: it ends, and another begins."""

    list_display = ["__str__", "category", "group", "function", "level", period_column(_("in force"))]
    list_select_related = ["category", "group", "function", "level"]
    list_filter = ["function", "level", "group", CityFilter]
    search_fields = ["category__code", "category__name_fa", "category__name_en", "note"]
    ordering = ["category__code", "group__code", "pk"]
    fields = ["root", "category", "group", "function", "level", "in_force", "note"]
    autocomplete_fields = ["category"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """What a rule says, once a report went by it."""
        return ("root", "category", "group", "function", "level") if obj and in_use(obj) else ()

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """The choices: of jurisdictions, the cities."""
        if db_field.name == "root":
            kwargs["queryset"] = Jurisdiction.objects.cities().order_by("name_fa", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
