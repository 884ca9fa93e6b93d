"""Refuse posts that another site made a visitor's browser send.

Public forms have no session behind them, so they carry no CSRF cookie: there is no ambient
authority to forge. What is refused is a post that the browser itself declares cross-site
(Fetch Metadata, W3C) or that names another origin (RFC 6454). Old browsers send neither header
and are let through.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from campaign_site.errors import cross_site_refused


def is_cross_site(request: HttpRequest) -> bool:
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    own = {settings.SITE_URL}
    if settings.IS_DEVELOPMENT_SITE:
        own.add(f"{request.scheme}://{request.get_host()}")
    # An origin is written in one way only (RFC 6454, 6.1), so nothing has to be taken apart.
    return origin not in own


def public_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate the view of a public form: no CSRF cookie, cross-site posts get a 403 page."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and is_cross_site(request):
            return cross_site_refused(request)
        return view(request, *args, **kwargs)

    # No cookie and no session stand behind these forms; the check above replaces the token.
    return csrf_exempt(wrapper)
