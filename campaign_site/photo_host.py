"""A host of their own for the photos that people send in.

Whatever a picture were to hold, a browser would run it in the name of that host, where there is
nothing to be had: no page, no form, no cookie (Django, "User-uploaded content"). ``PHOTO_BASE_URL``
names it, best below another domain than the site's; without it, the site's own host serves them.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import Resolver404, resolve

from campaign_site.headers import extend_csp

# The name of the addresses in campaign_site/urls.py below which the pictures lie.
_URL_NAME = "photo-file"
_FOLDER = "/photos/"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


def host_of(base_url: str) -> str:
    """Return the host and port of an address, as browsers name it in ``Host``."""
    return urlsplit(base_url).netloc


class PhotoHostMiddleware:
    """Answer on the photos' host for pictures alone, and on every other host not for them.

    Stands before everything that sets cookies, serves files or reads sessions. Pages of the site
    may show pictures from the photos' host.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.PHOTO_BASE_URL:
            return self.get_response(request)
        if request.get_host().lower() == host_of(settings.PHOTO_BASE_URL):
            return _picture(request)
        if request.path_info.startswith(_FOLDER):
            return _nothing()
        return extend_csp(self.get_response(request), img_src=[settings.PHOTO_BASE_URL])


def _picture(request: HttpRequest) -> HttpResponse:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return _nothing()
    if found.url_name != _URL_NAME:
        return _nothing()
    return found.func(request, *found.args, **found.kwargs)


def _nothing() -> HttpResponse:
    return HttpResponseNotFound("There is no such picture.\n", content_type="text/plain")


@register(Tags.security, deploy=True)
def check_photo_host(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Complain of an address of the photos that is no host of its own, or is not encrypted."""
    base_url = settings.PHOTO_BASE_URL
    if not base_url:
        return []
    if not _ORIGIN.fullmatch(base_url):
        hint = "Write https:// and a host in lower case, without a path or a final slash."
        return [Error("PHOTO_BASE_URL is no address of a host.", hint=hint, id="photo_host.E001")]
    if host_of(base_url) == host_of(settings.SITE_URL):
        hint = "Give the photos another host than SITE_URL, or none."
        return [Error("PHOTO_BASE_URL is the site's own host.", hint=hint, id="photo_host.E002")]
    if not base_url.startswith("https://"):
        hint = "Browsers do not show unencrypted pictures on an encrypted page."
        return [Warning("PHOTO_BASE_URL is not https.", hint=hint, id="photo_host.W001")]
    return []
