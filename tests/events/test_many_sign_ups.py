"""Many sign-ups: the screens and the file stay fast, flat in queries and small in memory.

Two thousand in the suite; ``make drill-attendees`` does the same with ten thousand.
"""

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaign_site.encryption import encrypt
from events.models import Event
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db

SECONDS_A_SCREEN = 0.5
SECONDS_A_SEARCH = 1.0
# Some hundred rows of Django's at a time; beside them the numbers of all, in the file's order.
BYTES_A_FILE = 8 * 1024 * 1024

_PEOPLE = """
INSERT INTO supporters_supporter (public_id, email, email_hash, language, created_hour)
SELECT gen_random_uuid(), %(address)s, %(slug)s || lpad(n::text, 64 - length(%(slug)s), '0'), 'fr',
       date_trunc('hour', now())
FROM generate_series(1, %(number)s) n
RETURNING id
"""
_SIGN_UPS = """
INSERT INTO events_signup (public_id, event_id, supporter_id, name, party_size, language, status,
    queue_number, form_key, form_digest, link_version, created_hour, shared_with, confirmed_coming,
    gave_feedback)
SELECT gen_random_uuid(), %(event)s, person, (%(names)s::text[])[1 + n %% 20], 1 + n %% 4,
    (ARRAY['fr', 'nl', 'en'])[1 + n %% 3],
    CASE WHEN n %% 10 < 7 THEN 'confirmed' WHEN n %% 10 < 9 THEN 'waiting' ELSE 'cancelled' END,
    CASE WHEN n %% 10 BETWEEN 7 AND 8 THEN n END,
    gen_random_uuid(), repeat('a', 64), 1, date_trunc('hour', now()) - n %% 40 * interval '1 day',
    '{}', false, false
FROM unnest(%(people)s::bigint[]) WITH ORDINALITY AS p (person, n)
"""


def sign_up_many(event: Event, number: int) -> None:
    """Fill ``event``: of ten, seven come, two wait and one has cancelled.

    Every row has a token to decrypt; there are twenty, since making them takes time too.
    """
    names = [encrypt(f"Guest {n} of many") for n in range(19)] + [encrypt("Canary Guest")]
    with connection.cursor() as cursor:
        address = encrypt("guest@example.org")
        values = {"address": address, "slug": event.slug, "number": number}
        cursor.execute(_PEOPLE, values)
        people = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_SIGN_UPS, {"event": event.pk, "names": names, "people": people})
        cursor.execute("ANALYZE events_signup")


def measured(act: Callable) -> tuple[float, int, object]:
    """Return the seconds that ``act`` took, how many queries, and what it returned."""
    with CaptureQueriesContext(connection) as queries:
        began = time.perf_counter()
        answer = act()
        return time.perf_counter() - began, len(queries), answer


def seconds_of(host, name: str) -> float:
    """Open a screen of an event with ten sign-ups and of one with many: as many queries."""
    few, many = (Event.objects.get(slug=slug) for slug in ("few", "many"))
    urls = [reverse(f"events_hosting:{name}", args=[event.pk]) for event in (few, many)]
    host.get(urls[0])
    _, flat, _ = measured(lambda: host.get(urls[0]))
    seconds, queries, response = measured(lambda: host.get(urls[1]))
    assert response.status_code == 200
    assert queries == flat
    return seconds


def search(host, event: Event) -> float:
    url = reverse("events_hosting:find_attendees", args=[event.pk])
    seconds, _, response = measured(lambda: host.post(url, {"wanted": "canary"}))
    found = event.sign_ups.count() // 20
    assert f"{found:,} sign-ups found" in response.content.decode()
    return seconds


def export(host, event: Event) -> tuple[float, int, int]:
    """Return the seconds, the most bytes in memory at a time, and the rows of the file."""
    url = reverse("events_hosting:export", args=[event.pk])
    data = {"kind": "csv", "addresses": "yes"}
    began = time.perf_counter()
    lines = sum(part.count(b"\r\n") for part in host.post(url, data).streaming_content)
    seconds = time.perf_counter() - began
    gc.collect()
    tracemalloc.start()
    try:
        for _ in host.post(url, data).streaming_content:
            pass
        return seconds, tracemalloc.get_traced_memory()[1], lines - 1
    finally:
        tracemalloc.stop()


@pytest.fixture
def host(client):
    client.force_login(make_staff("Event hosts"))
    return client


def check(host, number: int) -> None:
    few, many = make_event(slug="few"), make_event(slug="many")
    sign_up_many(few, 10)
    sign_up_many(many, number)

    screens = {name: seconds_of(host, name) for name in ("attendees", "overview", "waiting")}
    found_in = search(host, many)
    seconds, most_bytes, rows = export(host, many)

    shown = ", ".join(f"{name} {1000 * took:.0f} ms" for name, took in screens.items())
    print(
        f"\n{number} sign-ups: {shown}, search {1000 * found_in:.0f} ms, export of {rows} rows"
        f" {1000 * seconds:.0f} ms with {most_bytes / 2**20:.1f} MiB at most",
        file=sys.stderr,
    )
    assert max(screens.values()) < SECONDS_A_SCREEN
    assert found_in < SECONDS_A_SEARCH
    assert rows == number * 7 // 10
    assert most_bytes < BYTES_A_FILE


def test_two_thousand_sign_ups(host):
    check(host, 2_000)


@pytest.mark.drill
def test_ten_thousand_sign_ups(host):
    check(host, 10_000)
