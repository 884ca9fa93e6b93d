"""Settings of the tests: a throw-away PostgreSQL without disk syncs, mails kept in memory."""

import os

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

if "TEST_DATABASE_URL" in os.environ:
    DATABASES = {"default": dj_database_url.parse(env_text("TEST_DATABASE_URL"))}
else:
    _fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "campaign",
            "USER": "site",
            "PORT": "5432",
            "HOST": str(
                postgres.start(
                    LOCAL_DIR / "postgres-test", options={**_fast, "max_connections": "300"}
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

# The tests about the door set limits of their own; no other test is to meet it.
FORM_LIMITS = {"default": {"soft": 10**6, "hard": 10**6, "everybody": 10**6}}
FORM_MINIMUM_SECONDS = 0
# Thanks leave at once.
THANKS_DELAY_SECONDS = 0
