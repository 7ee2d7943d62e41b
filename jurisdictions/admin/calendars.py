"""The staff's pages about working time: calendars, holidays, special hours and service levels."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jurisdictions.admin.calendar_form import (
    CalendarForm,
    HolidayForm,
    ServiceLevelForm,
    SpecialHoursForm,
    UntilForm,
)
from jurisdictions.admin.reference import CityFilter, OfACity, ReferenceAdmin
from jurisdictions.admin.rules import TimesFilter
from jurisdictions.calendars.checking import CalendarFault, faults_of_calendar
from jurisdictions.calendars.holidays import GapInCalendar, NoCountry, Renewal, renew_holidays
from jurisdictions.calendars.national import BeyondLibrary, UnknownCountry
from jurisdictions.models import Holiday, ServiceLevel, SpecialHours, WorkingCalendar
from persian.admin import period_column
from persian.display import day_text, digits

KEPT = gettext_lazy("Open reports keep their deadlines until these are recomputed.")


class ServiceAdmin(OfACity, ReferenceAdmin):
    """What deadlines follow from: whoever changes it hears that open reports do not change by themselves."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the row, and tell what does not follow by itself."""
        super().save_model(request, obj, form, change)
        if form.has_changed():
            messages.info(request, str(KEPT))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row, and tell the same."""
        super().delete_model(request, obj)
        messages.info(request, str(KEPT))


@admin.register(WorkingCalendar)
class WorkingCalendarAdmin(ServiceAdmin):
    """The calendar of each city, with what is wrong with it."""

    form = CalendarForm
    change_form_template = "admin/jurisdictions/workingcalendar/change_form.html"
    list_display = ["root", period_column(gettext_lazy("holidays known"), "holidays_known"), "faults"]
    list_select_related = ["root"]
    fields = ["root", "week", "day_minutes", "country", "subdivision", "holidays_known", "faults"]
    readonly_fields = ["faults"]
    ordering = ["root"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """The city, once it has its calendar."""
        return ["faults"] if obj is None else ["root", "faults"]

    @admin.display(description=gettext_lazy("what is wrong"))
    def faults(self, obj: WorkingCalendar) -> str:
        """Its faults, a line each."""
        found = _faults(obj) if obj.pk else []
        return _lines(found) or _("nothing")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the calendar, and tell what is wrong with it."""
        super().save_model(request, obj, form, change)
        _warn(request, obj)

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the page that reads a country's holidays."""
        view = self.admin_site.admin_view(self.reading)
        name = "jurisdictions_workingcalendar_read"
        return [path("<path:object_id>/read/", view, name=name), *super().get_urls()]

    def reading(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a day; read the country's holidays until then, and tell what has changed."""
        calendar = self.get_object(request, unquote(object_id))
        if calendar is None:
            raise Http404
        if not self.has_change_permission(request, calendar):
            raise PermissionDenied
        form = UntilForm(request.POST if request.method == "POST" else None, label_suffix="")
        renewal = _renewed(calendar, form) if form.is_valid() else None
        if renewal is None:
            context = {**self.admin_site.each_context(request), "opts": self.opts, "subject": calendar, "form": form}
            title = {"title": _("Read the holidays of the country")}
            return TemplateResponse(request, "admin/jurisdictions/workingcalendar/read.html", context | title)
        self.log_change(request, calendar, [{"changed": {"fields": ["holidays known"]}}])
        messages.success(request, _said(renewal))
        messages.info(request, str(KEPT))
        _warn(request, calendar)
        return HttpResponseRedirect(reverse("admin:jurisdictions_workingcalendar_change", args=[calendar.pk]))


def _renewed(calendar: WorkingCalendar, form: UntilForm) -> Renewal | None:
    """Read the holidays from today on; None, with the reason in the form, where that cannot be done."""
    today = calendar.root.day_at(timezone.now())
    first = min(today, calendar.known.until)
    until = form.cleaned_data["until"]
    if until <= first:
        form.add_error("until", _("The day must be later than today."))
        return None
    try:
        return renew_holidays(calendar=calendar, first=first, until=until)
    except NoCountry:
        form.add_error(None, _("The calendar names no country: write its holidays by hand."))
    except UnknownCountry:
        form.add_error(None, _("The holidays of this country are not known: write them by hand."))
    except BeyondLibrary as beyond:
        text = _("The holidays are known for the years %(first)d to %(last)d.")
        form.add_error("until", digits(text % {"first": beyond.years.start, "last": beyond.years.stop - 1}))
    except GapInCalendar:
        form.add_error(None, _("These days leave a gap."))
    return None


def _said(renewal: Renewal) -> str:
    counts = {"new": len(renewal.new), "changed": len(renewal.changed), "gone": len(renewal.gone)}
    text = _("Holidays: %(new)d new, %(changed)d changed, %(gone)d gone.") % counts
    until = _("They are known until %(day)s.") % {"day": day_text(renewal.known.until)}
    return f"{digits(text)} {until}"


def _faults(calendar: WorkingCalendar) -> list[CalendarFault]:
    return faults_of_calendar(calendar.root, on=calendar.root.day_at(timezone.now()))


def _warn(request: HttpRequest, calendar: WorkingCalendar) -> None:
    for each in _faults(calendar):
        messages.warning(request, str(each))


def _lines(faults: list[CalendarFault]) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((str(each),) for each in faults))


