"""Whose address a request comes from, behind proxies of ours and without."""

import pytest
from django.test import RequestFactory

from people.visitors import address_of


@pytest.mark.parametrize(
    "forwarded, address",
    [
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:49152", "192.0.2.1"),
        ("[2001:db8:1:2::7]:49152", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::7]", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", "unknown"),
        ("192.0.2.1:x", "unknown"),
        ("[192.0.2.1", "unknown"),
        ("1" * 9999 + ":1", "unknown"),
    ],
)
def test_what_the_last_of_our_proxies_says_counts(settings, forwarded, address) -> None:
    settings.TRUSTED_PROXIES = 1
    asked = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="10.0.0.1")
    assert address_of(asked) == address


@pytest.mark.parametrize("proxies, address", [(0, "10.0.0.1"), (1, "192.0.2.2"), (2, "192.0.2.1"), (4, "10.0.0.1")])
def test_no_more_is_believed_than_there_are_proxies(settings, proxies, address) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": "203.0.113.9, 192.0.2.1, 192.0.2.2"}
    assert address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")) == address
