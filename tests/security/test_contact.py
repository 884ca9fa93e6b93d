"""Whom to tell of a weak spot (RFC 9116)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import Http404

from campaign_site.security_contact import security_txt

PATH = "/.well-known/security.txt"


def test_it_says_whom_to_write_to_and_until_when(client, settings):
    settings.SECURITY_CONTACT = "security@example.org"

    answer = client.get(PATH)

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"] == f"{settings.SITE_URL}{PATH}"
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(tz=UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_an_address_of_a_page_stays_as_it_is(client, settings):
    settings.SECURITY_CONTACT = "https://www.example.org/en/contact/"

    assert "Contact: https://www.example.org/en/contact/\n" in client.get(PATH).content.decode()


def test_nobody_named_no_file(rf, settings):
    settings.SECURITY_CONTACT = ""

    with pytest.raises(Http404):
        security_txt(rf.get(PATH))
