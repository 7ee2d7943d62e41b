"""Problems with several reports: the list, the page of one, the links between reports, and what was decided."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from geo.admin import MapAdmin
from people.access import Right, Viewer
from persian.admin import Column, moment_column
from persian.display import digits
from reports.admin.acts.common import by
from reports.admin.duplicates_page import page_of
from reports.admin.records import RecordAdmin
from reports.admin.scope import ScopedAdmin, asking, city_clock
from reports.duplicates import REFUSALS, accept, reject, sentence_of, undo
from reports.models import DuplicateAct, DuplicateCluster, DuplicateLink, Report, Supporter, SupporterContact

CITY_CLOCK = city_clock("root_report")
DECIDED: list[Column] = ["state", "kind", "score_shown"]
SUPPORTED: list[Column] = ["pk", "report_link", moment_column("at", _("at"), zone=city_clock("report")), "language"]
REACHABLE: list[Column] = ["pk", "has_phone", "has_email"]


def _act_clock(act: Any) -> str:
    """The time zone of the city that an act was in."""
    return str(act.city.time_zone)


@admin.register(DuplicateCluster)
class DuplicateClusterAdmin(ScopedAdmin, MapAdmin):
    """One row, one piece of work: how many reports tell of it, since when."""

    list_display: list[Column] = [
        "root_report",
        "category",
        "status",
        "reports_count",
        moment_column("first_at", _("first report"), zone=CITY_CLOCK),
        moment_column("last_at", _("last report"), zone=CITY_CLOCK),
        "department",
    ]
    list_select_related = ["root_report__category", "root_report__department", "root_report__root"]
    ordering = ["-pk"]
    sortable_by = []
    fields = ["root_report"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those with a report in the viewer's charge, counted."""
        told = {"reports_told": Count("reports"), "first_at": Min("reports__received_at")}
        counted: QuerySet[Any] = super().get_queryset(request).annotate(**told, last_at=Max("reports__received_at"))
        return counted

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """Those with a report in the viewer's charge."""
        return rows.in_charge_of(viewer, self.right)  # type: ignore[attr-defined,no-any-return]

    @admin.display(description=_("category"))
    def category(self, obj: DuplicateCluster) -> str:
        """The root's."""
        return str(obj.root_report.category)

    @admin.display(description=_("status"))
    def status(self, obj: DuplicateCluster) -> str:
        """The root's."""
        return obj.root_report.get_status_display()

    @admin.display(description=_("department"))
    def department(self, obj: DuplicateCluster) -> str:
        """The root's."""
        return str(obj.root_report.department or _("nobody; a dispatcher decides"))

    @admin.display(description=_("reports"))
    def reports_count(self, obj: Any) -> str:
        """How many tell of it."""
        return digits(str(obj.reports_told))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of a problem, in our own layout."""
        page = page_of(context["original"], viewer=asking(request))
        return super().render_change_form(request, context | {"page": page}, *args, **kwargs)


class Deciding(ScopedAdmin):
    """Acts about duplicates, taken from a list."""

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Whoever decides what is one problem anywhere; over which reports, each act looks."""
        return asking(request).may(Right.MERGE)

    def each(
        self, request: HttpRequest, rows: QuerySet[Any], reports_of: Callable[[Any], Any], verb: Callable[[Any], object]
    ) -> None:
        """Do it to each chosen row over whose reports the viewer has the right; messages say how each went."""
        for row in rows[:100]:
            reports = [report.pk for report in reports_of(row)]
            mine = Report.objects.in_charge_of(asking(request), Right.MERGE).filter(pk__in=reports).count()
            if mine < len(reports):
                messages.warning(request, _("%(row)s is not yours to decide about.") % {"row": row})
                continue
            try:
                with transaction.atomic():
                    verb(row)
            except REFUSALS as error:
                messages.warning(request, sentence_of(error))
            else:
                messages.success(request, _("%(row)s: done.") % {"row": row})


