"""Planned work: while a file is there, everybody is told that the site will be back."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from campaign_site import shared_switch
from campaign_site.errors import error_page

RETRY_SECONDS = 300
_STILL_ANSWERED = ("/healthz", "/metrics", "/static/")


class MaintenanceMiddleware:
    """Answer 503 with the page for planned work while ``settings.MAINTENANCE_FILE`` exists.

    Where several hosts share a Redis, a flag there counts for all of them. Nothing is taken in
    meanwhile and no database is needed. What monitors read and files go on. The switch is looked
    for at each request, so it needs no restart.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_STILL_ANSWERED) or not self._is_at_work():
            return self.get_response(request)
        response = error_page(request, "503", HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    def _is_at_work(self) -> bool:
        return settings.MAINTENANCE_FILE.exists() or shared_switch.maintenance.is_on()
