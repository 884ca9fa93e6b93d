"""Which storages the site uses: folders below one place, or one bucket of object storage.

``FILES_S3_BUCKET``, ``FILES_S3_ENDPOINT``, ``FILES_S3_ACCESS_KEY``, ``FILES_S3_SECRET_KEY`` and
``FILES_S3_REGION`` are set together or not at all.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from campaign_site.environment import env_text

_NAMES = ("BUCKET", "ENDPOINT", "ACCESS_KEY", "SECRET_KEY", "REGION")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
# Amazon S3 User Guide, "General purpose bucket naming rules"; dots break the certificate's name.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
PRIVATE = ("photos", "exports", "dossiers")
# A ledger in a file is one machine's; in the bucket it is a store of its own.
ERASURES = "erasures"


def folders(local: Path) -> dict[str, dict]:
    """Return the storages of one machine, each a folder below ``local``."""
    private = {
        name: {
            "BACKEND": "campaign_site.storage.folder.PrivateFolder",
            "OPTIONS": {"location": local / name},
        }
        for name in PRIVATE
    }
    return {"default": {"BACKEND": "campaign_site.storage.folder.MediaFolder"}, **private}


def bucket_from_environment() -> dict[str, str] | None:
    """Return the options of the bucket, or None when none is named.

    Raises ``ImproperlyConfigured`` for some names without the others, for a bucket that cannot be
    one and for an endpoint that is neither encrypted nor on this machine.
    """
    names = [f"FILES_S3_{name}" for name in _NAMES]
    is_set = [bool(os.environ.get(name) or os.environ.get(f"{name}_FILE")) for name in names]
    if not any(is_set):
        return None
    if not all(is_set):
        missing = ", ".join(name for name, one in zip(names, is_set, strict=True) if not one)
        raise ImproperlyConfigured(f"Set {missing} too, or no FILES_S3_ name at all.")
    bucket, endpoint, access_key, secret_key, region = map(env_text, names)
    if not _BUCKET.fullmatch(bucket):
        raise ImproperlyConfigured(
            "FILES_S3_BUCKET must be 3 to 63 small letters, digits and hyphens."
        )
    return {
        "bucket_name": bucket,
        "endpoint_url": _checked_endpoint(endpoint),
        "access_key": access_key,
        "secret_key": secret_key,
        "region_name": region,
    }


def in_bucket(bucket: dict[str, str]) -> dict[str, dict]:
    """Return the storages in one bucket, each below a prefix of its own."""
    private = {
        name: {
            "BACKEND": "campaign_site.storage.bucket.PrivateBucket",
            "OPTIONS": {**bucket, "location": name},
        }
        for name in (*PRIVATE, ERASURES)
    }
    media = {
        "BACKEND": "campaign_site.storage.bucket.MediaBucket",
        "OPTIONS": {**bucket, "location": "media"},
    }
    return {"default": media, **private}


def _checked_endpoint(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    is_here = parts.scheme == "http" and _LOOPBACK.fullmatch(parts.hostname or "")
    if not (is_here or (parts.scheme == "https" and parts.hostname)):
        raise ImproperlyConfigured(
            "FILES_S3_ENDPOINT must be https://; http:// is for this machine's own address alone."
        )
    if parts.path.strip("/") or parts.query or parts.username:
        raise ImproperlyConfigured("FILES_S3_ENDPOINT must be a host, without a path or a name.")
    return endpoint.rstrip("/")
