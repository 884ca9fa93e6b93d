"""Error pages in the visitor's language; none of them needs the database.

The page for what is missing is drawn by ``pages.views.page_not_found``: it offers campaigns.
"""

import logging
import sys
from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_from_request, override

from campaign_site import fallback_pages, kept_forms, outages

logger = logging.getLogger(__name__)

# When to come back, in seconds: after a lock or a slow statement, and after an outage.
BUSY_RETRY_SECONDS = 5
RETRY_SECONDS = 30


def error_page(
    request: HttpRequest, name: str, status: int, context: Mapping[str, object] | None = None
) -> HttpResponse:
    """Render ``errors/<name>.html`` in the language of the path, else of the browser.

    Should that fail too, the page is one that was made beforehand.
    """
    try:
        with override(get_language_from_request(request, check_path=True)):
            return render(
                request,
                f"errors/{name}.html",
                {**(context or {}), "error_page": name},
                status=status,
            )
    except Exception as error:
        logger.exception("the page for %s failed itself: %s", name, type(error).__name__)
        return prepared_page(request, status)


def prepared_page(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with a page that needs no template, no style sheet and no database any more."""
    accepted = request.headers.get("Accept-Language", "")
    language = fallback_pages.language_of(request.path, accepted)
    return HttpResponse(
        fallback_pages.ready_page(status, language),
        status=status,
        headers=fallback_pages.headers(),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, "400", HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, "403", HTTPStatus.FORBIDDEN)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with a time to come back when something of ours is out, else 500.

    What a public form brought stays in the page, to be sent once more.
    """
    error = sys.exc_info()[1]
    outage = outages.outage_of(error)
    if outage is None:
        return error_page(request, "500", HTTPStatus.INTERNAL_SERVER_ERROR)
    outages.note(outage, error)
    return unavailable(request, outage)


def unavailable(request: HttpRequest, outage: outages.Outage) -> HttpResponse:
    kept = _kept_form(request)
    name, context = ("try_again", {"kept": kept}) if kept else ("503", {})
    response = error_page(request, name, HTTPStatus.SERVICE_UNAVAILABLE, context)
    is_busy = outage is outages.Outage.BUSY
    response.headers["Retry-After"] = str(BUSY_RETRY_SECONDS if is_busy else RETRY_SECONDS)
    return response


def _kept_form(request: HttpRequest) -> kept_forms.KeptForm | None:
    """Keep what was typed if it can be read at all: its body may be what broke off."""
    try:
        return kept_forms.keep(request)
    except Exception as error:  # noqa: BLE001 - the page without it is better than none
        logger.warning("a form could not be kept: %s", type(error).__name__)
        return None


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
