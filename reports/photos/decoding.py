"""A photo decoded by a program of its own, under limits of pixels, memory and time."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.geos import Point

from geo.crs import WGS84
from reports.models import Mime, Refusal
from reports.photos.sniffing import holds_more

PROGRAM: Final = Path(__file__).with_name("decoder.py")
SECONDS: Final = 20  # of the processor
# By the clock: a photo that is begun at the end of a job's budget is done before the job must be.
PATIENCE: Final = 25
MEMORY: Final = 1280 * 2**20  # a WebP with transparency and the most pixels needs 1.1 GB
# Nothing of ours is in the program's environment; one arena keeps the memory it reserves to what it needs.
ENVIRONMENT: Final = {"PATH": os.defpath, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


class Refused(Exception):
    """The file is not taken; `why` says so."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


class Unfinished(Exception):
    """The program did not come to its end, through no fault of the photo's that we know of: it may do so next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A photo's pixels, upright and with nothing beside them, and what the camera wrote down.

    `view` and `thumbnail` are JPEG; `width` and `height` are those of the view. `taken` is as cameras write it
    (2026:11:20 13:00:00), `zone` its distance from UTC (+03:30) where the camera knew it.
    """

    view: bytes
    thumbnail: bytes
    width: int
    height: int
    perceptual_hash: int | None
    taken: str | None
    zone: str | None
    gps: Point | None


def decode(content: bytes, *, mime: str) -> Decoded:
    """Decode a photo of that kind; raises Refused or Unfinished."""
    if holds_more(content):
        raise Refused(Refusal.NOT_ONLY_A_PHOTO)
    told, rest = _run(content, mime)
    if "refused" in told:
        raise Refused(Refusal(told["refused"]))
    where = told["lon"], told["lat"]
    return Decoded(
        view=rest[: told["view_bytes"]],
        thumbnail=rest[told["view_bytes"] :],
        width=told["width"],
        height=told["height"],
        perceptual_hash=told["hash"],
        taken=told["taken"],
        zone=told["zone"],
        gps=None if None in where else Point(*where, srid=WGS84),
    )


def taken_at(decoded: Decoded, *, time_zone: str, before: datetime) -> datetime | None:
    """When the photo was taken, by the camera's clock, in its zone or else in `time_zone`; None for nonsense."""
    try:
        zone = _offset(decoded.zone) or ZoneInfo(time_zone)
        local = datetime.strptime(decoded.taken or "", "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        moment = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= 2000 and moment <= before + timedelta(days=1) else None


def _offset(text: str | None) -> timezone | None:
    try:
        return timezone(datetime.strptime(text or "", "%z").utcoffset() or timedelta(0))
    except ValueError:
        return None


def _run(content: bytes, mime: str) -> tuple[dict[str, Any], bytes]:
    limits = (settings.PHOTO_MAX_PIXELS, MEMORY, SECONDS)
    command = [sys.executable, "-I", "-B", str(PROGRAM), Mime(mime).value, *map(str, limits)]
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours, and the photo comes by its standard input
            command, input=content, capture_output=True, env=ENVIRONMENT, timeout=PATIENCE, check=False
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise Unfinished from error
    if done.returncode == -signal.SIGKILL:  # by the system, which had no memory left, or by a person
        raise Unfinished
    line, _newline, rest = done.stdout.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError as error:  # it crashed, or its time was over
        raise Refused(Refusal.TOO_HARD) from error
    return told, rest
