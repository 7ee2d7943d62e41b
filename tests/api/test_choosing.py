"""The usual choice of a page is written once: it is the same as the one that is written for the occasion."""

from datetime import UTC, datetime

import pytest

from api.v1.choosing import Wanted, _columns
from api.v1.kinds import REPORTS
from api.v1.paging import NEWEST, OLDEST, Key
from api.v1.whereabouts import Place
from geo.pages import choice_of
from people.access import PUBLIC
from reports.filters import ReportFilter
from reports.models import Report
from tests.shapes import lonlat
from tests.staff import file_report

BOXES = [None, (59.6, 36.3, 59.61, 36.31), (59.0, -20.0, 59.01, 80.0), (59.6, 36.3, 59.6, 36.3)]


@pytest.mark.parametrize("order", [NEWEST, OLDEST], ids=lambda order: order.name)
@pytest.mark.parametrize("box", BOXES, ids=str)
def test_it_is_that_of_the_orm(box, order, db):
    rows = Report.objects.visible_to(PUBLIC)
    chosen = rows.publicly_within(box).values("id") if box else _columns(rows, with_distance=False)
    [choice] = _wanted(box, order).choices()
    assert choice == choice_of(chosen.order_by(*order.by(backwards=False)), size=7)


@pytest.mark.parametrize("backwards", [False, True], ids=["after", "before"])
@pytest.mark.parametrize("order", [NEWEST, OLDEST], ids=lambda order: order.name)
def test_so_it_is_after_a_key_and_before_one(order, backwards, db):
    key = Key(order=order, position=(datetime(2026, 3, 1, 8, 30, tzinfo=UTC), 4711), backwards=backwards)
    rows = _columns(Report.objects.visible_to(PUBLIC).filter(key.rows), with_distance=False)
    [choice] = _wanted(None, order, key).choices()
    assert choice == choice_of(rows.order_by(*order.by(backwards=backwards)), size=7)


def _wanted(box, order, key=None) -> Wanted:
    return Wanted(
        of=REPORTS,
        viewer=PUBLIC,
        place=Place(box=box, circle=None, boxes=[box]),
        narrowing=ReportFilter(),
        order=order,
        key=key,
        limit=7,
        is_indexed=box is not None,
    )


def test_a_box_without_width_holds_what_lies_in_it(small_city, client):
    reports = [file_report(small_city.pothole, x=x, y=y) for x, y in ((500, 200), (500.02, 200), (500, 200.02))]
    lon, lat = lonlat(500, 200)
    found = client.get(f"/api/v1/reports?bbox={lon},{lat},{lon},{lat}").json()["features"]
    assert [each["id"] for each in found] == [reports[0].reference]
    near = 0.000001
    around = f"{lon - near},{lat - near},{lon + near},{lat + near}"
    assert len(client.get(f"/api/v1/reports?bbox={around}").json()["features"]) == 3
