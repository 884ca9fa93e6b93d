"""The last resort around the whole site: whatever it raises, the visitor gets a page.

Django answers an exception in a view with the site's error page. What fails outside of that, in a
middleware, in the error page itself or before Django has begun, would leave the visitor with the
web server's bare words.
"""

import logging
import sys
from collections.abc import Callable, Iterable

from campaign_site import fallback_pages

logger = logging.getLogger(__name__)

# When not even the prepared page can be had.
_BARE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Viva Salud</title>"
    "<h1>Viva Salud</h1><p>Something broke on our side. Please try again in a few minutes."
    "<p lang=fr>Quelque chose s’est cassé chez nous. Réessayez dans quelques minutes."
    "<p lang=nl>Er is bij ons iets stukgegaan. Probeer het over enkele minuten opnieuw."
).encode()


class LastResort:
    """A WSGI application around another one, which it answers for when that raises.

    An answer that has begun cannot be taken back: what fails while its body is sent is left to the
    server, which breaks the connection off, so that nobody takes half of a page for the whole.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application
        self._prepare()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        try:
            return self.application(environ, start_response)
        except Exception as error:
            # Its kind and its frames alone: the text of an exception may name people.
            logger.exception("the last resort answered: %s", type(error).__name__)
            return _answer(environ, start_response, sys.exc_info())

    def _prepare(self) -> None:
        """Make the pages while all is well: a disk or a template may be what fails later."""
        for language in ("en", "fr", "nl", fallback_pages.ALL_LANGUAGES):
            for status in (500, 503):
                fallback_pages.ready_page(status, language)


def _answer(environ: dict, start_response: Callable, failure: tuple) -> list[bytes]:
    """Start and return the page. ``failure`` lets a server drop the headers it has not sent yet."""
    try:
        path, accepted = environ.get("PATH_INFO", ""), environ.get("HTTP_ACCEPT_LANGUAGE", "")
        body = fallback_pages.ready_page(500, fallback_pages.language_of(path, accepted))
        headers = fallback_pages.headers()
    except Exception as error:  # noqa: BLE001 - there is nobody left to hand it to
        logger.error("the last resort has no page: %s", type(error).__name__)
        body, headers = _BARE, {"Content-Security-Policy": "default-src 'none'"}
    start_response(
        "500 Internal Server Error",
        [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            *headers.items(),
        ],
        failure,
    )
    return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]
