"""Draw a screen of a photo call, in the frame of the site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from solidarity.models import PhotoCall


def call_screen(
    request: HttpRequest, name: str, call: PhotoCall, *, status: int = 200, **context: object
) -> HttpResponse:
    """Render ``solidarity/<name>.html``; it may lead to the call's live page in this language.

    Search engines are asked to leave it out, unless ``robots`` says otherwise.
    """
    page = call.pages.live().filter(locale__language_code=get_language()).first()
    values = {
        "call": call,
        "call_page": page,
        "page_url": page.url if page else "",
        "robots": "noindex",
        **context,
    }
    return render(request, f"solidarity/{name}.html", values, status=status)
