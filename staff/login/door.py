"""What every page of the door shares: its language, who may see it, what browsers may do there."""

from collections.abc import Callable
from functools import wraps

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from campaign_site.headers import allow_features
from staff import fresh, sessions
from staff.login.factors import has_factor
from staff.login.mails import language_of

_LANGUAGE = "staff_door_language"

View = Callable[..., HttpResponse]


def door_page(view: View) -> View:
    """Decorate a page of the door: in the visitor's language, kept nowhere, passkeys allowed.

    ``?lang=fr`` chooses a language for this browser session; a member's own choice goes before.
    """

    @never_cache
    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        language = language_for(request)
        with override(language):
            request.LANGUAGE_CODE = language
            response = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        response.headers["Cache-Control"] = "no-store"
        return allow_features(response, "publickey-credentials-get")

    return wrapper


def language_for(request: HttpRequest) -> str:
    """Return the language of the door for this visitor."""
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("lang", "")
    if asked in known:
        request.session[_LANGUAGE] = asked
        return asked
    if request.user.is_authenticated:
        return language_of(request.user)
    kept = request.session.get(_LANGUAGE)
    return kept if kept in known else request.LANGUAGE_CODE


def next_path(request: HttpRequest) -> str:
    """Return where to go on to afterwards: an address of ours, else the admin's home."""
    return get_next_redirect_url(request) or reverse("wagtailadmin_home")


def with_next(request: HttpRequest, name: str) -> str:
    """Return the address of the view ``name``, which goes on to the same place afterwards."""
    wanted = get_next_redirect_url(request)
    return f"{reverse(name)}?{urlencode({'next': wanted})}" if wanted else reverse(name)


def for_members(view: View) -> View:
    """Decorate a page for those who are wholly in; others are led to what is missing."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not sessions.is_admitted(request):
            back = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('account_login')}?{back}")
        return view(request, *args, **kwargs)

    return wrapper


def freshly(view: View) -> View:
    """Decorate a page that changes how an account is guarded: it asks again first."""

    @for_members
    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not fresh.is_fresh(request):
            return fresh.ask(request, back_to=reverse("staff_security"))
        return view(request, *args, **kwargs)

    return wrapper


def may_go_on(request: HttpRequest) -> bool:
    """Whether a session at the door may set up a factor, or put away the codes of one."""
    if request.session.get(sessions.CODES_PENDING):
        return True
    return not has_factor(request.user) and fresh.is_fresh_for_enrolment(request)


def may_enrol(view: View) -> View:
    """Decorate a page that adds a factor.

    The first one follows the password at once; another one needs the first, given lately.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("account_login")
        if request.session.get(sessions.CODES_PENDING):
            return redirect("staff_codes")
        if sessions.is_admitted(request):
            if not fresh.is_fresh_for_enrolment(request):
                return fresh.ask(request, back_to=reverse("staff_security"))
        elif not may_go_on(request):
            return redirect("account_login")
        return view(request, *args, **kwargs)

    return wrapper
