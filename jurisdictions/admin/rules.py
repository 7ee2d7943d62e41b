"""The staff's pages about routing rules: their conditions, what is wrong with them, and how one follows another."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jurisdictions.admin.reference import CityFilter, OfACity, ReferenceAdmin, in_use
from jurisdictions.admin.rule_form import RuleForm, SuccessionForm
from jurisdictions.models import RoutingRule, Source
from jurisdictions.rules import NotInItsDays, faults_of, neighbors_of, succeed
from jurisdictions.weekdays import WEEKDAYS, week
from persian.admin import EMPTY, period_column
from persian.display import digits

LISTS = ("weekdays", "sources")
SAID = ("root", "category", "group", "function", "level", "from_time", "until_time", *LISTS)
SHOWN = ("faults", "asked_before", "asked_after")


def conditions_text(rule: RoutingRule) -> str:
    """The conditions of a rule in words, empty where it has none."""
    parts = []
    if rule.from_time and rule.until_time:
        span = {"from": f"{rule.from_time:%H:%M}", "until": f"{rule.until_time:%H:%M}"}
        parts.append(digits(_("%(from)s to %(until)s") % span))
    if rule.weekdays:
        parts.append(_(", ").join(str(WEEKDAYS[each]) for each in week() if each in rule.weekdays))
    if rule.sources:
        parts.append(_(", ").join(str(Source(each).label) for each in rule.sources))
    return " · ".join(parts)


class TimesFilter(admin.SimpleListFilter):
    """Rules by whether they hold today, later, or no more."""

    title = gettext_lazy("in force")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The three."""
        return [("today", _("today")), ("later", _("later")), ("over", _("no more"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of the chosen days, by the day at UTC: a list of several cities has no day of its own."""
        today = timezone.now().date()
        if self.value() == "today":
            return queryset.in_force(on=today)
        if self.value() == "later":
            return queryset.filter(in_force__startswith__gt=today)
        return queryset.exclude(in_force__overlap=(today, None)) if self.value() == "over" else queryset


@admin.register(RoutingRule)
class RoutingRuleAdmin(OfACity, ReferenceAdmin):
    """Rules. One that has decided is not rewritten: it ends, and another begins."""

    form = RuleForm
    change_form_template = "admin/jurisdictions/routingrule/change_form.html"
    list_display = ["subject", "conditions", "function", "level", period_column(gettext_lazy("in force")), "note"]
    list_select_related = ["category", "group", "function", "level"]
    list_filter = [TimesFilter, "function", "level", "group", CityFilter]
    search_fields = ["category__code", "category__name_fa", "category__name_en", "note"]
    ordering = ["category__code", "group__code", "pk"]
    fields = ["root", "category", "group", "function", "level", "in_force", "note"]
    autocomplete_fields = ["category"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the rule says, its conditions (in words, once a report went by it), and how it stands to the others."""
        conditions: list[Any] = ["conditions"] if obj and in_use(obj) else [("from_time", "until_time"), *LISTS]
        parts = [(None, {"fields": self.fields}), (_("Conditions"), {"fields": conditions})]
        return [*parts, (_("Beside the other rules"), {"fields": SHOWN})] if obj else parts

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """What a rule says, once a report went by it."""
        return (*SAID, "conditions", *SHOWN) if obj and in_use(obj) else SHOWN

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the rule, and tell what is odd about it."""
        super().save_model(request, obj, form, change)
        for each in form.warnings:
            messages.warning(request, str(each))

    @admin.display(description=gettext_lazy("speaks of"), ordering="category__code")
    def subject(self, obj: RoutingRule) -> str:
        """The category, the group, or everything."""
        return str(obj.category or obj.group or _("everything"))

    @admin.display(description=gettext_lazy("conditions"))
    def conditions(self, obj: RoutingRule) -> str:
        """When it speaks, where it does not always."""
        return conditions_text(obj) or EMPTY

    @admin.display(description=gettext_lazy("what is wrong"))
    def faults(self, obj: RoutingRule) -> str:
        """Its faults, a line each."""
        return _lines(faults_of(obj)) or _("nothing")

    @admin.display(description=gettext_lazy("asked before it"))
    def asked_before(self, obj: RoutingRule) -> str:
        """Rules that decide in its place wherever both speak."""
        return _links(neighbors_of(obj).before)

    @admin.display(description=gettext_lazy("asked after it"))
    def asked_after(self, obj: RoutingRule) -> str:
        """Rules in whose place it decides wherever both speak."""
        return _links(neighbors_of(obj).after)

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the page that ends a rule."""
        view = self.admin_site.admin_view(self.succession)
        return [path("<path:object_id>/succeed/", view, name="jurisdictions_routingrule_succeed"), *super().get_urls()]

    def succession(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a day; end the rule on it, and go to the page of its successor."""
        rule = self.get_object(request, unquote(object_id))
        if rule is None:
            raise Http404
        if not (self.has_change_permission(request, rule) and self.has_add_permission(request)):
            raise PermissionDenied
        form = SuccessionForm(request.POST if request.method == "POST" else None)
        successor = self._succeeded(rule, form) if form.is_valid() else None
        if successor is None:
            context = {**self.admin_site.each_context(request), "opts": self.opts, "subject": rule, "form": form}
            title = {"title": _("End and begin anew")}
            return TemplateResponse(request, "admin/jurisdictions/routingrule/succeed.html", context | title)
        self.log_change(request, rule, [{"changed": {"fields": ["in force"]}}])
        self.log_addition(request, successor, [{"added": {}}])
        messages.success(request, _("The rule ends, and this one begins: change what is to be different."))
        return HttpResponseRedirect(reverse("admin:jurisdictions_routingrule_change", args=[successor.pk]))

    def _succeeded(self, rule: RoutingRule, form: SuccessionForm) -> RoutingRule | None:
        try:
            return succeed(rule=rule, on=form.cleaned_data["first_day"])
        except NotInItsDays as refusal:
            form.add_error("first_day", str(refusal))
            return None


def _lines(texts: Any) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((str(each),) for each in texts))


def _links(rules: list[RoutingRule]) -> str:
    """The rules with their conditions, each leading to its page."""
    rows = (
        (reverse("admin:jurisdictions_routingrule_change", args=[each.pk]), str(each), conditions_text(each))
        for each in rules
    )
    return format_html_join("", '<div><a href="{}">{}</a> {}</div>', rows) or EMPTY
