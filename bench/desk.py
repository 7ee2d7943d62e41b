"""What a desk waits for, in a copy of the bench's database: its inbox, and a step of a problem that hundreds have told.

One request after the other in this process, by the code that a server runs. Signalen's page of 50 for its staff took
438 ms and 363 statements, at 100,000 signals; the inbox is to take a fifteenth of that, counted by what the processor
works for it (this process and the database's), which a busy machine disturbs least.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.clock import database_clock
from bench.database import copied
from bench.guard import Different
from bench.table import Sheet
from jurisdictions.models import Department, Jurisdiction
from people.models import Membership, Role, User
from people.tokens import make_token
from reports.handling import change_status
from reports.models import DuplicateCluster, Report

COPY: Final = "desk"
PAGE: Final = 50
TURNS: Final = 30
LIMIT_MS: Final = 438 / 15
MOST_STATEMENTS: Final = 8
HEAD: Final = ("", "statements", "median ms", "processor ms", "rows", "goal")
ASKED: Final = (
    "",
    "unaccepted=true",
    "sort=due",
    "due=overdue&sort=due",
    "contested=true",
    "mine=true",
    "waiting=true",
)
CROWDS: Final = (2, 500)

# Who has each report, and until when; one in fifty waits, one in five thousand is contested.
_FILL: Final = """
UPDATE reports_report SET status = 'waiting' WHERE id %% 50 = 0 AND status = 'in_progress';
INSERT INTO reports_assignment (report_id, department_id, method, route, assigned_at, accepted_at, reason, note,
    is_contested)
SELECT id, department_id, 'covers', '{}', received_at,
       CASE WHEN status <> 'received' THEN received_at + interval '1 hour' END, 'filed', '', id %% 5000 = 0
FROM reports_report;
INSERT INTO reports_deadline (report_id, resolve_seconds, due_at, used_seconds, running_since)
SELECT id, 360000, received_at + interval '60 days', 0, received_at
FROM reports_report WHERE status IN ('received', 'in_progress');
INSERT INTO reports_delegation (report_id, user_id, note, external_reference, at)
SELECT id, %(user)s, '', '', received_at FROM reports_report
WHERE department_id = %(department)s AND status = 'in_progress' LIMIT 40;
INSERT INTO reports_contact (report_id, name, phone, phone_hash, email, email_hash)
SELECT id, '', '+98915' || lpad(id::text, 7, '0'), md5(id::text), '', '' FROM reports_report ORDER BY id LIMIT 2000;
ANALYZE"""


def sheets() -> list[Sheet]:
    """The two tables. Raises Different."""
    with copied(COPY):
        city = Jurisdiction.objects.cities().get()
        department = Department.objects.filter(root=city, jurisdiction__level__rank__gt=0).order_by("pk").first()
        assert department is not None
        handler = User.objects.create(username="bench of a department")
        desks = {
            "a department": _token(handler, department=department),
            "a district": _token(User(username="bench of a district"), jurisdiction=department.jurisdiction),
            "the city": _token(User(username="bench of the city"), jurisdiction=city),
        }
        with connection.cursor() as cursor:
            cursor.execute(_FILL, {"user": handler.pk, "department": department.pk})
        return [_inboxes(desks), _steps(city)]


def _token(user: User, **place: Any) -> str:
    """The token of a handler of a department or of a ground."""
    user.save()
    Membership.objects.create(user=user, role=Role.HANDLER, in_force=(date(2024, 1, 1), None), **place)
    return make_token(user=user, name="bench", at=timezone.now())[1]


def _inboxes(desks: dict[str, str]) -> Sheet:
    rows = [_inbox(f"{who}, {asked or 'the newest'}", token, asked) for who, token in desks.items() for asked in ASKED]
    return Sheet(
        title=f"The inbox: {PAGE} of {Report.objects.count():,} reports",
        head=HEAD,
        rows=rows,
        notes=["Signalen, for its staff: 438 ms, 363 statements, of 100,000."],
    )


def _inbox(name: str, token: str, asked: str) -> tuple[str, ...]:
    client, address = Client(SERVER_NAME="127.0.0.1"), f"/api/v1/desk/reports?limit={PAGE}&{asked}"
    headers = {"Authorization": f"Bearer {token}"}
    with _counted() as statements:
        answer = client.get(address, headers=headers)
    took: list[float] = []
    with _worked() as worked:
        for _ in range(TURNS):
            began = time.perf_counter()
            answer = client.get(address, headers=headers)
            took.append((time.perf_counter() - began) * 1000)
    if answer.status_code != 200:
        raise Different(f"{address} is answered with {answer.status_code}")
    work = sum(worked) / TURNS
    reached = work <= LIMIT_MS and len(statements) <= MOST_STATEMENTS
    return (
        name,
        str(len(statements)),
        f"{median(took):.1f}",
        f"{work:.1f}",
        str(len(answer.json()["features"])),
        f"≤ {LIMIT_MS:.0f} ms, ≤ {MOST_STATEMENTS} statements {'reached' if reached else 'missed'}",
    )


def _steps(city: Jurisdiction) -> Sheet:
    """One step of a problem that so many have told, each to be told of it; the first few to get warm."""
    sizes = [CROWDS[0], *CROWDS]
    reachable = Report.objects.filter(contact__isnull=False, status="received").order_by("pk")
    ids = list(reachable.values_list("pk", flat=True)[: sum(sizes)])
    measured = []
    for size in sizes:
        crowd, ids = ids[:size], ids[size:]
        measured.append((size, *_step(city, crowd)))
    fewest = measured[1][1]
    rows = [
        (
            f"{size} reporters",
            str(statements),
            f"{took:.1f}",
            f"{worked:.1f}",
            str(size),
            f"as many statements {'reached' if statements == fewest else 'missed'}",
        )
        for size, statements, took, worked in measured[1:]
    ]
    return Sheet(title="A step of a problem, told to each who told it", head=HEAD, rows=rows)


def _step(city: Jurisdiction, crowd: Sequence[int]) -> tuple[int, float, float]:
    """The statements of one step of a cluster of these, its milliseconds, and those of the processor."""
    root = Report.objects.get(pk=crowd[0])
    cluster = DuplicateCluster.objects.create(city=city, root_report=root, made_at=timezone.now())
    Report.objects.filter(pk__in=crowd).update(duplicate_cluster=cluster)
    began = time.perf_counter()
    with _counted() as statements, _worked() as worked:
        change_status(report=root, to="in_progress", at=timezone.now() + timedelta(seconds=1))
    return len(statements), (time.perf_counter() - began) * 1000, sum(worked)


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    sent: list[str] = []

    def keep(execute: Any, sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        sent.append(sql)
        return execute(sql, values, many, context)

    with connection.execute_wrapper(keep):
        yield sent


@contextmanager
def _worked() -> Iterator[list[float]]:
    """The milliseconds that the processor worked meanwhile: for this process, and for its connection's."""
    spent: list[float] = []
    database_ms = database_clock()
    ours, theirs = time.process_time(), database_ms()
    yield spent
    spent += [(time.process_time() - ours) * 1000, database_ms() - theirs]
