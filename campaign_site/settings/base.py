"""Settings that hold everywhere; each environment adds its own secrets, database and mailer."""

import os
from pathlib import Path

from django.utils.csp import CSP

from campaign_site import database_deadlines
from campaign_site.storage.configuration import folders

BASE_DIR = Path(__file__).resolve().parents[2]
LOCAL_DIR = Path(os.environ.get("LOCAL_DIR") or BASE_DIR / ".local").resolve()

DEBUG = False

INSTALLED_APPS = [
    "campaign_site",
    "newsroom",
    "solidarity",
    "events",
    "donations",
    "donations.statements",  # for its command alone
    "supporters",
    "watching",
    "serving",
    "staff",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "pages",  # after the redirects, one of whose signals it narrows (pages/redirects.py)
    "wagtail.contrib.settings",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "taggit",
    "modelcluster",
    "crispy_forms",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "watching.middleware.WatchingMiddleware",
    "serving.page_cache.PageCacheMiddleware",
    "campaign_site.headers.ResponseHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "campaign_site.photo_host.PhotoHostMiddleware",
    "campaign_site.compression.TextCompressionMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "campaign_site.headers.admin_policy",
    "campaign_site.caching.NeverCacheByDefaultMiddleware",
    "campaign_site.maintenance.MaintenanceMiddleware",
    "campaign_site.request_bodies.drop_files_of_large_requests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "staff.sessions.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pages.redirects.RedirectMiddleware",
]

ROOT_URLCONF = "campaign_site.urls"
WSGI_APPLICATION = "campaign_site.wsgi.application"
# Stands around the site and gives the answers that are ready, before Django begins.
ANSWERED_FIRST_BY = "serving.ready.ReadyAnswers"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Staff log in at one door, with a password and a second factor (django-allauth, staff/login/).
# "required": nobody gets in with a password alone. Development sites and tests say "optional".
STAFF_SECOND_FACTOR = "required"
STAFF_EXPORT_ASKS_AGAIN = True
AUTHENTICATION_BACKENDS = ["staff.login.accounts.StaffBackend"]
LOGIN_REDIRECT_URL = "/admin/"
# A link for a new password is good for a day.
PASSWORD_RESET_TIMEOUT = 24 * 3600
ACCOUNT_ADAPTER = "staff.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_ENABLED = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/admin/login/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Attempts, per network ("ip": see staff/adapters.py) and per account ("key").
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/10m/ip,5/5m/key",
    "reset_password": "20/h/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_ADAPTER = "staff.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Viva Salud"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_DIGITS = 10
# In each process's own memory, but never older than the last change of what it was read from;
# except what allauth counts: that lies in the database, shared by all, so that it fails closed.
CACHES = {
    "default": {"BACKEND": "serving.site_caches.SiteCache", "LOCATION": "site"},
    "renditions": {
        "BACKEND": "serving.site_caches.WatchedCache",
        "LOCATION": "renditions",
        "OPTIONS": {
            "TABLES": ["pages_editorialimage", "pages_editorialrendition"],
            "MAX_ENTRIES": 5_000,
        },
    },
}
# Public pages are kept as ready answers (serving/, docs/caching.md): in Redis, shared by all hosts,
# else in files of this machine.
PAGE_CACHE = True
REDIS_URL = ""
PAGE_CACHE_FOLDER = LOCAL_DIR / "cache" / "pages"
# Who keeps pages further out, and is told of changes by `manage.py purge_caches`: each Varnish as
# host:port, and the network that delivers the site (Wagtail's frontend cache).
VARNISH_ADDRESSES: list[str] = []
WAGTAILFRONTENDCACHE: dict[str, dict[str, str]] = {}

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "staff.login.password_rules.LongEnough",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "staff.login.password_rules.NotCommon"},
    {"NAME": "staff.login.password_rules.NotLikeItsOwner"},
    {"NAME": "staff.login.password_rules.NotOfKnownWords"},
    {"NAME": "staff.login.breached_passwords.NotBreached"},
]

# Languages: English is the source, French and Dutch are its translations.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands")]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Brussels"
# Hours are those of Belgium for the staff too: nobody chooses another zone.
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
USE_TZ = True

# Files. Photos of participants live in PHOTO_ROOT, which no URL serves directly.
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "campaign_site.stylesheet.StylesheetFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STATIC_ROOT = LOCAL_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_URL = "/media/"
MEDIA_ROOT = LOCAL_DIR / "media"
PHOTO_ROOT = LOCAL_DIR / "photos"
# Where the pictures of the wall are served from; empty for the site's own host.
PHOTO_BASE_URL = ""
# Copies of people's data, for three days; and who was erased, kept apart from all backups.
EXPORT_ROOT = LOCAL_DIR / "exports"
# What is handed over to an office, until some weeks after it was.
DOSSIER_ROOT = LOCAL_DIR / "dossiers"
ERASURE_LEDGER = LOCAL_DIR / "erasures.txt"
STORAGES = {
    **folders(LOCAL_DIR),
    "staticfiles": {"BACKEND": "campaign_site.static_files.StaticFilesStorage"},
}
# While this file is there, everybody is told that the site will be back.
MAINTENANCE_FILE = LOCAL_DIR / "maintenance"
# A photo may be 15 MiB; everything else in a form is small.
MAX_REQUEST_BYTES = 17 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_PERMISSIONS = 0o600

