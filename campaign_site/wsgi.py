"""The WSGI entry point: `gunicorn campaign_site.wsgi`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from campaign_site.fallback_wsgi import LastResort

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign_site.settings.production")
# Visitors do not wait for the database as long as a task does (settings/base.py).
os.environ.setdefault("CAMPAIGN_PROCESS", "web")

site = get_wsgi_application()
application = LastResort(import_string(settings.ANSWERED_FIRST_BY)(site))
