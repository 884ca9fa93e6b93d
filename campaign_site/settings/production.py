"""Settings of the public site: every secret from the environment, nothing assumed."""

import re
from email.utils import parseaddr

import dj_database_url
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from campaign_site import database_deadlines
from campaign_site.caching import frontend_caches
from campaign_site.environment import env_bool, env_int, env_list, env_text
from campaign_site.settings.base import *  # noqa: F403
from campaign_site.settings.base import ANSWERS_VISITORS, DATABASE_OPTIONS, LOGGING, STORAGES
from campaign_site.storage.configuration import bucket_from_environment, in_bucket

DEBUG = False
IS_DEVELOPMENT_SITE = False
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
SITE_URL = env_text("SITE_URL")
if not re.fullmatch(r"https://[a-z0-9.-]+(:(?!443$)\d+)?", SITE_URL):
    # Browsers name the origin of a post exactly so; anything else would refuse every form.
    raise ImproperlyConfigured(
        "SITE_URL must be https:// and a host in lower case, without a path, a final slash or :443."
    )
# Pictures of the wall from a host of their own: encrypted, and not the site's.
PHOTO_BASE_URL = env_text("PHOTO_BASE_URL", "")
if PHOTO_BASE_URL:
    if not re.fullmatch(r"https://[a-z0-9.-]+(:(?!443$)\d+)?", PHOTO_BASE_URL):
        raise ImproperlyConfigured(
            "PHOTO_BASE_URL must be https:// and a host in lower case, without a path or a slash."
        )
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, PHOTO_BASE_URL.removeprefix("https://").partition(":")[0]]
WAGTAILADMIN_BASE_URL = SITE_URL
CSRF_TRUSTED_ORIGINS = [SITE_URL]

SECRET_KEY = env_text("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must hold at least 50 characters.")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", "")
SUPPORTER_ENCRYPTION_KEYS = env_list("SUPPORTER_ENCRYPTION_KEYS")
for _key in SUPPORTER_ENCRYPTION_KEYS:
    try:
        Fernet(_key)
    except ValueError as error:
        raise ImproperlyConfigured(
            "SUPPORTER_ENCRYPTION_KEYS must hold Fernet keys (32 url-safe base64-encoded bytes)."
        ) from error
SUPPORTER_LOOKUP_KEY = env_text("SUPPORTER_LOOKUP_KEY")
if len(SUPPORTER_LOOKUP_KEY) < 32:
    raise ImproperlyConfigured("SUPPORTER_LOOKUP_KEY must hold at least 32 characters.")

DATABASES = {
    "default": dj_database_url.parse(
        env_text("DATABASE_URL"), engine=database_deadlines.ENGINE, conn_max_age=0
    )
}
# A connection that died with the server is noticed and replaced before a visitor meets it.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    **DATABASE_OPTIONS,
    "pool": database_deadlines.pool_options(
        size=env_int("DATABASE_POOL_SIZE", default=12, minimum=1, maximum=200),
        for_visitors=ANSWERS_VISITORS,
    ),
}

# Pages are shared by all hosts in Redis, and kept in front of the site by Varnish, a network that
# delivers it, or both (docs/caching.md).
REDIS_URL = env_text("REDIS_URL", "")
VARNISH_ADDRESSES = env_list("VARNISH_ADDRESSES", "")
WAGTAILFRONTENDCACHE = frontend_caches()

MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": env_text("MAIL_HOST"),
            "port": env_int("MAIL_PORT", default=587, minimum=1, maximum=65535),
            "username": env_text("MAIL_USERNAME", ""),
            "password": env_text("MAIL_PASSWORD", ""),
            "use_tls": env_bool("MAIL_USE_TLS", default=True),
            "timeout": 20,
        },
    }
}
DEFAULT_FROM_EMAIL = env_text("MAIL_FROM")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured("MAIL_FROM must hold an email address, with or without a name.")

SECURITY_CONTACT = env_text("SECURITY_CONTACT", "")

# TLS ends at the web server in front, which sets this header itself and drops a client's.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz(/live)?$", r"^metrics$"]
# It also appends the address it saw to X-Forwarded-For; 0 makes everybody behind it one network.
TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", default=0, maximum=10)
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"

# Files: in folders of this machine, or in one private bucket that several machines share.
if _bucket := bucket_from_environment():
    STORAGES = {**STORAGES, **in_bucket(_bucket)}

# Watching: figures for whoever shows the token, alerts by mail, and a log for programs to read.
METRICS_TOKEN = env_text("METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured("METRICS_TOKEN must hold at least 32 characters.")
ALERT_MAIL_TO = env_list("ALERT_MAIL_TO", "")
if not all("@" in parseaddr(address)[1] for address in ALERT_MAIL_TO):
    raise ImproperlyConfigured("ALERT_MAIL_TO must hold email addresses, with commas between.")
CERTIFICATE_FILE = env_text("CERTIFICATE_FILE", "")
BACKUPS_HERE = env_bool("BACKUPS_HERE", default=True)
ACCESS_LOG = env_bool("ACCESS_LOG", default=True)
LOGGING = {
    **LOGGING,
    "handlers": {"console": {**LOGGING["handlers"]["console"], "formatter": "json"}},
    # Which addresses were not found is in the line of each answer, by route.
    "loggers": {**LOGGING["loggers"], "django.request": {"level": "ERROR"}},
}
