"""The same thing told by many at the same instant, by real servers and real workers."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import pytest
from django.db import connection
from django.utils import timezone

from reports.duplicates import seek_duplicates
from reports.models import DuplicateCluster, Report
from tests.notifications.helpers import until
from tests.processes import running_server, worker_beside
from tests.reports.duplicate_ground import together

POSTS = 50


def all_sought() -> bool:
    return not Report.objects.unsought().exists()


@pytest.mark.django_db(transaction=True)
def test_D9_fifty_posts_at_once_are_one_problem(small_city, filing) -> None:
    """Two server processes, fifty clients, two worker processes that take the jobs in any order."""
    start = threading.Barrier(POSTS)
    with running_server(workers=2) as address, worker_beside():

        def send(number: int) -> int:
            body = json.dumps(filing(x=500 + number % 3, device_id=f"phone-{number}")).encode()
            request = Request(f"{address}/api/v1/reports", body, {"Content-Type": "application/json"})
            start.wait()
            with urlopen(request, timeout=60) as answer:
                return answer.status

        with ThreadPoolExecutor(POSTS) as clients:
            assert set(clients.map(send, range(POSTS))) == {201}
        until(all_sought, seconds=120)

    assert Report.objects.count() == POSTS
    cluster = DuplicateCluster.objects.get()
    assert cluster.reports.count() == POSTS
    assert cluster.root_report == Report.objects.order_by("received_at").first()


@pytest.mark.django_db(transaction=True)
def test_D9_two_that_are_looked_at_at_the_same_instant_end_in_one_cluster(told) -> None:
    reports = [told(number, minutes=number) for number in range(8)]
    start = threading.Barrier(len(reports))

    def look(report: Report) -> bool:
        start.wait()
        try:
            return seek_duplicates(report_id=report.pk, at=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(len(reports)) as threads:
        assert all(threads.map(look, reports))

    assert together(*reports)
