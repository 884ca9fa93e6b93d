"""When the mails at an hour of the clock are due, when they come late, and when too late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from events.local_time import BRUSSELS, on_the_clock
from events.models import Event, Mailing

Kind = Mailing.Kind

# A mail that leaves so long after its hour says so.
LATE = timedelta(minutes=30)
THANKS_UNTIL = timedelta(days=3)


@dataclass(frozen=True)
class Due:
    """A timed mail of an event: of which kind, and when."""

    event: Event
    kind: str
    due_at: datetime


def last_day(event: Event) -> date:
    """Return the day on which the event is over; one that ends at midnight ends on the day before.

    Belgian time.
    """
    if event.ends_at is None:
        return event.day
    return (event.ends_at - timedelta(microseconds=1)).astimezone(BRUSSELS).date()


def timed_mails(event: Event) -> list[Due]:
    """Return when the reminder, the mail of the day and the thanks of ``event`` are due.

    A mail without an hour is not sent; neither is one of the day when the event begins before.
    """
    hours = (
        (Kind.REMINDER, event.day - timedelta(days=1), event.reminder_hour),
        (Kind.DAY, event.day, event.day_hour),
        (Kind.THANKS, last_day(event) + timedelta(days=1), event.thanks_hour),
    )
    mails = [Due(event, kind, on_the_clock(day, hour)) for kind, day, hour in hours if hour]
    return [
        due
        for due in mails
        if due.kind != Kind.DAY or event.starts_at is None or due.due_at < event.starts_at
    ]


def is_too_late(event: Event, kind: str, due_at: datetime, now: datetime) -> bool:
    """Whether a timed mail has become pointless."""
    if kind == Kind.REMINDER:
        return now >= event.begins
    if kind == Kind.DAY:
        return now >= event.ends
    return now > due_at + THANKS_UNTIL


def is_late(mailing: Mailing, now: datetime) -> bool:
    """Whether a mailing says of itself that it comes late."""
    return mailing.kind in Mailing.TIMED and now - mailing.due_at > LATE
