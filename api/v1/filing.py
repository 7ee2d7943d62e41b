"""POST /api/v1/reports: what is sent becomes one call of `submit_report`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.clients import count_filing, count_photos, language_asked_for, scope_of, viewer_of
from api.errors import Fault, Problem, refusal
from api.idempotency import Answer, answer_once, answered_before, key_of, was_answered
from api.uploads import storage_away
from api.v1.bodies import OneOf, StrictSerializer, validated
from api.v1.claims import claim_problem, claims_of
from api.v1.fields import (
    AccuracyField,
    EmailField,
    MomentField,
    PhoneField,
    PointField,
    ReferencesField,
    TextField,
)
from api.v1.photo_parts import digest_of, is_form, read_photos, read_report, too_many, too_slow
from api.v1.refusals import find_category, outside_problem
from api.v1.representations import new_report
from jurisdictions.models import Source
from jurisdictions.routing import OutsideServiceArea
from people.access import Right, Viewer
from persian.normalize import NOT_TEXT
from reports.contacts import NewContact
from reports.duplicates import ClaimRefused
from reports.intake import submit_report
from reports.models import PhotoKind, Report
from reports.photos import (
    Incoming,
    NotThere,
    StorageAway,
    Stored,
    TooManyPhotos,
    announce,
    or_gone,
    store_meanwhile,
    withdraw,
)
from reports.tasks import hint_new


class ContactSerializer(StrictSerializer):
    """Who tells it; kept apart from the report and never published."""

    name = TextField(max_length=200, required=False, allow_blank=True)
    phone = PhoneField(max_length=40, required=False, allow_blank=True)
    email = EmailField(max_length=254, required=False, allow_blank=True)


class FilingSerializer(StrictSerializer):
    """A report as it is sent."""

    category = TextField(max_length=80)
    location = PointField()
    description = TextField(max_length=4000)
    accuracy_m = AccuracyField(required=False)
    reported_at = MomentField(required=False)
    address = TextField(max_length=500, required=False, allow_blank=True)
    language = OneOf(choices=["fa", "en"], required=False)
    contact = ContactSerializer(required=False)
    device_id = TextField(max_length=200, required=False, allow_blank=True)
    duplicate_of = TextField(max_length=40, required=False)
    not_duplicate_of = ReferencesField(max_length=20, required=False)
    source = OneOf(  # type: ignore[assignment]  # the framework has an attribute of that name
        choices=[Source.WEB, Source.APP, Source.CALL_CENTER, Source.API], required=False
    )


def file_report(request: Request) -> Answer:
    """Validate, then store once for each Idempotency-Key; raises Problem and stores nothing where anything is wrong."""
    at = timezone.now()
    if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
        raise Problem(status=411, code="length_required", detail=_("Send the body's length as Content-Length."))
    key = key_of(request)
    told, incoming = _told(request)
    body = told | {"photos": digest_of(incoming)} if incoming else told
    try:
        return _filed(request, told, incoming, key=key, body=body, at=at)
    except Problem:
        # What is stored is answered as it was, though it could not be filed any more: the category is out of use by
        # now, the address has had its share.
        answer = answered_before(key=key, client=_client_of(request, told), body=body)
        if answer is None:
            raise
        return answer


def _filed(
    request: Request,
    told: dict[str, Any],
    incoming: Sequence[Incoming],
    *,
    key: str | None,
    body: dict[str, Any],
    at: datetime,
) -> Answer:
    values = validated(FilingSerializer(data=told, context={"at": at}))
    category = find_category(values.pop("category"))
    viewer = viewer_of(request)
    _check_source(values.setdefault("source", Source.API), viewer)
    values["claims"] = claims_of(values, viewer)
    values["contact"] = NewContact(**values.pop("contact", {}))
    values.setdefault("language", language_asked_for())

    client = _client_of(request, told)
    # What is sent again is answered from memory: its photos are stored already.
    is_again = bool(incoming) and was_answered(key=key, client=client)
    stored = _stored([] if is_again else incoming, request, viewer, at=at)

    made: list[Report] = []

    def act() -> Answer:
        made.append(_submit(viewer, category=category, received_at=at, by=viewer.user, photos=stored, **values))
        hint_new(made[0], has_photos=bool(stored))
        return new_report(made[0])

    with or_gone(stored, at=at):
        answer = answer_once(key=key, client=client, body=body, at=at, act=act)
    if not made:  # somebody sent it at the same instant, and was first
        withdraw(stored, at=at)
    return answer


def _client_of(request: Request, told: dict[str, Any]) -> str:
    device = told.get("device_id")
    return scope_of(request, device_id=device if isinstance(device, str) and not NOT_TEXT.search(device) else "")


def _stored(incoming: Sequence[Incoming], request: Request, viewer: Viewer, *, at: datetime) -> list[Stored]:
    """The photos on their way into the storage, and all counted against the limits; raises Problem."""
    if not incoming:
        if viewer.user is None:
            count_filing(request, at=at)
        return []
    with transaction.atomic():  # one commit for what is announced and counted
        announced = announce(incoming, at=at)
        if viewer.user is None:  # last: from here to the commit an address's requests wait for each other
            count_photos(request, number=len(incoming), at=at)
            count_filing(request, at=at)
    return store_meanwhile(announced)


def _told(request: Request) -> tuple[dict[str, Any], list[Incoming]]:
    """The report as it is sent, and the photos beside it."""
    if not is_form(request):
        return request.data, []
    return read_report(request), read_photos(request, kind=PhotoKind.BEFORE)


def _check_source(source: str, viewer: Viewer) -> None:
    if source == Source.CALL_CENTER and not viewer.may(Right.FILE_FOR_CALLER):
        raise _not_your_caller()


def _not_your_caller() -> Problem:
    detail = _("Only an operator of the call center files for a caller, and only in the operator's own city.")
    return refusal([Fault(field="source", code="forbidden", detail=detail)], status=403)


def _submit(viewer: Viewer, **values: Any) -> Report:
    try:
        report = submit_report(**values)
    except OutsideServiceArea as outside:
        raise outside_problem(outside) from outside
    except TooManyPhotos as error:
        raise too_many() from error
    except NotThere as error:
        raise too_slow() from error
    except StorageAway as error:
        raise storage_away() from error
    except ClaimRefused as refused:
        raise claim_problem(refused, values["claims"]) from refused
    cities = {each.ground.city.pk for each in viewer.where(Right.FILE_FOR_CALLER)}
    if report.source == Source.CALL_CENTER and not viewer.sees_everything and report.root_id not in cities:
        raise _not_your_caller()
    return report
