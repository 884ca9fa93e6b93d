"""Compress what is text on its way out, static files of a development site included.

In production WhiteNoise serves files that were compressed beforehand; those pass untouched, as do
pictures and fonts, which are compressed already.
"""

from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

_TEXT = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")


class TextCompressionMiddleware(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if not response.get("Content-Type", "").startswith(_TEXT):
            return response
        return super().process_response(request, response)
