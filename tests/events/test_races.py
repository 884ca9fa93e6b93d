"""Many people at once, over real HTTP against a real server."""

import http.client
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.forms import new_form_key
from events import services
from events.models import Event, SignUp
from tests.events.test_admin import event_data
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/en/events/test-event/"
SIGNED_UP = "/en/events/test-event/signed-up/"


def open_channel(live_server) -> http.client.HTTPConnection:
    """A connection that the server has answered on: none of the crowd waits at the door."""
    channel = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=60)
    channel.request("GET", "/robots.txt")
    channel.getresponse().read()
    return channel


def post_all(
    live_server, requests: list[tuple[str, dict]], *, cookies: str = ""
) -> list[tuple[int, str, str]]:
    """Send every request at the same moment; return status, Location and page of each."""
    start = Barrier(len(requests))
    channels = [open_channel(live_server) for _ in requests]

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


def filled(number: int = 0, key: str = "") -> dict[str, str]:
    return {
        "form_key": key or new_form_key("signup:test-event"),
        "name": f"Person {number}",
        "email": f"person{number}@example.org",
        "party_size": "1",
    }


def test_sixty_four_people_after_ten_places(live_server):
    event = make_event(capacity=10)

    answers = post_all(live_server, [(PATH, filled(number)) for number in range(64)])

    event.refresh_from_db()
    refused = [page for status, _, page in answers if status == 200]
    assert Counter(status for status, _, _ in answers) == {302: 10, 200: 54}
    assert all("All places are taken." in page for page in refused)
    assert event.places_taken == 10
    assert SignUp.objects.confirmed().count() == 10
    assert ProcrastinateJob.objects.count() == 10


def test_without_the_guard_the_same_crowd_oversells(live_server, monkeypatch):
    """The control of the test above: read, then write, and no constraint in the database."""

    def take_places_unguarded(event: Event, people: int) -> bool:
        taken = Event.objects.get(pk=event.pk).places_taken
        if taken + people > event.capacity:
            return False
        Event.objects.filter(pk=event.pk).update(places_taken=taken + people)
        return True

    make_event(capacity=10)
    # This database is thrown away after the test, and the next one gets its constraint back.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event DROP CONSTRAINT event_is_never_overbooked")
    monkeypatch.setattr(services, "take_places", take_places_unguarded)

    post_all(live_server, [(PATH, filled(number)) for number in range(64)])

    assert SignUp.objects.confirmed().count() > 10


def test_one_form_sent_twenty_times_counts_once(live_server):
    event = make_event(capacity=1)
    data = filled()

    answers = post_all(live_server, [(PATH, data)] * 20)

    event.refresh_from_db()
    assert {(status, location) for status, location, _ in answers} == {(302, SIGNED_UP)}
    assert SignUp.objects.count() == 1
    assert ProcrastinateJob.objects.count() == 1
    assert event.places_taken == 1


def test_one_person_from_twenty_windows_comes_once(live_server):
    event = make_event(capacity=30)

    answers = post_all(live_server, [(PATH, filled()) for _ in range(20)])

    event.refresh_from_db()
    assert {(status, location) for status, location, _ in answers} == {(302, SIGNED_UP)}
    assert SignUp.objects.count() == 1
    assert event.places_taken == 1


def test_cancelling_at_once_frees_the_places_once(live_server):
    event = make_event(capacity=10)
    post_all(live_server, [(PATH, filled(number)) for number in range(3)])
    link = SignUp.objects.first().get_absolute_url()

    answers = post_all(live_server, [(link, {})] * 12)

    event.refresh_from_db()
    assert Counter(status for status, _, _ in answers) == {302: 1, 200: 11}
    assert event.places_taken == 2
    assert SignUp.objects.confirmed().count() == 2
    assert ProcrastinateJob.objects.filter(task_name="send_sign_up_cancelled").count() == 1


def test_staff_who_save_an_event_undo_no_sign_up(live_server, client):
    event = make_event(capacity=50)
    client.force_login(make_staff("Editors"))
    edit = reverse("events_admin:edit", args=[event.pk])
    client.get(edit)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    token = client.cookies["csrftoken"].value
    saves = [
        (edit, event_data(event, capacity=str(60 + number), csrfmiddlewaretoken=token))
        for number in range(8)
    ]
    sign_ups = [(PATH, filled(number)) for number in range(24)]

    answers = post_all(live_server, [*sign_ups, *saves], cookies=cookies)

    event.refresh_from_db()
    assert {status for status, _, _ in answers} == {302}
    assert SignUp.objects.confirmed().count() == 24
    assert event.places_taken == 24
    assert event.capacity >= 60
