"""Ask again who it is, before personal data of others leaves the house.

A session may be open on a desk that somebody left. So a view that hands out people's data goes on
only when the second factor (where none is needed, the password) was given in the last quarter of
an hour.
"""

import time
from collections.abc import Callable
from functools import wraps

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from staff.login.factors import has_factor, needs_factor

FRESH_SECONDS = 15 * 60


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session proved who it is in the last quarter of an hour.

    By the second factor; by the password only for whoever has no second factor and needs none.
    """
    return _proved_lately(request, by_password=not needs_factor(request.user))


def is_fresh_for_enrolment(request: HttpRequest) -> bool:
    """The same for somebody who is about to add a factor: the first one follows the password."""
    return _proved_lately(request, by_password=not has_factor(request.user))


def _proved_lately(request: HttpRequest, *, by_password: bool) -> bool:
    methods = {"mfa", "password"} if by_password else {"mfa"}
    since = time.time() - FRESH_SECONDS
    return any(
        record.get("method") in methods and record.get("at", 0) > since
        for record in get_authentication_records(request, request.user)
    )


def ask_again(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that hands out personal data.

    GET and POST go on when the session ``is_fresh``; otherwise to the screen that asks again, which
    comes back (with GET) to the page that the request came from. Anonymous requests are left to the
    view's own check. Development sites and tests do not ask (STAFF_EXPORT_ASKS_AGAIN).
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.STAFF_EXPORT_ASKS_AGAIN or request.user.is_anonymous or is_fresh(request):
            return view(request, *args, **kwargs)
        return ask(request, back_to=_page_before(request))

    wrapper.asks_again = True
    return wrapper


def ask(request: HttpRequest, *, back_to: str) -> HttpResponseRedirect:
    """Lead to the screen that asks again; from there to ``back_to``, a path of this site."""
    return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back_to})}")


def _page_before(request: HttpRequest) -> str:
    """Return the address of the page of ours that the request came from, else the admin's home."""
    home = reverse("wagtailadmin_home")
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        before, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return home
    path = "/" + before.partition("://")[2].partition("/")[2]
    return path if path.startswith(home) else home
