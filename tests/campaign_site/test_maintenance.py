import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(settings, tmp_path):
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    settings.MAINTENANCE_FILE.touch()
    return settings.MAINTENANCE_FILE


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "We are at work on the site"),
        ("fr", "Nous travaillons sur le site"),
        ("nl", "We werken aan de site"),
    ],
)
def test_readers_are_told_in_their_language_without_a_query(client, at_work, language, words):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"/{language}/")

    assert response.status_code == 503
    assert response["Retry-After"] == "300"
    assert response["Cache-Control"] == "private, no-store"
    assert words in response.content.decode()
    assert len(captured) == 0


def test_nothing_is_taken_in_meanwhile(client, at_work):
    event = make_event()

    response = client.post(event.get_absolute_url(), {"name": "Sam", "party_size": "1"})

    assert response.status_code == 503
    assert event.sign_ups.count() == 0


def test_health_goes_on_and_the_site_comes_back_without_a_restart(client, at_work):
    assert client.get("/healthz")["Content-Type"] == "application/json"
    assert client.get("/en/").status_code == 503

    at_work.unlink()

    assert client.get("/en/").status_code == 200
