"""What the settings of the public site say, for tests that ask the site as the public would."""

import os
import runpy
from functools import cache
from unittest import mock

from tests.campaign_site.test_settings import COMPLETE

# What decides how the browser is told to behave; the rest stays that of the tests.
BROWSER = (
    "CSRF_COOKIE_HTTPONLY",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SAMESITE",
    "CSRF_COOKIE_SECURE",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_PRELOAD",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_SECURE",
)


@cache
def production_settings() -> dict[str, object]:
    """Every name of ``campaign_site/settings/production.py``, read with a whole environment."""
    with mock.patch.dict(os.environ, COMPLETE):
        return runpy.run_module("campaign_site.settings.production")


def browser_settings() -> dict[str, object]:
    known = production_settings()
    return {name: known[name] for name in BROWSER if name in known}
