"""What the worker does to photos: each is decoded once, and what is for the public gets copies of its own."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from jurisdictions.models import Moderation
from reports.models import Photo, PhotoKind, PhotoState, Refusal, Report
from reports.models.photo import PhotoQuerySet
from reports.photos import files, hints
from reports.photos.covering import covered
from reports.photos.decoding import Decoded, Refused, Unfinished, decode, taken_at

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=3)  # longer than a job may run: no worker at work holds a lease that has ended
MOST_ATTEMPTS: Final = 3  # that ended with their worker, or without an outcome
PAUSE: Final = timedelta(minutes=1)  # before a storage that is away is asked again


def develop(*, clock: Callable[[], datetime], stop_at: datetime) -> int:
    """Decode what is due, one photo after the other, until the time is up; how many came to an outcome.

    Any number may be at it at once. Not within a transaction: each photo is claimed, then decoded, then written down.
    """
    done = 0
    while clock() < stop_at and (photo := _claim(clock())):
        try:
            done += _develop(photo, at=clock())
        except files.StorageAway:
            logger.exception("The storage is away: photo %s waits", photo.pk)
            _give_back(photo, until=clock() + PAUSE)
    return done


def copy_for_public(*, clock: Callable[[], datetime], stop_at: datetime) -> int:
    """Make the copies of photos that the public may see and cannot yet, until the time is up; how many."""
    done, after = 0, 0
    while clock() < stop_at:
        photo = Photo.objects.without_copies().filter(pk__gt=after).order_by("pk").first()
        if photo is None:
            break
        after = photo.pk
        try:
            done += _copy(photo, at=clock())
        except files.StorageAway:
            logger.exception("The storage is away: photo %s is not public yet", photo.pk)
    return done


@transaction.atomic
def _claim(at: datetime) -> Photo | None:
    """The photo that is due the longest, for us alone until the lease ends."""
    due = Photo.objects.due(at=at).order_by("due_at", "pk")
    photo = due.select_for_update(skip_locked=True, of=("self",)).first()
    if photo is not None:
        photo.attempts, photo.due_at = photo.attempts + 1, at + LEASE
        photo.save(update_fields=["attempts", "due_at"])
    return photo


def _develop(photo: Photo, *, at: datetime) -> bool:
    """Decode a claimed photo and write down what became of it; False where somebody else has it by now."""
    if photo.attempts > MOST_ATTEMPTS:
        return _refuse(photo, Refusal.TOO_HARD, at=at)
    try:
        decoded = decode(files.read(photo.original), mime=photo.mime)
    except Refused as refused:
        return _refuse(photo, refused.why, at=at)
    except Unfinished:
        logger.warning("Photo %s was not decoded in attempt %s", photo.pk, photo.attempts)
        return _refuse(photo, Refusal.TOO_HARD, at=at) if photo.attempts == MOST_ATTEMPTS else False
    return _finish(photo, decoded, at=at)


def _refuse(photo: Photo, why: Refusal, *, at: datetime) -> bool:
    """It is no photo that we take: its file goes."""
    with transaction.atomic():
        written = _written(photo, state=PhotoState.REFUSED, refusal=why, original="", due_at=None)
        files.doom([photo.original] if written else [], at=at)
    return written


def _finish(photo: Photo, decoded: Decoded, *, at: datetime) -> bool:
    """It is ready: its renditions are stored, and the copies of the public where the category shows photos at once."""
    mine, theirs = files.new_key(), files.new_key()
    own, copies = files.names_of(mine, public=False), files.names_of(theirs, public=True)
    contents = (decoded.view, decoded.thumbnail)
    files.write(dict(zip((*own, *copies), contents * 2, strict=True)), at=at)
    with transaction.atomic():
        report = _locked_report(photo)
        shown = report.category.moderation == Moderation.AT_ONCE
        has_copies = shown and report.is_public
        written = _written(
            photo,
            state=PhotoState.READY,
            due_at=None,
            rendition=mine,
            width=decoded.width,
            height=decoded.height,
            perceptual_hash=decoded.perceptual_hash,
            is_public=shown,
            public_rendition=theirs if has_copies else "",
            taken_at=taken_at(decoded, time_zone=report.root.time_zone, before=at),
            gps=decoded.gps if photo.keeps_original else None,
            original=photo.original if photo.keeps_original else "",
        )
        if written:
            # Without the sender's consent neither the place is kept nor the file that holds it.
            files.doom([] if photo.keeps_original else [photo.original], at=at)
            files.keep([*own, *(copies if has_copies else ())], photo_id=photo.pk)
            if photo.kind == PhotoKind.BEFORE and decoded.perceptual_hash is not None:
                hints.ask_for_search(report.pk)
    files.doom([] if has_copies and written else copies, at=at)
    return written


def _copy(photo: Photo, *, at: datetime) -> bool:
    """The public copies of a photo, covered where it is to be; False where it has changed meanwhile."""
    view, thumbnail = (files.read(name) for name in files.names_of(photo.rendition, public=False))
    if photo.redactions:
        view, thumbnail = covered(view, photo.redactions)
    key = files.new_key()
    names = files.names_of(key, public=True)
    files.write(dict(zip(names, (view, thumbnail), strict=True)), at=at)
    with transaction.atomic():
        _locked_report(photo)
        same = Photo.objects.without_copies().filter(pk=photo.pk, redactions=photo.redactions)
        # By its key: what is updated is one table, what is asked spans two.
        written = same.exists() and bool(Photo.objects.filter(pk=photo.pk).update(public_rendition=key))
        if written:
            files.keep(names, photo_id=photo.pk)
    files.doom([] if written else names, at=at)
    return written


def _locked_report(photo: Photo) -> Report:
    """The photo's report, as it stays until the transaction ends: its category and whether the public sees it."""
    reports = Report.objects.select_related("category", "root").select_for_update(no_key=True, of=("self",))
    return reports.get(pk=photo.report_id)


def _written(photo: Photo, **values: Any) -> bool:
    """Write down the outcome, if our claim is still the one that counts."""
    return bool(_held(photo).update(**values))


def _give_back(photo: Photo, *, until: datetime) -> None:
    """It was not tried after all."""
    _held(photo).update(due_at=until, attempts=photo.attempts - 1)


def _held(photo: Photo) -> PhotoQuerySet:
    return Photo.objects.filter(pk=photo.pk, state=PhotoState.RECEIVED, attempts=photo.attempts)
