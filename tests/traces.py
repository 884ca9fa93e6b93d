"""Look for what a person left behind, byte by byte, in everything the site keeps."""

import base64
import io
import logging
import pickle
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils.log import configure_logging

from campaign_site import postgres


def disguises(secret: bytes) -> set[bytes]:
    """The ways in which files and dumps write the same bytes down, in small letters."""
    text = secret.decode("latin-1")
    forms = {secret, secret.hex().encode(), quote(secret).encode(), text.encode("utf-16-le")}
    for shift in range(3):
        # Base64 in the middle of something else: without the characters its neighbours change.
        encoded = base64.b64encode(b"\0" * shift + secret)
        forms.add(encoded[4 if shift else 0 : -4])
    return {form.lower() for form in forms if len(form) >= 6}


def found(data: bytes, canaries: Mapping[str, bytes]) -> set[str]:
    """Return the names of the canaries that are somewhere in ``data``."""
    small = data.lower()
    return {
        name
        for name, secret in canaries.items()
        if any(form in small for form in disguises(secret))
    }


def database_dump() -> bytes:
    """What ``pg_dump`` makes of the test's database, large objects included."""
    own = connection.settings_dict
    command = [
        str(postgres._binary("pg_dump")),
        *("--host", own["HOST"], "--port", own["PORT"], "--username", own["USER"]),
        *("--no-password", "--large-objects", own["NAME"]),
    ]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


def files_below(folder: Path) -> bytes:
    """Names and contents of every file below ``folder``."""
    out = io.BytesIO()
    for path in sorted(folder.rglob("*")):
        out.write(str(path.relative_to(folder)).encode() + b"\n")
        if path.is_file():
            out.write(path.read_bytes() + b"\n")
    return out.getvalue()


def cache_contents() -> bytes:
    """Keys and pickled values of the cache, which lies in this process's memory."""
    entries = dict(caches["default"]._cache)
    return pickle.dumps(entries) + b"\n".join(entries.values())


@contextmanager
def site_log() -> Iterator[io.StringIO]:
    """Write what the site logs, by its own filters and formats, into the stream given.

    Everything is written, down to the debug level, which production leaves out.
    """
    stream = io.StringIO()
    config = {**settings.LOGGING}
    handler = {**config["handlers"]["console"], "stream": stream, "level": "DEBUG"}
    config["handlers"] = {**config["handlers"], "console": handler}
    config["root"] = {**config["root"], "level": "DEBUG"}
    # What libraries tell about their own inner life is theirs: production never writes it.
    configure_logging(settings.LOGGING_CONFIG, config)
    try:
        yield stream
    finally:
        logging.getLogger().handlers[:] = []
        configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
