"""The files of photos, and the ledger that knows each of them before it is written: none is lost, none is left over.

A file is announced (a row that dooms it in an hour, committed), then written, then kept by the transaction whose rows
name it. Whatever breaks in between, the sweep deletes what nobody kept.
"""

import logging
import re
import secrets
from collections.abc import Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from reports.models import StoredFile
from reports.models.photo import PRIVATE, PUBLIC, SMALL
from reports.photos.storage import Nameless

logger = logging.getLogger(__name__)

GRACE: Final = timedelta(hours=1)  # longer than any request or job takes to keep what it has written
AGAIN: Final = timedelta(minutes=10)
BATCH: Final = 100
IN_MEMORY: Final = 2_621_440  # bytes of what arrives that need no file of their own
WRITERS: Final = 8  # as many as requests that a process answers at once
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{32}\Z", re.ASCII)


class StorageAway(Exception):
    """The storage did not do what it was asked to."""


class NotThere(Exception):
    """A file that was written is not in the ledger any more: whoever wrote it took too long."""


def storage() -> Storage:
    """The storage of photos."""
    return storages["photos"]


def landing() -> IO[bytes]:
    """A file to write to what arrives: where it stays if it is saved, and gone without a trace once it is closed.

    Where the storage has no place for such files, it is one that is copied when it is saved.
    """
    try:
        nameless: IO[bytes] = storage().nameless()  # type: ignore[attr-defined]  # of our own storage
    except (AttributeError, OSError):
        return SpooledTemporaryFile(max_size=IN_MEMORY)
    return nameless


def new_key() -> str:
    """A name that nobody guesses: 192 random bits."""
    return secrets.token_urlsafe(24)


def is_key(text: str) -> bool:
    """Whether it can be one of ours."""
    return _KEY.match(text) is not None


def original_name(key: str) -> str:
    """Where a file lies as it came."""
    return f"{PRIVATE}/{key[:2]}/{key}"


def names_of(key: str, *, public: bool) -> tuple[str, str]:
    """Where a rendition lies: its view and its thumbnail."""
    folder = f"{PUBLIC if public else PRIVATE}/{key[:2]}"
    return f"{folder}/{key}.jpg", f"{folder}/{key}{SMALL}.jpg"


def announce(names: Collection[str], *, doomed_at: datetime) -> None:
    """Write down names of files before there are any: at that moment they go again, unless they are kept."""
    with connection.cursor() as cursor:  # in plain words: the request of each photo waits for it
        cursor.execute(
            "INSERT INTO reports_storedfile (name, doomed_at) SELECT unnest(%s), %s", [list(names), doomed_at]
        )


def fill(contents: Mapping[str, bytes | File[bytes]], *, at: datetime) -> None:
    """Write announced files; raises StorageAway, and then leaves none of them for long."""
    try:
        _save(contents)
    except StorageAway:
        doom(contents.keys(), at=at)
        raise


def fill_meanwhile(contents: Mapping[str, bytes | File[bytes]]) -> Future[None]:
    """Write announced files beside what the caller does; its result raises StorageAway. What fails goes in an hour."""
    return _writers().submit(_save_own, {name: _own(content) for name, content in contents.items()})


@cache
def _writers() -> ThreadPoolExecutor:
    """Threads of this process that write files; none of them asks the database."""
    return ThreadPoolExecutor(max_workers=WRITERS, thread_name_prefix="photo-files")


def _own(content: bytes | File[bytes]) -> bytes | File[bytes]:
    """The same content, for a thread: a nameless file that the request closes meanwhile could become another one."""
    if isinstance(content, File) and isinstance(content.file, Nameless):
        return File(content.file.again())
    return content


def _save_own(contents: Mapping[str, bytes | File[bytes]]) -> None:
    try:
        _save(contents)
    finally:
        for content in contents.values():
            if isinstance(content, File) and isinstance(content.file, Nameless):
                content.close()


def _save(contents: Mapping[str, bytes | File[bytes]]) -> None:
    try:
        for name, content in contents.items():
            file: File[bytes] = ContentFile(content) if isinstance(content, bytes) else content
            if storage().save(name, file) != name:
                raise OSError(f"There is a file of the name {name} already.")
    except Exception as error:  # each storage has errors of its own
        raise StorageAway from error


def write(contents: Mapping[str, bytes | File[bytes]], *, at: datetime, doomed_at: datetime | None = None) -> None:
    """Both; the files go again at `doomed_at` (in an hour) unless they are kept. Raises StorageAway."""
    announce(contents.keys(), doomed_at=doomed_at or at + GRACE)
    fill(contents, at=at)


def read(name: str) -> bytes:
    """A file's bytes; raises StorageAway."""
    try:
        with storage().open(name) as file:
            content: bytes = file.read()
    except Exception as error:  # as above
        raise StorageAway from error
    return content


def keep(names: Collection[str], *, photo_id: int) -> None:
    """Let the files stay, in the caller's transaction, for as long as the photo does; raises NotThere."""
    with connection.cursor() as cursor:  # as above
        cursor.execute(
            "UPDATE reports_storedfile SET doomed_at = NULL, photo_id = %s "
            "WHERE name = ANY (%s) AND doomed_at IS NOT NULL",
            [photo_id, list(names)],
        )
        if cursor.rowcount != len(names):
            raise NotThere


def doom(names: Collection[str], *, at: datetime) -> None:
    """Let the files be deleted, once the caller's transaction is committed."""
    StoredFile.objects.filter(name__in=names).update(doomed_at=at)


def drop(names: Collection[str], *, at: datetime) -> None:
    """Delete announced files that nothing has kept, now; what fails is left to the sweep. Not within a transaction."""
    if not names:
        return
    try:
        loose = StoredFile.objects.filter(name__in=names, photo_id__isnull=True)
        loose.update(doomed_at=at)
        _delete(loose, at=at)
    except DatabaseError:
        logger.exception("Files of photos could not be deleted at once")


def sweep(*, at: datetime, limit: int = 1_000) -> int:
    """Delete what is doomed, `limit` files at most; how many. What the storage refuses to delete waits a while."""
    done = 0
    while done < limit and (gone := _sweep_batch(at)):
        done += gone
    return done


def _sweep_batch(at: datetime) -> int:
    return _delete(StoredFile.objects.filter(doomed_at__lte=at).order_by("doomed_at"), at=at)


@transaction.atomic
def _delete(due: QuerySet[StoredFile], *, at: datetime) -> int:
    gone, held = [], []
    for row in due.select_for_update(skip_locked=True)[:BATCH]:
        try:
            storage().delete(row.name)
        except Exception:  # as above
            logger.exception("A photo's file could not be deleted")
            held.append(row.pk)
        else:
            gone.append(row.pk)
    StoredFile.objects.filter(pk__in=held).update(doomed_at=at + AGAIN)
    StoredFile.objects.filter(pk__in=gone).delete()
    return len(gone)
