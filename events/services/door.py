"""The door of an event: passes for volunteers, and the list of names that a pass opens.

A pass works from the day before the event until the day after it, wherever the event is moved to.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.db.models import F, TextField
from django.db.models.functions import MD5, Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from campaign_site import links
from campaign_site.mail import absolute_url
from events.entry_code import short_code
from events.local_time import BRUSSELS, on_the_clock
from events.models import DoorPass, Event, Needs, SignUp
from events.services.arrivals import (
    ArrivedCounts,
    Tap,
    arrived,
    arrived_by_sign_up,
    capped,
    record_taps,
    sums_of,
    to_the_minute,
    walk_ins_of,
)
from events.services.errors import SignUpError

__all__ = [
    "ArrivedCounts",
    "DoorClosed",
    "Tap",
    "WrongCode",
    "arrived",
    "arrived_by_sign_up",
    "end_pass",
    "exchange",
    "find_pass",
    "make_pass",
    "make_ticket",
    "open_list",
    "pass_url",
    "record_taps",
]

# So many that whoever copies what a telephone keeps, and has the link, tries for years.
CODE_DIGITS = 12
MAX_WRONG_CODES = 10
_TICKET_SALT = "door-ticket"


class DoorClosed(Exception):
    """The pass is unknown, ended, or not of these days; nobody is told which."""


class WrongCode(Exception):
    """``left``: how many more wrong codes the pass stands; none left ends it."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left


def window(event: Event) -> tuple[datetime, datetime]:
    """Return from when until when passes of ``event`` work, in whole days of Belgium."""
    last_day = (event.ends - timedelta(microseconds=1)).astimezone(BRUSSELS).date()
    first = on_the_clock(event.day - timedelta(days=1), time())
    return first, on_the_clock(last_day + timedelta(days=2), time())


def make_pass(*, event: Event, label: str, user) -> tuple[DoorPass, str]:
    """Make a pass for one volunteer; return it with its code, which is not kept anywhere.

    Raises SignUpError when the event is cancelled or over for longer than a day.
    """
    valid_from, valid_until = window(event)
    if event.is_cancelled:
        raise SignUpError(_("This event is cancelled: nobody is let in."))
    if valid_until <= timezone.now():
        raise SignUpError(_("This event is over: nobody comes in any more."))
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    door_pass = DoorPass.objects.create(
        event=event,
        label=label,
        code_hash=make_password(code),
        valid_from=valid_from,
        valid_until=valid_until,
        made_by=user,
    )
    return door_pass, code


def pass_url(door_pass: DoorPass, language: str) -> str:
    """Return the link of a pass in a language, to be sent to the volunteer."""
    token = links.make_token(DoorPass.LINK_PURPOSE, door_pass.public_id, door_pass.link_version)
    with override(language):
        return absolute_url(reverse("events:door", args=[token]))


def end_pass(*, door_pass: DoorPass) -> bool:
    """Let a pass be of no more use; return whether it was of any. Phones erase at next contact."""
    return bool(_open_passes(door_pass).update(ended_at=timezone.now()))


def find_pass(token: str) -> DoorPass:
    """Return the pass that a link is for, ended or not; raises DoorClosed when there is none."""
    passes = DoorPass.objects.select_related("event")
    try:
        found = links.find_by_token(passes, DoorPass.LINK_PURPOSE, token)
    except links.BadLink as error:
        raise DoorClosed from error
    # The event may have been moved since the pass was made.
    valid_from, valid_until = window(found.event)
    if (found.valid_from, found.valid_until) != (valid_from, valid_until):
        found.valid_from, found.valid_until = valid_from, valid_until
        found.save(update_fields=["valid_from", "valid_until"])
    return found


def _open_passes(door_pass: DoorPass):
    return DoorPass.objects.filter(pk=door_pass.pk, ended_at=None)


def make_ticket(door_pass: DoorPass) -> str:
    """Return what a phone shows instead of the code once it has given that."""
    content = f"{door_pass.public_id.hex}-{door_pass.link_version}-{door_pass.code_hash}"
    return signing.Signer(salt=_TICKET_SALT).signature(content)


