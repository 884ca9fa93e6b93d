"""Settings of the tests: a throw-away PostgreSQL without disk syncs, mails kept in memory."""

import hashlib
import os
import shutil
from pathlib import Path

import dj_database_url

from campaign_site import postgres
from campaign_site.environment import env_text
from campaign_site.secret_keys import local_secrets
from campaign_site.settings.base import *  # noqa: F403
from campaign_site.settings.base import DATABASE_OPTIONS, LOCAL_DIR, STORAGES

IS_DEVELOPMENT_SITE = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
SITE_URL = "http://testserver"
PHOTO_BASE_URL = ""
WAGTAILADMIN_BASE_URL = SITE_URL

_secrets = local_secrets(LOCAL_DIR / "test-secrets.json")
SECRET_KEY = _secrets["SECRET_KEY"]
SUPPORTER_ENCRYPTION_KEYS = _secrets["SUPPORTER_ENCRYPTION_KEYS"].split(",")
SUPPORTER_LOOKUP_KEY = _secrets["SUPPORTER_LOOKUP_KEY"]


def _server_folder() -> Path:
    """Where the tests' PostgreSQL lives: in memory where there is room, by a link in LOCAL_DIR.

    Each test that commits gets a database of its own, some 1,300 files, and on a disk these take
    longer and longer. ``make reset`` removes what is in memory; a restart does too.
    """
    link, memory = LOCAL_DIR / "postgres-test", Path("/dev/shm")  # noqa: S108  # checked below
    if link.exists() or not memory.is_dir() or shutil.disk_usage(memory).free < 2 * 1024**3:
        return link
    name = hashlib.sha256(os.fsencode(link.absolute())).hexdigest()[:16]
    folder = memory / f"campaign-tests-{name}"
    folder.mkdir(mode=0o711, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        (folder / "data").mkdir(exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(folder / "data")
    return link


if "TEST_DATABASE_URL" in os.environ:
    DATABASES = {"default": dj_database_url.parse(env_text("TEST_DATABASE_URL"))}
else:
    _fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    _small = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "128MB"}
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "campaign",
            "USER": "site",
            "PORT": "5432",
            "HOST": str(
                postgres.start(
                    _server_folder(), options={**_fast, **_small, "max_connections": "300"}
                )
            ),
        }
    }

DATABASES["default"]["OPTIONS"] = DATABASE_OPTIONS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

# Most tests are about how pages are made; those about how they are kept turn this on.
PAGE_CACHE = False
CACHES = {"default": {"BACKEND": "staff.login.shared_cache.DoorCache", "LOCATION": "site"}}

# The tests about the door set limits of their own; no other test is to meet it.
FORM_LIMITS = {"default": {"soft": 10**6, "hard": 10**6, "everybody": 10**6}}
FORM_MINIMUM_SECONDS = 0
# Thanks leave at once.
THANKS_DELAY_SECONDS = 0
# A password is enough for whoever has no second factor, and exports ask nothing again.
STAFF_SECOND_FACTOR = "optional"
STAFF_EXPORT_ASKS_AGAIN = False
# Passkeys on http://localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
