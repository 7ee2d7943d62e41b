"""Photos that arrive in pieces (tus 1.0): what has arrived is kept, and the sender goes on where it stands."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.core.files.base import File
from django.db import transaction
from django.db.models import F

from people.models import User
from reports.models import Photo, PhotoKind, PhotoUpload, Report
from reports.photos import files
from reports.photos.adding import Incoming, Stored, TooManyPhotos, add_photos, announce, look_at, store
from reports.photos.sniffing import NotTaken

logger = logging.getLogger(__name__)

LIFE: Final = timedelta(days=1)
MOST_PIECES: Final = 1_000
BLOCK: Final = 65_536


class WrongOffset(Exception):
    """The piece does not begin where what has arrived ends."""


class TooLong(Exception):
    """The piece reaches beyond the length that was said."""


class TooManyPieces(Exception):
    """The file comes in more pieces than we put together."""


def begin(
    *,
    report: Report,
    length: int,
    mime: str,
    kind: PhotoKind,
    keeps_original: bool,
    at: datetime,
    by: User | None,
    from_reporter: bool,
    documents: bool,
) -> PhotoUpload:
    """Expect a file of `length` bytes for the report, for a day."""
    return PhotoUpload.objects.create(
        key=files.new_key(),
        report=report,
        length=length,
        mime=mime[:40],
        kind=kind,
        keeps_original=keeps_original,
        begun_at=at,
        expires_at=at + LIFE,
        by=by,
        from_reporter=from_reporter,
        documents=documents,
    )


def find(key: str, *, at: datetime) -> PhotoUpload | None:
    """The upload of that address that has not expired."""
    if not files.is_key(key):
        return None
    return PhotoUpload.objects.select_related("report", "photo").filter(key=key, expires_at__gt=at).first()


def append(*, upload: PhotoUpload, offset: int, stream: IO[bytes], at: datetime) -> PhotoUpload:
    """Keep what `stream` brings from `offset` on, also where it breaks off; the upload as it is then.

    Raises WrongOffset, TooLong, TooManyPieces, files.StorageAway, and keeps nothing of the piece then.
    """
    if offset != upload.received:
        raise WrongOffset
    if len(upload.pieces) >= MOST_PIECES:
        raise TooManyPieces
    with SpooledTemporaryFile(max_size=files.IN_MEMORY) as spool:
        size = _spooled(stream, spool, most=upload.length - offset)
        if not size:
            return upload
        name = files.original_name(files.new_key())
        spool.seek(0)
        files.write({name: File(spool)}, at=at, doomed_at=upload.expires_at + files.GRACE)
    with transaction.atomic():
        locked = PhotoUpload.objects.select_for_update().get(pk=upload.pk)
        if locked.received == offset and locked.photo_id is None:
            locked.pieces = [*locked.pieces, [name, size]]
            locked.received = offset + size
            locked.save(update_fields=["pieces", "received"])
            return locked
    files.doom([name], at=at)
    raise WrongOffset


def _spooled(stream: IO[bytes], spool: IO[bytes], *, most: int) -> int:
    """Copy what comes, at most so many bytes; a connection that breaks is the end of the piece. Raises TooLong."""
    size = 0
    while block := _next_block(stream):
        size += len(block)
        if size > most:
            raise TooLong
        spool.write(block)
    return size


def _next_block(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(BLOCK)
    except OSError:  # what came before it is sound
        return b""


def finish(*, upload: PhotoUpload, at: datetime) -> Photo:
    """Make a photo of an upload that is whole; asked again, it is the same photo.

    Raises NotTaken, TooManyPhotos (and forgets the upload), files.StorageAway, files.NotThere (and may be asked again).
    """
    if upload.photo is not None:
        return upload.photo
    try:
        with SpooledTemporaryFile(max_size=files.IN_MEMORY) as whole:
            stored = store(announce([_put_together(upload, whole)], at=at), at=at)
        return _made(upload, stored, at=at)
    except (NotTaken, TooManyPhotos):
        forget(upload=upload, at=at)
        raise


def _put_together(upload: PhotoUpload, whole: IO[bytes]) -> Incoming:
    """The pieces as one file, looked at."""
    for name, _size in upload.pieces:
        whole.write(files.read(name))
    return look_at(
        File(whole),
        declared=upload.mime,
        documents=upload.documents,
        kind=PhotoKind(upload.kind),
        keeps_original=upload.keeps_original,
    )


@transaction.atomic
def _made(upload: PhotoUpload, stored: Sequence[Stored], *, at: datetime) -> Photo:
    made = add_photos(report=upload.report, stored=stored, at=at, by=upload.by, from_reporter=upload.from_reporter)
    PhotoUpload.objects.filter(pk=upload.pk).update(photo=made[0], pieces=[])
    files.doom([name for name, _size in upload.pieces], at=at)
    return made[0]


@transaction.atomic
def forget(*, upload: PhotoUpload, at: datetime) -> None:
    """End an upload that nobody goes on with; its pieces are deleted."""
    files.doom([name for name, _size in upload.pieces], at=at)
    PhotoUpload.objects.filter(pk=upload.pk).delete()


def sweep(*, clock: Callable[[], datetime]) -> int:
    """Make photos of what is whole and could not be made one of, and forget what has expired; how many went.

    The pieces of what has expired are doomed since they came.
    """
    whole = PhotoUpload.objects.filter(photo__isnull=True, received=F("length"), expires_at__gt=clock())
    for upload in whole.select_related("report", "photo"):
        try:
            finish(upload=upload, at=clock())
        except (NotTaken, TooManyPhotos, files.NotThere, files.StorageAway):
            logger.warning("Upload %s could not be made a photo", upload.pk)
    count, _rows = PhotoUpload.objects.filter(expires_at__lte=clock()).delete()
    return count
