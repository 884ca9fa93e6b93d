"""The site's addresses, and some that fail, each in its own way."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path

from campaign_site import urls
from campaign_site.errors import form_key_reused

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500

FAILURES = {"400": SuspiciousOperation, "403": PermissionDenied, "500": RuntimeError}


def fail(request: HttpRequest, language: str, kind: str) -> HttpResponse:
    if kind == "already-sent":
        return form_key_reused(request)
    raise FAILURES[kind]("It was to fail.")


urlpatterns = [path("<str:language>/failing/<str:kind>/", fail), *urls.urlpatterns]
