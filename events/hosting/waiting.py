"""The waiting list as those who host see it: who is next, and to whom places are offered."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from campaign_site.query_numbers import read_number
from events.hosting.access import SEE_SIGN_UPS
from events.models import Event, SignUp

PAGE_SIZE = 50
_WAITING, _OFFERED = SignUp.Status.WAITING, SignUp.Status.OFFERED


@dataclass(frozen=True)
class InLine:
    """A party that waits; 1 is next."""

    position: int
    sign_up: SignUp


@require_safe
@permission_required(SEE_SIGN_UPS)
def waiting_list(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show the queue in its order. Nobody can be put forward: that is what makes it fair."""
    event = get_object_or_404(Event, pk=event_id)
    waiting = event.sign_ups.waiting()
    page = Paginator(waiting, PAGE_SIZE).get_page(read_number(request.GET.get("p", "")) or 1)
    offered = event.sign_ups.filter(status=_OFFERED).order_by("offer_until", "queue_number")
    sums = event.sign_ups.aggregate(
        parties=Count("pk", filter=Q(status=_WAITING)),
        people=Sum("party_size", filter=Q(status=_WAITING), default=0),
    )
    first = page.start_index() or 1
    context = {
        "event": event,
        "page": page,
        "rows": [InLine(place, sign_up) for place, sign_up in enumerate(page, start=first)],
        "offered": list(offered[:PAGE_SIZE]),
        **sums,
    }
    return render(request, "events/hosting/waiting.html", context)
