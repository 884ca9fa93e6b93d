"""What this machine tells without the database: certificate, backups, errors, disk."""

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from watching import backups, certificate, error_rate, host_measures


def make_certificate(days: float) -> bytes:
    """A self-signed certificate, with its key, that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=99))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.mark.parametrize("days", [40, -3])
def test_the_end_of_a_certificate_in_a_file(settings, tmp_path, days):
    path = tmp_path / "chain.pem"
    path.write_bytes(make_certificate(days))
    settings.CERTIFICATE_FILE = str(path)

    assert certificate.days_left() == pytest.approx(days, abs=0.01)
    path.write_text("nothing")
    assert certificate.days_left() is None


def test_the_end_of_the_certificate_that_the_site_shows(settings, tmp_path):
    """Also of one that nobody trusts and that has ended; asked once an hour."""
    path = tmp_path / "chain.pem"
    path.write_bytes(make_certificate(-2))
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    settings.SITE_URL = f"https://127.0.0.1:{server.server_port}"
    try:
        assert certificate.days_left() is None
        certificate.look()
        assert certificate.days_left() == pytest.approx(-2, abs=0.01)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    certificate.look()  # nobody is there any more, and nobody is asked
    assert certificate.days_left() == pytest.approx(-2, abs=0.01)


def note_backups(settings, **noted) -> dict:
    settings.LOCAL_DIR.mkdir(exist_ok=True)
    (settings.LOCAL_DIR / "backup-status.json").write_text(json.dumps(noted))
    return backups.read()


def test_ages_of_backups_come_from_what_their_programs_noted(settings):
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    found = note_backups(
        settings, base_backup=an_hour_ago, restore_drill="nonsense", problems={"wal": "refused"}
    )

    assert found["campaign_backup_base_age_seconds"] == pytest.approx(3600, abs=5)
    assert found["campaign_backup_drill_age_seconds"] is None
    assert found["campaign_backup_files_age_seconds"] is None
    assert found["campaign_backup_problems"] == {("wal",): 1}


def test_a_time_without_a_zone_is_no_time(settings):
    assert (
        note_backups(settings, base_backup="2026-11-30T02:00:00")[
            "campaign_backup_base_age_seconds"
        ]
        is None
    )


def test_the_error_rate_is_that_of_the_last_minutes(settings, monkeypatch, time_machine):
    totals = error_rate.Totals(1000, 100, 7)
    monkeypatch.setattr(error_rate, "_totals", lambda: totals)
    time_machine.move_to(datetime(2026, 12, 1, 12, tzinfo=UTC), tick=False)
    assert set(error_rate.read().values()) == {None}
    error_rate.note()

    time_machine.shift(120)
    totals = error_rate.Totals(1100, 105, 9)
    assert error_rate.read() == {
        "campaign_error_ratio": 0.05,
        "campaign_outage_answers_lately": 2,
    }
    totals = error_rate.Totals(1010, 110, 7)
    assert error_rate.read()["campaign_error_ratio"] is None  # ten answers are no rate

    totals = error_rate.Totals(1100, 105, 9)
    settings.MAINTENANCE_FILE = settings.LOCAL_DIR / "maintenance"
    settings.MAINTENANCE_FILE.touch()
    assert error_rate.read()["campaign_error_ratio"] is None

    time_machine.shift(600)
    assert error_rate.read()["campaign_error_ratio"] is None


def test_a_place_that_is_not_there_has_no_disk(settings, tmp_path):
    settings.LOCAL_DIR = tmp_path
    settings.PHOTO_ROOT = tmp_path / "nowhere"

    found = host_measures._read_disk()

    assert set(found["campaign_disk_free_ratio"]) == {("local",)}
    assert found["campaign_disk_free_bytes"]["local",] > 0
