"""Members of staff who ask for what they may not have stand in the server's log.

Wagtail refuses by leading to its first page with a message, which no log would show (OWASP ASVS
5.0, 16.3.2). Written is the number of the account, never a name.
"""

import logging

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

logger = logging.getLogger(__name__)


def is_refusal(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether ``response`` turns somebody away who is in: a 403, or the way to the first page."""
    if response.status_code != 302:
        return response.status_code == 403
    home = reverse("wagtailadmin_home")
    return response.headers.get("Location") == home and request.path != home


def note_refusal(request: HttpRequest, response: HttpResponse) -> None:
    if is_refusal(request, response):
        asked = (request.user.pk, request.method, request.path)
        logger.warning("account %s was refused %s %s", *asked)
