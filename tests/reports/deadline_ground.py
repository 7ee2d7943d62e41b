"""A small city that promises something: its calendar, its service levels, and reports whose dates are looked at."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.test import Client

from reports.handling import change_status
from reports.models import Deadline, Report
from tests.shapes import lonlat

TEHRAN = ZoneInfo("Asia/Tehran")


def tehran(text: str) -> datetime:
    """A moment on the clock of Tehran, such as 2026-03-18 10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=TEHRAN)


def file(at: datetime, *, x: float = 500, y: float = 500, category: str = "pothole", **more: Any) -> dict[str, Any]:
    """File a report over HTTP at that moment; the answer."""
    body = {
        "category": category,
        "location": {"type": "Point", "coordinates": list(lonlat(x, y))},
        "description": "چالهٔ بزرگی وسط خیابان است",
        **more,
    }
    with time_machine.travel(at, tick=False):
        response = Client().post("/api/v1/reports", body, content_type="application/json")
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def expected(answer: dict[str, Any]) -> str | None:
    """By when a report is to be resolved, as the API says, on the clock of Tehran."""
    said = answer["properties"]["expected_at"]
    return said and f"{datetime.fromisoformat(said).astimezone(TEHRAN):%Y-%m-%d %H:%M}"


def report_of(answer: dict[str, Any]) -> Report:
    """The report of an answer."""
    return Report.objects.select_related("category", "root").get(reference=answer["id"])


def deadline_of(answer: dict[str, Any]) -> Deadline:
    """Its deadline, as it is stored now."""
    return Deadline.objects.get(report__reference=answer["id"])


def step(report: Report, to: str, at: str) -> None:
    """Take the report further at that moment on the clock of Tehran, with a note that fits any step."""
    change_status(report=report, to=to, at=tehran(at), note="یادداشت")


def read(answer: dict[str, Any], **query: str) -> dict[str, Any]:
    """The report as the API shows it to the public, or to the holder of its token."""
    found: dict[str, Any] = Client().get(f"/api/v1/reports/{answer['id']}", query).json()
    return found
