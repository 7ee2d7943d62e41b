"""The only birth of a report: stored, routed, given its dates and acknowledged in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import transaction

from jurisdictions.models import Category
from jurisdictions.routing import find_route
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
    route = find_route(location=location, category=category, on=received_at, accuracy_m=accuracy_m or 0, source=source)
    face = public_face(category=category, location=location, description=description, route=route)
    report = Report.objects.create(
        reference=new_reference(),
        root_id=route.root_id,
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
        is_public=face.is_public,
        public_location=face.public_location,
        public_text=face.public_text,
        public_jurisdictions=face.public_jurisdictions,
        status=Status.RECEIVED,
        status_at=received_at,
        department_id=route.department.id if route.department else None,
        jurisdictions=route.codes,
    )
    keep_contact(report=report, contact=contact or NewContact())
    first_assignment(report=report, route=route, by=by, at=received_at)
    StatusUpdate.objects.create(report=report, status=Status.RECEIVED, at=received_at, by=by)
    first_deadline(report=report)
    claim(report=report, claims=claims, by=by, at=received_at)
    acknowledge(report=report, route=route, contact=contact or NewContact(), at=received_at)
    if photos:  # last: until here their files may still be being written
        first_photos(report=report, stored=photos, at=received_at, by=by)
    return report
