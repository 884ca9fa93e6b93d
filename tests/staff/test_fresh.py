"""Exports ask again: who gets through, who is asked, and where one comes back to."""

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests.factories import make_staff
from tests.staff.authenticator import (
    PASSWORD,
    SECRET,
    code_of,
    give_password,
    log_in,
    with_app,
    with_password,
)

pytestmark = pytest.mark.django_db
EXPORT = "/admin/people/newsletter/export/"
FROM = "http://testserver/admin/people/newsletter/?p=2"


@pytest.fixture(autouse=True)
def asks(settings) -> None:
    settings.STAFF_EXPORT_ASKS_AGAIN = True


@pytest.fixture
def administrator():
    return with_password(make_staff("Administrators"))


def make_stale(client) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 16 * 60
    session.save()


def export(client):
    return client.post(EXPORT, headers={"Referer": FROM})


def test_second_factor_of_the_last_quarter_of_an_hour_is_enough(client, administrator, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    with_app(administrator)
    log_in(client, administrator)
    assert "attachment" in export(client).headers["Content-Disposition"]
    make_stale(client)
    asked = export(client)
    assert asked.headers["Location"] == (
        "/admin/login/again/?next=%2Fadmin%2Fpeople%2Fnewsletter%2F%3Fp%3D2"
    )
    assert "Is it still you" in client.get(asked.headers["Location"]).content.decode()
    # The password is not enough here, and a wrong code neither.
    client.post(asked.headers["Location"], {"password": PASSWORD})
    client.post(asked.headers["Location"], {"code": "000000"})
    assert export(client).status_code == 302
    back = client.post(asked.headers["Location"], {"code": code_of(SECRET)})
    assert back.headers["Location"] == "/admin/people/newsletter/?p=2"
    assert export(client).status_code == 200


def test_where_no_factor_is_needed_the_password_is_asked(client, administrator):
    give_password(client, administrator)
    assert export(client).status_code == 200
    make_stale(client)
    again = export(client).headers["Location"]
    assert client.post(again, {"password": "wrong"}).status_code == 200
    assert export(client).status_code == 302
    assert client.post(again, {"password": PASSWORD}).status_code == 302
    assert export(client).status_code == 200


def test_page_of_another_site_is_no_way_back(client, administrator):
    client.force_login(administrator)
    for before in ["https://evil.example/admin/", "//evil.example/admin/", "http://testserver/x/"]:
        asked = client.post(EXPORT, headers={"Referer": before})
        assert asked.headers["Location"] == "/admin/login/again/?next=%2Fadmin%2F"


def test_whoever_may_not_export_is_not_even_asked(client):
    client.force_login(make_staff("Editors"))
    assert "/again/" not in export(client).headers["Location"]
    assert "/again/" not in export(Client()).headers["Location"]
    assert Client().get("/admin/login/again/").headers["Location"].startswith("/admin/login/?next=")


def test_development_sites_do_not_ask(client, administrator, settings):
    settings.STAFF_EXPORT_ASKS_AGAIN = False
    client.force_login(administrator)
    assert export(client).status_code == 200


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("donations_treasury:gifts_export", []),
        ("donations_treasury:pledges_export", []),
        ("donations_treasury:payments_export", []),
        ("events_hosting:export", [1]),
        ("events_hosting:export_for_organiser", [1, 1]),
        ("events_hosting:needs", [1]),
        ("solidarity_editions:download", [1]),
        ("people_admin:newsletter_export", []),
    ],
)
def test_every_door_by_which_data_leaves_asks(name, arguments):
    assert resolve(reverse(name, args=arguments)).func.asks_again


def test_packing_list_and_labels_ask(client):
    client.force_login(make_staff("Treasurers"))
    for act in ["packing-list", "labels"]:
        asked = client.post("/admin/treasury/rewards/act/", {"do": act, "delivery": "1"})
        assert "/admin/login/again/" in asked.headers["Location"]