@admin.register(Holiday)
class HolidayAdmin(ServiceAdmin):
    """Days off. What is written or changed here is left alone when a country's holidays are read again."""

    form = HolidayForm
    list_display = ["day_shown", "name_fa", "name_en", "is_estimate", "is_withdrawn", "by_hand", "calendar"]
    list_select_related = ["calendar__root"]
    list_filter = ["is_estimate", "is_withdrawn", "by_hand", "calendar"]
    search_fields = ["name_fa", "name_en"]
    ordering = ["-day"]
    fields = ["calendar", "day", "name_fa", "name_en", "is_estimate", "is_withdrawn"]
    actions = ["confirm"]

    @admin.display(description=gettext_lazy("day"), ordering="day")
    def day_shown(self, obj: Holiday) -> str:
        """The day in the calendar of the page."""
        return day_text(obj.day)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the day as one that a person has looked at."""
        obj.by_hand = True
        super().save_model(request, obj, form, change)

    @admin.action(description=gettext_lazy("Confirm: these days are certain"), permissions=["change"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Holiday]) -> None:
        """What was an estimate is one no more."""
        count = queryset.filter(is_estimate=True).update(is_estimate=False, by_hand=True)
        text = ngettext("%(count)d day confirmed.", "%(count)d days confirmed.", count)
        messages.success(request, digits(text % {"count": count}))


@admin.register(SpecialHours)
class SpecialHoursAdmin(ServiceAdmin):
    """Other hours during some days: Ramadan, or one day that ends early."""

    form = SpecialHoursForm
    list_display = ["name_fa", "name_en", period_column(gettext_lazy("days")), "calendar"]
    list_select_related = ["calendar__root"]
    ordering = ["-in_force"]
    fields = ["calendar", "in_force", "name_fa", "name_en", "week"]


@admin.register(ServiceLevel)
class ServiceLevelAdmin(ServiceAdmin):
    """How long what may take, and where."""

    form = ServiceLevelForm
    list_display = ["subject", "until", "amount_shown", "place", period_column(gettext_lazy("in force")), "note"]
    list_select_related = ["category", "group", "jurisdiction", "root"]
    list_filter = [TimesFilter, "until", "group", CityFilter]
    search_fields = ["category__code", "category__name_fa", "category__name_en", "note"]
    ordering = ["category__code", "group__code", "pk"]
    fields = ["root", "until", "category", "group", "jurisdiction", ("amount", "unit"), "in_force", "note"]
    autocomplete_fields = ["category", "jurisdiction"]

    @admin.display(description=gettext_lazy("speaks of"), ordering="category__code")
    def subject(self, obj: ServiceLevel) -> str:
        """The category, the group, or everything."""
        return str(obj.category or obj.group or _("everything"))

    @admin.display(description=gettext_lazy("takes at most"))
    def amount_shown(self, obj: ServiceLevel) -> str:
        """So many hours or days."""
        return digits(f"{obj.amount.normalize():f} {obj.get_unit_display()}")

    @admin.display(description=gettext_lazy("in"))
    def place(self, obj: ServiceLevel) -> str:
        """The jurisdiction, or the city."""
        return str(obj.jurisdiction or obj.root)
