"""What a photo costs who files a report with it, over HTTP, in a copy of the bench's database that is thrown away."""

import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.client import HTTPConnection
from io import BytesIO
from typing import Final

from django.db import connection
from PIL import Image

from bench.clients import Call, Failed, Speed, side_by_side
from bench.contests import Contest, Contestant
from bench.database import copied, url_of
from bench.servers import LOG, Server, server
from bench.writes import TEXT, sample
from jurisdictions.models import Category

COPY: Final = "photos"
BOUNDARY: Final = "a-boundary-between-the-parts"
# As a page sends them that makes them smaller first, and as a phone takes them.
SIZES: Final = {"300 kB": 300_000, "2 MB": 2_000_000}
GOAL: Final = 1 / 1.2


@dataclass(frozen=True, kw_only=True)
class Senders:
    """Processes that send over HTTP, each on a connection of its own, for as long as they are told to."""

    prepare: Callable[[], Call]
    processes: int
    servers: Sequence[Server]

    def run(self, *, seconds: int, offset: int) -> Speed:
        """Send for so long. Raises Failed."""
        connection.close()  # what is forked must not share it
        before = self._cpu_s()
        speed = side_by_side(self.prepare, processes=self.processes, seconds=seconds, offset=offset)
        sent = speed.per_second * seconds + self.processes  # each has sent one to begin with
        return replace(speed, cpu_ms=(self._cpu_s() - before) / sent * 1000)

    def _cpu_s(self) -> float:
        return sum(each.cpu_s() for each in self.servers)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Where it is filed: both servers, and what reports are made of."""

    ours: Server
    bare: Server
    places: Sequence[tuple[float, float]]
    categories: Sequence[str]
    connections: int

    def senders(self, prepare: Callable[[], Call]) -> Senders:
        """As many as there are connections."""
        return Senders(prepare=prepare, processes=self.connections, servers=[self.ours, self.bare])


@contextmanager
def contests(connections: int) -> Iterator[list[Contest]]:
    """The contests, on a copy of the database and servers of its own, for as long as they last."""
    with copied(COPY), tempfile.TemporaryDirectory(dir=LOG.parent) as folder:
        _rows, places = sample()
        categories = list(Category.objects.active().exclude(moderation="never").values_list("code", flat=True))
        connection.close()
        unlimited = dict.fromkeys(("ANONYMOUS_REPORTS_PER_HOUR", "ANONYMOUS_PHOTOS_PER_HOUR"), "1000000000")
        around = {"DATABASE_URL": url_of(COPY), "PHOTO_FOLDER": folder, **unlimited}
        with (
            server("photos", settings="config.settings", probe="/healthz", environment=around) as ours,
            server("photos-bare", settings="bench.settings", probe="/null", environment=around) as bare,
        ):
            stage = Stage(ours=ours, bare=bare, places=places, categories=categories, connections=connections)
            yield [_contest(name, size, stage) for name, size in SIZES.items()]


def _contest(name: str, size: int, stage: Stage) -> Contest:
    photo = photo_of(size)
    alone, whole = partial(_filing, stage, b""), partial(_filing, stage, photo)
    thrown, flushed = (partial(_sending, stage, photo, f"/bare/{view}") for view in ("taken", "flushed"))
    return Contest(
        title=f"A report filed by POST /api/v1/reports with a photo of {name}, {stage.connections} connections",
        contestants=[
            Contestant(name="without a photo", client=stage.senders(alone), goal=GOAL),
            Contestant(name="the form alone, to a view that throws it away", client=stage.senders(thrown)),
            Contestant(name="the form alone, to a view that writes and flushes it", client=stage.senders(flushed)),
            Contestant(
                name="without a photo, then the form to the view that writes and flushes it",
                client=stage.senders(partial(_one_then_other, alone, flushed)),
            ),
            Contestant(name="City Eye", client=stage.senders(whole)),
        ],
        notes=[
            "The photo is on the disk before the answer; decoding it is the worker's, which does not run here.",
            "The views that throw the form away and that flush it look at nothing: that is transfer and disk alone.",
        ],
    )


def _one_then_other(*prepare: Callable[[], Call]) -> Call:
    """Both calls as one."""
    calls = [each() for each in prepare]

    def both(number: int) -> None:
        for call in calls:
            call(number)

    return both


def _filing(stage: Stage, photo: bytes) -> Call:
    """A report at one of the places, alone or with the photo."""
    post = _poster(stage.ours, "/api/v1/reports")
    told = _teller(stage)

    def file(number: int) -> None:
        post(form_of(told(), photo) if photo else [told()], number=number, is_form=bool(photo))

    return file


def _sending(stage: Stage, photo: bytes, address: str) -> Call:
    """The same form with a report and the photo, to a view that does not file it."""
    post = _poster(stage.bare, address)
    told = _teller(stage)

    def send(number: int) -> None:
        post(form_of(told(), photo), number=number, is_form=True)

    return send


def _teller(stage: Stage) -> Callable[[], bytes]:
    """Reports at these places, each another."""
    draw = random.Random()

    def told() -> bytes:
        lon, lat = draw.choice(stage.places)
        report = {
            "category": draw.choice(stage.categories),
            "location": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
            "description": TEXT,
        }
        return json.dumps(report).encode()

    return told


def _poster(server: Server, address: str) -> Callable[..., None]:
    """Posts over a kept connection; raises Failed unless it is answered with 201."""
    line: HTTPConnection | None = None

    def post(parts: Sequence[bytes], *, number: int, is_form: bool) -> None:
        nonlocal line
        line = line or server.line(number)
        kind = f"multipart/form-data; boundary={BOUNDARY}" if is_form else "application/json"
        headers = {"Content-Type": kind, "Content-Length": str(sum(map(len, parts)))}
        line.request("POST", address, parts, headers)
        answer = line.getresponse()
        if answer.status != 201:
            raise Failed(f"{address} is answered with {answer.status}: {answer.read()[:300]!r}")
        answer.read()

    return post


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
