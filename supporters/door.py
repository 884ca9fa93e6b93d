"""The door of every public form: how many come in, and what is asked of them under pressure.

``guarded`` counts each post for its network and for everybody. Within the limits nothing is asked.
Under pressure (FORM_LIMITS, or a form filled in faster than people do) a form comes back once with
everything typed, and asks for a calculation or, without scripts, for some patience. Only a network
beyond its hard limit gets 429. When counting fails, every form is asked: closed, not open.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaign_site.client_network import client_network
from campaign_site.forms import PublicForm, is_fresh_form_key
from campaign_site.headers import extend_csp
from campaign_site.request_bodies import body_size
from campaign_site.same_origin import public_form
from supporters import door_counters, door_proofs
from supporters.door_counters import Tally

logger = logging.getLogger(__name__)

NETWORK_SECONDS = 600
EVERYBODY_SECONDS = 60
DAY_SECONDS = 24 * 3600
TICKET_SECONDS = 3600
# What one network may send with patience alone; beyond it, a calculation is needed.
TICKETS_PER_HOUR = 20


@dataclass(frozen=True)
class Limits:
    """What a form takes before it asks for something, and before it refuses.

    ``soft`` and ``hard`` are posts of one network in ten minutes, ``everybody`` posts in a minute
    from anywhere, ``daily_bytes`` what one network may send in a day (0: not counted).
    """

    soft: int
    hard: int
    everybody: int
    daily_bytes: int = 0


def limits_of(form_name: str) -> Limits:
    """Return the limits of a form; a form without its own has those of "default"."""
    limits = settings.FORM_LIMITS
    return Limits(**limits.get(form_name, limits["default"]))


@dataclass(frozen=True)
class Offer:
    """What a page needs to get a form let in: a challenge to solve, a ticket to wait with."""

    challenge: str
    ticket: str
    wait_seconds: int


@dataclass
class RequestDoor:
    """The door as one request finds it.

    ``asks``: a proof or a ticket is needed. ``is_flooded``: from everybody, so that forms without
    one cost no work. ``closed_seconds``: how long nothing is let in any more; 0 while it is open.
    """

    asks: bool = False
    is_flooded: bool = False
    closed_seconds: int = 0
    is_day_full: bool = False
    ticket_key: str = ""
    _kept_ticket: str = field(default="", repr=False)

    @property
    def is_closed(self) -> bool:
        return self.closed_seconds > 0

    def refusal(self, form: PublicForm) -> str:
        """Return why ``form`` is sent back, or nothing when it may come in.

        Uses up the proof or the ticket that let it in.
        """
        if self.is_closed:
            return self._closed_sentence()
        is_fresh = form.key is not None and is_fresh_form_key(
            form.purpose, form.cleaned_data["form_key"]
        )
        self.asks = self.asks or is_fresh
        if not self.asks:
            return ""
        try:
            return self._price_unpaid(form)
        except DatabaseFailure:
            logger.warning("proofs and tickets cannot be used up; forms are sent back")
            return _ask_sentence()

    def _closed_sentence(self) -> str:
        if self.is_day_full:
            return _(
                "So much has come from your network today that we take no more of it. Send the "
                "form again tomorrow, or from another network."
            )
        minutes = -(-self.closed_seconds // 60)
        return ngettext(
            "Very many forms are coming from your network. Send this one again in a minute.",
            "Very many forms are coming from your network. Send this one again in "
            "%(minutes)s minutes.",
            minutes,
        ) % {"minutes": minutes}

    def _price_unpaid(self, form: PublicForm) -> str:
        """Return nothing for a form with a good proof or ticket, else what to do."""
        if form.key is None:
            return _ask_sentence()
        names = {"purpose": form.purpose, "key": form.key}
        if door_proofs.use_proof(form.data.get("proof", ""), **names):
            return ""
        ticket = form.data.get("ticket", "")
        content = door_proofs.read_ticket(ticket, **names)
        if content is None:
            return _ask_sentence()
        if not door_proofs.has_waited(ticket, seconds=settings.FORM_WAIT_SECONDS):
            # It goes on ageing while it is sent back and forth.
            self._kept_ticket = ticket
            return _ask_sentence()
        if not door_proofs.use_ticket(content):
            return _ask_sentence()
        return "" if self._takes_ticket() else _tickets_used_up_sentence()

    def _takes_ticket(self) -> bool:
        if not self.ticket_key:
            return True
        [count] = door_counters.add([Tally(self.ticket_key, TICKET_SECONDS)])
        return count.now <= TICKETS_PER_HOUR

    def offer(self, form: PublicForm) -> Offer | None:
        """Return what gets ``form`` let in next time; None while nothing is asked."""
        key = form.key_in_page() if self.asks or self.is_closed else None
        if key is None:
            return None
        return Offer(
            challenge=door_proofs.make_challenge(form.purpose, key),
            ticket=self._kept_ticket or door_proofs.make_ticket(form.purpose, key),
            wait_seconds=settings.FORM_WAIT_SECONDS,
        )


def _ask_sentence() -> str:
    return _(
        "To keep robots out, this form takes a moment longer just now. Read the words above the "
        "button, then send it once more."
    )


def _tickets_used_up_sentence() -> str:
    return _(
        "Many forms have come from your network without scripts. Send this one from a browser "
        "that runs them, or again in an hour."
    )


def open_door(request: HttpRequest, form_name: str) -> RequestDoor:
    """Count a post, or look at the counts for a page that shows the form; return what they say."""
    try:
        return _counted_door(request, form_name)
    except DatabaseFailure:
        logger.warning("forms cannot be counted; each is asked for a proof")
        return RequestDoor(asks=True, is_flooded=True)


def _counted_door(request: HttpRequest, form_name: str) -> RequestDoor:
    limits = limits_of(form_name)
    network, salt = client_network(request), door_counters.todays_salt()

    def key(limit: str) -> str:
        return door_counters.network_key(salt, f"{limit}:{form_name}", network)

    tallies = [
        Tally(key("posts"), NETWORK_SECONDS),
        Tally(f"everybody:{form_name}", EVERYBODY_SECONDS),
    ]
    if limits.daily_bytes:
        tallies.append(Tally(key("bytes"), DAY_SECONDS, body_size(request)))
    is_post = request.method == "POST"
    near, everybody, *day = (door_counters.add if is_post else door_counters.read)(tallies)
    is_day_full = is_post and bool(day) and day[0].now > limits.daily_bytes
    is_shut = is_post and near.now > limits.hard
    window = DAY_SECONDS if is_day_full else NETWORK_SECONDS
    is_flooded = everybody.most > limits.everybody
    return RequestDoor(
        asks=near.most > limits.soft or is_flooded,
        is_flooded=is_flooded,
        closed_seconds=door_counters.window_ends_in(window) if is_shut or is_day_full else 0,
        is_day_full=is_day_full,
        ticket_key=key("tickets"),
    )


def guarded(form_name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Decorate the view of a public form: ``public_form``, and the door before it.

    The view gives ``request.door`` to its form and shows that form again when it is refused; the
    answer is 429 with Retry-After (seconds) when the door is closed.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @public_form
        @wraps(view)
        def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            request.door = open_door(request, form_name)
            response = view(request, *args, **kwargs)
            if request.door.is_closed:
                response.status_code = 429
                response.headers["Retry-After"] = str(request.door.closed_seconds)
            return extend_csp(response, worker_src=[CSP.SELF])

        return wrapper

    return decorator
