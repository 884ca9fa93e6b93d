"""How large a request is, and what of a large one is never written to the disk.

Django keeps an uploaded file under a name in the folder for temporary files, whatever its size and
whatever form it was sent to, the log-in included: one stranger could fill the disk.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse


def body_size(request: HttpRequest) -> int:
    """Return the length of the body in bytes that the request announces; 0 without one."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


class DroppingUploadHandler(FileUploadHandler):
    """Read past each file and keep nothing of it."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> None:
        return None


def drop_files_of_large_requests(get_response: Callable[[HttpRequest], HttpResponse]):
    """Drop the files of a request larger than MAX_REQUEST_BYTES; what was typed is still read.

    A view that has something better to say about large files sets its own upload handlers.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if body_size(request) > settings.MAX_REQUEST_BYTES:
            request.upload_handlers = [DroppingUploadHandler(request)]
        return get_response(request)

    return middleware
