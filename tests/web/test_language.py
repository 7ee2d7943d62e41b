"""Which language an answer is in, and the switch."""

import pytest
from django.test import Client
from django.urls import reverse

from web.language import accepted

pytestmark = pytest.mark.django_db


def language_of(response) -> str:
    return response.headers["Content-Language"]


class TestAPage:
    def test_is_persian_and_right_to_left_whatever_the_browser_prefers(self, client: Client):
        response = client.get("/", headers={"Accept-Language": "en-US,en;q=0.9"})
        assert language_of(response) == "fa"
        assert '<html lang="fa" dir="rtl">' in response.text
        assert "چشم شهر" in response.text

    def test_is_english_where_the_cookie_says_so(self, client: Client):
        client.cookies["django_language"] = "en"
        response = client.get("/")
        assert language_of(response) == "en"
        assert '<html lang="en" dir="ltr">' in response.text
        assert "City Eye" in response.text

    @pytest.mark.parametrize("cookie", ["de", "", "en-x" * 500, "../fa", "%00"])
    def test_is_persian_where_the_cookie_is_nonsense(self, client: Client, cookie: str):
        client.cookies["django_language"] = cookie
        assert language_of(client.get("/")) == "fa"

    def test_tells_caches_that_the_cookie_matters(self, client: Client):
        assert "Cookie" in client.get("/").headers["Vary"]

    def test_keeps_its_language_to_itself(self, client: Client):
        client.cookies["django_language"] = "en"
        client.get("/")
        assert language_of(Client().get("/")) == "fa"


class TestTheSwitch:
    def test_is_offered_on_each_page_in_the_other_language(self, client: Client):
        assert 'href="?lang=en"' in client.get("/").text
        client.cookies["django_language"] = "en"
        assert 'href="?lang=fa"' in client.get("/").text

    def test_remembers_the_choice_and_leads_back_to_the_page(self, client: Client):
        response = client.get("/?lang=en")
        assert (response.status_code, response.headers["Location"]) == (302, "/")
        assert language_of(client.get("/")) == "en"
        cookie = response.cookies["django_language"]
        assert (cookie["samesite"], cookie["httponly"], cookie["max-age"] > 300 * 86400) == ("Lax", True, True)

    def test_keeps_the_rest_of_the_query(self, client: Client):
        assert client.get("/?a=1&lang=en&b=چاله").headers["Location"] == "/?a=1&b=%DA%86%D8%A7%D9%84%D9%87"

    def test_works_in_the_admin(self, client: Client):
        login = reverse("admin:login")
        assert client.get(f"{login}?next=/admin/&lang=en").headers["Location"] == f"{login}?next=%2Fadmin%2F"
        assert language_of(client.get(login)) == "en"

    @pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example", "/%2F/evil.example"])
    def test_leads_to_no_other_host(self, client: Client, path: str):
        response = client.get("/", {"lang": "en"}, PATH_INFO=path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/")
        assert not response.headers["Location"].startswith(("//", "/\\"))

    @pytest.mark.parametrize("code", ["de", "", "EN", "fa\r\nSet-Cookie: x=1"])
    def test_ignores_a_language_there_is_not(self, client: Client, code: str):
        response = client.get("/", {"lang": code})
        assert (response.status_code, language_of(response)) == (200, "fa")
        assert "django_language" not in response.cookies

    def test_changes_nothing_for_a_form_that_is_sent(self, client: Client):
        assert "django_language" not in client.post("/?lang=en").cookies


class TestTheApi:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            ("", "fa"),
            ("en", "en"),
            ("en-US,en;q=0.9", "en"),
            ("fa-IR,en;q=0.5", "fa"),
            ("en;q=0.4,fa;q=0.9", "fa"),
            ("de,en;q=0.1", "en"),
            ("de", "fa"),
            ("*", "fa"),
            ("en;q=0", "fa"),
            ("EN-gb", "en"),
            ("en;q=abc", "fa"),
            ("x" * 5000, "fa"),
        ],
    )
    def test_follows_accept_language(self, header: str, language: str):
        assert accepted(header) == language

    def test_ignores_the_cookie_and_the_switch(self, client: Client):
        client.cookies["django_language"] = "en"
        response = client.get("/api/v1/categories")
        assert language_of(response) == "fa"
        assert "Accept-Language" not in response.headers["Vary"]  # in all languages it says the same
        assert client.get("/api/v1/categories?lang=en").status_code == 400

    def test_keeps_refusals_apart_by_language(self, client: Client):
        assert "Accept-Language" in client.get("/api/v1/nothing").headers["Vary"]
