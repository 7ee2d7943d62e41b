"""Live events: each change of the public's map once, in order, to those whom it concerns, and nothing else."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction

from api.live.asking import MOST_MISSED
from jurisdictions.models import Moderation
from reports.correcting import correct
from reports.handling import change_status
from reports.intake import submit_report
from reports.models import Report
from reports.publishing import hide
from reports.workflow import Status
from tests.api.streams import EVENTS, Live, Stream, running_live
from tests.factories import CategoryFactory
from tests.shapes import at, lonlat
from tests.threads import InTheBackground

PATIENCE_S = 60  # for what comes when it comes

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

MOST = 1_000
NOW = datetime(2026, 3, 21, 9, tzinfo=UTC)
# A client of each address: the process believes one proxy.
ANYWHERE = {"X-Forwarded-For": "192.0.2.1"}


@pytest.fixture(scope="module")
def live(django_db_setup) -> Iterator[Live]:
    """One process for all tests that do not end it."""
    with running_live(TRUSTED_PROXIES="1", PUBLIC_URL="https://eye.example") as process:
        yield process


@pytest.fixture
def filed(small_city, filing, post):
    """Files a report at a place and gives its reference."""

    def file(*, x: float = 500, y: float = 200, **changes) -> str:
        answer = post(filing(x=x, y=y, **changes))
        assert answer.status_code == 201, answer.content
        return answer.json()["id"]

    return file


@pytest.fixture
def listen(live) -> Iterator[Callable[..., Stream]]:
    """Opens streams, and closes them when the test ends."""
    with ExitStack() as streams:

        def open_one(query: str = "", **more: Any) -> Stream:
            stream = Stream(live, query, **more)
            streams.callback(stream.close)
            return stream

        yield open_one


def box(x: float, y: float, *, width: float, height: float) -> str:
    return "bbox={},{},{},{}".format(*lonlat(x, y), *lonlat(x + width, y + height))


def the(reference: str) -> Report:
    return Report.objects.get(reference=reference)


def insert_changes(count: int) -> None:
    """As many changes of as many reports, which there are not, in the place of the last one that has changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO reports_change (transaction, report_id, reference, root_id, at, was_x, was_y,
                                           was_category_id, was_status, was_grounds, x, y, category_id, status, grounds)
               SELECT transaction, report_id + number, left(reference || '-' || number, 16), root_id, at, x, y,
                      category_id, status, grounds, x, y, category_id, status, grounds
               FROM (SELECT * FROM reports_change ORDER BY id DESC LIMIT 1) AS last, generate_series(1, %s) AS number
            """,
            [count],
        )
        cursor.execute("SELECT pg_notify('reports_changes', '')")


def test_a_report_filed_now_is_told_at_once_with_what_the_public_sees_and_no_more(live, listen, filed):
    secret = CategoryFactory(code="secret", moderation=Moderation.NEVER)
    everything = listen()
    assert everything.first == {"event": "hello"}
    filed(category=secret.code)
    reference = filed(x=500, y=200, contact={"phone": "09151234567"})
    event = everything.event()
    lon, lat = lonlat(500, 200)
    assert event.pop("lon") == pytest.approx(lon, abs=5e-7)
    assert event.pop("lat") == pytest.approx(lat, abs=5e-7)
    assert datetime.fromisoformat(event.pop("at")).tzinfo is not None
    assert event == {
        "event": "report",
        "kind": "came",
        "reference": reference,
        "category": "pothole",
        "status": "received",
        "city_code": "sample",
        "district_code": "1",
        "zone_code": "1-1",
    }
    hide(report=the(reference))
    told = everything.event()
    assert told.pop("at")
    assert told == {"event": "report", "kind": "went", "reference": reference}


def test_what_enters_or_leaves_a_box_or_a_filter_is_told_as_coming_or_going(listen, filed):
    CategoryFactory(code="light")
    everything = listen("category=light,pothole")
    west = listen(box(0, 0, width=1000, height=1000))
    east = listen("district=2")
    new = listen(f"status={Status.RECEIVED}&district=1,2")
    lights = listen("category=light")

    one = filed(x=500)
    assert everything.told(one) == [("came", one)]
    change_status(report=the(one), to=Status.IN_PROGRESS, note="done", at=NOW)
    assert everything.told(one) == [("changed", one)]
    correct(report=the(one), location=at(1500, 500), at=NOW)
    assert everything.told(one) == [("changed", one)]
    two = filed(x=1200)
    assert everything.told(two) == [("came", two)]
    with transaction.atomic():  # one change
        change_status(report=the(two), to=Status.IN_PROGRESS, note="done", at=NOW)
        change_status(report=the(two), to=Status.RESOLVED, note="done", at=NOW)
    assert everything.told(two) == [("changed", two)]
    correct(report=the(one), location=at(500, 500), at=NOW)
    assert everything.told(one) == [("changed", one)]
    last = filed(x=200, y=800, category="light")
    assert everything.told(last) == [("came", last)]

    assert west.next(5) == [("came", one), ("changed", one), ("went", one), ("came", one), ("came", last)]
    assert east.next(4) == [("came", one), ("came", two), ("changed", two), ("went", one)]
    assert new.next(5) == [("came", one), ("went", one), ("came", two), ("went", two), ("came", last)]
    assert lights.next(1) == [("came", last)]


def test_what_commits_late_is_told_late_and_nothing_is_skipped(listen, filed, small_city):
    impatient, stream = listen(), listen()
    has_filed, may_commit, references = threading.Event(), threading.Event(), []

    @transaction.atomic
    def first() -> None:
        report = submit_report(
            location=at(300, 200), category=small_city.pothole, description="چاله", received_at=NOW, source="web"
        )
        references.append(report.reference)
        has_filed.set()
        may_commit.wait(20)

    background = InTheBackground(first)
    background.start()
    assert has_filed.wait(10)
    references.append(filed(x=700))
    assert impatient.hears_nothing_of(references, seconds=0.4)
    may_commit.set()
    background.join()
    assert background.raised is None
    assert [reference for _kind, reference in stream.told(*references)] == references


def test_a_transaction_in_another_database_holds_nothing_up(live, listen, filed):
    stream = listen()
    elsewhere = psycopg2.connect(**{**connection.get_connection_params(), "dbname": "postgres"})
    elsewhere.cursor().execute("SELECT pg_current_xact_id()")
    reference = filed()
    assert stream.told(reference) == [("came", reference)]
    elsewhere.close()


def test_who_comes_back_hears_what_was_missed_once_and_nothing_that_is_private_by_now(live, listen, filed):
    stream = listen()
    one, two = filed(), filed()
    assert stream.told(one, two) == [("came", one), ("came", two)]
    last = stream.last_id
    change_status(report=the(one), to=Status.IN_PROGRESS, note="done", at=NOW)
    change_status(report=the(one), to=Status.RESOLVED, note="done", at=NOW)
    three, four = filed(), filed()
    assert stream.told(three, four) == [("came", three), ("came", four)]
    hide(report=the(two))
    hide(report=the(three))
    assert stream.told(two, three) == [("went", two), ("went", three)]  # the process knows of all of it

    by_header, by_parameter = listen(**{"Last-Event-ID": last}), listen(f"last_event_id={last}")
    five = filed()
    for again in (by_header, by_parameter):
        assert again.first == {"event": "hello"}
        expected = [("changed", one), ("came", four), ("went", two), ("came", five)]  # and none of the third
        assert again.next(4) == expected

    moved = listen("district=2", **{"Last-Event-ID": last})  # nothing of it concerns this one
    correct(report=the(four), location=at(1500, 500), at=NOW)
    assert moved.event()["reference"] == four


def test_whoever_cannot_be_brought_up_to_date_is_told_to_start_over(live, listen, filed):
    stream = listen()
    reference = filed()
    stream.told(reference)
    numbers, seconds = stream.last_id.rsplit("-", 1)
    yesterday = int(seconds) - timedelta(days=1).total_seconds()
    old, ahead = f"{numbers}-{yesterday:.0f}", f"{9**18}-1-{seconds}"
    for last in ("7", "a-b-c", old, ahead, f"{'9' * 20}-1-{'9' * 12}", "١-١-١".encode().decode("latin-1")):
        assert listen(**{"Last-Event-ID": last}).first == {"event": "reset"}, last
    insert_changes(MOST_MISSED + 1)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        again = listen(**{"Last-Event-ID": stream.last_id})
        if again.first == {"event": "reset"}:
            break
        again.close()  # the process has not read all of them yet
        assert time.monotonic() < deadline
    fresh = filed()
    assert again.told(fresh) == [("came", fresh)]


def test_a_slow_client_costs_little_and_is_told_to_start_over(live, listen, filed):
    quick = listen()
    slow = listen(takes_bytes=4_096)
    filed()
    before = live.memory_mb
    insert_changes(3_000)
    last = filed()
    while quick.event().get("reference") != last:
        pass
    assert live.memory_mb - before < 40
    events = []
    while {"event": "reset"} not in events:
        events.append(slow.event())
    assert len(events) < 3_000
    fresh = filed()
    assert slow.told(fresh) == [("came", fresh)]


def test_a_database_that_hangs_up_is_reached_again_and_nothing_is_lost(live, listen, filed):
    stream = listen()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'city-eye live'"""
        )
        assert cursor.rowcount == 1
    one, two = filed(), filed()
    assert stream.told(one, two) == [("came", one), ("came", two)]


