"""What desks send: keys, days, flags and texts, each with its refusals; and the report or city that it is about."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from api.clients import viewer_of
from api.errors import Fault, Problem, refusal
from api.v1.bodies import OneOf, StrictSerializer
from api.v1.fields import FlagField, PointField, TextField
from people.access import Right, Viewer
from reports.models import Report
from reports.references import as_reference
from reports.workflow import Status

LONGEST_NOTE = 2000
LARGEST_KEY = 2**63 - 1


@extend_schema_field({"type": "integer", "minimum": 1})
class KeyField(serializers.Field[int, Any, int, Any]):
    """The number of a row."""

    default_error_messages = {
        "null": gettext_lazy("This may be left out, but not null."),
        "invalid": gettext_lazy("Write a whole number here."),
    }

    def to_internal_value(self, data: Any) -> int:
        """The number; one that no row can have is none."""
        if not isinstance(data, int) or isinstance(data, bool) or not 0 < data <= LARGEST_KEY:
            self.fail("invalid")
        return data

    def to_representation(self, value: int) -> int:
        """The number."""
        return value


@extend_schema_field({"type": "string", "format": "date"})
class DayField(serializers.Field[date, Any, str, Any]):
    """A day of the calendar that computers write."""

    default_error_messages = {
        "null": gettext_lazy("This may be left out, but not null."),
        "invalid_time": gettext_lazy("Write a day as 2026-03-21, from the year 2000 to 2199."),
    }

    def to_internal_value(self, data: Any) -> date:
        """The day."""
        try:
            day = date.fromisoformat(data) if isinstance(data, str) and len(data) == 10 else None
        except ValueError:
            day = None
        if day is None or not 2000 <= day.year < 2200:
            self.fail("invalid_time")
        return day

    def to_representation(self, value: date) -> str:
        """ISO 8601."""
        return value.isoformat()


class CorrectionSerializer(StrictSerializer):
    """Another place, another category, or both."""

    location = PointField(required=False)
    category = TextField(max_length=80, required=False)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class DeclineSerializer(StrictSerializer):
    """Why it is not ours; `note` may say more, for instance whose it is."""

    reason = TextField(max_length=LONGEST_NOTE)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class GivingSerializer(StrictSerializer):
    """To whom it is given."""

    department = TextField(max_length=80)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class StepSerializer(StrictSerializer):
    """The next status, and what goes with it; `is_public` says whether the reporter may read of it."""

    to = OneOf(choices=Status.values)
    reason = TextField(max_length=80, required=False, allow_blank=True)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    is_public = FlagField(required=False)
    alone = FlagField(required=False)


class DelegationSerializer(StrictSerializer):
    """Into whose hands (one of the first three) the report goes."""

    person = TextField(max_length=150, required=False)
    crew = TextField(max_length=80, required=False)
    contractor = TextField(max_length=80, required=False)
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)
    external_reference = TextField(max_length=100, required=False, allow_blank=True)


class TheirReferenceSerializer(StrictSerializer):
    """What the contractor calls the order."""

    external_reference = TextField(max_length=100, allow_blank=True)


class NoteSerializer(StrictSerializer):
    """An internal note."""

    text = TextField(max_length=LONGEST_NOTE)


class CheckSerializer(StrictSerializer):
    """An item of the checklist, and whether it is done."""

    item = TextField(max_length=80)
    is_done = FlagField()


class ReroutingSerializer(StrictSerializer):
    """What has changed (one of the first three), as of which day it is asked about, and how far to go."""

    boundary_set = KeyField(required=False)
    rule = KeyField(required=False)
    city = TextField(max_length=80, required=False)
    on = DayField(required=False)
    include_closed = FlagField(required=False)
    include_decided = FlagField(required=False)


class RecomputationSerializer(StrictSerializer):
    """The city whose open reports are to be reckoned anew."""

    city = TextField(max_length=80)


def one_of(values: Collection[str], given: Collection[str]) -> None:
    """Refuse, with a Problem, unless exactly one of these members is given."""
    if len(set(values) & set(given)) != 1:
        detail = _("Give exactly one of: %(known)s.") % {"known": ", ".join(values)}
        raise refusal([Fault(field="", code="exactly_one", detail=detail)])


def own_report(request: Request, reference: str, right: Right) -> tuple[Viewer, Report]:
    """The viewer, and the report over which they have the right.

    Raises Problem: 404 for one that they do not know of, 403 for one that they only see.
    """
    viewer = viewer_of(request)
    return viewer, report_for(viewer, reference, right)


def report_for(viewer: Viewer, reference: str, right: Right) -> Report:
    """The report over which the viewer has the right; raises Problem as `own_report` does."""
    asked = as_reference(reference)
    seen = Report.objects.visible_to(viewer).select_related("category", "department__jurisdiction", "root", "deadline")
    report = seen.filter(reference=asked).first() if asked else None
    if report is None:
        raise Problem(status=404, code="not_found", detail=_("There is no report with this reference."))
    if not Report.objects.in_charge_of(viewer, right).filter(pk=report.pk).exists():
        raise forbidden(_("This report is not yours to do this with."))
    return report


def needs(viewer: Viewer, right: Right) -> Viewer:
    """The viewer, if they have this right anywhere; raises Problem (403)."""
    if not viewer.may(right):
        raise forbidden(_("Your account does not have this right."))
    return viewer


def forbidden(detail: str) -> Problem:
    """The refusal of somebody who does not have the right."""
    return Problem(status=403, code="forbidden", detail=detail)