@admin.register(DuplicateLink)
class DuplicateLinkAdmin(Deciding):
    """How alike reports are, the likeliest first: suggestions to accept or reject, and what was decided."""

    list_display: list[Column] = ["pk", "first_link", "second_link", *DECIDED, "decided_by"]
    list_display_links = ["pk"]
    list_select_related = ["first__root", "second", "decided_by", "act"]
    list_filter = ["state", "kind"]
    ordering = ["-score", "-pk"]
    sortable_by = []
    fields = ["first_link", "second_link", *DECIDED, "features", "decided_by", "act"]
    actions = ["accept", "reject"]

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """Those both of whose reports are in the viewer's charge."""
        mine = Report.objects.in_charge_of(viewer, self.right)
        return rows.filter(first__in=mine, second__in=mine)

    @admin.display(description=_("report"))
    def first_link(self, obj: DuplicateLink) -> SafeString:
        """The way to the one."""
        return report_link(obj.first)

    @admin.display(description=_("other report"))
    def second_link(self, obj: DuplicateLink) -> SafeString:
        """The way to the other."""
        return report_link(obj.second)

    @admin.display(description=_("likeness"))
    def score_shown(self, obj: DuplicateLink) -> str:
        """From 0 to 1."""
        return digits(f"{obj.score:.2f}")

    @admin.action(description=_("They are the same"), permissions=["merge"])
    def accept(self, request: HttpRequest, queryset: QuerySet[DuplicateLink]) -> None:
        """Confirm the chosen pairs."""
        self._decide(request, queryset, accept)

    @admin.action(description=_("They are not the same"), permissions=["merge"])
    def reject(self, request: HttpRequest, queryset: QuerySet[DuplicateLink]) -> None:
        """Say no to the chosen pairs, for good."""
        self._decide(request, queryset, reject)

    def _decide(self, request: HttpRequest, rows: QuerySet[DuplicateLink], verb: Callable[..., object]) -> None:
        def decide(link: DuplicateLink) -> None:
            verb(one=link.first, other=link.second, by=by(request), at=timezone.now())

        self.each(request, rows, lambda link: [link.first, link.second], decide)


@admin.register(DuplicateAct)
class DuplicateActAdmin(Deciding):
    """What was decided about duplicates, the latest first, and the way back."""

    list_display: list[Column] = [
        "pk",
        "kind",
        "reports_named",
        moment_column("at", _("at"), zone=_act_clock),
        "by",
        "note",
    ]
    list_display_links = ["pk"]
    list_select_related = ["city", "by"]
    list_filter = ["kind"]
    ordering = ["-pk"]
    sortable_by = []
    fields = [
        "kind",
        "reports_named",
        moment_column("at", _("at"), zone=_act_clock),
        "by",
        "note",
        "undoes",
    ]
    actions = ["undo"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the reports that each names."""
        return super().get_queryset(request).prefetch_related("reports")

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """Those about a report in the viewer's charge."""
        return rows.filter(
            pk__in=DuplicateAct.objects.filter(reports__in=Report.objects.in_charge_of(viewer, self.right))
        )

    @admin.display(description=_("reports"))
    def reports_named(self, obj: DuplicateAct) -> str:
        """Their references."""
        return str(_(", ")).join(sorted(each.reference for each in obj.reports.all()))

    @admin.action(description=_("Undo"), permissions=["merge"])
    def undo(self, request: HttpRequest, queryset: QuerySet[DuplicateAct]) -> None:
        """Take the chosen acts back, the latest first."""
        self.each(
            request,
            queryset.order_by("-pk"),
            lambda act: act.reports.all(),
            lambda act: undo(act=act, by=by(request), at=timezone.now()),
        )


@admin.register(Supporter)
class SupporterAdmin(RecordAdmin):
    """That somebody has joined a report; who, nobody reads here."""

    list_display = fields = SUPPORTED
    list_display_links = ["pk"]
    list_select_related = ["report__root"]
    ordering = ["-pk"]
    sortable_by = []


@admin.register(SupporterContact)
class SupporterContactAdmin(ScopedAdmin):
    """That a supporter can be reached; the numbers and addresses themselves are for messages alone."""

    right = Right.SEE_CONTACT
    list_display = fields = REACHABLE
    list_display_links = ["pk"]
    ordering = ["-pk"]
    sortable_by = []

    def in_charge(self, rows: QuerySet[Any], viewer: Viewer) -> QuerySet[Any]:
        """Those of supporters of reports in the viewer's charge."""
        return rows.filter(supporter__report__in=Report.objects.in_charge_of(viewer, self.right))

    @admin.display(description=_("telephone"), boolean=True)
    def has_phone(self, obj: SupporterContact) -> bool:
        """Whether a telephone number was given."""
        return bool(obj.phone)

    @admin.display(description=_("e-mail"), boolean=True)
    def has_email(self, obj: SupporterContact) -> bool:
        """Whether an e-mail address was given."""
        return bool(obj.email)


def report_link(report: Report) -> SafeString:
    """The reference, leading to the report's page."""
    address = reverse("admin:reports_report_change", args=[report.pk])
    return format_html('<a href="{}">{}</a>', address, report.reference)
