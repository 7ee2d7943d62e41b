"""What the pages of the staff show of photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from people.access import Right, Viewer
from persian.display import digits, moment_text
from reports.admin.photo_forms import AddForm, CoverForm
from reports.admin.scope import has_right
from reports.models import Photo, PhotoState, Report


@dataclass(frozen=True, kw_only=True)
class PhotoLine:
    """A photo on the page of its report."""

    photo: Photo
    says: str
    distance: str


@dataclass(frozen=True, kw_only=True)
class ReportsPhotos:
    """The photos on the page of a report."""

    lines: Sequence[PhotoLine]
    add_form: AddForm | None


@dataclass(frozen=True, kw_only=True)
class PhotoPage:
    """The page of a photo: texts ready to be read, and what the viewer may do."""

    photo: Photo
    uploaded: str
    taken: str
    distance: str
    size: str
    reviewed: str
    may_publish: bool
    may_see_original: bool
    cover_form: CoverForm | None


def photos_of(report: Report, *, viewer: Viewer) -> ReportsPhotos:
    """All photos of a report for one of its staff; one query."""
    rows = Photo.objects.filter(report=report).with_gps_distance().order_by("number")
    return ReportsPhotos(
        lines=[PhotoLine(photo=each, says=_says(each), distance=metres_text(each)) for each in rows],
        add_form=AddForm() if has_right(viewer, Right.HANDLE, report) else None,
    )


def page_of_photo(photo: Photo, *, viewer: Viewer) -> PhotoPage:
    """The page of a photo that has its distance annotated."""
    zone = photo.report.root.time_zone
    may_publish = has_right(viewer, Right.PUBLISH, photo.report)
    is_picture = photo.state == PhotoState.READY and not photo.is_document
    return PhotoPage(
        photo=photo,
        uploaded=f"{moment_text(photo.uploaded_at, time_zone=zone)}{_whose(photo)}",
        taken=moment_text(photo.taken_at, time_zone=zone) if photo.taken_at else "",
        distance=metres_text(photo),
        size=digits(f"{photo.get_mime_display()} · {max(1, photo.bytes // 1024):,} KB"),
        reviewed=moment_text(photo.reviewed_at, time_zone=zone) if photo.reviewed_at else "",
        may_publish=may_publish,
        may_see_original=bool(photo.original) and has_right(viewer, Right.SEE_CONTACT, photo.report),
        cover_form=CoverForm(covered=photo.redactions) if may_publish and is_picture else None,
    )


def metres_text(photo: Any) -> str:
    """How far from its report's place a photo was taken, in words; empty where the camera does not say."""
    distance = photo.gps_distance
    if distance is None:
        return ""
    if distance.m < 1000:
        return digits(_("%(metres)d m") % {"metres": round(distance.m)})
    return digits(_("%(kilometres).1f km") % {"kilometres": distance.km})


def _says(photo: Photo) -> str:
    if photo.refusal:
        return f"{photo.get_state_display()}: {photo.get_refusal_display()}"
    if photo.is_document:
        return f"{photo.get_mime_display()} · {photo.get_kind_display()}"
    if photo.state != PhotoState.READY:
        return photo.get_state_display()
    shown = _("shown to the public") if photo.is_public else _("not shown to the public")
    return f"{photo.get_kind_display()} · {shown}"


def _whose(photo: Photo) -> str:
    who = photo.by.called if photo.by else ""
    return f" · {who or _('the reporter')}" if who or photo.from_reporter else ""
