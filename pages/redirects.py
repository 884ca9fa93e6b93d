"""Old addresses: of pages that were renamed or moved, and those that staff enter in the admin.

Wagtail writes a row of its own for every page that gets another address (and for each page below
it) and looks rows up when nothing else answered. This middleware does the looking up, and more
carefully: it leads to nothing that is not live, never in a circle, and a database that does not
answer makes no page that is missing anyhow an error.
"""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.utils.http import url_has_allowed_host_and_scheme
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.redirects.signal_handlers import autocreate_redirects_on_slug_change
from wagtail.signals import page_slug_changed

from campaign_site.caching import allow_public_caching

_LONGEST_CHAIN = 5


class RedirectMiddleware:
    """Send readers of a missing address to where its page went, by the table of redirects."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.NOT_FOUND or request.method not in {"GET", "HEAD"}:
            return response
        try:
            return redirection(request) or response
        except (InterfaceError, OperationalError):
            return response


def redirection(request: HttpRequest) -> HttpResponse | None:
    """Return the redirect that the table has for the address asked for, if any."""
    row = _row(request, request.get_full_path())
    target = _target(request, row) if row else ""
    if not target:
        return None
    kind = HttpResponsePermanentRedirect if row.is_permanent else HttpResponseRedirect
    return allow_public_caching(request, kind(target))


def _row(request: HttpRequest, address: str) -> Redirect | None:
    """Return the row for a path with its query, else for the path alone."""
    path = Redirect.normalise_path(address, decode_unicode=False)
    bare = urlsplit(path).path
    return get_redirect(request, path) or (get_redirect(request, bare) if bare != path else None)


def _link(row: Redirect) -> str:
    """Where a row leads; nowhere when its page is not live."""
    if row.redirect_page and not row.redirect_page.live:
        return ""
    return row.link or ""


def _target(request: HttpRequest, row: Redirect) -> str:
    """Return where ``row`` leads, or "" when that comes back to the address that is missing.

    A live page answers for itself; addresses that staff entered may be old ones in their turn.
    """
    target = _link(row)
    asked = Redirect.normalise_path(request.path)
    seen = {asked}
    for _ in range(_LONGEST_CHAIN):
        link = _link(row)
        if not link or not url_has_allowed_host_and_scheme(link, {request.get_host()}):
            return target
        path = Redirect.normalise_path(link)
        if row.redirect_page:
            return "" if path == asked else target
        if path in seen:
            return ""
        seen.add(path)
        following = _row(request, urlsplit(link)._replace(scheme="", netloc="").geturl())
        if following is None:
            return target
        row = following
    return ""


def remember_only_published_names() -> None:
    """Let a new name leave a redirect behind only where the old one has been public.

    A translation begins as a draft under its source's name: without this, every translated page
    would add a row to the list that editors keep in order.
    """
    page_slug_changed.disconnect(autocreate_redirects_on_slug_change)
    page_slug_changed.connect(_on_slug_change, dispatch_uid="pages.redirects")


def _on_slug_change(instance_before, **kwargs) -> None:
    if instance_before.first_published_at is not None:
        autocreate_redirects_on_slug_change(instance_before=instance_before, **kwargs)
