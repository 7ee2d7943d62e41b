"""The only birth of a report: stored, routed, given its dates and acknowledged in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import transaction

from jurisdictions.models import Category
from jurisdictions.routing import Route, find_route
from people.models import User
from reports.acknowledgement import acknowledge
from reports.contacts import NewContact, keep_contact, keyed_hash
from reports.deadlines import first_deadline
from reports.duplicates import NO_CLAIMS, Claims, claim
from reports.handling import first_assignment
from reports.models import Report, StatusUpdate
from reports.photos import Stored, first_photos
from reports.references import new_reference
from reports.visibility import public_face
from reports.workflow import Status


@transaction.atomic
def submit_report(
    *,
    location: Point,
    category: Category,
    description: str,
    received_at: datetime,
    source: str,
    reported_at: datetime | None = None,
    accuracy_m: float | None = None,
    address: str = "",
    language: str = "fa",
    contact: NewContact | None = None,
    device_id: str = "",
    claims: Claims = NO_CLAIMS,
    by: User | None = None,
    photos: Sequence[Stored] = (),
) -> Report:
    """Store a report with its decision, first status, deadlines, photos and acknowledgement; all of it or nothing.

    `location` is WGS 84, lon/lat; `claims` are what the caller says of other reports. Whose duplicate it is by likeness
    is for the worker to find. Raises jurisdictions.routing.OutsideServiceArea, duplicates.ClaimRefused,
    photos.TooManyPhotos.
    """
    report = Report(
        category=category,
        description=description,
        location=location,
        accuracy_m=accuracy_m,
        address=address,
        language=language,
        source=source,
        device_hash=keyed_hash("device", device_id),
        reported_at=reported_at or received_at,
        received_at=received_at,
    )
    route = _store(report)
    _begin(report, route=route, contact=contact or NewContact(), claims=claims, by=by, photos=photos)
    return report


def _store(report: Report) -> Route:
    """Store it under a reference, where its route leads, with the face that the public sees."""
    route = find_route(
        location=report.location,
        category=report.category,
        on=report.received_at,
        accuracy_m=report.accuracy_m or 0,
        source=report.source,
    )
    face = public_face(category=report.category, location=report.location, description=report.description, route=route)
    report.reference = new_reference()
    report.root_id = route.root_id
    report.department_id = route.department.id if route.department else None
    report.jurisdictions = route.codes
    report.is_public = face.is_public
    report.public_location = face.public_location
    report.public_text = face.public_text
    report.public_jurisdictions = face.public_jurisdictions
    report.status, report.status_at = Status.RECEIVED, report.received_at
    report.save(force_insert=True)
    return route


def _begin(
    report: Report, *, route: Route, contact: NewContact, claims: Claims, by: User | None, photos: Sequence[Stored]
) -> None:
    """What is stored beside a new report, in the order in which its parts need each other."""
    at = report.received_at
    keep_contact(report=report, contact=contact)
    first_assignment(report=report, route=route, by=by, at=at)
    StatusUpdate.objects.create(report=report, status=Status.RECEIVED, at=at, by=by)
    first_deadline(report=report)
    claim(report=report, claims=claims, by=by, at=at)
    acknowledge(report=report, route=route, contact=contact, at=at)
    if photos:  # last: until here their files may still be being written
        first_photos(report=report, stored=photos, at=at, by=by)
