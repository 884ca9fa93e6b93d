"""One event at a glance: how full it is, what is sent when, and what people said afterwards."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_required

from events.calendar_file import page_path
from events.hosting.access import SEE_EVENTS, SEE_SIGN_UPS
from events.hosting.charts import sign_up_chart
from events.hosting.languages import LANGUAGES
from events.mail_hours import Due, timed_mails
from events.models import Event, Mailing
from events.services.totals import figures_of

_LANGUAGES = {**LANGUAGES, "other": gettext_lazy("others")}
_GRADES = range(5, 0, -1)
_TEXTS_SHOWN = 50


@dataclass(frozen=True)
class Mail:
    """A mail to those who come: when it is due, and what became of it."""

    kind: str
    due_at: datetime
    state: str
    recipients: int | None = None
    minutes_late: int = 0
    is_wrong: bool = False


def mails_of(event: Event) -> list[Mail]:
    """What was sent and what is still due, in order of time; one query."""
    made = list(event.mailings.order_by("due_at", "pk"))
    known = {(one.kind, one.day) for one in made}
    mails = [
        Mail(
            kind=one.get_kind_display(),
            due_at=one.due_at,
            state=one.state_words,
            recipients=one.recipients,
            minutes_late=one.minutes_late,
            is_wrong=one.state in (Mailing.State.TOO_LATE, Mailing.State.STOPPED),
        )
        for one in made
    ]
    mails += [
        Mail(kind=str(Mailing.Kind(due.kind).label), due_at=due.due_at, state=_("due"))
        for due in _still_due(event, known)
    ]
    return sorted(mails, key=lambda mail: mail.due_at)


def _still_due(event: Event, known: set[tuple[str, date | None]]) -> list[Due]:
    """The mails of the clock whose hour is to come; none for an event that is cancelled."""
    if event.is_cancelled:
        return []
    now = timezone.now()
    return [
        due for due in timed_mails(event) if due.due_at > now and (due.kind, event.day) not in known
    ]


@require_safe
@permission_required(SEE_EVENTS)
def overview(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show the event and lead to everything that can be done with it."""
    event = get_object_or_404(Event, pk=event_id)
    figures = figures_of(event)
    texts = event.feedback.exclude(text="").order_by("-pk")[:_TEXTS_SHOWN]
    grades = figures["feedback"]["grades"]
    context = {
        "event": event,
        "state": Event.State(event.state).label,
        "figures": figures,
        "languages": [
            (_LANGUAGES.get(code, code), people) for code, people in figures["by_language"].items()
        ],
        "is_erased": bool(event.totals.get("is_final")),
        "public_url": page_path(event) if event.pages.filter(live=True).exists() else "",
        "arrived": figures["came"] + figures["walk_ins"],
        "by_day": [{**one, "day": date.fromisoformat(one["day"])} for one in figures["by_day"]],
        "grades": [(grade, grades[str(grade)]) for grade in _GRADES],
        "texts": list(texts) if request.user.has_perm(SEE_SIGN_UPS) else [],
        "mails": mails_of(event),
        "is_overfull": event.capacity is not None and event.places_taken > event.capacity,
    }
    context["chart"] = sign_up_chart(context["by_day"], event.capacity)
    return render(request, "events/hosting/overview.html", context)
