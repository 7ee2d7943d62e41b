"""What the staff write when they act on reports."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils.translation import gettext_lazy as _

from geo.crs import WGS84
from jurisdictions.models import Category, Department
from reports.models import ClosingReason, Report
from reports.visibility import without_personal_data
from reports.workflow import TRANSITIONS, Status

LONGEST_NOTE = 2000
LONGEST_TEXT = 4000


class StatusForm(forms.Form):
    """The next status of the given reports: offered is what may follow for one of them at least."""

    to = forms.ChoiceField(label=_("new status"), choices=Status.choices)
    reason = forms.ModelChoiceField(
        ClosingReason.objects.filter(is_active=True).order_by("status", "rank", "code"),
        label=_("reason"),
        required=False,
        help_text=_("For closing: why. In its place a note may say it."),
    )
    note = forms.CharField(
        label=_("note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_public = forms.BooleanField(label=_("The reporter may read the note"), required=False, initial=True)
    alone = forms.BooleanField(
        label=_("This report alone"),
        required=False,
        help_text=_("Otherwise the other reports of the problem that it stands for go along."),
    )

    def __init__(self, data: Any = None, *, reports: list[Report]) -> None:
        super().__init__(data, label_suffix="")
        if not any(report.duplicate_cluster_id for report in reports):
            del self.fields["alone"]
        possible = {to for report in reports for to in TRANSITIONS[report.status]}
        # Any status is read, though: where it may not follow, the verb says so for each report.
        offered = [(value, label) for value, label in Status.choices if value in possible]
        self.fields["to"].widget = forms.Select(choices=offered)


class PublishForm(forms.Form):
    """The text under which a report becomes public."""

    text = forms.CharField(
        label=_("public text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Telephone numbers and e-mail addresses are masked. Empty: the report is shown without a text."),
    )

    def __init__(self, data: Any, *, report: Report) -> None:
        shown = report.public_text or without_personal_data(report.description)
        super().__init__(data, prefix=str(report.pk), label_suffix="", initial={"text": shown})
        self.report = report


class NoteForm(forms.Form):
    """What is said about an act, for the staff."""

    note = forms.CharField(
        label=_("note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the staff read it."),
    )


class DeclineForm(forms.Form):
    """Why a report is not ours."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why it is not yours, and whose it is if you know. Only the staff read it."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class GivingForm(NoteForm):
    """The department that is to have the given reports: one of their cities that takes work."""

    department = forms.ModelChoiceField(Department.objects.none(), label=_("department"))
    field_order = ["department", "note"]

    def __init__(self, data: Any = None, *, reports: list[Report]) -> None:
        super().__init__(data, label_suffix="")
        cities = {report.root_id for report in reports}
        offered = Department.objects.active().filter(root__in=cities)
        field = self.fields["department"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = offered.order_by("root_id", "jurisdiction__level__rank", "jurisdiction_id", "code")


class CorrectionForm(NoteForm):
    """Where a report is, and under which category it belongs."""

    category = forms.ModelChoiceField(Category.objects.active().order_by("group__rank", "rank"), label=_("category"))
    latitude = forms.FloatField(label=_("latitude"), min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("longitude"), min_value=-180, max_value=180)
    field_order = ["category", "latitude", "longitude", "note"]

    def __init__(self, data: Any = None, *, report: Report) -> None:
        place = report.location
        stands = {"category": report.category_id, "latitude": place.y, "longitude": place.x}
        super().__init__(data, label_suffix="", initial=stands)
        for name in ("latitude", "longitude"):
            self.fields[name].widget.attrs |= {"step": "any", "dir": "ltr"}

    def correction(self) -> dict[str, Any]:
        """What `correct` is told."""
        given = self.cleaned_data
        place = Point(given["longitude"], given["latitude"], srid=WGS84)
        return {"category": given["category"], "location": place, "note": given["note"]}
