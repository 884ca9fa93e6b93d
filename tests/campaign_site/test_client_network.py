"""Whose network a request counts for, whatever its headers pretend."""

import pytest
from django.test import RequestFactory

from campaign_site.client_network import UNKNOWN, client_network


def network(remote: str, passed_on: str | None = None) -> str:
    headers = {"X-Forwarded-For": passed_on} if passed_on is not None else {}
    return client_network(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", UNKNOWN),
        ("unix:", UNKNOWN),
        ("<script>", UNKNOWN),
    ],
)
def test_a_network_is_as_much_of_an_address_as_neighbours_share(address, expected):
    assert network(address) == expected


@pytest.mark.parametrize("forged", ["198.51.100.1", "198.51.100.1, 192.0.2.1", "", ",,,"])
def test_without_proxies_of_ours_the_header_is_hearsay(settings, forged):
    settings.TRUSTED_PROXY_COUNT = 0

    assert network("203.0.113.77", forged) == "203.0.113.0/24"


@pytest.mark.parametrize("forged", ["", "198.51.100.1, ", "198.51.100.1, 192.0.2.1, "])
def test_behind_one_proxy_the_last_entry_counts(settings, forged):
    settings.TRUSTED_PROXY_COUNT = 1

    assert network("127.0.0.1", f"{forged}203.0.113.77") == "203.0.113.0/24"


def test_behind_two_proxies_the_last_but_one_counts(settings):
    settings.TRUSTED_PROXY_COUNT = 2

    assert network("127.0.0.1", "198.51.100.1, 203.0.113.77, 10.0.0.2") == "203.0.113.0/24"


@pytest.mark.parametrize("entry", ["203.0.113.77:4711", "[2001:db8::5]:4711", "[2001:db8::5]"])
def test_ports_that_some_proxies_add_do_not_matter(settings, entry):
    settings.TRUSTED_PROXY_COUNT = 1

    assert network("127.0.0.1", entry) in {"203.0.113.0/24", "2001:db8::/64"}


@pytest.mark.parametrize("passed_on", [None, "", "198.51.100.1"])
def test_with_fewer_entries_than_proxies_the_connection_counts(settings, passed_on):
    settings.TRUSTED_PROXY_COUNT = 2

    assert network("203.0.113.77", passed_on) == "203.0.113.0/24"
