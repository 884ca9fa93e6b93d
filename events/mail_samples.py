"""Mails about a real event to somebody made up, whose sign-up nobody's link leads to."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site import mail
from events import mails
from events.calendar import CANCEL
from events.facts import event_facts
from events.mailing_mails import differences
from events.models import Event
from supporters.mail_words import Sample

# Events to try words out with, the latest first.
_SHOWN = 20
# Mails whose calendar file puts the event in, or takes it out.
_ADDS = ("sign_up_confirmation", "event_change", "event_restored")
_TAKES_OUT = ("sign_up_cancelled", "sign_up_passed_on", "event_cancelled")


def events() -> list[tuple[int, str]]:
    return [(event.pk, f"{event.name}, {event.day}") for event in _events()[:_SHOWN]]


def _events() -> QuerySet[Event]:
    return Event.objects.select_related("sheet").order_by("-day", "-pk")


def _made_up() -> Event:
    names = {f"name_{language}": _("an example") for language in ("en", "fr", "nl")}
    return Event(slug="example", place_en="Brussel", day=timezone.localdate(), **names)


def sample_of(key: str) -> Callable[..., Sample]:
    """Return what makes the sample of one mail: with the latest event, or the chosen one."""

    def sample(language: str, chosen: int | None = None) -> Sample:
        rows = _events()
        found = (chosen and rows.filter(pk=chosen).first()) or rows.first()
        with override(language):
            event = found or _made_up()
            until = timezone.now() + timedelta(hours=event.hold_hours)
            made_up = mails.Sample(event, language, offer_until=until)
            context = {**mails.facts_of(made_up), "is_confirmed": True}
            if key == "event_change":
                earlier = (event.day - timedelta(days=1)).isoformat()
                before = {**event_facts(event), "day": earlier}
                context["differences"] = differences(before, event_facts(event))
            attached = _attached(key, event)
            values = mails.values_of(made_up)
        return Sample(values, context, found.name if found else "", attached)

    return sample


def _attached(key: str, event: Event) -> tuple[mail.Attachment, ...]:
    if event.pk is None:
        return ()
    if key in _ADDS:
        return (mails.calendar_attachment(event),)
    return (mails.calendar_attachment(event, method=CANCEL),) if key in _TAKES_OUT else ()
