"""What the staff write when they put reports into hands, note something, or tick their checklist."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.access import HANDS
from people.models import Contractor, Crew, Membership, User
from reports.admin.forms import LONGEST_NOTE, NoteForm, StatusForm
from reports.handling import Hands
from reports.models import ChecklistItem, Report, StandardAnswer
from reports.workflow import TRANSITIONS, Status


class AnswerSelect(forms.Select):
    """Ready answers whose text each option carries, for the script that fills the note."""

    texts: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The option with its text."""
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-text"] = self.texts.get(str(value), "")
        return option


class StepForm(StatusForm):
    """The next status, with the ready answers that fit: one stands in for a note that is left empty."""

    answer = forms.ModelChoiceField(StandardAnswer.objects.none(), label=_("ready answer"), required=False)
    field_order = ["to", "reason", "answer", "note", "is_public"]

    def __init__(self, data: Any = None, *, reports: list[Report]) -> None:
        super().__init__(data, reports=reports)
        possible = {to for report in reports for to in TRANSITIONS[report.status]}
        fits = Q(category__in={report.category_id for report in reports}) | Q(category__isnull=True)
        rows = StandardAnswer.objects.filter(fits, status__in=possible, is_active=True)
        ordered = list(rows.order_by("status", "rank", "code"))
        field = self.fields["answer"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows
        field.widget = widget = AnswerSelect(attrs={"data-fills": "note"}, choices=_by_status(ordered))
        widget.texts = {str(each.pk): each.text() for each in ordered}
        if not ordered:
            del self.fields["answer"]

    def step(self, report: Report) -> dict[str, Any]:
        """What `change_status` is told of this report: a ready answer speaks its reporter's language."""
        given = dict(self.cleaned_data)
        answer = given.pop("answer", None)
        if answer and not given["note"].strip():
            given["note"] = answer.text(report.language)
        return given


def _by_status(answers: Sequence[StandardAnswer]) -> list[Any]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for each in answers:
        groups.setdefault(str(Status(each.status).label), []).append((each.pk, str(each)))
    return [("", "---------"), *groups.items()]


class DelegationForm(NoteForm):
    """Into whose hands reports go: of their departments, or of their city's contractors."""

    to = forms.ChoiceField(label=_("into the hands of"))
    external_reference = forms.CharField(
        label=_("their reference"), required=False, max_length=100, help_text=_("What a contractor calls the order.")
    )
    field_order = ["to", "external_reference", "note"]

    def __init__(self, data: Any = None, *, reports: list[Report], on: Any) -> None:
        super().__init__(data, label_suffix="")
        departments = {each.department_id for each in reports if each.department_id}
        self.hands = _hands_of(departments, {each.root_id for each in reports}, on=on)
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, (kind, hands) in self.hands.items():
            groups.setdefault(kind, []).append((key, _name(hands)))
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = list(groups.items())
        self.fields["note"].help_text = _("For whoever does the work; a contractor reads it in the order.")

    def chosen(self) -> Hands:
        """The person, crew or contractor."""
        return self.hands[self.cleaned_data["to"]][1]


def _hands_of(departments: set[int], cities: set[int], *, on: Any) -> dict[str, tuple[str, Hands]]:
    members = Membership.objects.in_force(on=on).filter(department__in=departments, role__in=HANDS)
    people = User.objects.filter(is_active=True, pk__in=members.values("user")).order_by("last_name", "username")
    crews = Crew.objects.filter(department__in=departments, is_active=True).order_by("code")
    firms = Contractor.objects.filter(root__in=cities, is_active=True).order_by("code")
    return (
        {f"person:{each.pk}": (str(_("people")), each) for each in people}
        | {f"crew:{each.pk}": (str(_("crews")), each) for each in crews}
        | {f"contractor:{each.pk}": (str(_("contractors")), each) for each in firms}
    )


def _name(hands: Hands) -> str:
    if isinstance(hands, User):
        return hands.called
    return hands.name(get_language())


class InternalNoteForm(forms.Form):
    """What the staff tell one another."""

    text = forms.CharField(
        label=_("note"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only the staff read it."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class ChecklistForm(forms.Form):
    """The checklist of one report."""

    def __init__(self, data: Any = None, *, report: Report) -> None:
        super().__init__(data, label_suffix="")
        done = set(report.checks.values_list("item", flat=True))
        rows = ChecklistItem.objects.filter(category=report.category_id, is_active=True)
        self.items = list(rows.order_by("rank", "code"))
        for item in self.items:
            label = str(item) if item.is_required else _("%(item)s (may be left out)") % {"item": item}
            self.fields[item.code] = forms.BooleanField(label=label, required=False, initial=item.pk in done)
