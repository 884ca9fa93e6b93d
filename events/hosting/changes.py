"""Staff screen: cancel an event, take that back, or tell everybody of a change."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages as notes
from wagtail.admin.auth import permission_required

from events.hosting.access import CHANGE_EVENTS, WRITE
from events.hosting.message_forms import NoticeForm
from events.models import Event
from events.services import SignUpError, changes, mailings


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(CHANGE_EVENTS)
@permission_required(WRITE)
def cancel_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show what can be told to everybody; the button that is pressed says which it is."""
    event = get_object_or_404(Event, pk=event_id)
    form = NoticeForm(request.POST or None)
    act = _ACTS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if act is not None and form.is_valid():
        try:
            notes.success(request, act(request, event, form.notice))
        except SignUpError as error:
            form.add_error(error.field, str(error))
        else:
            return redirect("events_hosting:messages", event.pk)
    context = {"event": event, "form": form, "number": mailings.standing(event).count()}
    return render(request, "events/hosting/cancel_event.html", context)


def _cancel(request: HttpRequest, event: Event, notice: dict[str, str]) -> str:
    if "sure" not in request.POST:
        raise SignUpError(
            _("Tick the box to say that you are sure: everybody is told at once."), field="sure"
        )
    if changes.cancel_event(event=event, notice=notice, user=request.user):
        return _("The event is cancelled, and everybody who signed up is told.")
    return _("The event was cancelled before. Nobody is told twice.")


def _restore(request: HttpRequest, event: Event, notice: dict[str, str]) -> str:
    if changes.undo_cancel_event(event=event, notice=notice, user=request.user):
        return _("The event takes place after all, and everybody who signed up is told.")
    return _("The event was not cancelled. Nobody is told anything.")


def _announce(request: HttpRequest, event: Event, notice: dict[str, str]) -> str:
    if "sure" in request.POST:
        # The key Enter presses the first button of a form, also beside the box for the second.
        raise SignUpError(
            _("You ticked that it does not take place: press the button that cancels it."),
            field="sure",
        )
    changes.announce_notice(event=event, notice=notice, user=request.user)
    return _("Everybody who signed up is told.")


_ACTS: dict[str, Callable[[HttpRequest, Event, dict[str, str]], str]] = {
    "cancel": _cancel,
    "restore": _restore,
    "announce": _announce,
}
