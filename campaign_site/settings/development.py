"""Settings of a development site: everything it keeps lies in .local/, and nothing leaves it."""

import os

import dj_database_url

from campaign_site import database_deadlines, postgres
from campaign_site.environment import env_list, env_text
from campaign_site.secret_keys import local_secrets
from campaign_site.settings.base import *  # noqa: F403
from campaign_site.settings.base import (
    ANSWERS_VISITORS,
    DATABASE_OPTIONS,
    LOCAL_DIR,
    STORAGES,
)

DEBUG = False
IS_DEVELOPMENT_SITE = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env_list("ALLOWED_HOSTS", "")]
SITE_URL = env_text("SITE_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")
# To try it: PHOTO_BASE_URL=http://127.0.0.1:8000 beside http://localhost:8000.
PHOTO_BASE_URL = env_text("PHOTO_BASE_URL", "")
WAGTAILADMIN_BASE_URL = SITE_URL

_secrets = local_secrets(LOCAL_DIR / "secrets.json")
SECRET_KEY = _secrets["SECRET_KEY"]
SUPPORTER_ENCRYPTION_KEYS = _secrets["SUPPORTER_ENCRYPTION_KEYS"].split(",")
SUPPORTER_LOOKUP_KEY = _secrets["SUPPORTER_LOOKUP_KEY"]

if "DATABASE_URL" in os.environ:
    DATABASES = {
        "default": dj_database_url.parse(
            env_text("DATABASE_URL"), engine=database_deadlines.ENGINE, conn_max_age=0
        )
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": database_deadlines.ENGINE,
            "NAME": "campaign",
            "USER": "site",
            "HOST": str(postgres.start(LOCAL_DIR / "postgres")),
            "PORT": "5432",
            "CONN_MAX_AGE": 0,
        }
    }
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    **DATABASE_OPTIONS,
    "pool": database_deadlines.pool_options(size=12, for_visitors=ANSWERS_VISITORS),
}

MAILERS = {
    "default": {
        "BACKEND": "campaign_site.mail_folder.EmailBackend",
        "OPTIONS": {"folder": str(LOCAL_DIR / "mails")},
    }
}

# Plain file names, found where they are written: a changed stylesheet shows at once.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
WHITENOISE_MAX_AGE = 0

# Whoever tries the forms here, by hand or by script, fills them in faster than the public may.
FORM_MINIMUM_SECONDS = 0
# Thanks leave at once.
THANKS_DELAY_SECONDS = 0
# A password is enough for whoever has no second factor, and exports ask nothing again.
STAFF_SECOND_FACTOR = "optional"
STAFF_EXPORT_ASKS_AGAIN = False
# Passkeys on http://localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
