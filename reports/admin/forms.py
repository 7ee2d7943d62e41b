"""What the staff write when they act on reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.models import Report
from reports.visibility import without_personal_data
from reports.workflow import TRANSITIONS, Status

LONGEST_NOTE = 2000
LONGEST_TEXT = 4000


class StatusForm(forms.Form):
    """The next status of the given reports: offered is what may follow for one of them at least."""

    to = forms.ChoiceField(label=_("new status"), choices=Status.choices)
    note = forms.CharField(
        label=_("note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_public = forms.BooleanField(label=_("The reporter may read the note"), required=False, initial=True)

    def __init__(self, data: Any = None, *, reports: list[Report]) -> None:
        super().__init__(data, label_suffix="")
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
