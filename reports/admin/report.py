"""The list of reports and the page of one."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from geo.admin import MapAdmin
from jurisdictions.models import Jurisdiction
from persian.admin import EMPTY, Column, moment_column
from persian.display import digits, in_persian, moment_text
from persian.normalize import to_ascii_digits
from reports.admin.acts import ReportActs
from reports.admin.filters import DISTRICT, DepartmentFilter, DistrictFilter, DueFilter, ProblemFilter, ReceivedFilter
from reports.admin.page import page_of
from reports.admin.scope import asking, city_clock
from reports.admin.work_filters import InboxFilter
from reports.deadlines import deadline_of
from reports.models import Assignment, Delegation, Report
from reports.workorder import as_pdf, work_order_of

RECEIVED: Column = moment_column("received_at", _("received at"), zone=city_clock())


@admin.register(Report)
class ReportAdmin(ReportActs, MapAdmin):
    """Reports: looked at here, changed by acts."""

    list_display = [
        "reference",
        RECEIVED,
        "category",
        "status",
        "due_shown",
        "hands_shown",
        "is_accepted",
        "district_shown",
        "department",
        "problem_shown",
    ]
    sortable_by = [RECEIVED]
    list_select_related = ["category", "department", "root", "deadline"]
    list_filter = [
        *(InboxFilter, "status", ProblemFilter, DueFilter, ReceivedFilter, DistrictFilter, DepartmentFilter),
        *("category", "is_public"),
    ]
    ordering = ["-received_at", "-id"]
    search_fields = ["reference"]
    search_help_text = _("The reference, or how it begins.")
    fields = ["reference"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those in the viewer's charge, with the name of their district."""
        coded = super().get_queryset(request).annotate(district_code=KeyTextTransform(DISTRICT, "jurisdictions"))
        district = Jurisdiction.objects.at_level(DISTRICT).filter(root=OuterRef("root"), code=OuterRef("district_code"))
        name = F("name_fa") if in_persian() else Coalesce(NullIf("name_en", Value("")), "name_fa")
        current = Assignment.objects.filter(report=OuterRef("pk"), ended_at__isnull=True)
        hands = Delegation.objects.filter(report=OuterRef("pk"), ended_at__isnull=True)
        mates = Report.objects.filter(duplicate_cluster=OuterRef("duplicate_cluster")).order_by()
        told = mates.values("duplicate_cluster").annotate(told=Count("pk")).values("told")
        named: QuerySet[Any] = coded.annotate(
            district_name=Subquery(district.values_list(name)[:1]),
            accepted_at=Subquery(current.values("accepted_at")[:1]),
            hands_name=Subquery(hands.values_list(_name_of_hands())[:1]),
            reports_told=Subquery(told),
        )
        return named

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Those whose reference begins as written, in whatever digits and letter case."""
        term = to_ascii_digits(search_term).strip().upper()
        return (queryset.filter(reference__startswith=term) if term else queryset), False

    @admin.display(description=_("to be resolved by"))
    def due_shown(self, obj: Any) -> str:
        """The date, if there is one."""
        deadline = deadline_of(obj)
        due_at = deadline and deadline.due_at
        return moment_text(due_at, time_zone=obj.root.time_zone) if due_at else EMPTY

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the work order."""
        view = self.admin_site.admin_view(self.work_order)
        return [path("<int:number>/work-order/", view, name="reports_report_work_order"), *super().get_urls()]

    def work_order(self, request: HttpRequest, number: int) -> HttpResponse:
        """The work order of a report in the viewer's charge, as PDF in the language of the page."""
        report: Report = self.get_object(request, str(number))
        language = "fa" if in_persian() else "en"
        content = as_pdf(work_order_of(report, at=timezone.now(), language=language))
        name = f'inline; filename="work-order-{report.reference}.pdf"'
        return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": name})

    @admin.display(description=_("accepted"), boolean=True)
    def is_accepted(self, obj: Any) -> bool:
        """Whether the department that has it has said so."""
        return obj.accepted_at is not None

    @admin.display(description=_("hands"))
    def hands_shown(self, obj: Any) -> str:
        """Who does the work, if anybody has it in hand."""
        return obj.hands_name or EMPTY

    @admin.display(description=_("district"))
    def district_shown(self, obj: Any) -> str:
        """The name of the district, if the place has one."""
        return obj.district_name or EMPTY

    @admin.display(description=_("reports of this problem"))
    def problem_shown(self, obj: Any) -> str | SafeString:
        """How many tell of the same problem, leading to its page."""
        if obj.reports_told is None:
            return EMPTY
        address = reverse("admin:reports_duplicatecluster_change", args=[obj.duplicate_cluster_id])
        return format_html('<a href="{}">{}</a>', address, digits(str(obj.reports_told)))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The page of a report, in our own layout."""
        page = page_of(obj, viewer=asking(request), at=timezone.now())
        return super().render_change_form(request, context | {"page": page}, add, change, form_url, obj)


def _name_of_hands() -> Coalesce:
    """The name of a delegation's person, crew or contractor in the active language."""
    person = NullIf(Trim(Concat("user__first_name", Value(" "), "user__last_name")), Value(""))
    persian = ["crew__name_fa", "contractor__name_fa"]
    english = [] if in_persian() else [NullIf(name, Value("")) for name in ("crew__name_en", "contractor__name_en")]
    return Coalesce(person, "user__username", *english, *persian)
