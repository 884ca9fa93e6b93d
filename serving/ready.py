"""Ready answers given before Django's own work begins: no request object, no signals, no chain.

What this knows not to be a plain hit it hands on, and the page cache in Django looks again
(page_cache.py): it alone decides what is kept, and for how long. So an answer from here is never
another than the one from there; it costs a third.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.conf import settings

from serving.page_cache import PageCacheMiddleware, middleware_in_use

# Told of each answer given here, with its status; whoever counts adds itself.
hit_listeners: list[Callable[[int], None]] = []


class ReadyAnswers:
    """A WSGI application (PEP 3333) around the site's."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self._secure_by = settings.SECURE_PROXY_SSL_HEADER

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        cache = middleware_in_use()
        # Whatever asks for less than the whole answer is Django's.
        if (
            cache is None
            or environ["REQUEST_METHOD"] != "GET"
            or "HTTP_IF_NONE_MATCH" in environ
            or "HTTP_IF_MODIFIED_SINCE" in environ
        ):
            return self.application(environ, start_response)
        return self._ready(cache, environ, start_response) or self.application(
            environ, start_response
        )

    def _ready(
        self, cache: PageCacheMiddleware, environ: dict, start_response: Callable
    ) -> list[bytes] | None:
        entry = cache.ready_entry("GET", self._scheme(environ), environ)
        if entry is None or entry.status != HTTPStatus.OK:
            return None
        coding = entry.coding_for(environ)
        start_response("200 OK", entry.headers_in(coding))
        for told in hit_listeners:
            told(HTTPStatus.OK)
        return [entry.bodies[coding]]

    def _scheme(self, environ: dict) -> str:
        """As ``HttpRequest.scheme`` says it."""
        if self._secure_by is None:
            return environ["wsgi.url_scheme"]
        header, secure = self._secure_by
        value = environ.get(header)
        if value is None:
            return environ["wsgi.url_scheme"]
        return "https" if value.split(",", 1)[0].strip() == secure else "http"
