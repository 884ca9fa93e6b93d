"""What people need to be able to take part: for those who prepare the event, and printed well."""

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required
from wagtail.log_actions import log

from events.hosting import log_actions
from events.hosting.access import SEE_NEEDS
from events.models import Event, Needs, SignUp
from staff.fresh import ask_again


@dataclass(frozen=True)
class Need:
    """What one party needs. The first name is enough to meet somebody."""

    first_name: str
    people: int
    kinds: list[str]
    line: str


def needs_of(event: Event) -> list[Need]:
    """The needs of those who have places, by first name; one query."""
    rows = Needs.objects.filter(
        sign_up__event=event, sign_up__status__in=SignUp.HOLDING
    ).select_related("sign_up")
    found = [
        Need(
            first_name=(row.sign_up.name.split() or [""])[0],
            people=row.sign_up.party_size,
            kinds=[str(kind.label) for kind in row.kinds],
            line=row.line,
        )
        for row in rows
    ]
    return sorted(found, key=lambda need: need.first_name.casefold())


@require_safe
@permission_required(SEE_NEEDS)
@ask_again
def needs(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show how often each need was ticked, and the lines; keep who looked."""
    event = get_object_or_404(Event, pk=event_id)
    found = needs_of(event)
    ticked = Counter(kind for need in found for kind in need.kinds)
    labels = [str(kind.label) for kind in Needs.Kind]
    log(instance=event, action=log_actions.SEE_NEEDS, user=request.user)
    context = {
        "event": event,
        "needs": found,
        "counts": [(label, ticked[label]) for label in labels if ticked[label]],
    }
    response = render(request, "events/hosting/needs.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
