"""How long the certificate of the site is still good for."""

import contextlib
import socket
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings

from watching import status_files

_TIMEOUT_SECONDS = 5
_ASK_AGAIN_SECONDS = 3600
_NEVER = 0.0


def days_left() -> float | None:
    """Return the days until the certificate ends, below zero afterwards; None when unknown.

    Read from what the last look left behind: whoever scrapes figures waits for no connection.
    """
    if settings.CERTIFICATE_FILE:
        ends = _end_in_file(Path(settings.CERTIFICATE_FILE))
    else:
        ends = status_files.read(_status()).get("ends")
    return None if ends is None else (ends - time.time()) / 86400


def look() -> None:
    """Ask the site's own host for its certificate, once an hour; keep when it ends.

    Nothing is sent, and the certificate need not be good: a bad one is what we look for. When
    nobody answers, what was known before is kept.
    """
    address = urlsplit(settings.SITE_URL)
    known = status_files.read(_status())
    if (
        settings.CERTIFICATE_FILE
        or address.scheme != "https"
        or time.time() - known.get("looked", _NEVER) < _ASK_AGAIN_SECONDS
    ):
        return
    with contextlib.suppress(OSError, ValueError):
        known["ends"] = _end_at(address.hostname or "", address.port or 443)
    known["looked"] = time.time()
    status_files.write(_status(), known)


def _status() -> Path:
    return status_files.folder() / "certificate.json"


def _end_in_file(path: Path) -> float | None:
    """When the first certificate of a PEM chain ends; None when the file cannot be read."""
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        return None
    return _moment(found[0].not_valid_after_utc)


def _end_at(host: str, port: int) -> float:
    """When the certificate ends that ``host`` shows. Raises OSError when it shows none."""
    anything = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=_TIMEOUT_SECONDS) as plain,
        anything.wrap_socket(plain, server_hostname=host) as encrypted,
    ):
        shown = encrypted.getpeercert(binary_form=True)
    return _moment(x509.load_der_x509_certificate(shown or b"").not_valid_after_utc)


def _moment(ends: datetime) -> float:
    return ends.astimezone(UTC).timestamp()
