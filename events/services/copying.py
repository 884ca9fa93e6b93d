"""Make an event anew for another day, with its words, its organisers and drafts of its pages."""

import re
import uuid
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from events.local_time import BRUSSELS, check_local_time, on_the_clock
from events.models import ActionSheet, Event, Organiser
from events.services.copying_translations import copy_translations
from events.services.errors import SignUpError

# The same day of the week a year on.
A_YEAR = timedelta(weeks=52)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_COPIED = (
    *(f"{field}_{code}" for field in ("name", "place", "address") for code in ("en", "fr", "nl")),
    *(f"access_note_{code}" for code in ("en", "fr", "nl")),
    "latitude",
    "longitude",
    "spoken_languages",
    "access",
    "capacity",
    "has_waiting_list",
    "hold_hours",
    "asks_needs",
    "contact_name",
    "contact_phone",
    "contact_is_public",
    "reminder_hour",
    "day_hour",
    "thanks_hour",
    "is_demo",
)


def next_slug(slug: str, day: date) -> str:
    """Return ``slug`` with the year of ``day``: in place of another year, or behind it."""
    if _YEAR.search(slug):
        return _YEAR.sub(str(day.year), slug)
    return f"{slug[: 50 - 5]}-{day.year}"


@transaction.atomic
def copy_event(*, event: Event, day: date, slug: str, user, with_pages: bool = True) -> Event:
    """Return a new event on ``day`` at the same hours of the clock; nobody has signed up for it.

    Organisers and the action sheet come along, and so do the pages in every language, as drafts
    that belong together as the old ones do; without ``with_pages`` they are left to the caller.
    The hours between which sign-up is open do not: they were those of the old event. Raises
    ``SignUpError`` when the address is taken, or when that day the clock changes at the event's
    hour.
    """
    # A button that is pressed twice copies once: the second finds the address taken.
    Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    if Event.objects.filter(slug=slug).exists():
        raise SignUpError(_("Another event has this address. Choose another."), field="slug")
    starts_at, ends_at = _hours(event, day)
    try:
        check_local_time(starts_at)
        check_local_time(ends_at)
    except ValueError as sentence:
        raise SignUpError(str(sentence), field="day") from sentence
    copy = Event.objects.create(
        slug=slug,
        day=day,
        starts_at=starts_at,
        ends_at=ends_at,
        # Sign-up that was closed by hand opens again; an event that never took any takes none.
        takes_sign_ups=event.takes_sign_ups or event.next_queue_number > 1 or _was_used(event),
        copied_from=event,
        **{name: getattr(event, name) for name in _COPIED},
    )
    _copy_organisers(event, copy)
    _copy_sheet(event, copy)
    if with_pages:
        _copy_pages(event, copy, user)
    log(instance=copy, action="events.copy", user=user, data={"from": event.pk})
    return copy


def _was_used(event: Event) -> bool:
    return bool(event.totals) or event.sign_ups.exists()


def _hours(event: Event, day: date) -> tuple[datetime | None, datetime | None]:
    """The same hours of a Belgian clock on ``day``, on whichever side of the change it lies."""
    moved = day - event.day

    def on_new_day(moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        local = moment.astimezone(BRUSSELS)
        return on_the_clock(local.date() + moved, local.time())

    starts_at, ends_at = on_new_day(event.starts_at), on_new_day(event.ends_at)
    if starts_at and ends_at and ends_at <= starts_at:
        # Its hours lie around the one that the clock skips.
        ends_at = starts_at + (event.ends_at - event.starts_at)
    return starts_at, ends_at


def _copy_organisers(event: Event, copy: Event) -> None:
    for row in Organiser.objects.filter(event=event):
        row.pk, row.event = None, copy
        row.save(force_insert=True)


def _copy_sheet(event: Event, copy: Event) -> None:
    sheet = ActionSheet.objects.filter(event=event).first()
    if sheet is not None:
        sheet.pk, sheet.event = None, copy
        sheet.save(force_insert=True)


def _copy_pages(event: Event, copy: Event, user) -> None:
    """Copy each page of the event beside itself, as a draft about ``copy``.

    The pages that are translations of one another stay so: they get one new key together.
    """
    keys: dict[uuid.UUID, uuid.UUID] = {}
    copies = []
    for page in event.pages.order_by("path"):
        key = keys.setdefault(page.translation_key, uuid.uuid4())
        made = page.copy(
            update_attrs={
                "event": copy,
                "slug": _free_slug(page, copy.day),
                "translation_key": key,
            },
            copy_revisions=False,
            keep_live=False,
            user=user,
        )
        copies.append((page, made))
    for page, made in copies:
        slugs = {
            other.locale_id: other.slug
            for _page, other in copies
            if other.translation_key == made.translation_key and other.pk != made.pk
        }
        copy_translations(page, made, slugs)


def _free_slug(page: Page, day: date) -> str:
    """An address that no page beside this one has."""
    wanted = next_slug(page.slug, day)
    taken = set(page.get_siblings().values_list("slug", flat=True))
    slug, number = wanted, 2
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug
