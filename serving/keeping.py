"""Which answers may be kept, and shown to everybody."""

import re

from django.http import HttpRequest, HttpResponse

from serving import lifetimes
from serving.recording import Recording

# Outside the languages, and the same in all of them.
_ONE_LANGUAGE = re.compile(
    r"/(robots\.txt$|sitemap\.xml$|share-cards/|embed/[^?]+\?(.*&)?lang=(en|fr|nl)(&|$))"
)
_KEPT_STATUS = {200, 301, 302}


def may_be_kept(
    request: HttpRequest, response: HttpResponse, record: Recording, key: tuple
) -> bool:
    """Whether everybody may be shown this answer: declared so, complete, and the same for all."""
    host, path, query = key[1:]
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",")} - {""}
    allowed = {"accept-encoding"}
    if _ONE_LANGUAGE.match(f"{path}?{query}" if query else path):
        allowed.add("accept-language")
    return (
        response.status_code in _KEPT_STATUS
        and not response.streaming
        and lifetimes.declared(response) > 0
        and varies <= allowed
        and not response.cookies
        and "Content-Encoding" not in response
        and not getattr(request, "is_preview", False)
        and not getattr(request, "is_dummy", False)
        and record.is_complete
    )
