"""Counts, times and notes every answer, with a random number for each request."""

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from campaign_site import logs
from watching import counters

logger = logging.getLogger("campaign.requests")

_NOT_NOTED = {"healthz", "healthz-live", "metrics", "(static)"}


class WatchingMiddleware:
    """The outermost of all: every answer is counted, and noted unless it was kept ready.

    A kept answer costs less than its line in the log would; the web server's log has it. The line
    tells route, method, status and duration: no address, no agent, no path. The request's number
    is in every line that is written meanwhile; an answer that nobody may keep carries it too
    (``X-Request-ID``), so that whoever met an error can name it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        number = secrets.token_hex(8)
        token = logs.request_id.set(number)
        try:
            response = self.get_response(request)
            outcome = getattr(response, "cache_outcome", "")
            if outcome == "hit":
                counters.count_hit(response.status_code)
                return response
            seconds = time.perf_counter() - begun
            route = route_of(request, response)
            counters.count(route, request.method, response.status_code, seconds, outcome)
            if settings.ACCESS_LOG and route not in _NOT_NOTED:
                _note(request, response, route, seconds)
        finally:
            logs.request_id.reset(token)
        if "no-store" in response.headers.get("Cache-Control", ""):
            response.headers["X-Request-ID"] = number
        return response


def route_of(request: HttpRequest, response: HttpResponse) -> str:
    """Return the name of what answered: a view's, or in brackets what stood before all views."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or match.route
    if getattr(response, "cache_outcome", "") == "stale":
        return "(cached)"
    if request.path_info.startswith(settings.STATIC_URL):
        return "(static)"
    return "(no view)"


def _note(request: HttpRequest, response: HttpResponse, route: str, seconds: float) -> None:
    logger.info(
        "answered",
        extra={
            "event": "request",
            "route": route,
            "method": request.method,
            "status": response.status_code,
            "duration_ms": seconds * 1000,
        },
    )
