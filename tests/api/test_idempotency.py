"""The same filing twice, one after the other or at the same instant, is one report."""

import json
import threading

import pytest
from django.db import connection
from django.test import Client

from reports.models import Photo, Report
from reports.publishing import hide
from tests.photos.conftest import part
from tests.pictures import photo


def test_the_same_key_and_body_give_the_first_answer(small_city, post, filing):
    first = post(filing(), **{"Idempotency-Key": "k-1"})
    second = post(filing(), **{"Idempotency-Key": "k-1"})
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    assert Report.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(small_city, post, filing):
    post(filing(), **{"Idempotency-Key": "k-1"})
    response = post(filing(description="چیز دیگری"), **{"Idempotency-Key": "k-1"})
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Report.objects.count() == 1


def test_a_refused_request_does_not_use_up_its_key(small_city, post, filing):
    assert post(filing(x=90_000), **{"Idempotency-Key": "k-1"}).status_code == 422
    assert post(filing(), **{"Idempotency-Key": "k-1"}).status_code == 201


def test_what_is_stored_is_answered_again_though_it_could_not_be_filed_any_more(small_city, post, filing, settings):
    other = Report.objects.get(reference=post(filing()).json()["id"])
    body, key = filing(x=505, device_id="phone-7", duplicate_of=other.reference), {"Idempotency-Key": "k-1"}
    first = post(body, **key)
    assert first.status_code == 201
    small_city.pothole.is_active = False
    small_city.pothole.save()
    hide(report=other)
    settings.ANONYMOUS_REPORTS_PER_HOUR = 0
    again = post(body, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert post(body | {"description": "چیز دیگری"}, **key).status_code == 400
    assert post(body, **{"Idempotency-Key": "k-2"}).status_code == 400
    assert post(body | {"device_id": "phone-8\ud800"}, **key).status_code == 400
    assert Report.objects.count() == 2


def test_a_report_with_photos_is_answered_again_though_the_address_has_had_its_share(
    small_city, filing, settings, client
):
    def send(content: bytes):
        form = {"report": json.dumps(filing()), "photo": [part(content)]}
        return client.post("/api/v1/reports", form, headers={"Idempotency-Key": "k-1"})

    picture = photo()
    first = send(picture)
    assert first.status_code == 201
    settings.ANONYMOUS_REPORTS_PER_HOUR = settings.ANONYMOUS_PHOTOS_PER_HOUR = 0
    again = send(picture)
    assert (again.status_code, again.json()) == (201, first.json())
    assert send(photo(seed=1)).status_code == 429
    assert (Report.objects.count(), Photo.objects.count()) == (1, 1)


def test_two_devices_may_choose_the_same_key(small_city, post, filing):
    for device in ("a", "b"):
        assert post(filing(device_id=device), **{"Idempotency-Key": "k-1"}).status_code == 201
    assert Report.objects.count() == 2


def test_a_phone_that_changed_its_address_in_between_is_known_by_its_device(small_city, client, filing):
    body = filing(device_id="phone-7")
    for address in ("198.51.100.1", "203.0.113.9"):
        response = client.post(
            "/api/v1/reports",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": "k-1"},
            REMOTE_ADDR=address,
        )
        assert response.status_code == 201
    assert Report.objects.count() == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "چاله", "x" * 256])
def test_a_key_that_is_none_is_refused(key, small_city, post, filing):
    response = post(filing(), **{"Idempotency-Key": key})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_idempotency_key")


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_give_one_report_and_the_same_answer(small_city, filing):
    body, answers, start = filing(), [], threading.Barrier(8)

    def send() -> None:
        start.wait()
        try:
            response = Client().post(
                "/api/v1/reports", body, content_type="application/json", headers={"Idempotency-Key": "race"}
            )
            answers.append((response.status_code, response.content))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len({content for _status, content in answers}) == 1
    assert answers[0][0] == 201
    assert Report.objects.count() == 1


def test_anonymous_filing_is_limited_per_address(small_city, post, filing, settings, client):
    settings.ANONYMOUS_REPORTS_PER_HOUR = 2
    assert [post(filing()).status_code for _ in range(3)] == [201, 201, 429]
    response = post(filing())
    assert response.json()["code"] == "rate_limited"
    assert 0 < int(response.headers["Retry-After"]) <= 3600
    elsewhere = client.post("/api/v1/reports", filing(), content_type="application/json", REMOTE_ADDR="2001:db8::7")
    assert elsewhere.status_code == 201
    assert Report.objects.count() == 3


def test_a_forged_forwarding_header_does_not_escape_the_limit(small_city, client, filing, settings):
    settings.ANONYMOUS_REPORTS_PER_HOUR = 1
    statuses = [
        client.post(
            "/api/v1/reports",
            filing(),
            content_type="application/json",
            headers={"X-Forwarded-For": f"192.0.2.{n}"},
        ).status_code
        for n in range(3)
    ]
    assert statuses == [201, 429, 429]


def test_behind_our_proxy_the_address_it_saw_counts(small_city, client, filing, settings):
    settings.ANONYMOUS_REPORTS_PER_HOUR = 1
    settings.TRUSTED_PROXIES = 1
    statuses = [
        client.post(
            "/api/v1/reports",
            filing(),
            content_type="application/json",
            headers={"X-Forwarded-For": f"6.6.6.{n}, 198.51.100.{n % 2}"},
        ).status_code
        for n in range(4)
    ]
    assert statuses == [201, 201, 429, 429]
