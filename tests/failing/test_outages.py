"""What is out is told from our own mistakes, and what somebody typed comes back with the page."""

import errno
import logging
import re

import psycopg
import pytest
from django.db import DataError, OperationalError, connection
from django.test import RequestFactory
from psycopg import errors as kinds

from campaign_site import errors, outages
from campaign_site.forms import new_form_key
from campaign_site.outages import Outage, outage_of
from events.models import SignUp
from tests.events.test_views import form_data, link_of
from tests.factories import make_event

EVENT = "/fr/events/test-event/"
CANCEL = {"action": "cancel"}


def raised(*chain: Exception) -> Exception:
    """Return the last of ``chain``, each raised from the one before."""
    for cause, error in zip(chain, chain[1:], strict=False):
        error.__cause__ = cause
    return chain[-1]


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (raised(kinds.LockNotAvailable(), OperationalError()), Outage.BUSY),
        (raised(kinds.QueryCanceled(), OperationalError()), Outage.BUSY),
        (raised(kinds.DeadlockDetected(), OperationalError()), Outage.BUSY),
        (raised(kinds.AdminShutdown(), OperationalError()), Outage.DATABASE),
        (raised(kinds.TooManyConnections(), OperationalError()), Outage.DATABASE),
        (raised(kinds.ReadOnlySqlTransaction(), Exception()), Outage.READ_ONLY),
        (raised(kinds.DiskFull(), OperationalError()), Outage.STORAGE),
        (OperationalError("no cause told"), Outage.DATABASE),
        (raised(OSError(errno.ENOSPC, "full"), ValueError()), Outage.STORAGE),
        (OSError(errno.EROFS, "read-only"), Outage.STORAGE),
        (PermissionError(errno.EACCES, "another's"), Outage.STORAGE),
        (FileNotFoundError(errno.ENOENT, "gone"), None),
        (raised(kinds.NumericValueOutOfRange(), DataError()), None),
        (ValueError("ours"), None),
        (None, None),
    ],
)
def test_outages_are_told_from_our_own_mistakes(error, outage):
    assert outage_of(error) == outage


def test_reason_behind_a_failed_rollback_is_found():
    try:
        try:
            raise kinds.ReadOnlySqlTransaction
        except kinds.ReadOnlySqlTransaction:
            raise kinds.InFailedSqlTransaction  # noqa: B904 - as psycopg does
    except kinds.InFailedSqlTransaction as error:
        assert outage_of(error) is Outage.READ_ONLY


def test_many_outages_make_one_line_without_anybodys_words(caplog, monkeypatch):
    monkeypatch.setattr(outages, "_last_logged", {})
    seen = []
    outages.outage_noticed.connect(
        receiver := lambda outage, **_rest: seen.append(outage), weak=False
    )
    error = raised(kinds.LockNotAvailable("Key (email)=(sam@example.org)"), OperationalError())

    for _ in range(20):
        outages.note(Outage.BUSY, error)

    outages.outage_noticed.disconnect(receiver)
    assert seen == [Outage.BUSY] * 20
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.ERROR
    assert "SQLSTATE 55P03" in caplog.text
    assert "sam@" not in caplog.text


@pytest.fixture
def another_session():
    """A second connection to the test's database, which can hold what a form needs."""
    own = connection.settings_dict
    with psycopg.connect(
        host=own["HOST"], port=own["PORT"] or None, user=own["USER"], dbname=own["NAME"]
    ) as other:
        yield other
        other.rollback()


@pytest.mark.django_db(transaction=True)
def test_form_that_waits_too_long_comes_back_with_everything_typed(client, another_session):
    event = make_event(capacity=12)
    typed = form_data(client, EVENT, name="Sam <b>Sorel</b>", party_size="3")
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 150")
    another_session.execute("LOCK TABLE events_signup IN ACCESS EXCLUSIVE MODE")

    refused = client.post(EVENT, typed)
    another_session.rollback()

    html = refused.content.decode()
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', html))
    assert refused.status_code == 503
    assert refused["Retry-After"] == "5"
    assert refused["Cache-Control"] == "private, no-store"
    assert '<html lang="fr">' in html
    assert "Sam &lt;b&gt;Sorel&lt;/b&gt;" in html
    assert not event.sign_ups.exists()
    assert client.post(EVENT, again).status_code == 302
    assert event.sign_ups.count() == 1


@pytest.mark.django_db(transaction=True)
def test_read_only_database_shows_pages_and_records_nothing(client):
    make_event(capacity=12)
    client.post(EVENT, form_data(client, EVENT))
    link = link_of(SignUp.objects.get())
    typed = form_data(client, EVENT, name="Robin")
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")

    shown, form, cancelled = (
        client.get("/fr/"),
        client.post(EVENT, typed),
        client.post(link, CANCEL),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")

    assert shown.status_code == 200
    # Nobody is counted, so the door asks for a proof and the form comes back as it was.
    assert "Robin" in form.content.decode()
    assert cancelled.status_code == 503
    assert cancelled["Retry-After"] == "30"
    assert list(SignUp.objects.values_list("cancelled_at", flat=True)) == [None]
    assert client.post(link, CANCEL).status_code == 302


def test_kept_form_repeats_nothing_that_another_site_sent(rf):
    sent = {"form_key": new_form_key("x"), "name": "Sam"}
    own = rf.post("/fr/x/", sent)
    foreign = rf.post("/fr/x/", sent, headers={"sec-fetch-site": "cross-site"})
    no_form = rf.post("/fr/x/", {"name": "Sam"})

    for request, is_kept in [(own, True), (foreign, False), (no_form, False)]:
        html = errors.unavailable(request, Outage.DATABASE).content.decode()
        assert ('value="Sam"' in html) == is_kept


def test_kept_form_asks_for_its_file_again_and_writes_none(rf, make_image, tmp_path, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "missing"
    photo = SimpleUploadedFile("a.jpg", b"x" * 3_000_000, "image/jpeg")
    request = rf.post("/nl/x/", {"form_key": "key", "message": "Moed", "image": photo})

    html = errors.unavailable(request, Outage.STORAGE).content.decode()

    assert 'value="Moed"' in html
    assert '<input class="input" type="file" name="image"' in html


def test_error_page_that_fails_gives_way_to_a_prepared_one(monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("sam@example.org")

    monkeypatch.setattr(errors, "render", fail)
    request = RequestFactory().get("/nl/x/")

    response = errors.error_page(request, "500", 500)

    assert response.status_code == 500
    assert '<html lang="nl">' in response.content.decode()
    assert "style-src 'sha256-" in response["Content-Security-Policy"]
    assert "RuntimeError" in caplog.text
