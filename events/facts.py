"""What people and their calendars know of an event, in a form that can be kept and compared."""

from datetime import UTC, datetime

from django.conf import settings

from events.models import Event

_WORDS = ("name", "place", "address")
# A change of one of these moves the event; its name alone does not.
_WHERE_AND_WHEN = ("day", "starts_at", "ends_at", "place", "address")


def event_facts(event: Event) -> dict[str, str | None]:
    """Return day, hours, and name, place and address in each language; fit for JSON."""
    facts: dict[str, str | None] = {
        "day": event.day.isoformat(),
        "starts_at": _moment(event.starts_at),
        "ends_at": _moment(event.ends_at),
    }
    for name in _WORDS:
        for language, _label in settings.LANGUAGES:
            facts[f"{name}_{language}"] = getattr(event, f"{name}_{language}")
    return facts


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def has_moved(before: dict[str, str | None], after: dict[str, str | None]) -> bool:
    """Whether day, hour or place differ; an hour or address that was awaited moves nothing."""
    return any(
        before.get(name) and value != before[name]
        for name, value in after.items()
        if name.startswith(_WHERE_AND_WHEN)
    )
