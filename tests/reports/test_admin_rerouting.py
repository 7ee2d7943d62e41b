"""The staff's pages of reroutings."""

import re

import pytest

from people.models import Role
from reports import tasks
from reports.models import Report, Rerouting
from reports.rerouting import preview
from tests.factories import CityFactory
from tests.reports.rerouting_ground import AFTER, BEFORE, NEW_DAY, STRIP, widen_the_west
from tests.staff import file_report, handler, seated, superuser

LIST = "/admin/reports/rerouting/"


def told(answer) -> list[str]:
    return [str(each) for each in answer.context["messages"]]


@pytest.fixture
def moving(small_city, time_machine) -> Report:
    time_machine.move_to(BEFORE)
    return file_report(small_city.pothole, x=STRIP)


@pytest.fixture
def new_set(small_city, moving):
    return widen_the_west(small_city)


@pytest.fixture
def rerouting(new_set) -> Rerouting:
    return preview(boundary_set=new_set, on=NEW_DAY, at=BEFORE)


@pytest.fixture
def dispatcher(small_city):
    return handler(small_city.city, Role.DISPATCHER)


def test_a_dispatcher_previews_applies_and_undoes(small_city, new_set, moving, dispatcher, time_machine):
    client = seated(dispatcher)
    assert new_set.source in client.get(f"{LIST}add/").content.decode()
    made = client.post(f"{LIST}add/", {"boundary_set": new_set.pk}, follow=True)
    rerouting = Rerouting.objects.get()
    page = f"{LIST}{rerouting.pk}/change/"
    assert made.redirect_chain == [(page, 302)]
    assert (rerouting.on, rerouting.state, rerouting.made_by) == (NEW_DAY, "previewed", dispatcher)
    cells = re.findall(r"<td>([^<]+)</td>", made.content.decode())
    assert cells[:4] == ["Civil Works, District 2", "Civil Works, District 1", "received", "1"]
    assert ">Apply</button>" not in made.content.decode()

    time_machine.move_to(AFTER)
    assert ">Apply</button>" in client.get(page).content.decode()
    begun = client.post(f"{LIST}{rerouting.pk}/apply/do/", follow=True)
    assert told(begun) == ["The worker is at it; this page shows how far it is."]
    tasks.carry_on_rerouting(rerouting.pk)
    moving.refresh_from_db()
    assert moving.department == small_city.west_works
    assert ">Undo</button>" in client.get(page).content.decode()
    client.post(f"{LIST}{rerouting.pk}/undo/do/")
    tasks.carry_on_rerouting(rerouting.pk)
    moving.refresh_from_db()
    assert moving.department == small_city.east_works
    assert dispatcher.username in client.get(f"{LIST}{rerouting.pk}/history/").content.decode()


def test_what_cannot_follow_is_said_in_a_sentence(rerouting, dispatcher, time_machine):
    client = seated(dispatcher)
    early = client.post(f"{LIST}{rerouting.pk}/apply/do/", follow=True)
    assert told(early) == ["It was previewed for 2026-12-01: apply it from that day on."]
    assert told(client.post(f"{LIST}{rerouting.pk}/undo/do/", follow=True)) == [
        "It is in another state by now: that cannot follow."
    ]
    assert client.get(f"{LIST}{rerouting.pk}/apply/do/").status_code == 405
    assert client.post(f"{LIST}{rerouting.pk}/burn/do/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{}, {"boundary_set": "x"}, {"boundary_set": "9" * 30}, {"city": "1", "rule": "1"}, {"on": "yesterday"}],
)
def test_a_preview_that_is_asked_for_wrongly_is_asked_again(small_city, dispatcher, wrong):
    assert "errorlist" in seated(dispatcher).post(f"{LIST}add/", wrong).content.decode()
    assert not Rerouting.objects.exists()


def test_the_map_shows_the_reports_that_move(rerouting, moving, dispatcher):
    client = seated(dispatcher)
    assert f"{LIST}{rerouting.pk}/moves/" in client.get(f"{LIST}{rerouting.pk}/change/").content.decode()
    (feature,) = client.get(f"{LIST}{rerouting.pk}/moves/").json()["features"]
    assert feature["id"] == moving.reference


@pytest.mark.parametrize("role", [Role.HEAD, Role.HANDLER, Role.ANALYST, Role.OPERATOR])
def test_nobody_else_sees_them(small_city, rerouting, role):
    client = seated(handler(small_city.city, role))
    for address in (LIST, f"{LIST}add/", f"{LIST}{rerouting.pk}/moves/", "/admin/reports/reroutingmove/"):
        assert client.get(address).status_code == 403
    assert client.get(f"{LIST}{rerouting.pk}/change/").status_code == 404
    assert client.post(f"{LIST}{rerouting.pk}/apply/do/").status_code == 403


def test_the_dispatcher_of_another_city_does_not_find_them(rerouting, moving):
    client = seated(handler(CityFactory(code="elsewhere"), Role.DISPATCHER))
    assert str(rerouting) not in client.get(LIST).content.decode()
    for address in ("change", "moves", "history"):
        assert client.get(f"{LIST}{rerouting.pk}/{address}/").status_code == 404
    assert client.post(f"{LIST}{rerouting.pk}/apply/do/").status_code == 404
    assert moving.reference not in client.get("/admin/reports/reroutingmove/").content.decode()


def test_the_page_reads_in_persian_with_the_jalali_day(rerouting):
    shown = seated(superuser(), language="fa").get(f"{LIST}{rerouting.pk}/change/").content.decode()
    for text in ("۱۰ آذر ۱۴۰۵", "پیش‌نمایش", "منطقه ۱", "دریافت شد"):
        assert text in shown
