"""Hand out a stored file over HTTP, a piece at a time, wherever it is kept."""

import mimetypes
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

from campaign_site.storage.streams import StoredStream

RETRY_SECONDS = 10


def attachment(file: StoredStream, name: str, content_type: str) -> StreamingHttpResponse:
    """Answer with a file to be saved as ``name``; it is closed at its end.

    Should the store break off, fewer bytes arrive than were announced, which browsers report.
    """
    response = _stream(file, content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


def inline(request: HttpRequest, file: StoredStream, name: str) -> HttpResponse:
    """Answer with a file to be shown, or with 304 when the browser has it (RFC 9110, 13).

    Its type is told from its name.
    """
    modified = int(file.modified_at.timestamp())
    held = get_conditional_response(request, etag=file.etag, last_modified=modified)
    if held is not None:
        file.close()
        return held
    response = _stream(file, mimetypes.guess_type(name)[0] or "application/octet-stream")
    response.headers["Last-Modified"] = http_date(modified)
    if file.etag:
        response.headers["ETag"] = file.etag
    return response


def store_gone() -> HttpResponse:
    """Answer for a picture whose store does not: pages show its description meanwhile."""
    return HttpResponse(
        "Not now.\n",
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        content_type="text/plain",
        headers={"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"},
    )


def _stream(file: StoredStream, content_type: str) -> StreamingHttpResponse:
    length = {"Content-Length": str(file.size_bytes)}
    return StreamingHttpResponse(file, content_type=content_type, headers=length)
