"""The forms of working calendars: the hours of seven days, in the order of the reader's week."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from jurisdictions.hours import DAY, LONGEST, NEVER, WEEK, NotHours, clock, read_hours, tidy
from jurisdictions.models import Holiday, ServiceLevel, SpecialHours, WorkingCalendar
from jurisdictions.weekdays import WEEKDAYS, week
from persian.forms import DayField

EXAMPLE = "07:00-14:15"


class WeekWidget(forms.MultiWidget):
    """Seven inputs, Monday's first in what is sent, each beside the name of its day in the order of the page."""

    def __init__(self) -> None:
        attrs = {"size": 30, "dir": "ltr", "placeholder": EXAMPLE}
        super().__init__([forms.TextInput(attrs=attrs) for _day in range(WEEK)])

    def decompress(self, value: Any) -> list[str]:
        """The seven texts."""
        return list(value or NEVER)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """A line for each day."""
        subwidgets = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        lines = (
            (subwidgets[day - 1]["attrs"]["id"], WEEKDAYS[day], self._rendered(subwidgets[day - 1], renderer))
            for day in week()
        )
        return format_html("<div>{}</div>", format_html_join("", '<div><label for="{}">{}</label> {}</div>', lines))

    def _rendered(self, widget: Any, renderer: Any) -> Any:
        return self._render(widget["template_name"], {"widget": widget}, renderer)  # type: ignore[attr-defined]


class WeekFormField(forms.MultiValueField):
    """The hours of a week."""

    widget = WeekWidget
    default_error_messages = {
        "invalid": _("%(day)s: write hours such as 07:00-14:15, or 07:00-12:00 13:00-16:00; nothing for no work."),
    }

    def __init__(self, **kwargs: Any) -> None:
        fields = [forms.CharField(required=False, max_length=LONGEST) for _day in range(WEEK)]
        super().__init__(fields=fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> list[str]:
        """The seven texts as they are stored; raises ValidationError that names the day."""
        texts = [*data_list, *NEVER][:WEEK]
        return [self._day(number, text or "") for number, text in enumerate(texts, start=1)]

    def _day(self, number: int, text: str) -> str:
        try:
            return tidy(text)
        except NotHours as error:
            values = {"day": WEEKDAYS[number]}
            raise ValidationError(self.error_messages["invalid"], code="invalid", params=values) from error


class LengthField(forms.CharField):
    """A length of time as hours and minutes, such as 07:15; a number of minutes for the program."""

    default_error_messages = {"invalid": _("Write hours and minutes, such as 07:15.")}

    def prepare_value(self, value: Any) -> Any:
        """What stands in the input."""
        return clock(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        """The minutes; raises ValidationError."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            [(_start, minutes)] = read_hours(f"00:00-{text}")
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return min(minutes, DAY)


class CalendarForm(forms.ModelForm[WorkingCalendar]):
    """A city's calendar."""

    week = WeekFormField(label=_("hours of the week"), required=False)
    day_minutes = LengthField(
        label=_("length of a working day"),
        help_text=_("So much working time is meant by a working day of a service level."),
    )

    class Meta:
        model = WorkingCalendar
        fields = ["root", "week", "day_minutes", "country", "subdivision", "holidays_known"]

    def clean_week(self) -> list[str]:
        """At least one day with hours."""
        given: list[str] = self.cleaned_data["week"] or list(NEVER)
        if not any(given):
            raise ValidationError(
                _("A week without working hours is no calendar: give at least one day hours."), code="no_working_day"
            )
        return given


class SpecialHoursForm(forms.ModelForm[SpecialHours]):
    """Other hours during some days; none at all means that the city is closed."""

    week = WeekFormField(label=_("hours of the week"), required=False)

    class Meta:
        model = SpecialHours
        fields = ["calendar", "in_force", "name_fa", "name_en", "week"]

    def clean_week(self) -> list[str]:
        """Seven texts, empty where nothing is written."""
        return self.cleaned_data["week"] or list(NEVER)


class HolidayForm(forms.ModelForm[Holiday]):
    """A day off, in either calendar."""

    day = DayField(label=_("day"))

    class Meta:
        model = Holiday
        fields = ["calendar", "day", "name_fa", "name_en", "is_estimate", "is_withdrawn"]


class ServiceLevelForm(forms.ModelForm[ServiceLevel]):
    """How long something may take."""

    class Meta:
        model = ServiceLevel
        fields = ["root", "until", "category", "group", "jurisdiction", "amount", "unit", "in_force", "note"]

    def clean(self) -> dict[str, Any]:
        """The given values, where the jurisdiction lies in the city."""
        given = super().clean() or self.cleaned_data
        place, root = given.get("jurisdiction"), given.get("root")
        if place and root and place.city != root:
            self.add_error("jurisdiction", _("This jurisdiction lies in another city."))
        return given


class UntilForm(forms.Form):
    """Up to which day a country's holidays are to be read."""

    until = DayField(label=_("until, without that day"))