# Who answers visitors (campaign_site/wsgi.py) waits for the database for seconds, then asks to come
# back (503); tasks, commands and migrations take their time.
ANSWERS_VISITORS = os.environ.get("CAMPAIGN_PROCESS") == "web"
DATABASE_OPTIONS = database_deadlines.connection_options(for_visitors=ANSWERS_VISITORS)
# The door of the public forms (supporters/door.py). `soft`: posts of one network in ten minutes
# from which a form asks for a proof of work; `hard`: from which it answers 429; `everybody`: posts
# in a minute from anywhere from which everybody is asked; `daily_bytes`: of one network in a day.
FORM_LIMITS = {
    "photo": {"soft": 10, "hard": 60, "everybody": 20, "daily_bytes": 2 * 1024**3},
    "signup": {"soft": 30, "hard": 300, "everybody": 40},
    "pledge": {"soft": 30, "hard": 300, "everybody": 40},
    "my-solidarity": {"soft": 10, "hard": 60, "everybody": 60},
    "sign": {"soft": 20, "hard": 120, "everybody": 60},
    "withdrawal-code": {"soft": 5, "hard": 30, "everybody": 60},
    "photo-report": {"soft": 5, "hard": 30, "everybody": 30},
    "default": {"soft": 10, "hard": 60, "everybody": 60},
}
# Nobody fills in a form faster; without scripts, waiting this long replaces the proof of work.
FORM_MINIMUM_SECONDS = 3
FORM_WAIT_SECONDS = 15
# So long after a transfer was matched its thanks leave: a slip is undone before.
THANKS_DELAY_SECONDS = 600
# How many proxies of ours append the address they saw to X-Forwarded-For.
TRUSTED_PROXY_COUNT = 0

# Whom to tell of a hole in the site (/.well-known/security.txt); empty for nobody.
SECURITY_CONTACT = ""

# Headers. Public pages allow nothing but their own files: no inline code, no third party.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Staff sessions end after a working day and are never readable by scripts. They are not saved on
# every request: a member of staff who reads a public page must not make it carry a cookie.
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
# So long without activity, and a session of the staff is over.
STAFF_IDLE_SECONDS = 30 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "staff.login.returned.csrf_failure"

# Forms: the project's own template pack.
CRISPY_ALLOWED_TEMPLATE_PACKS = "campaign"
CRISPY_TEMPLATE_PACK = "campaign"
CRISPY_FAIL_SILENTLY = False

# Wagtail.
WAGTAILIMAGES_IMAGE_MODEL = "pages.EditorialImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "pages.image_forms.EditorialImageForm"
WAGTAIL_SITE_NAME = "Viva Salud"
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILEMBEDS_FINDERS = []
WAGTAILIMAGES_EXTENSIONS = ["avif", "heic", "jpeg", "jpg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 15 * 1024 * 1024
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 50_000_000
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# What staff may upload for everybody to download; nothing that a browser would run.
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "pptx", "xlsx", "odp", "ods", "odt"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "campaign_site.document_forms.DocumentForm"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "pages.search_backend"}}
# A page that is renamed or moved leaves a redirect behind, and so does every page below it.
WAGTAILREDIRECTS_AUTO_CREATE = True
# A translation begins as a draft, also of a page that is live: nobody has translated it yet.
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
# Both have their screen behind the second factor (staff/login/); an address is not changed alone.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_FRONTEND_LOGIN_URL = "/admin/login/"
LOGIN_URL = "/admin/login/"
TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}

# The queue. A worker that misses its heartbeat for half a minute is taken for dead.
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": 4,
    "stalled_worker_timeout": 30.0,
    "update_heartbeat_interval": 10.0,
    "delete_jobs": "successful",
}
PROCRASTINATE_IMPORT_PATHS = [
    "donations.gift_tasks",
    "donations.statement_tasks",
    "events.mailing_tasks",
    "events.totals_tasks",
    "events.waiting_tasks",
    "newsroom.checking.link_tasks",
    "newsroom.reporting.tasks",
    "newsroom.translating.tasks",
    "newsroom.updating.tasks",
    "serving.tasks",
    "solidarity.dossier_tasks",
    "staff.login.mails",
    "staff.login.tidying",
    "supporters.newsletter_tasks",
]
PROCRASTINATE_ON_APP_READY = "campaign_site.tasks.prepare_worker"

# Mail. Every message names this sender; the mailer itself belongs to the environment.
DEFAULT_FROM_EMAIL = "Viva Salud <noreply@example.org>"

# Watching (watching/). Whoever shows METRICS_TOKEN reads /metrics; without one nobody does.
METRICS_TOKEN = ""
# Where the processes of one machine keep their counters.
METRICS_FOLDER = Path(os.environ.get("METRICS_FOLDER") or LOCAL_DIR / "metrics").resolve()
# Who is told by mail when something is wrong with the site.
ALERT_MAIL_TO: list[str] = []
# The certificate that the web server shows; without a name, the site asks at SITE_URL.
CERTIFICATE_FILE = ""
# Whether this machine makes the backups; of several, one does.
BACKUPS_HERE = True
# Which version of the code runs here, as whoever released it calls it.
RELEASE = os.environ.get("RELEASE", "")
# One line for each answer; a development site's terminal would be full of them.
ACCESS_LOG = False

# Logs carry no personal data: see campaign_site/logs.py.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"impersonal": {"()": "campaign_site.logs.ImpersonalFilter"}},
    "formatters": {
        "impersonal": {"()": "campaign_site.logs.ImpersonalFormatter"},
        "json": {"()": "campaign_site.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "impersonal",
            "filters": ["impersonal"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": "INFO"},
        "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
        "django.tasks": {"level": "WARNING"},
        # It names each passkey that is used.
        "fido2": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        # It reports each page that is translated for the first time as an error.
        "wagtail_localize": {"level": "CRITICAL"},
        "PIL": {"level": "WARNING"},
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "campaign_site.logs.SilentExceptionReporterFilter"
