"""The lists of what belongs to reports: assignments, status updates and contacts, each as far as its report is."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from people.access import Right
from persian.admin import Column, moment_column
from reports.admin.scope import ScopedAdmin, city_clock
from reports.models import Assignment, Check, Contact, Delegation, Feedback, Note, StatusUpdate

REPORT_CLOCK = city_clock("report")
ASSIGNED: list[Column] = [
    "report_link",
    "department",
    "method",
    "reason",
    moment_column("assigned_at", _("assigned at"), zone=REPORT_CLOCK),
    moment_column("ended_at", _("ended at"), zone=REPORT_CLOCK),
]
ACCEPTED: list[Column] = [
    moment_column("accepted_at", _("accepted at"), zone=REPORT_CLOCK),
    "accepted_by",
    moment_column("reminded_at", _("reminded at"), zone=REPORT_CLOCK),
    moment_column("escalated_at", _("escalated at"), zone=REPORT_CLOCK),
]
AT: Column = moment_column("at", _("at"), zone=REPORT_CLOCK)
STEP: list[Column] = ["report_link", "status", AT, "actor", "by", "is_public"]
REACHABLE: list[Column] = ["report_link", "has_phone", "has_email"]


class RecordAdmin(ScopedAdmin):
    """A record of a report, with the way to the report."""

    @admin.display(description=_("report"))
    def report_link(self, obj: Any) -> SafeString:
        """The report's reference, leading to its page."""
        address = reverse("admin:reports_report_change", args=[obj.report_id])
        return format_html('<a href="{}">{}</a>', address, obj.report.reference)


@admin.register(Assignment)
class AssignmentAdmin(RecordAdmin):
    """Who was given which report, and by which decision."""

    list_display = ["pk", *ASSIGNED]
    list_display_links = ["pk"]
    list_select_related = ["report__root", "department"]
    list_filter = ["method", "reason", "is_contested"]
    ordering = ["-pk"]
    sortable_by = ["pk"]
    fields = [*ASSIGNED, *ACCEPTED, "edge_m", "assigned_by", "note", "declined_by", "is_contested", "rerouting"]


@admin.register(StatusUpdate)
class StatusUpdateAdmin(RecordAdmin):
    """The steps of all reports, the latest first."""

    list_display = ["pk", *STEP]
    list_display_links = ["pk"]
    list_select_related = ["report__root", "by"]
    list_filter = ["status", "is_public"]
    ordering = ["-pk"]
    sortable_by = ["pk"]
    fields = [*STEP, "reason", "note"]


class WorkAdmin(RecordAdmin):
    """What is done about a report, the latest first."""

    list_display_links = ["pk"]
    ordering = ["-pk"]
    sortable_by = ["pk"]


@admin.register(Note)
class NoteAdmin(WorkAdmin):
    """What the staff tell one another."""

    list_display = ["pk", "report_link", AT, "by"]
    list_select_related = ["report__root", "by"]
    fields = ["report_link", AT, "by", "text"]


@admin.register(Check)
class CheckAdmin(WorkAdmin):
    """Which items of the checklists are done."""

    list_display = ["pk", "report_link", "item", AT, "by"]
    list_select_related = ["report__root", "item", "by"]
    fields = ["report_link", "item", AT, "by"]


@admin.register(Delegation)
class DelegationAdmin(WorkAdmin):
    """Whose hands do the work."""

    list_display = ["pk", "report_link", "user", "crew", "contractor", AT]
    list_select_related = ["report__root", "user", "crew", "contractor"]
    fields = [
        "report_link",
        "user",
        "crew",
        "contractor",
        "external_reference",
        "note",
        AT,
        "by",
        moment_column("ended_at", _("ended at"), zone=REPORT_CLOCK),
    ]


@admin.register(Feedback)
class FeedbackAdmin(WorkAdmin):
    """What reporters say after the closing."""

    list_display = ["pk", "report_link", "was_solved", "satisfaction", "has_reopened", "department", AT]
    list_select_related = ["report__root", "department"]
    list_filter = ["was_solved", "satisfaction", "has_reopened"]
    fields = ["report_link", "was_solved", "satisfaction", "words", "has_reopened", "department", AT]


@admin.register(Contact)
class ContactAdmin(RecordAdmin):
    """That there is a contact, and the way to the report, on whose page alone its data are read."""

    right = Right.SEE_CONTACT
    list_display = fields = REACHABLE
    list_display_links = None
    list_select_related = ["report"]
    ordering = ["-pk"]
    sortable_by = []

    @admin.display(description=_("telephone"), boolean=True)
    def has_phone(self, obj: Contact) -> bool:
        """Whether a telephone number was given."""
        return bool(obj.phone)

    @admin.display(description=_("e-mail"), boolean=True)
    def has_email(self, obj: Contact) -> bool:
        """Whether an e-mail address was given."""
        return bool(obj.email)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page under the report's reference: the contact's own name is its data."""
        report = context["original"].report
        named = context | {"original": report, "subtitle": str(report)}
        return super().render_change_form(request, named, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """None: nothing about a contact is ever changed here, and the page would name it."""
        raise Http404
