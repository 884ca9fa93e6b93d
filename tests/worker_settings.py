"""Settings of a real worker process that a test starts: its database and mail server are named
in the environment, and it is taken for dead after three seconds instead of thirty."""

import os

from campaign_site.settings.test import *  # noqa: F403
from campaign_site.settings.test import DATABASES, PROCRASTINATE_WORKER_DEFAULTS, STORAGES

DATABASES["default"]["NAME"] = os.environ["WORKER_DATABASE"]
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": "127.0.0.1",
            "port": int(os.environ["WORKER_MAIL_PORT"]),
            "timeout": 60,
        },
    }
}
PROCRASTINATE_WORKER_DEFAULTS = {
    **PROCRASTINATE_WORKER_DEFAULTS,
    "stalled_worker_timeout": 3.0,
    "update_heartbeat_interval": 1.0,
}
for _name in ("photos", "dossiers"):
    if folder := os.environ.get(f"WORKER_{_name.upper()}"):
        _store = STORAGES[_name]
        _store = {**_store, "OPTIONS": {**_store["OPTIONS"], "location": folder}}
        STORAGES = {**STORAGES, _name: _store}
        if _name == "photos":
            PHOTO_ROOT = folder
