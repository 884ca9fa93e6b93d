"""What waits for hosts: the events of the next seven days."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.templatetags.campaign import long_day
from events.hosting.access import SEE_EVENTS, SEE_SIGN_UPS
from events.models import Event, SignUp
from staff.to_do import Item

_A_WEEK = timedelta(days=7)


def events_this_week(request: HttpRequest) -> list[Event]:
    """Events of today and the six days after it that are not called off, with who still waits.

    One query a request: the card counts them, the list below it names them.
    """
    if not hasattr(request, "events_this_week"):
        today = timezone.localdate()
        people_waiting = Sum(
            "sign_ups__party_size", filter=Q(sign_ups__status=SignUp.Status.WAITING), default=0
        )
        events = Event.objects.filter(day__gte=today, day__lt=today + _A_WEEK, cancelled_at=None)
        in_order = events.order_by("day", "starts_at", "pk")
        request.events_this_week = list(in_order.annotate(people_waiting=people_waiting))
    return request.events_this_week


def events_to_do(request: HttpRequest) -> Iterator[Item]:
    """Events to get ready for; one query."""
    if not all(map(request.user.has_perm, (SEE_EVENTS, SEE_SIGN_UPS))):
        return
    events = events_this_week(request)
    address = reverse("events_admin:index")
    if len(events) == 1:
        address = reverse("events_hosting:overview", args=[events[0].pk])
    note = ""
    if events:
        note = _("%(name)s is on %(day)s.") % {
            "name": events[0].name,
            "day": long_day(events[0].day),
        }
    yield Item(
        key="events",
        label=ngettext("event this week", "events this week", len(events)),
        number=len(events),
        url=address,
        note=note,
        is_urgent=bool(events) and events[0].day == timezone.localdate(),
    )
