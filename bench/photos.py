"""What a photo costs who files a report with it, over HTTP, in a copy of the bench's database that is thrown away."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from io import BytesIO
from typing import Final

from django.db import connection
from PIL import Image

from bench.clients import Call, Failed, Speed, side_by_side
from bench.contests import Contest, Contestant
from bench.database import copied, url_of
from bench.servers import Server, server
from bench.writes import TEXT, sample
from jurisdictions.models import Category

COPY: Final = "photos"
BOUNDARY: Final = "a-boundary-between-the-parts"
# As a page sends them that makes them smaller first, and as a phone takes them.
SIZES: Final = {"300 kB": 300_000, "2 MB": 2_000_000}
GOAL: Final = 1 / 1.2


@dataclass(frozen=True, kw_only=True)
class Senders:
    """Processes that file reports over HTTP, each on a connection of its own, for as long as they are told to."""

    prepare: Callable[[], Call]
    processes: int

    def run(self, *, seconds: int, offset: int) -> Speed:
        """File for so long. Raises Failed."""
        connection.close()  # what is forked must not share it
        return side_by_side(self.prepare, processes=self.processes, seconds=seconds, offset=offset)


@contextmanager
def contests(connections: int) -> Iterator[list[Contest]]:
    """The contests, on a copy of the database and a server of its own, for as long as they last."""
    with copied(COPY), tempfile.TemporaryDirectory() as folder:
        _rows, places = sample()
        categories = list(Category.objects.active().exclude(moderation="never").values_list("code", flat=True))
        connection.close()
        unlimited = dict.fromkeys(("ANONYMOUS_REPORTS_PER_HOUR", "ANONYMOUS_PHOTOS_PER_HOUR"), "1000000000")
        environment = {"DATABASE_URL": url_of(COPY), "PHOTO_FOLDER": folder, **unlimited}
        with server("photos", settings="config.settings", probe="/healthz", environment=environment) as running:
            filing = partial(_filing, running, places, categories)
            yield [_contest(name, size, filing, connections) for name, size in SIZES.items()]


def _contest(name: str, size: int, filing: Callable[[bytes], Call], connections: int) -> Contest:
    senders = partial(Senders, processes=connections)
    return Contest(
        title=f"A report filed by POST /api/v1/reports with a photo of {name}, {connections} connections",
        contestants=[
            Contestant(name="without a photo", client=senders(prepare=partial(filing, b"")), goal=GOAL),
            Contestant(name="City Eye", client=senders(prepare=partial(filing, photo_of(size)))),
        ],
        notes=["The photo is on the disk before the answer; decoding it is the worker's, which does not run here."],
    )


def _filing(running: Server, places: Sequence[tuple[float, float]], categories: Sequence[str], photo: bytes) -> Call:
    """A report at one of the places, alone or with the photo."""
    line = HTTPConnection("127.0.0.1", running.port, timeout=60)
    draw = random.Random()

    def file(_number: int) -> None:
        lon, lat = draw.choice(places)
        report = {
            "category": draw.choice(categories),
            "location": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
            "description": TEXT,
        }
        told = json.dumps(report).encode()
        parts = form_of(told, photo) if photo else [told]
        kind = f"multipart/form-data; boundary={BOUNDARY}" if photo else "application/json"
        headers = {"Content-Type": kind, "Content-Length": str(sum(map(len, parts)))}
        line.request("POST", "/api/v1/reports", parts, headers)
        answer = line.getresponse()
        if answer.status != 201:
            raise Failed(f"A report is answered with {answer.status}: {answer.read()[:300]!r}")
        answer.read()

    return file


def form_of(report: bytes, photo: bytes) -> list[bytes]:
    """A form with both, in the pieces it is sent in: what the sender does is no part of what is measured."""
    edge = f"--{BOUNDARY}".encode()
    head = b'Content-Disposition: form-data; name="'
    kind = b"Content-Type: image/jpeg"
    before = [edge, head + b'report"', b"", report, edge, head + b'photo"; filename="photo.jpg"', kind, b"", b""]
    return [b"\r\n".join(before), photo, b"\r\n" + edge + b"--\r\n"]


def photo_of(size: int) -> bytes:
    """A JPEG of about so many bytes: grain, which does not become smaller."""
    edge = 64
    while True:
        out = BytesIO()
        Image.effect_noise((edge * 4, edge * 3), 60).convert("RGB").save(out, "JPEG", quality=85)
        if out.tell() >= size:
            return out.getvalue()
        edge = max(edge + 8, int(edge * (size / out.tell()) ** 0.5))
