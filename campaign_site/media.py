"""Editorial pictures and documents on a single machine; a web server does this in production.

Only renditions are public: an original may be larger than anyone should fetch.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django.views.static import serve as serve_file

from campaign_site.caching import allow_public_caching

_PUBLIC_FOLDERS = ("images/",)
_DAY_SECONDS = 24 * 3600


@require_safe
def serve(request: HttpRequest, path: str) -> HttpResponse:
    if not path.startswith(_PUBLIC_FOLDERS):
        raise Http404
    response = serve_file(request, path, document_root=settings.MEDIA_ROOT)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return allow_public_caching(request, response, seconds=_DAY_SECONDS)
