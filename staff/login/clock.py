"""How long a session lasts: asked and prolonged by the script of the admin's pages."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from staff import sessions


def _answer(request: HttpRequest) -> HttpResponse:
    admitted = sessions.is_admitted(request)
    return JsonResponse(
        {
            "left": sessions.seconds_left(request) if admitted else 0,
            "user": request.user.pk if admitted else None,
        }
    )


@never_cache
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    """Tell how many seconds are left, and to whom; asking prolongs nothing."""
    return _answer(request)


@never_cache
@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Somebody typed or pointed: the session goes on."""
    if sessions.is_admitted(request):
        sessions.note_activity(request)
    return _answer(request)
