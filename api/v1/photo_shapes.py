"""Photos on their way out: what the public reads of one, what its reporter does, and what the staff do."""

from collections.abc import Iterable
from typing import Any

from reports.models import Photo, PhotoState
from reports.models.photo import SMALL

VIEW, THUMBNAIL, ORIGINAL = "view", "thumbnail", "original"


def public_photos(report_id: int) -> list[dict[str, Any]]:
    """What anybody sees of a report's photos; one query."""
    photos = Photo.objects.public().filter(report=report_id).order_by("number")
    return [
        {
            "url": public_address(photo.public_rendition),
            "thumbnail_url": public_address(photo.public_rendition + SMALL),
            "width": photo.width,
            "height": photo.height,
            "kind": photo.kind,
        }
        for photo in photos
    ]


def public_address(name: str) -> str:
    """Where a public rendition is served."""
    return f"/api/v1/photos/{name}.jpg"


def photos_for(photos: Iterable[Photo], *, reference: str, staff: bool) -> list[dict[str, Any]]:
    """The photos of a report for its reporter or its staff, whose requests show who they are at each address too."""
    return [photo_for(photo, reference=reference, staff=staff) for photo in photos]


def photo_for(photo: Photo, *, reference: str, staff: bool) -> dict[str, Any]:
    """One photo for its reporter or its staff; for the staff with `gps_distance` annotated."""
    here = f"/api/v1/reports/{reference}/photos/{photo.number}"
    has_view = bool(photo.rendition)
    shape: dict[str, Any] = {
        "number": photo.number,
        "kind": photo.kind,
        "state": photo.state,
        "refusal": photo.refusal or None,
        "refusal_detail": photo.get_refusal_display() if photo.state == PhotoState.REFUSED else None,
        "format": photo.mime,
        "bytes": photo.bytes,
        "url": f"{here}/{VIEW}" if has_view else None,
        "thumbnail_url": f"{here}/{THUMBNAIL}" if has_view else None,
        "width": photo.width,
        "height": photo.height,
        "is_public": photo.is_public,
        "uploaded_at": photo.uploaded_at.isoformat(),
    }
    return shape | _for_staff(photo, here) if staff else shape


def _for_staff(photo: Photo, here: str) -> dict[str, Any]:
    metres = getattr(photo, "gps_distance", None)
    return {
        "from_reporter": photo.from_reporter,
        "original_url": f"{here}/{ORIGINAL}" if photo.original else None,
        "sha256": photo.sha256,
        "taken_at": photo.taken_at.isoformat() if photo.taken_at else None,
        "gps_distance_m": round(metres.m, 1) if metres is not None else None,
        "redactions": photo.redactions,
        "reviewed_at": photo.reviewed_at.isoformat() if photo.reviewed_at else None,
    }
