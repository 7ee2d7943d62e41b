"""The only changes to what anybody sees of a photo: shown, hidden, covered, removed."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Final

from django.db import transaction

from jurisdictions.models import Moderation
from people.models import User
from reports.models import Photo, PhotoState, Report, StatusUpdate, StoredFile
from reports.models.photo import PUBLIC
from reports.photos.covering import Rectangle
from reports.photos.hints import hint

MOST_RECTANGLES: Final = 50


class NotForThePublic(Exception):
    """The photo is not ready, is no picture, or its category is never public."""


class PhotoGone(Exception):
    """Somebody has deleted the photo meanwhile."""


class NoRectangles(Exception):
    """What is to be covered is not written as rectangles within the picture."""


@transaction.atomic
def show(*, photo: Photo, at: datetime, by: User | None = None) -> None:
    """Let the public see the photo, for as long as it sees the report; raises NotForThePublic, PhotoGone."""
    locked = _locked(photo)
    never = locked.report.category.moderation == Moderation.NEVER
    if never or locked.is_document or locked.state != PhotoState.READY:
        raise NotForThePublic
    Photo.objects.filter(pk=photo.pk).update(is_public=True, reviewed_by=by, reviewed_at=at)
    hint()


@transaction.atomic
def hide(*, photo: Photo, at: datetime, by: User | None = None) -> None:
    """Take the photo from the public's sight, at once; its public copies are deleted. Raises PhotoGone."""
    _locked(photo)
    Photo.objects.filter(pk=photo.pk).update(is_public=False, reviewed_by=by, reviewed_at=at, public_rendition="")
    _doom_copies([photo.pk], at=at)


@transaction.atomic
def cover(*, photo: Photo, rectangles: Sequence[Rectangle], at: datetime) -> None:
    """Cover these rectangles, and nothing else, on what the public sees.

    The copies that show what is below are gone at once, under their addresses too; covered ones follow. Raises
    NoRectangles, NotForThePublic, PhotoGone.
    """
    checked = _checked(rectangles)
    locked = _locked(photo)
    if locked.is_document or locked.state != PhotoState.READY:
        raise NotForThePublic
    Photo.objects.filter(pk=photo.pk).update(redactions=checked, public_rendition="")
    _doom_copies([photo.pk], at=at)
    hint()


@transaction.atomic
def remove(*, photo: Photo) -> None:
    """Delete the photo; the database dooms all of its files. Raises PhotoGone."""
    _locked(photo)
    Photo.objects.filter(pk=photo.pk).delete()


def narrow(*, report: Report, moderation: str, at: datetime) -> None:
    """Under another category: no photo stays public that the new one does not show unless somebody has reviewed it.

    In the transaction that changes the report, which is locked.
    """
    public = Photo.objects.filter(report=report, is_public=True)
    if moderation == Moderation.AT_ONCE:
        return
    if moderation != Moderation.NEVER:
        public = public.filter(reviewed_at__isnull=True)
    keys = list(public.values_list("pk", flat=True))
    Photo.objects.filter(pk__in=keys).update(is_public=False, public_rendition="")
    _doom_copies(keys, at=at)


def belong_to(*, photos: Sequence[Photo], step: StatusUpdate) -> None:
    """Let photos of the step's report belong to the step: its reporter sees them where the step is public."""
    Photo.objects.filter(pk__in=[photo.pk for photo in photos], report=step.report_id).update(step=step)


def _locked(photo: Photo) -> Photo:
    """The photo as it is now, its report locked before it. Raises PhotoGone."""
    Report.objects.select_for_update(no_key=True).only("pk").get(pk=photo.report_id)
    rows = Photo.objects.select_related("report__category").select_for_update(of=("self",))
    locked = rows.filter(pk=photo.pk).first()
    if locked is None:
        raise PhotoGone
    return locked


def _doom_copies(photos: Sequence[int], *, at: datetime) -> None:
    StoredFile.objects.filter(photo_id__in=photos, name__startswith=f"{PUBLIC}/").update(doomed_at=at)


def _checked(rectangles: Sequence[Rectangle]) -> list[list[float]]:
    checked = [_rectangle(each) for each in rectangles]
    if len(checked) > MOST_RECTANGLES:
        raise NoRectangles
    return checked


def _rectangle(given: Rectangle) -> list[float]:
    is_sound = len(given) == 4 and all(isfinite(each) and 0 <= each <= 1 for each in given)
    if not is_sound or given[2] <= 0 or given[3] <= 0 or given[0] >= 1 or given[1] >= 1:
        raise NoRectangles
    x, y, width, height = (round(float(each), 5) for each in given)
    return [x, y, min(width, 1 - x), min(height, 1 - y)]
