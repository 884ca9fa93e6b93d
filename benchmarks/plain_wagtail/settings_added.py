"""What the plain project needs to stand beside the site: PostgreSQL, languages, no debugging."""

import os

import dj_database_url
from plainsite.settings.base import *  # noqa: F403
from plainsite.settings.base import INSTALLED_APPS, MIDDLEWARE

DEBUG = False
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = ["content", "wagtail.locales", "django.contrib.postgres", *INSTALLED_APPS]
MIDDLEWARE = [*MIDDLEWARE]
MIDDLEWARE.insert(2, "django.middleware.locale.LocaleMiddleware")
DATABASES = {"default": dj_database_url.parse(os.environ["PLAIN_DATABASE_URL"])}
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("nl", "Nederlands"),
]
WAGTAIL_I18N_ENABLED = True
WAGTAILADMIN_BASE_URL = "http://127.0.0.1"
ROOT_URLCONF = "plainsite.urls_added"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {"version": 1, "disable_existing_loggers": True}
