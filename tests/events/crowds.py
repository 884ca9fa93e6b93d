"""Crowds of people at one event, over HTTP or in threads; and what must be true afterwards."""

import http.client
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

from django.db import connection

from campaign_site.forms import new_form_key
from events.models import Event, SignUp
from events.services.seat_statement import Seat, SeatAsked
from tests.factories import in_days


def unannounced_event(**fields) -> Event:
    """An event without pages, for tests that need none: made in a moment."""
    names = {f"{name}_{code}": "Test" for name in ("name", "place") for code in ("en", "fr", "nl")}
    defaults = {"slug": "test-event", "day": in_days(30), **names}
    return Event.objects.create(**{**defaults, **fields})


def path_of(slug: str = "test-event") -> str:
    return f"/en/events/{slug}/"


def open_channel(server) -> http.client.HTTPConnection:
    """A connection that the server has answered on: none of the crowd waits at the door."""
    channel = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    channel.request("GET", "/robots.txt")
    channel.getresponse().read()
    return channel


def post_all(
    server, requests: Sequence[tuple[str, dict]], *, cookies: str = ""
) -> list[tuple[int, str, str]]:
    """Send every request at the same moment; return status, Location and page of each."""
    start = Barrier(len(requests))
    channels = [open_channel(server) for _ in requests]

    def post(channel: http.client.HTTPConnection, request: tuple[str, dict]):
        path, fields = request
        start.wait()
        channel.request(
            "POST",
            path,
            urlencode(fields),
            {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies},
        )
        answer = channel.getresponse()
        page = answer.read().decode()
        channel.close()
        return answer.status, answer.headers.get("Location", ""), page

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(post, channels, requests))


def filled(
    number: int = 0, key: str = "", *, slug: str = "test-event", party_size: int = 1
) -> dict[str, str]:
    """The sign-up form as person ``number`` sends it."""
    return {
        "form_key": key or new_form_key(f"signup:{slug}"),
        "name": f"Person {number}",
        "email": f"person{number}@example.org",
        "party_size": str(party_size),
    }


def at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Make every call at the same moment, each on a connection of its own; return the results.

    An exception that a call raises is its result.
    """
    start = Barrier(len(calls))

    def make(call: Callable[[], object]) -> object:
        connection.ensure_connection()
        start.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 (whatever it is, the test looks at it)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make, calls))


def deadlocks() -> int:
    """How many deadlocks PostgreSQL has broken in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def check_places(event: Event) -> list[SignUp]:
    """Assert what must always be true of an event's places; return its sign-ups in order.

    The places taken are those of who has them or is offered them, and no places are free beside a
    waiting party that fits into them.
    """
    event.refresh_from_db()
    rows = list(event.sign_ups.order_by("pk"))
    assert event.places_taken == sum(row.party_size for row in rows if row.holds_places)
    if not event.is_cancelled and not event.has_started:
        left = event.places_left
        waiting = [row.party_size for row in rows if row.status == SignUp.Status.WAITING]
        assert not waiting or (left is not None and min(waiting) > left)
    return rows


def take_seat_unguarded(asked: SeatAsked) -> Seat:
    """The control: look at the event, then decide, then write what was computed from it."""
    event = Event.objects.get(pk=asked.event_id)
    has_room = event.places_taken + asked.party_size <= event.capacity
    if has_room:
        Event.objects.filter(pk=event.pk).update(places_taken=event.places_taken + asked.party_size)
    row = SignUp.objects.create(
        public_id=asked.public_id,
        event=event,
        supporter_id=asked.supporter_id,
        status=SignUp.Status.CONFIRMED if has_room else SignUp.Status.CANCELLED,
        name=asked.name,
        party_size=asked.party_size,
        language=asked.language,
        form_key=asked.form_key,
        form_digest=asked.form_digest,
    )
    return Seat(row.pk, row.status, None)


def drop_the_guard_of_the_database() -> None:
    """Let places be taken beyond the capacity; for databases that are thrown away."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER event_is_never_overbooked ON events_event")
