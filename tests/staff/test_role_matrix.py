"""Every address below ``/admin/`` and every role: who gets in, and who does not.

The addresses come from the URL configuration, the rights from ``roles.toml``. A screen that nobody
wrote a line for fails here, and so does one that lets in whom its line does not name.
"""

import sys
from types import ModuleType

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from campaign_site import urls as site_urls
from tests.factories import make_staff
from tests.staff import matrix
from tests.staff.admin_urls import Address, admin_urls
from tests.staff.rows import make_rows

pytestmark = [
    pytest.mark.django_db,
    # A list of Wagtail's, of which nobody reads a second page here.
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]
_METHODS_OF_STRANGERS = ("get", "post")


def _breaches(addresses, users) -> list[str]:
    """Every role that gets in where it may not, or is kept out where it may."""
    found = []
    with matrix.nothing_drawn():
        for address in addresses:
            may = matrix.allowed(address)
            for role, user in users.items():
                if role in may and not matrix.gets_in(user, address.path):
                    found.append(f"{role} is kept out of {address.key}")
                if role not in may and not matrix.is_kept_out(user, address.path):
                    found.append(f"{role} gets in at {address.key}")
    return found


def _staff() -> dict:
    return {role: make_staff(group) for role, group in matrix.ROLES.items()}


def test_every_address_has_a_line_and_every_line_an_address():
    addresses = [one for one in admin_urls() if not matrix.is_open(one)]

    assert len(addresses) > 400
    assert [one.route for one in addresses if matrix.allowed(one) is None] == []
    assert matrix.unused_rules(admin_urls()) == set()


def test_every_role_gets_in_where_it_may_and_nowhere_else(make_image):
    rows = make_rows(make_image())
    addresses = [one for one in admin_urls(rows) if not matrix.is_open(one)]

    assert "\n".join(_breaches(addresses, _staff())) == ""


def _strangers_get_in(client: Client, addresses: list[Address]) -> list[str]:
    """The addresses that lead a stranger anywhere but to the door."""
    found = []
    for address in addresses:
        if matrix.is_open(address):
            continue
        for method in _METHODS_OF_STRANGERS:
            answer = getattr(client, method)(address.path)
            is_led_away = answer.status_code == 302 and answer.url.startswith("/admin/login/")
            if not is_led_away and answer.status_code != 403:
                found.append(f"{method} {address.key}: {answer.status_code}")
    return found


def test_strangers_get_in_nowhere(client):
    assert _strangers_get_in(client, admin_urls()) == []


def test_a_password_alone_gets_in_nowhere(client, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    client.force_login(make_staff("Administrators"))

    assert _strangers_get_in(client, admin_urls()) == []


# Screens that somebody might add and forget to close.


def _open_screen(request, **kwargs):
    return HttpResponse("people’s names")


def _half_open_screen(request):
    """Asks on GET only."""
    if request.method == "GET" and not request.user.has_perm("staff.manage_members"):
        raise PermissionDenied
    return HttpResponse("done")


planted = [
    path("admin/planted/open/", _open_screen),
    path("admin/planted/half/", _half_open_screen),
    *site_urls.urlpatterns,
]


@pytest.fixture
def planted_screens(settings, monkeypatch):
    """A site with two screens too many, for which the lines say: administrators only."""
    module = ModuleType("planted_urls")
    module.urlpatterns = planted
    monkeypatch.setitem(sys.modules, "planted_urls", module)
    settings.ROOT_URLCONF = "planted_urls"
    monkeypatch.setitem(matrix._RULES, "roles", {"planted/*": "administrator"})
    return [one for one in admin_urls() if one.route.startswith("planted/")]


def test_an_open_screen_is_noticed(planted_screens):
    found = _breaches(planted_screens, _staff())

    assert "moderator gets in at planted/open/" in found
    assert "moderator gets in at planted/half/" in found
    assert not any(line.startswith("administrator") for line in found)


def test_a_screen_open_to_strangers_is_noticed(client, planted_screens):
    assert "get planted/open/: 200" in _strangers_get_in(client, planted_screens)


def test_a_screen_without_a_line_is_noticed(planted_screens, monkeypatch):
    monkeypatch.setitem(matrix._RULES, "roles", {"planted/open/": "administrator"})

    missing = [one.route for one in planted_screens if matrix.allowed(one) is None]

    assert missing == ["planted/half/"]


def test_a_screen_closed_to_whom_it_is_for_is_noticed(planted_screens, monkeypatch):
    monkeypatch.setitem(matrix._RULES, "roles", {"planted/*": "host administrator"})

    def closed(user, path):
        return "refused" if user.username == "event hosts" else "let in"

    monkeypatch.setattr(matrix, "ask", lambda user, path, method: closed(user, path))

    assert "host is kept out of planted/open/" in _breaches(planted_screens, _staff())
