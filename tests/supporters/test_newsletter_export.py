"""Only those who agreed leave the house, in a file that no spreadsheet runs."""

import csv
from io import StringIO

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from supporters import newsletter, services
from supporters.newsletter_export import harmless
from tests.factories import make_staff
from tests.supporters.test_newsletter import confirmed, wish

pytestmark = pytest.mark.django_db


def download(client) -> list[dict[str, str]]:
    response = client.post(reverse("people_admin:newsletter_export"))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in response["Cache-Control"]
    assert response.streaming
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture
def administrator(client):
    user = make_staff("Administrators")
    client.force_login(user)
    return user


def test_only_the_consented_leave(client, administrator):
    confirmed("yes@example.org", "nl")
    wish("unconfirmed@example.org")
    newsletter.stop_news(confirmed("stopped@example.org"))
    withdrawn = confirmed("withdrawn@example.org")
    services.withdraw_consents(subject_type=withdrawn.SUBJECT_TYPE, subject_id=withdrawn.public_id)
    services.remember_supporter(email="acted@example.org", language="fr")

    rows = download(client)

    assert [(row["email"], row["language"]) for row in rows] == [("yes@example.org", "nl")]
    stop = rows[0]["unsubscribe"]
    assert stop.startswith("http://testserver/nl/newsletter/stop/")
    assert client.post(stop.removeprefix("http://testserver")).status_code == 200
    assert download(client) == []


def test_export_is_logged_without_an_address(client, administrator):
    confirmed()

    download(client)

    entry = ModelLogEntry.objects.get(action="supporters.export_newsletter")
    assert (entry.user, entry.data["count"]) == (administrator, 1)
    assert "sam@" not in str(ModelLogEntry.objects.values().get(pk=entry.pk))


def test_cells_that_a_spreadsheet_would_run_become_text(client, administrator):
    confirmed("=1+1@example.org")
    confirmed("sam@example.org")

    addresses = {row["email"] for row in download(client)}

    assert addresses == {"'=1+1@example.org", "sam@example.org"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_defused(start):
    assert harmless(f"{start}x") == f"'{start}x"
    assert harmless("x") == "x"


def test_screen_counts_and_names_nobody(client, administrator):
    confirmed("sam@example.org", "fr")

    html = client.get(reverse("people_admin:newsletter")).content.decode()

    assert "1 person has confirmed" in html
    assert "French: 1" in html
    assert "sam@example.org" not in html


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_other_staff_get_no_addresses(client, group):
    confirmed()
    client.force_login(make_staff(group))

    response = client.post(reverse("people_admin:newsletter_export"))

    assert response.status_code == 302
    assert response.url == reverse("wagtailadmin_home")
    assert not ModelLogEntry.objects.filter(action="supporters.export_newsletter").exists()


def test_neither_a_link_nor_a_stranger_gets_the_file(client, administrator):
    assert client.get(reverse("people_admin:newsletter_export")).status_code == 405
    client.logout()
    response = client.post(reverse("people_admin:newsletter_export"))
    assert response.status_code == 302
    assert "/admin/login/" in response.url


def test_many_rows_cost_the_same_queries(client, administrator, django_assert_max_num_queries):
    for number in range(12):
        confirmed(f"sam{number}@example.org")

    with django_assert_max_num_queries(15):
        assert len(download(client)) == 12
