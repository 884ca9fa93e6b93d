"""Wagtail below a language, and a view that always answers the same bytes."""

import os
from pathlib import Path

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path
from wagtail import urls as wagtail_urls

_CONSTANT = Path(os.environ["CONSTANT_FILE"])
_BYTES = _CONSTANT.read_bytes() if _CONSTANT.exists() else b""


def constant(request):
    return HttpResponse(_BYTES)


urlpatterns = [
    path("constant/", constant),
    *i18n_patterns(path("", include(wagtail_urls))),
]