HOSTILE = {
    "bbox=1,2,3": "invalid_bbox",
    "bbox=0,0,NaN,1": "invalid_bbox",
    "bbox=170,0,-170,1": "bbox_across_antimeridian",
    "bbox=%00": "invalid_characters",
    "bbox=1,1,2,2&bbox=1,1,2,2": "repeated_parameter",
    "category=nothing": "unknown_category",
    "category=" + "x" * 20_000: "unknown_category",
    "status=%FF%FE": "unknown_status",
    "district=%D9%A1": "unknown_district",
    "from=2026-01-01": "not_followed_live",
    "colour=red": "unknown_parameter",
    "&".join(f"p{number}=1" for number in range(2_000)): "malformed_request",
}


def test_what_cannot_be_answered_is_refused_as_everywhere_in_the_api(live, listen, small_city):
    for query, code in HOSTILE.items():
        status, headers, content = live.ask("GET", f"{EVENTS}?{query}")
        assert (status, headers["Content-Type"]) == (400, "application/problem+json"), query[:80]
        assert json.loads(content)["code"] == code, query[:80]
    assert live.ask("GET", f"{EVENTS}?bbox=1", **{"Content-Type": "text/plain; charset*=utf-99''x"})[0] == 400
    assert live.ask("GET", "/api/v1/reports")[0] == 404
    status, headers, content = live.ask("POST", EVENTS)
    assert (status, headers["Allow"], json.loads(content)["code"]) == (405, "GET, HEAD, OPTIONS", "method_not_allowed")
    english = live.ask("POST", EVENTS, **{"Accept-Language": "en"})[2]
    assert json.loads(english)["title"] == "This address does not know that method"
    status, headers, content = live.ask("HEAD", EVENTS, Origin="https://eye.example")
    assert (status, headers["Content-Type"], content) == (200, "text/event-stream; charset=utf-8", b"")
    assert headers["Access-Control-Allow-Origin"] == "https://eye.example"
    status, headers, _content = live.ask("OPTIONS", EVENTS, Origin="https://other.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, None)


def test_one_address_has_so_many_places(live, listen, small_city):
    streams = [listen(**ANYWHERE) for _ in range(20)]
    status, headers, content = live.ask("GET", EVENTS, **ANYWHERE)
    assert (status, headers["Retry-After"], json.loads(content)["code"]) == (429, "60", "too_many_streams")
    listen(**{"X-Forwarded-For": "192.0.2.2"}).close()
    for stream in streams:
        stream.close()
    deadline = time.monotonic() + PATIENCE_S
    while live.ask("HEAD", EVENTS, **ANYWHERE)[0] != 200:
        assert time.monotonic() < deadline


def test_a_thousand_listeners_hear_of_one_change_and_the_next_is_sent_away(live, listen, filed):
    filed()
    before = live.memory_mb
    with ThreadPoolExecutor(1) as thread:  # in this one a browser's loop may be running
        refused, memory_mb = thread.submit(lambda: asyncio.run(_a_thousand(live, filed))).result()
    assert refused == (503, "live_full")
    assert memory_mb - before < 100
    listen().close()


def _on_a_connection_of_its_own(work: Callable[[], str]) -> str:
    try:
        return work()
    finally:
        connection.close()


async def _a_thousand(live: Live, filed) -> tuple[tuple[int, str], int]:
    opened = [await _open(live, number) for number in range(MOST)]
    for reader, _writer in opened:
        await reader.readuntil(b"event: hello\n")
    status, _headers, content = await asyncio.to_thread(live.ask, "GET", EVENTS, **ANYWHERE)
    reference = await asyncio.to_thread(_on_a_connection_of_its_own, filed)
    await asyncio.gather(*[reader.readuntil(reference.encode()) for reader, _writer in opened])
    memory_mb = live.memory_mb
    for _reader, writer in opened:
        writer.close()
    await asyncio.gather(*[writer.wait_closed() for _reader, writer in opened])
    return (status, json.loads(content)["code"]), memory_mb


async def _open(live: Live, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    address = f"198.51.{number // 100}.{number % 100}"
    writer.write(f"GET {EVENTS} HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: {address}\r\n\r\n".encode())
    return reader, writer


def test_told_to_end_it_ends_its_streams_and_itself():
    with running_live() as live, closing(Stream(live)) as stream:
        live.process.send_signal(signal.SIGTERM)
        stream.response.read()  # raises where the stream breaks off and does not end
        assert live.process.wait(30) == 0
