"""Who a session of the staff is: nobody, until it has given a second factor, and not for ever.

Everything that asks ``request.user`` (the admin, previews, documents, private pages, the API) gets
the answer of this middleware, so that no single view has to think of it.
"""

import time
from collections.abc import Callable

from allauth.account.authentication import get_authentication_records
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from staff.login.factors import needs_factor
from staff.models import StaffMember
from staff.refusals import note_refusal

ADMIN = "/admin/"
# Only here is a session that has given its password somebody: to give or to set up a factor.
DOOR = "/admin/login/"
# Pages below ADMIN that are for those who are not in yet.
_OPEN = (DOOR, "/admin/logout/", "/admin/password_reset/", "/admin/invitation/")
# Asking how long a session lasts does not prolong it.
CLOCK = "/admin/login/session/"

_SINCE = "staff_since"
_SEEN = "staff_seen_at"
# Set while the recovery codes of a new factor have not been put away yet.
CODES_PENDING = "staff_codes_pending"

_ACTIVITY_STEP_SECONDS = 60
# What Wagtail's pages send by themselves while they are open.
_BACKGROUND = ("/editing-sessions/", "/preview/")


class StaffSessionMiddleware:
    """Make ``request.user`` anonymous unless the session is good (after Django's own)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = request.user
        request.user = SimpleLazyObject(lambda: _person(request, found))
        request.auser = sync_to_async(lambda: _loaded(request.user))
        if request.path.startswith(ADMIN) and not request.path.startswith(CLOCK):
            if is_admitted(request):
                if is_activity(request):
                    note_activity(request)
                return self._inside(request)
            if not request.path.startswith(_OPEN):
                return _refuse(request) or self.get_response(request)
        return self.get_response(request)

    def _inside(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if is_inside(request.path):
            note_refusal(request, response)
        return response


def is_inside(path: str) -> bool:
    """Whether ``path`` is a page of the admin for those who are in, not one of the door."""
    return path.startswith(ADMIN) and not path.startswith(_OPEN)


def _refuse(request: HttpRequest) -> HttpResponse | None:
    """Return what was typed to whoever sends a form after the session has ended; else nothing.

    Wagtail would lead to the door, and the form would be gone.
    """
    from staff.login import returned

    return returned.give_back(request) if returned.is_returnable(request) else None


def _loaded(user):
    """Return ``user`` with its query done, which no asynchronous view may do itself."""
    return user if user.is_authenticated else AnonymousUser()


def _person(request: HttpRequest, found):
    """Return the user whom this request acts for."""
    # Nothing of allauth's login may see the wrapper, which has no class of its own.
    user = getattr(found, "_wrapped", found) if found.is_authenticated else found
    request.is_admitted = False
    if not user.is_authenticated:
        return user
    if is_over(request, user):
        if request.path.startswith(ADMIN):
            request.session.flush()
        return AnonymousUser()
    request.is_admitted = has_given_factor(request, user)
    if request.is_admitted or request.path.startswith(DOOR):
        return user
    return AnonymousUser()


def is_admitted(request: HttpRequest) -> bool:
    """Whether the session may do what its user may do; at the door a user alone says nothing."""
    return bool(request.user.is_authenticated and request.is_admitted)


def has_given_factor(request: HttpRequest, user) -> bool:
    """Whether the session has given all that is asked of ``user``."""
    if not needs_factor(user):
        return True
    if request.session.get(CODES_PENDING):
        return False
    return any(
        record.get("method") == "mfa" for record in get_authentication_records(request, user)
    )


def is_over(request: HttpRequest, user) -> bool:
    """Whether the session has ended: idle, too old, or ended from elsewhere.

    A session that does not say when it began is no session of ours.
    """
    since, seen = request.session.get(_SINCE), request.session.get(_SEEN)
    if not isinstance(since, int | float) or not isinstance(seen, int | float):
        return True
    now = time.time()
    if now - seen > settings.STAFF_IDLE_SECONDS or now - since > settings.SESSION_COOKIE_AGE:
        return True
    return not counts(user, since=since)


def counts(user, *, since: float) -> bool:
    """Whether what ``user`` began at ``since`` (seconds) still counts: nobody ended it since."""
    if hasattr(user, "_sessions_valid_from"):
        valid_from = user._sessions_valid_from
    else:
        member = StaffMember.objects.filter(user_id=user.pk)
        valid_from = member.values_list("sessions_valid_from", flat=True).first()
    return user.is_active and (valid_from is None or since >= valid_from.timestamp())


def seconds_left(request: HttpRequest) -> int:
    """Return how long the session lasts if nothing happens any more."""
    now = time.time()
    idle = request.session.get(_SEEN, 0) + settings.STAFF_IDLE_SECONDS - now
    whole = request.session.get(_SINCE, 0) + settings.SESSION_COOKIE_AGE - now
    return max(0, int(min(idle, whole)))


def begin(request: HttpRequest) -> None:
    """Write down that the session begins now."""
    request.session[_SINCE] = request.session[_SEEN] = time.time()


def is_activity(request: HttpRequest) -> bool:
    """Whether a person did something: opened a page or sent a form, not a script in the page.

    Browsers say what a request is for (Fetch Metadata, W3C); of old ones, the known addresses of
    background requests do not count.
    """
    if request.path.startswith(CLOCK) or any(part in request.path for part in _BACKGROUND):
        return False
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return False
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def note_activity(request: HttpRequest) -> None:
    """Prolong the session; written once a minute at most."""
    if time.time() - request.session.get(_SEEN, 0) >= _ACTIVITY_STEP_SECONDS:
        request.session[_SEEN] = time.time()


def end_other_sessions(request: HttpRequest) -> None:
    """End every session of this user but this one.

    This one begins anew a moment later, so that the line between them is clear.
    """
    end_sessions(request.user)
    request.session[_SINCE] = time.time()


def end_sessions(user) -> None:
    """End every session of ``user``, wherever it is open, at its next request."""
    from django.utils import timezone

    StaffMember.objects.update_or_create(
        user_id=user.pk, defaults={"sessions_valid_from": timezone.now()}
    )
    user._sessions_valid_from = None
