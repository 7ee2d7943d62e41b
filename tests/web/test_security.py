"""The Content Security Policy."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def policy_of(client: Client, path: str) -> dict[str, list[str]]:
    response = client.get(path)
    response.close()
    directives = response.headers["Content-Security-Policy"].split("; ")
    return {words[0]: words[1:] for words in (directive.split() for directive in directives)}


@pytest.mark.parametrize("path", ["/", "/nothing", "/admin/login/", "/api/v1/categories", "/static/web/page.css"])
def test_every_answer_is_held_to_this_host(client: Client, path: str):
    policy = policy_of(client, path)
    assert policy["default-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert "script-src" not in policy


def test_only_the_documentation_may_carry_styles_of_its_own(client: Client):
    policy = policy_of(client, "/api/docs")
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["default-src"] == ["'self'"]


def test_the_host_of_the_base_map_may_be_reached_where_one_is_set(client: Client, settings):
    settings.BASEMAP_STYLE_URL = "https://tiles.example:8443/styles/city.json?key=1"
    policy = policy_of(client, "/")
    assert policy["connect-src"] == ["'self'", "https://tiles.example:8443"]
    assert policy["default-src"] == ["'self'"]


def test_a_base_map_on_this_host_opens_nothing(client: Client, settings):
    settings.BASEMAP_STYLE_URL = "/tiles/city.json"
    assert policy_of(client, "/")["connect-src"] == ["'self'"]


def test_live_events_may_be_heard_where_they_are_served(client: Client, settings):
    settings.LIVE_URL = "http://127.0.0.1:8001/api/v1/events"
    policy = policy_of(client, "/")
    assert policy["connect-src"] == ["'self'", "http://127.0.0.1:8001"]
    assert policy["default-src"] == ["'self'"]


@pytest.mark.parametrize("path", ["/", "/nothing", "/admin/login/", "/api/docs"])
def test_no_page_carries_a_script_of_its_own(client: Client, path: str):
    scripts = re.findall(r"<script([^>]*)>([^<]*)", client.get(path).text)
    for attributes, content in scripts:
        assert 'type="application/json"' in attributes or not content.strip()
        assert "src=" not in attributes or "//" not in attributes
