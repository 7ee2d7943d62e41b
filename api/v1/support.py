"""A citizen joins a report instead of telling the same again."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.clients import count_support, language_asked_for, viewer_of
from api.errors import Fault, Problem, refusal
from api.negotiation import PlainJSONRenderer
from api.params import Params
from api.permissions import Public
from api.v1.bodies import OneOf, StrictSerializer, validated
from api.v1.fields import EmailField, PhoneField, TextField
from people.models import User
from reports.contacts import NewContact
from reports.duplicates import NobodyInParticular, OwnReport, Person, ProblemClosed, people_waiting, support, withdraw
from reports.models import Report
from reports.references import as_reference


class WaysSerializer(StrictSerializer):
    """Where to hear of it; kept apart from the report and never published."""

    phone = PhoneField(max_length=40, required=False, allow_blank=True)
    email = EmailField(max_length=254, required=False, allow_blank=True)


class SupportSerializer(StrictSerializer):
    """Who joins: a device, a way to reach the person, or both; with an account, nothing is needed."""

    device_id = TextField(max_length=200, required=False, allow_blank=True)
    contact = WaysSerializer(required=False)
    language = OneOf(choices=["fa", "en"], required=False)


_SUPPORTED = OpenApiResponse(
    {
        "type": "object",
        "properties": {
            "reference": {"type": "string"},
            "supported": {"type": "boolean"},
            "changed": {"type": "boolean"},
            "people_waiting": {"type": "integer"},
        },
    },
    "Whether the person is with it now; whether this is new of the account or the device, always true for a telephone "
    "or an e-mail alone; and how many people wait for the problem's end, by accounts and devices: neither says whether "
    "a telephone or an e-mail is known here.",
)
_DEVICE = OpenApiParameter("device_id", OpenApiTypes.STR, OpenApiParameter.QUERY, description="The device that joined.")


class SupportView(APIView):
    """Me too."""

    permission_classes = [Public]
    renderer_classes = [PlainJSONRenderer]

    @extend_schema(
        operation_id="supportReport", request=SupportSerializer, responses={200: _SUPPORTED, 201: _SUPPORTED}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Join a report: once for each person, who hears the outcome like whoever told it.

        It counts for the whole problem. Sent again by the account or the device, nothing changes (200 instead of 201).
        Joined by a telephone or an e-mail alone, it is heard of, and counted where the staff read it.
        """
        Params(request.GET, known=[])
        at = timezone.now()
        given = validated(SupportSerializer(data=request.data))
        report = _open_to(request, reference)
        language = given.get("language") or language_asked_for()
        person = _person(request, given)
        if person.user is None:
            count_support(request, at=at)
        try:
            is_new = support(report=report, person=person, language=language, at=at)
        except NobodyInParticular as error:
            raise _nobody() from error
        except OwnReport as error:
            detail = _("This is your own report: you are counted with it already.")
            raise Problem(status=409, code="own_report", detail=detail) from error
        except ProblemClosed as error:
            detail = _("This is closed. If you see it again, tell it as a new report: it is linked with this one.")
            more = {"recurrence_of": report.reference}
            raise Problem(status=409, code="report_closed", detail=detail, more=more) from error
        return _answer(report, supported=True, changed=is_new, status=201 if is_new else 200)

    @extend_schema(operation_id="withdrawSupport", parameters=[_DEVICE], responses=_SUPPORTED)
    def delete(self, request: Request, reference: str) -> Response:
        """Take it back, as the account or the device that joined; what was known of the contact is deleted."""
        params = Params(request.GET, known=["device_id"])
        report = _open_to(request, reference)
        person = _person(request, {"device_id": params.text("device_id") or ""})
        if not person.hashes:
            raise _nobody()
        if person.user is None:
            count_support(request, at=timezone.now())
        return _answer(report, supported=False, changed=withdraw(report=report, person=person), status=200)


def _open_to(request: Request, reference: str) -> Report:
    """The report, if the asker may know of it; raises Problem (404)."""
    asked = as_reference(reference)
    seen = Report.objects.visible_to(viewer_of(request))
    report = seen.filter(reference=asked).first() if asked else None
    if report is None:
        raise Problem(status=404, code="not_found", detail=_("There is no report with this reference."))
    return report


def _person(request: Request, given: dict[str, Any]) -> Person:
    user = request.user if isinstance(request.user, User) else None
    return Person(user=user, device_id=given.get("device_id", ""), contact=NewContact(**given.get("contact", {})))


def _nobody() -> Problem:
    detail = _("Say who joins: send a device_id, a telephone number or an e-mail address.")
    return refusal([Fault(field="device_id", code="nobody_in_particular", detail=detail)])


def _answer(report: Report, *, supported: bool, changed: bool, status: int) -> Response:
    body = {
        "reference": report.reference,
        "supported": supported,
        "changed": changed,
        "people_waiting": people_waiting([report])[report.pk],
    }
    return Response(body, status=status)
