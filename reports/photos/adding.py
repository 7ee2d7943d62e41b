"""The only birth of a photo: its file is stored first, then its row, with a new report or for one that is there."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from geo.prepared import Prepared
from people.models import User
from reports.models import Mime, Photo, PhotoKind, PhotoState, Report
from reports.models.photo import DOCUMENTS
from reports.photos import files
from reports.photos.arriving import PIECE, Arrived, Look
from reports.photos.hints import hint
from reports.photos.sniffing import NotTaken, mime_of

# By itself the framework takes ten times as long to write a row, and who files a report with a photo waits for it.
_ADD: Final = Prepared(
    name="city_eye_add_photo",
    parameters={
        "report_id": "bigint",
        "number": "int",
        "kind": "text",
        "from_reporter": "boolean",
        "by_id": "bigint",
        "uploaded_at": "timestamptz",
        "mime": "text",
        "bytes": "int",
        "sha256": "text",
        "original": "text",
        "keeps_original": "boolean",
        "state": "text",
        "due_at": "timestamptz",
    },
    text="""WITH made AS (
        INSERT INTO reports_photo (
            report_id, number, kind, from_reporter, by_id, uploaded_at, mime, bytes, sha256, original, keeps_original,
            state, due_at, refusal, attempts, rendition, is_public, redactions, public_rendition)
        VALUES (
            %(report_id)s, %(number)s, %(kind)s, %(from_reporter)s, %(by_id)s, %(uploaded_at)s, %(mime)s, %(bytes)s,
            %(sha256)s, %(original)s, %(keeps_original)s, %(state)s, %(due_at)s, '', 0, '', false, '[]', '')
        RETURNING id
    )
    UPDATE reports_storedfile SET doomed_at = NULL, photo_id = made.id
    FROM made WHERE name = %(original)s AND doomed_at IS NOT NULL RETURNING photo_id""",
)


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
    look = file.look if isinstance(file, Arrived) else _look_through(file)
    if look.size > settings.PHOTO_MAX_BYTES:
        raise NotTaken("photo_too_large")
    mime = mime_of(head=look.head, tail=look.tail, declared=declared)
    if mime in DOCUMENTS and not documents:
        raise NotTaken("documents_only_from_staff")
    return Incoming(file=file, mime=mime, bytes=look.size, sha256=look.sha256, kind=kind, keeps_original=keeps_original)


def _look_through(file: File[bytes]) -> Look:
    look = Look()
    file.seek(0)
    while piece := file.read(PIECE):
        look.take(piece)
    file.seek(0)
    return look


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


@contextmanager
def or_gone(stored: Sequence[Stored], *, at: datetime) -> Iterator[None]:
    """Where the block fails no photos are made of these files: they are deleted at once."""
    try:
        yield
    except BaseException:
        withdraw(stored, at=at)
        raise


def withdraw(stored: Sequence[Stored], *, at: datetime) -> None:
    """Delete files of which no photos are made; what cannot be done now, the sweep does."""
    wait([each.writing for each in stored if each.writing is not None])
    files.drop([each.original for each in stored], at=at)


@transaction.atomic
def add_photos(
    *, report: Report, stored: Sequence[Stored], at: datetime, by: User | None = None, from_reporter: bool = True
) -> list[Photo]:
    """Make photos of stored files, in their order; the worker is told after the commit.

    A file that the report has already is the photo it has. Raises TooManyPhotos, files.NotThere, and then adds none.
    """
    Report.objects.select_for_update(no_key=True).only("pk").get(pk=report.pk)  # numbers and limits are one by one
    has = {photo.sha256: photo for photo in Photo.objects.filter(report=report)}
    photos = _add(report, has, stored, at=at, by=by, from_reporter=from_reporter)
    if any(photo.state == PhotoState.RECEIVED for photo in photos):
        hint()
    return photos


def first_photos(
    *, report: Report, stored: Sequence[Stored], at: datetime, by: User | None, from_reporter: bool = True
) -> list[Photo]:
    """The photos that a report is born with, in its transaction: nobody else knows of it yet.

    The caller tells the worker of both. Raises as above, and files.StorageAway where they were still being written.
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
    photos, kept = [], set()
    last = max((photo.number for photo in has.values()), default=0)
    for each in stored:
        if each.incoming.sha256 not in has:
            last += 1
            kept.add(each.original)
            has[each.incoming.sha256] = _made(report, each, number=last, at=at, by=by, from_reporter=from_reporter)
        photos.append(has[each.incoming.sha256])
    if sum(photo.from_reporter == from_reporter for photo in has.values()) > settings.PHOTOS_PER_REPORT:
        raise TooManyPhotos
    if len(kept) < len(stored):
        files.doom([each.original for each in stored if each.original not in kept], at=at)
    return photos


def _made(report: Report, stored: Stored, *, number: int, at: datetime, by: User | None, from_reporter: bool) -> Photo:
    file = stored.incoming
    is_document = file.mime in DOCUMENTS
    photo = Photo(
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
    kept = _ADD.rows({name: getattr(photo, name) for name in _ADD.parameters})
    if not kept:
        raise files.NotThere
    ((photo.pk,),) = kept
    photo._state.adding = False
    return photo
