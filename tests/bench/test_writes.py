"""The writers of the bench: every inserted row is a report that the counts hear of, every filed one a whole report."""

from django.db import connection

from bench import writes
from reports.models import Assignment, Change, Report
from tests.staff import file_report


def test_a_row_is_inserted_beside_another_and_noted(small_city, monkeypatch):
    filed = file_report(small_city.pothole, x=300)
    Change.objects.all().delete()
    rows, places = writes.sample()
    monkeypatch.setattr(writes, "connect", lambda url: connection.connection)

    writes._inserting("", rows, places)(1)

    made = Report.objects.exclude(pk=filed.pk).get()
    assert made.public_text == filed.public_text
    assert abs(made.public_x - filed.public_x) < 1000  # units of some centimetres
    assert Change.objects.get().reference == made.reference


def test_a_report_is_filed_as_a_whole(small_city):
    filed = file_report(small_city.pothole, x=300)

    writes._filing([filed.location.coords])(1)

    assert Assignment.objects.filter(report__in=Report.objects.exclude(pk=filed.pk)).count() == 1


def test_triggers_are_switched_off_and_on_again(small_city, monkeypatch):
    def write(*arguments, **options):
        file_report(small_city.pothole, x=300)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # in life each writer has a transaction of its own

    monkeypatch.setattr(writes, "side_by_side", write)
    monkeypatch.setattr(connection, "close", lambda: None)

    noted = []
    for with_triggers in (False, True):
        writes.Writers(prepare=lambda: print, processes=1, with_triggers=with_triggers).run(seconds=1, offset=0)
        noted.append(Change.objects.count())

    assert noted == [0, 1]
