"""What the page of a rerouting shows, and what its form asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jurisdictions.models import BoundarySet, Department, Jurisdiction, Level, RoutingRule
from people.access import Right, Viewer
from persian.display import day_text, digits, moment_text
from persian.forms import DayField
from reports.models import Because, MoveState, Rerouting, ReroutingState
from reports.workflow import Status

CHANGES = ("boundary_set", "rule", "city")


class PreviewForm(forms.Form):
    """One change, and how far to go."""

    boundary_set = forms.ModelChoiceField(BoundarySet.objects.none(), label=_("boundary set"), required=False)
    rule = forms.ModelChoiceField(RoutingRule.objects.none(), label=_("routing rule"), required=False)
    city = forms.ModelChoiceField(
        Jurisdiction.objects.none(),
        label=_("city"),
        required=False,
        help_text=_("All of its reports, whatever has changed: one of the three is asked for."),
    )
    on = DayField(
        label=_("as of"), required=False, help_text=_("Empty: today, or the first day of what is still to come.")
    )
    include_closed = forms.BooleanField(label=_("closed reports too"), required=False)
    include_decided = forms.BooleanField(label=_("reports that a person gave too"), required=False)

    def __init__(self, data: Any = None, *, viewer: Viewer, at: datetime) -> None:
        super().__init__(data, label_suffix="")
        self.at = at
        cities = Jurisdiction.objects.cities().order_by("name_fa", "pk")
        if not viewer.sees_everything:
            cities = cities.filter(pk__in=viewer.cities(Right.REROUTE))
        self._offer("city", cities)
        sets = BoundarySet.objects.filter(root__in=cities).select_related("level")
        self._offer("boundary_set", sets.order_by("-first_day", "-pk"))
        rules = RoutingRule.objects.filter(root__in=cities).select_related("category", "group", "function", "level")
        self._offer("rule", rules.order_by("-pk"))

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Exactly one change."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if sum(bool(given.get(name)) for name in CHANGES) != 1:
            raise forms.ValidationError(_("Choose a boundary set, a rule or a city: one of them."))
        return given

    def change(self) -> dict[str, Any]:
        """What `begin_preview` is told."""
        given = dict(self.cleaned_data)
        row = given["boundary_set"] or given["rule"] or given["city"]
        given["root"] = given.pop("city")
        given["on"] = given["on"] or max(filter(None, (_city(row).day_at(self.at), _first_day(row))))
        return given


def _city(row: Any) -> Jurisdiction:
    return row if isinstance(row, Jurisdiction) else row.root


def _first_day(row: Any) -> date | None:
    if isinstance(row, BoundarySet):
        return row.first_day
    return row.in_force.lower if isinstance(row, RoutingRule) and row.in_force else None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a table of numbers."""

    before: str
    after: str
    status: str
    count: str


@dataclass(frozen=True, kw_only=True)
class ReroutingPage:
    """The page: texts ready to be read; `tables` are titles with their rows, `acts` what may follow."""

    rerouting: Rerouting
    on: str
    made: str
    looked_at: str
    is_under_way: bool
    states: list[tuple[str, str]]
    tables: list[tuple[str, list[Line]]]
    acts: list[tuple[str, str]]


def page_of(rerouting: Rerouting, *, at: datetime) -> ReroutingPage:
    """The page of a rerouting in the active language."""
    moves = rerouting.moves.exclude(state=MoveState.SKIPPED)
    departments = {each.code: str(each) for each in Department.objects.filter(root=rerouting.root_id)}
    tables = [(str(_("Departments")), _lines(moves.by_department(), departments))]
    for level in Level.objects.below_city().filter(jurisdictions__root=rerouting.root_id).distinct():
        places = Jurisdiction.objects.filter(root=rerouting.root_id, level=level)
        rows = moves.by_jurisdiction(level.code)
        tables.append((str(level), _lines(rows, {each.code: str(each) for each in places})))
    return ReroutingPage(
        rerouting=rerouting,
        on=day_text(rerouting.on),
        made=moment_text(rerouting.made_at, time_zone=rerouting.root.time_zone),
        looked_at=digits(f"{rerouting.looked_at:,}"),
        is_under_way=rerouting.is_under_way,
        states=[_state(row) for row in rerouting.moves.by_state()],
        tables=[table for table in tables if table[1]],
        acts=_acts(rerouting, at=at),
    )


def _lines(rows: Sequence[dict[str, Any]], names: dict[str, str]) -> list[Line]:
    return [
        Line(
            before=names.get(row["before"], row["before"] or str(_("nobody"))),
            after=names.get(row["after"], row["after"] or str(_("nobody"))),
            status=str(Status(row["status"]).label),
            count=digits(f"{row['count']:,}"),
        )
        for row in rows
    ]


def _state(row: dict[str, Any]) -> tuple[str, str]:
    why = f" ({Because(row['because']).label})" if row["because"] else ""
    return f"{MoveState(row['state']).label}{why}", digits(f"{row['count']:,}")


def _acts(rerouting: Rerouting, *, at: datetime) -> list[tuple[str, str]]:
    state, acts = rerouting.state, []
    if state == ReroutingState.PREVIEWED and rerouting.on <= rerouting.root.day_at(at):
        acts.append(("apply", str(_("Apply"))))
    if state in {ReroutingState.APPLYING, ReroutingState.APPLIED}:
        acts.append(("undo", str(_("Undo"))))
    return acts
