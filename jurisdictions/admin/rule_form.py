"""The forms of routing rules: conditions as people set them, and what is wrong with a rule beside its fields."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import Jurisdiction, RoutingRule, Source
from jurisdictions.rules import RuleFault, days_of, faults_of
from jurisdictions.weekdays import weekday_choices
from persian.forms import DayField
from persian.normalize import to_ascii_digits

MIDNIGHT = "24:00"


class ClockField(forms.TimeField):
    """A time of day to the minute, in any digits; 24:00 is the midnight that ends a day."""

    widget = forms.TimeInput(format="%H:%M", attrs={"placeholder": "22:00", "size": 6, "dir": "ltr"})
    default_error_messages = {"invalid": _("Write the time as hours and minutes, such as 22:00.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%H:%M"], **kwargs)

    def to_python(self, value: Any) -> time | None:
        """The time, or None where nothing is written; raises ValidationError."""
        if isinstance(value, str):
            value = to_ascii_digits(value.strip())
            value = "00:00" if value == MIDNIGHT else value
        return super().to_python(value)


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Weekdays (ISO numbers) as check boxes, in the order of the reader's week."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=weekday_choices, coerce=int, **kwargs)


class RuleForm(forms.ModelForm[RoutingRule]):
    """A rule. One that is wrong is refused; one that is only odd is stored, and its `warnings` are told.

    A rule may always be ended, whatever has become wrong with it: where nothing but its last day or its note changes,
    all faults are warnings.
    """

    from_time = ClockField(label=_("from"), required=False)
    until_time = ClockField(
        label=_("until"),
        required=False,
        help_text=_("Without this minute; earlier than “from” means the next morning."),
    )
    weekdays = WeekdaysField(label=_("weekdays"), required=False, help_text=_("None checked: every day."))
    sources = forms.MultipleChoiceField(
        label=_("ways in"),
        choices=Source.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None checked: whichever way a report comes in."),
    )

    warnings: tuple[RuleFault, ...] = ()

    def clean_weekdays(self) -> list[int]:
        """In the order of their numbers, however they were sent."""
        return sorted(set(self.cleaned_data["weekdays"]))

    def _post_clean(self) -> None:
        """After the checks of the database's own rules, ask what is wrong beside the other rules."""
        before = RoutingRule.objects.filter(pk=self.instance.pk).first()
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if self.errors:
            return
        # Of two who save at once the second sees what the first has stored; reports are stored meanwhile.
        Jurisdiction.objects.select_for_update(no_key=True).get(pk=self.instance.root_id)
        faults = faults_of(self.instance)
        if before is not None and self._only_ends(before):
            self.warnings = tuple(faults)
            return
        self.warnings = tuple(each for each in faults if not each.is_error)
        for each in faults:
            if each.is_error:
                self.add_error(each.column if each.column in self.fields else None, str(each))

    def _only_ends(self, before: RoutingRule) -> bool:
        if set(self.changed_data) - {"in_force", "note"}:
            return False
        days, now = days_of(before), days_of(self.instance)
        return now is None or (days is not None and days.first == now.first and now.until <= days.until)


class SuccessionForm(forms.Form):
    """The day on which a rule ends and its successor begins."""

    first_day = DayField(label=_("first day of the successor"))
