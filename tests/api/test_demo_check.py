"""demo_check files three reports at a running service and notices what is not as it should be."""

from dataclasses import replace
from functools import partial
from io import StringIO

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.http import JsonResponse

from api.short_way import WAYS
from jurisdictions.models import Boundary, Category, Department, RoutingRule
from reports.models import Report
from tests.city_files import town_files, write


@pytest.fixture
def town(db, tmp_path):
    call_command("load_city", write(tmp_path, town_files()), stdout=StringIO())


@pytest.fixture
def front_door(monkeypatch):
    """HTTP without a socket: the command's client speaks to our WSGI application in this very process."""
    transport = httpx.WSGITransport(app=get_wsgi_application())
    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=transport))
    ends = (request_started, request_finished)
    for signal in ends:  # as Django's own test client does: the connection holds the test's transaction
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


def check(url="http://127.0.0.1"):
    """What the command says, and the sentence it ends with."""
    output = StringIO()
    try:
        call_command("demo_check", url=url, stdout=output)
    except CommandError as error:
        return output.getvalue(), str(error)
    return output.getvalue(), ""


@pytest.mark.django_db(transaction=True)
def test_three_reports_are_filed_over_http_and_told_of_in_both_languages(town, live_server):
    said, error = check(live_server.url)
    assert error == ""
    assert said.endswith("All is as it should be.\n")
    assert [report.department and report.department.code for report in Report.objects.order_by("pk")] == [
        "1-civil-works",
        "2-civil-works",
        None,
    ]
    assert "In the middle of منطقه ۱ · District 1" in said
    assert "In a district without zones: منطقه ۲ · District 2" in said
    assert "2 km outside the city" in said
    assert "عمران منطقه ۱ · Civil Works, District 1" in said
    assert "is the work of Civil Works, District 2" in said


def test_a_district_without_a_department_is_noticed(town, front_door):
    Department.objects.filter(code="2-civil-works").update(is_active=False)
    said, error = check()
    assert "WRONG: In a district without zones: منطقه ۲ · District 2: no department has it." in said
    assert error == "Not all is as it should be."


def test_reasons_that_are_missing_are_noticed(town, front_door, monkeypatch):
    monkeypatch.setattr("api.v1.representations.explanation_of", lambda *_, **__: {"fa": "دلیل", "en": ""})
    said, error = check()
    assert said.count("the reasons are not told in both languages.") == 3
    assert error


def test_a_wrong_district_is_noticed(town, front_door):
    RoutingRule.objects.all().delete()
    east = Boundary.objects.get(jurisdiction__code="2")
    Boundary.objects.filter(pk=east.pk).update(shape=Boundary.objects.get(jurisdiction__code="1").shape)
    said, error = check()
    assert "the district is منطقه ۱ · District 1, not 2." in said
    assert error


def test_a_report_that_hides_from_the_list_is_noticed(town, front_door, monkeypatch):
    monkeypatch.setitem(WAYS, "/api/v1/reports", replace(WAYS["/api/v1/reports"], read=_nothing))
    said, error = check()
    assert said.count("the report is public, but not in the list.") == 3
    assert error


def _nothing(*_asked):
    return JsonResponse({"type": "FeatureCollection", "features": []})


def test_a_category_that_waits_for_review_is_expected_to_be_hidden(town, front_door):
    Category.objects.filter(code="pothole").update(moderation="reviewed")
    assert check()[1] == ""


def test_a_service_that_refuses_is_quoted(town, front_door):
    Category.objects.filter(code="pothole").update(is_active=False)
    assert "/api/v1/reports answered 4" in check()[1]


def test_a_service_without_a_city_is_told_apart(town, front_door):
    Boundary.objects.all().delete()
    assert "There is no district with zones to file a report in." in check()[1]


def test_nobody_there_is_said_in_a_sentence():
    with pytest.raises(CommandError, match=r"http://127\.0\.0\.1:9 does not answer: "):
        call_command("demo_check", url="http://127.0.0.1:9", stdout=StringIO())
