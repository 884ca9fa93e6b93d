"""Error pages in the visitor's language; none of them needs the database.

The page for what is missing is drawn by ``pages.views.page_not_found``: it offers campaigns.
"""

import sys
from collections.abc import Mapping
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_request, override


def error_page(
    request: HttpRequest, name: str, status: int, context: Mapping[str, object] | None = None
) -> HttpResponse:
    """Render ``errors/<name>.html`` in the language of the path, else of the browser."""
    with override(get_language_from_request(request, check_path=True)):
        return render(
            request, f"errors/{name}.html", {**(context or {}), "error_page": name}, status=status
        )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, "400", HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, "403", HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with a time to come back when the database does not answer, else 500."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = error_page(request, "503", HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = "30"
        return response
    return error_page(request, "500", HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(request, "403", HTTPStatus.FORBIDDEN)


def cross_site_refused(request: HttpRequest) -> HttpResponse:
    """Tell that the form was sent from another site, and that nothing was recorded."""
    return error_page(request, "cross_site", HTTPStatus.FORBIDDEN)


def form_key_reused(request: HttpRequest) -> HttpResponse:
    """Tell that this form was already sent with other content; the first sending stands."""
    return error_page(request, "already_sent", HTTPStatus.CONFLICT)


def link_unusable(request: HttpRequest) -> HttpResponse:
    """The one page for links that are unknown, damaged, used, expired or taken back."""
    return error_page(request, "link", HTTPStatus.NOT_FOUND)
