"""Editorial pictures and documents; on a single machine a web server does this in production.

Only renditions are public: an original may be larger than anyone should fetch. Where the files are
in a bucket the site fetches them itself, and the cache in front keeps them for a day.
"""

import posixpath

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from campaign_site.caching import allow_public_caching
from campaign_site.storage.answers import inline, store_gone

_PUBLIC_FOLDERS = ("images/",)
_DAY_SECONDS = 24 * 3600


@require_safe
def serve(request: HttpRequest, path: str) -> HttpResponse:
    if not path.startswith(_PUBLIC_FOLDERS) or posixpath.normpath(path) != path:
        raise Http404
    try:
        file = default_storage.stream(path)
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError:
        return store_gone()
    response = inline(request, file, path)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return allow_public_caching(request, response, seconds=_DAY_SECONDS)
