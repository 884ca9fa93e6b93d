"""A form that cannot be taken as it was sent comes back whole, instead of being lost.

Either its session had ended: log in in another tab, then send it once more. The script of the
admin's pages prevents this (static/js/staff/session.js), where it runs. Or it was opened by another
member than the one who is logged in now: nothing is done in anybody's name who does not know it.
"""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override

from campaign_site import errors
from campaign_site.same_origin import is_cross_site
from staff import sessions
from staff.login.door import language_for

# A list in the admin is no text; this many fields are more than any form of ours has.
_MOST_FIELDS = 5000


def is_returnable(request: HttpRequest) -> bool:
    """Whether ``request`` is the form of a page of ours, as its browser says."""
    return (
        request.method == "POST"
        and "Origin" in request.headers
        and not is_cross_site(request)
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        and request.headers.get("X-Requested-With") != "XMLHttpRequest"
        and request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without the key of its sender (CSRF_FAILURE_VIEW); in the admin it comes back.

    What is typed at the door, passwords and codes, never does.
    """
    is_inside = sessions.is_inside(request.path) and sessions.is_admitted(request)
    if is_inside and is_returnable(request):
        return give_back(request, is_of_another=True)
    return errors.csrf_failure(request, reason)


def give_back(request: HttpRequest, *, is_of_another: bool = False) -> HttpResponse:
    """Show why nothing was saved, with everything that was sent but its files (401 or 403)."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    language = language_for(request)
    context = {
        "fields": fields[:_MOST_FIELDS],
        "files": [file.name for file in request.FILES.values()],
        "is_of_another": is_of_another,
    }
    with override(language):
        request.LANGUAGE_CODE = language
        status = HTTPStatus.FORBIDDEN if is_of_another else HTTPStatus.UNAUTHORIZED
        response = render(request, "staff/login/returned.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response
