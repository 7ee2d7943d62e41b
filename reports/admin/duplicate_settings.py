"""The staff's pages about how duplicates are found: edited with a preview of what would change."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import JSONField, Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jurisdictions.admin.reference import ReferenceAdmin
from people.viewing import viewer_of
from persian.display import digits
from reports.duplicates.current import current_settings, edited_settings
from reports.duplicates.previewing import Change, preview
from reports.models import CategoryKinship, DuplicateProfile, Report, SynonymGroup

PREVIEW = "_preview"


class PreviewedAdmin(ReferenceAdmin):
    """Rows that scores depend on: what a change would do to recent reports is shown before it is stored."""

    change_form_template = "admin/reports/duplicates/change_form.html"
    formfield_overrides = ReferenceAdmin.formfield_overrides | {
        JSONField: {"widget": forms.Textarea(attrs={"dir": "ltr", "rows": 4})}
    }

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Django's, with the preview between the form and the storing."""
        if request.method == "POST" and PREVIEW in request.POST:
            row = None if object_id is None else self.get_object(request, unquote(object_id))
            may = self.has_add_permission(request) if row is None else self.has_change_permission(request, row)
            form = self.get_form(request, row, change=row is not None)(request.POST, instance=row)
            if may and (object_id is None or row is not None) and form.is_valid():
                return self._preview(request, form.instance)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _preview(self, request: HttpRequest, row: Model) -> HttpResponse:
        reports = Report.objects.in_charge_of(viewer_of(request, at=timezone.now()))
        found = preview(reports=reports, before=current_settings(), after=edited_settings(row))
        passed = {PREVIEW, "csrfmiddlewaretoken"}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What would change"),
            "found": found,
            "summary": _summary(found.reports),
            "examples": [_shown(each) for each in found.examples],
            "address": request.get_full_path(),
            "list_address": f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist",
            "posted": [
                (name, value) for name in request.POST if name not in passed for value in request.POST.getlist(name)
            ],
        }
        return TemplateResponse(request, "admin/reports/duplicates/preview.html", context)


def _summary(count: int) -> str:
    text = ngettext(
        "Compared anew: the newest report in your charge.",
        "Compared anew: the newest %(count)d reports in your charge, each with those before it.",
        count,
    )
    return digits(text % {"count": count})


def _shown(change: Change) -> dict[str, str]:
    words = {"linked": _("linked"), "suggested": _("suggested"), "": _("nothing")}
    return {
        "one": change.one,
        "other": change.other,
        "before": words[change.before],
        "after": words[change.after],
        "score_before": digits(f"{change.score_before:.2f}"),
        "score_after": digits(f"{change.score_after:.2f}"),
    }


@admin.register(DuplicateProfile)
class DuplicateProfileAdmin(PreviewedAdmin):
    """Distances, days, thresholds and weights, for all categories and for each."""

    list_display = ["__str__", "radius_m", "window_days", "scale_m", "suggest_from", "link_from", "cap_m"]
    list_select_related = ["category"]
    ordering = ["category__rank"]
    fields = ["category", "radius_m", "window_days", "scale_m", "suggest_from", "link_from", "cap_m", "weights"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """Of one that exists, whose it is."""
        given = super().get_readonly_fields(request, obj)
        return given if obj is None else ("category", *given)


class KinshipForm(forms.ModelForm[CategoryKinship]):
    """Two categories, in whichever order they are named."""

    def clean(self) -> dict[str, Any]:
        """The given values, the category that was made first first: so is each pair stored once."""
        given = super().clean() or self.cleaned_data
        one, other = given.get("one"), given.get("other")
        if one and other and one.pk > other.pk:
            given["one"], given["other"] = other, one
        return given


@admin.register(CategoryKinship)
class CategoryKinshipAdmin(PreviewedAdmin):
    """Which categories people file one problem under."""

    form = KinshipForm
    list_display = ["one", "other", "kinship"]
    list_select_related = ["one", "other"]
    ordering = ["one__rank", "other__rank"]
    fields = ["one", "other", "kinship"]


@admin.register(SynonymGroup)
class SynonymGroupAdmin(PreviewedAdmin):
    """Words that mean the same."""

    list_display = ["__str__", "kind", "axis"]
    list_filter = ["kind"]
    search_fields = ["words"]
    ordering = ["kind", "axis", "pk"]
    fields = ["kind", "axis", "words"]
