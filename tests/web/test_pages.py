"""The map page as it leaves the server, and the pages that say what went wrong."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, RequestFactory
from django.views.csrf import csrf_failure
from django.views.defaults import bad_request, permission_denied, server_error

from reports.workflow import Status
from tests.factories import CityFactory, LevelFactory

pytestmark = pytest.mark.django_db


def for_script(response) -> dict:
    return json.loads(re.search(r'<script id="for-script"[^>]*>(.*?)</script>', response.text, re.S).group(1))


class TestTheMapPage:
    def test_names_its_one_city(self, client: Client, small_city):
        assert "شهر نمونه" in client.get("/").text

    def test_names_none_of_several(self, client: Client, small_city):
        CityFactory(code="other", name_fa="شهر دیگر", time_zone="Europe/Berlin")
        response = client.get("/")
        assert "شهر دیگر" not in response.text
        assert for_script(response)["timeZone"] is None

    def test_tells_its_script_the_level_below_the_city_and_the_clock_of_the_city(self, client: Client, small_city):
        values = for_script(client.get("/"))
        assert (values["level"], values["timeZone"], values["language"]) == ("district", "Asia/Tehran", "fa")

    def test_knows_when_no_city_is_loaded(self, client: Client):
        LevelFactory()
        assert for_script(client.get("/"))["isEmpty"]

    def test_gives_every_status_a_chip_and_a_color(self, client: Client):
        page = client.get("/").text
        colors = Path(finders.find("web/page.css")).read_text()
        for status in Status:
            assert f'value="{status}"' in page
            assert f"--{status}: #" in colors

    def test_takes_a_constant_number_of_queries(self, client: Client, small_city, tell, django_assert_num_queries):
        tell()
        with django_assert_num_queries(2):
            client.get("/")

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_is_only_read(self, client: Client, method: str):
        assert getattr(client, method)("/").status_code == 405


class TestAFailure:
    @pytest.mark.parametrize(("language", "words"), [("fa", "صفحه‌ای پیدا نشد"), ("en", "Nothing is here")])
    def test_of_an_unknown_address_speaks_the_readers_language(self, client: Client, language: str, words: str):
        client.cookies["django_language"] = language
        response = client.get("/nothing")
        assert response.status_code == 404
        assert words in response.text

    def test_of_ours_stands_alone(self, client: Client, monkeypatch):
        def fail(*_arguments: object) -> None:
            raise RuntimeError("hidden detail")

        monkeypatch.setattr("web.views.map_messages", fail)
        client.raise_request_exception = False
        response = client.get("/")
        assert response.status_code == 500
        assert "خطایی از سوی ما رخ داد" in response.text
        assert "hidden detail" not in response.text

    @pytest.mark.parametrize(
        ("answer", "status"),
        [
            (lambda request: bad_request(request, Exception()), 400),
            (lambda request: permission_denied(request, Exception()), 403),
            (lambda request: csrf_failure(request), 403),
            (lambda request: server_error(request), 500),
        ],
    )
    def test_of_any_kind_has_a_page_of_ours(self, rf: RequestFactory, answer, status: int):
        response = answer(rf.get("/"))
        assert response.status_code == status
        assert b"web/page.css" in response.content
