"""The staff's pages about who does what: categories of problems, functions and departments."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jurisdictions.admin.reference import CityFilter, NamedAdmin
from jurisdictions.models import Category, CategoryGroup, Department, Function
from jurisdictions.rules import heir_of

NOBODY_ABOVE = gettext_lazy(
    "goes to nobody: no department above has this function, so other rules or a dispatcher decide"
)


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
    readonly_fields = ["heir"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """For a new one with the city, which the form finds itself; else with who takes its work."""
        return [*self.fields, "root" if obj is None else "heir"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """Of one that exists, all but its names and whether it takes work."""
        given = super().get_readonly_fields(request, obj)
        return given if obj is None else (*given, "jurisdiction", "function")

    @admin.display(description=gettext_lazy("its work while it is not active"))
    def heir(self, obj: Department) -> str:
        """Who gets it."""
        heir = heir_of(obj)
        return _("goes to %(department)s") % {"department": heir} if heir else str(NOBODY_ABOVE)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the department; where that switches it off, tell where its work goes from now on."""
        super().save_model(request, obj, form, change)
        if obj.is_active or "is_active" not in form.changed_data:
            return
        heir = heir_of(obj)
        if heir is None:
            messages.error(request, NOBODY_ABOVE)
        else:
            messages.warning(request, _("Its work now goes to %(department)s.") % {"department": heir})
