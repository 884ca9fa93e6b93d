"""``GET /metrics``, for whoever shows the token; to everybody else it does not exist."""

import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from watching import exposition


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with every figure. Raises Http404 without the token, or where none is set."""
    if not _has_token(request.headers.get("Authorization", "")):
        raise Http404
    return HttpResponse(exposition.as_text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _has_token(authorization: str) -> bool:
    """Whether the header holds the token (RFC 6750, section 2.1); as slow for every wrong one."""
    scheme, _, shown = authorization.partition(" ")
    known = settings.METRICS_TOKEN
    is_it = secrets.compare_digest(shown.encode(), known.encode())
    return bool(known) and scheme.lower() == "bearer" and is_it
