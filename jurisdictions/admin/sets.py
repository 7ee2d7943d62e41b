"""The staff's pages about sets of boundaries: what each changes, and the withdrawal of a planned one."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geo.admin import GuardedAdmin
from jurisdictions.admin.reference import CityFilter
from jurisdictions.boundaries import GroundChange, Hindrance, UnableToWithdraw, difference, set_before, withdraw
from jurisdictions.models import BoundarySet
from persian.admin import moment_column
from persian.display import day_text, digits

_REASONS = {
    Hindrance.GONE: gettext_lazy("“%(set)s” has been withdrawn already."),
    Hindrance.IN_FORCE: gettext_lazy("“%(set)s” stays: it is in force already. Let another set follow it."),
    Hindrance.IN_USE: gettext_lazy("“%(set)s” stays: decisions refer to it."),
}
COMPARED = 1_000  # boundaries of a set: more take too long to compare for a page


@admin.register(BoundarySet)
class BoundarySetAdmin(GuardedAdmin):
    """Sets of boundaries with the act that put them in force."""

    list_display = ["source", "root", "level", "first_day_shown"]
    list_select_related = ["root", "level"]
    list_filter = ["level", CityFilter]
    ordering = ["-first_day", "-pk"]
    actions = ["withdraw"]
    fields = [
        "source",
        "root",
        "level",
        "first_day_shown",
        moment_column("made_at", gettext_lazy("made at"), zone=lambda row: row.root.time_zone),
        "made_by",
        "changes",
    ]

    @admin.display(description=gettext_lazy("first day"), ordering="first_day")
    def first_day_shown(self, obj: BoundarySet) -> str:
        """The day from which the set holds."""
        return day_text(obj.first_day)

    @admin.display(description=gettext_lazy("difference from the set before"))
    def changes(self, obj: BoundarySet) -> str:
        """Who gains and who loses how much ground."""
        before = set_before(obj)
        if before is None:
            return _("These are the first boundaries of the level.")
        if obj.boundaries.count() > COMPARED:
            return _("The set is too large to be compared here.")
        found = difference(before, obj)
        return _table(found) if found else _("The ground is the same.")

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Whom Django's permissions let delete sets, though no form here does."""
        return request.user.has_perm("jurisdictions.delete_boundaryset")

    @admin.action(description=gettext_lazy("Withdraw before they come into force"), permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[BoundarySet]) -> None:
        """The chosen planned sets never come into force; each that cannot be withdrawn says why."""
        for each in queryset.select_related("root", "level"):
            try:
                self._withdraw(request, each)
            except UnableToWithdraw as error:
                messages.error(request, _REASONS[error.why] % {"set": each})
            else:
                messages.success(request, _("“%(set)s” is withdrawn.") % {"set": each})

    @transaction.atomic
    def _withdraw(self, request: HttpRequest, boundary_set: BoundarySet) -> None:
        self.log_deletions(request, BoundarySet.objects.filter(pk=boundary_set.pk))
        withdraw(boundary_set=boundary_set, on=boundary_set.root.day_at(timezone.now()))


def _table(changes: list[GroundChange]) -> SafeString:
    head = format_html_join(
        "", "<th>{}</th>", [(_("code"),), (_("name"),), (_("gained (m²)"),), (_("lost (m²)"),), ("",)]
    )
    rows = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", map(_row, changes))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, rows)


def _row(change: GroundChange) -> tuple[str, ...]:
    what = _("new") if change.is_new else _("ends") if change.has_vanished else ""
    gained, lost = (digits(f"{area:,.0f}") for area in (change.gained_m2, change.lost_m2))
    return digits(change.code), str(change.jurisdiction), gained, lost, what
