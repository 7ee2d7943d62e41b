"""What waits for its duplicates to be looked for, and what a search writes."""

import pytest
from django.db import connection, transaction

from reports.correcting import correct
from reports.duplicates import seek_duplicates
from reports.models import Report
from reports.searches import ask_for_searches, take_up
from tests.shapes import at
from tests.staff import FILED_AT, multiply
from tests.threads import InTheBackground


def waiting() -> set[int]:
    return set(Report.objects.unsought().values_list("pk", flat=True))


def where_it_lies(report: Report) -> str:
    """Where the database has the present version of the row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM reports_report WHERE id = %s", [report.pk])
        found: str = cursor.fetchone()[0]
    return found


def test_whatever_is_stored_waits_whoever_stored_it(told) -> None:
    multiply(told(), by=3)

    assert waiting() == set(Report.objects.values_list("pk", flat=True))
    assert len(waiting()) == 4


def test_what_waits_for_several_reasons_waits_once(told) -> None:
    first, second = told(0), told(500, minutes=1)
    ask_for_searches([first.pk, first.pk, second.pk])
    ask_for_searches([first.pk])

    assert [each.pk for each in Report.objects.unsought()] == [second.pk, first.pk]
    assert seek_duplicates(report_id=first.pk, at=FILED_AT)
    assert waiting() == {second.pk}


def test_a_search_that_finds_nothing_writes_nothing_into_the_report(told) -> None:
    report = told()
    before = where_it_lies(report)

    assert seek_duplicates(report_id=report.pk, at=FILED_AT)

    assert not waiting()
    assert where_it_lies(report) == before


def test_who_moves_waits_and_who_is_deleted_does_not(told) -> None:
    stays, goes = told(0), told(900, minutes=1)
    gone = goes.pk
    take_up([stays.pk])
    correct(report=stays, location=at(300, 500), at=FILED_AT)

    assert waiting() == {stays.pk, gone}
    goes.delete()
    ask_for_searches([gone, stays.pk])
    assert waiting() == {stays.pk}


@pytest.mark.django_db(transaction=True)
def test_what_changes_while_it_is_looked_at_waits_on_and_nobody_waits_for_the_other(told) -> None:
    report = told()
    with transaction.atomic():
        take_up([report.pk])
        change = InTheBackground(lambda: ask_for_searches([report.pk]))
        change.start()
        change.join(timeout=20)
        assert not change.is_alive()
        assert change.raised is None

    assert waiting() == {report.pk}
