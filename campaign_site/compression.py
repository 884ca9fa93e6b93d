"""Compress what is text on its way out, static files of a development site included.

In production WhiteNoise serves files that were compressed beforehand; those pass untouched, as do
pictures and fonts, which are compressed already. Pages that everybody sees alike are compressed
once, where they are kept (serving/entries.py). What is left here may hold a secret: a form's key,
a person's own link. Django's gzip adds a random length to it, so that nobody learns the secret
from how well it compresses (BREACH; Django, "GZipMiddleware"); brotli would not.
"""

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

_TEXT = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")


class TextCompressionMiddleware(GZipMiddleware):
    """``request.is_compressed_outside``: whoever set it takes care of the compression."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "is_compressed_outside", False):
            return response
        return compress(request, response)


def compress(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Compress the answer if it is text and the browser takes gzip."""
    if not response.get("Content-Type", "").startswith(_TEXT):
        return response
    return _gzip.process_response(request, response)


_gzip = GZipMiddleware(lambda request: HttpResponse())
