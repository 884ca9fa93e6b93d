"""``/.well-known/security.txt``: whom to tell of a weak spot (RFC 9116).

``SECURITY_CONTACT`` is an address of mail or of a page; without one there is no such file. The
file has to expire (RFC 9116, 2.5.5), so that a copy of an old one is noticed: it is good for half
a year from the day on which it is asked for.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from campaign_site.caching import publicly_cached

PATH = "/.well-known/security.txt"
_GOOD_DAYS = 180
_CACHE_SECONDS = 3600


@require_safe
@publicly_cached(seconds=_CACHE_SECONDS)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say whom to write to, in which languages, and until when that is true."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    if "@" in contact and ":" not in contact:
        contact = f"mailto:{contact}"
    midnight = datetime.now(tz=UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {midnight + timedelta(days=_GOOD_DAYS):%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{PATH}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