def is_ticket(door_pass: DoorPass, ticket: str) -> bool:
    return hmac.compare_digest(make_ticket(door_pass).encode(), ticket.encode())


def open_list(*, door_pass: DoorPass, code: str) -> dict:
    """Return the list of names to whoever has the code, and a ticket for what follows.

    A try is counted before it is looked at, so that many at once are no more tries; the right code
    clears the count. Raises WrongCode, of which the tenth in a row ends the pass, and DoorClosed.
    """
    passes = _open_passes(door_pass).filter(wrong_codes__lt=MAX_WRONG_CODES)
    is_counted = door_pass.is_valid and passes.update(wrong_codes=F("wrong_codes") + 1)
    if not is_counted:
        raise DoorClosed
    if not check_password(code, door_pass.code_hash):
        full = _open_passes(door_pass).filter(wrong_codes__gte=MAX_WRONG_CODES)
        full.update(ended_at=timezone.now())
        door_pass.refresh_from_db(fields=["wrong_codes", "ended_at"])
        left = MAX_WRONG_CODES - door_pass.wrong_codes
        raise WrongCode(0 if door_pass.ended_at else max(left, 0))
    _open_passes(door_pass).update(wrong_codes=0)
    _note_seen(door_pass)
    return {
        "ticket": make_ticket(door_pass),
        "until": int(door_pass.valid_until.timestamp() * 1000),
        **news(event_id=door_pass.event_id, cursor=0, version=""),
    }


def _note_seen(door_pass: DoorPass) -> None:
    """Note the minute of the last contact; further ones in the same minute write nothing."""
    now = to_the_minute(timezone.now())
    if door_pass.last_seen_at != now:
        DoorPass.objects.filter(pk=door_pass.pk).update(last_seen_at=now)


def news(*, event_id: int, cursor: int, version: str) -> dict:
    """Return what a phone does not know yet: sums changed since ``cursor``, and the list if new.

    ``arrived`` has the sums of all taps of a sign-up, by its public id, without a cap: a phone
    that takes a tap back must know how far above the cap they are. ``others`` counts people whose
    sign-up is not in the list any more. ``version`` also changes with a name, and with a wish not
    to be in pictures: it is made of what is stored encrypted, so that nothing need be decrypted.
    """
    stored = MD5(Concat(Cast("name", TextField()), Cast("needs__ticked", TextField())))
    rows = (
        SignUp.objects.filter(event_id=event_id)
        .confirmed()
        .order_by("pk")
        .values_list("public_id", "party_size", stored)
    )
    coming = {row[0] for row in rows}
    sums = sums_of(event_id)
    content = hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]
    fresh = {
        "version": content,
        "cursor": max((one["last"] for one in sums), default=0),
        "arrived": {
            one["sign_up__public_id"].hex: one["people"]
            for one in sums
            if one["sign_up__public_id"] and one["last"] > cursor
        },
        "walk_ins": walk_ins_of(sums),
        "others": sum(capped(one) for one in sums if one["sign_up__public_id"] not in coming),
    }
    return fresh if content == version else {**fresh, "people": _people(event_id)}


def _people(event_id: int) -> list[dict]:
    """Return the names, and of all needs only the wish not to be in pictures."""
    rows = SignUp.objects.filter(event_id=event_id).confirmed().select_related("needs")
    return [
        {
            "id": row.public_id.hex,
            "name": row.name or "–",
            "size": row.party_size,
            "code": short_code(row.public_id),
            "no_photo": hasattr(row, "needs") and Needs.Kind.NO_PHOTO in row.needs.kinds,
        }
        for row in rows.order_by("pk")
    ]


def exchange(
    *, door_pass: DoorPass, ticket: str, taps: Iterable[Tap], cursor: int, version: str
) -> dict:
    """Record a phone's taps and return what others counted (``news``).

    Raises DoorClosed for a wrong ticket, and when the pass is of no use any more; what was counted
    before is recorded all the same.
    """
    if not is_ticket(door_pass, ticket):
        raise DoorClosed
    record_taps(door_pass=door_pass, taps=taps)
    if not door_pass.is_valid:
        raise DoorClosed
    _note_seen(door_pass)
    return news(event_id=door_pass.event_id, cursor=cursor, version=version)
