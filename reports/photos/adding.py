"""The only birth of a photo: its file is stored first, then its row, with a new report or for one that is there."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from people.models import User
from reports.models import Mime, Photo, PhotoKind, PhotoState, Report
from reports.models.photo import DOCUMENTS
from reports.photos import files
from reports.photos.hints import hint
from reports.photos.sniffing import LOOK, NotTaken, mime_of

PIECE: Final = 1_048_576


class TooManyPhotos(Exception):
    """The report has as many photos as it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A file that has arrived and is what it says; `keeps_original`: its sender lets us keep it, place and all."""

    file: File[bytes]
    mime: Mime
    bytes: int
    sha256: str
    kind: PhotoKind = PhotoKind.BEFORE
    keeps_original: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An incoming file, and the name under which it lies in the storage, where nobody needs it yet.

    Or will lie there, once `writing` is done.
    """

    incoming: Incoming
    original: str
    writing: Future[None] | None = None


def look_at(
    file: File[bytes],
    *,
    declared: str,
    documents: bool = False,
    kind: PhotoKind = PhotoKind.BEFORE,
    keeps_original: bool = False,
) -> Incoming:
    """What a file is, by its bytes; raises NotTaken. Documents are taken only where `documents` says so.

    `declared` is the type its sender gives it. Only the ends of the file are searched: the worker searches all of it.
    """
    size, digest, head, tail = 0, hashlib.sha256(), b"", b""
    file.seek(0)
    while piece := file.read(PIECE):
        head = head or piece[:LOOK]
        tail = (tail + piece)[-LOOK:]
        size += len(piece)
        digest.update(piece)
    if size > settings.PHOTO_MAX_BYTES:
        raise NotTaken("photo_too_large")
    mime = mime_of(head=head, tail=tail, declared=declared)
    if mime in DOCUMENTS and not documents:
        raise NotTaken("documents_only_from_staff")
    file.seek(0)
    return Incoming(
        file=file, mime=mime, bytes=size, sha256=digest.hexdigest(), kind=kind, keeps_original=keeps_original
    )


def announce(incoming: Sequence[Incoming], *, at: datetime) -> list[Stored]:
    """Give the files names, and write these down, before `store` writes the files: committed in between."""
    stored = [Stored(incoming=each, original=files.original_name(files.new_key())) for each in incoming]
    files.announce([each.original for each in stored], doomed_at=at + files.GRACE)
    return stored


def store(stored: Sequence[Stored], *, at: datetime) -> list[Stored]:
    """Write announced files into the storage, outside any transaction; raises files.StorageAway.

    What no photo is made of within an hour is deleted again.
    """
    files.fill({each.original: each.incoming.file for each in stored}, at=at)
    return list(stored)


def store_meanwhile(stored: Sequence[Stored]) -> list[Stored]:
    """The same, beside what the caller does until photos are made of them: these wait for the files."""
    writing = files.fill_meanwhile({each.original: each.incoming.file for each in stored})
    return [replace(each, writing=writing) for each in stored]


@transaction.atomic
def add_photos(
    *, report: Report, stored: Sequence[Stored], at: datetime, by: User | None = None, from_reporter: bool = True
) -> list[Photo]:
    """Make photos of stored files, in their order; the worker is told after the commit.

    A file that the report has already is the photo it has. Raises TooManyPhotos, files.NotThere, and then adds none.
    """
    Report.objects.select_for_update(no_key=True).only("pk").get(pk=report.pk)  # numbers and limits are one by one
    has = {photo.sha256: photo for photo in Photo.objects.filter(report=report)}
    return _add(report, has, stored, at=at, by=by, from_reporter=from_reporter)


def first_photos(
    *, report: Report, stored: Sequence[Stored], at: datetime, by: User | None, from_reporter: bool = True
) -> list[Photo]:
    """The photos that a report is born with, in its transaction: nobody else knows of it yet.

    Raises as above, and files.StorageAway where they were still being written.
    """
    for each in stored:
        if each.writing is not None:
            each.writing.result()
    return _add(report, {}, stored, at=at, by=by, from_reporter=from_reporter)


def _add(
    report: Report,
    has: dict[str, Photo],
    stored: Sequence[Stored],
    *,
    at: datetime,
    by: User | None,
    from_reporter: bool,
) -> list[Photo]:
    photos = []
    last = max((photo.number for photo in has.values()), default=0)
    for each in stored:
        if each.incoming.sha256 not in has:
            last += 1
            has[each.incoming.sha256] = _made(report, each, number=last, at=at, by=by, from_reporter=from_reporter)
        photos.append(has[each.incoming.sha256])
    if sum(photo.from_reporter == from_reporter for photo in has.values()) > settings.PHOTOS_PER_REPORT:
        raise TooManyPhotos
    if any(photo.state == PhotoState.RECEIVED for photo in photos):
        hint()
    return photos


def _made(report: Report, stored: Stored, *, number: int, at: datetime, by: User | None, from_reporter: bool) -> Photo:
    file = stored.incoming
    is_document = file.mime in DOCUMENTS
    photo = Photo.objects.create(
        report=report,
        number=number,
        kind=file.kind,
        from_reporter=from_reporter,
        by=by,
        uploaded_at=at,
        mime=file.mime,
        bytes=file.bytes,
        sha256=file.sha256,
        original=stored.original,
        keeps_original=file.keeps_original or is_document,
        state=PhotoState.READY if is_document else PhotoState.RECEIVED,
        due_at=None if is_document else at,
    )
    files.keep([stored.original], photo_id=photo.pk)
    return photo
