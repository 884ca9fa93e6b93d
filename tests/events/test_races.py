"""Many people at once: over real HTTP against a real server, and in threads."""

from collections import Counter
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from events import services
from events.models import Event, SignUp
from events.services import taking
from supporters.services import find_supporter
from tests.events.crowds import (
    at_once,
    check_places,
    deadlocks,
    drop_the_guard_of_the_database,
    filled,
    path_of,
    post_all,
    take_seat_unguarded,
)
from tests.events.test_admin import edit_url, event_data
from tests.events.test_passing_on import hand_over
from tests.events.test_services import jobs, take
from tests.factories import make_event, make_staff

pytestmark = pytest.mark.django_db(transaction=True)

PATH = path_of()
CROWD = 64


def landed(answers) -> Counter:
    """How often which status and last part of the address came back."""
    return Counter((status, to.rstrip("/").rpartition("/")[2]) for status, to, _ in answers)


def send_crowd(server, slug: str) -> Counter:
    requests = [(path_of(slug), filled(number, slug=slug)) for number in range(CROWD)]
    return landed(post_all(server, requests))


def check_crowd(event: Event, answers: Counter, places: int) -> None:
    """Assert that a crowd of new people got all places, and the others numbers in the queue."""
    rows = check_places(event)
    waiting = sorted(row.queue_number for row in rows if row.status == "waiting")
    assert answers == {(302, "signed-up"): places, (302, "waiting"): CROWD - places}
    assert event.places_taken == places
    assert Counter(row.status for row in rows) == {"confirmed": places, "waiting": CROWD - places}
    assert waiting == list(range(1, CROWD - places + 1))
    mailed = [job["public_id"] for job in jobs("send_sign_up_answer")]
    assert {str(row.public_id) for row in rows} <= set(mailed)
    assert len(mailed) == len(set(mailed))


def test_sixty_four_people_after_ten_places(live_server):
    for number in range(2):
        event = make_event(slug=f"round-{number}", capacity=10)

        answers = send_crowd(live_server, event.slug)

        check_crowd(event, answers, 10)
    assert deadlocks() == 0


def test_without_the_guard_the_same_crowd_oversells(live_server, monkeypatch):
    """The control of the test above."""
    event = make_event(capacity=10)
    drop_the_guard_of_the_database()
    monkeypatch.setattr(taking, "take_seat", take_seat_unguarded)

    send_crowd(live_server, event.slug)

    assert SignUp.objects.confirmed().count() > 10


def test_one_form_twenty_times_and_one_person_from_twenty_windows_come_once(live_server):
    event = make_event(capacity=30)
    form = filled(1)

    answers = post_all(live_server, [(PATH, form)] * 20 + [(PATH, filled(2)) for _ in range(20)])

    rows = check_places(event)
    assert landed(answers) == {(302, "signed-up"): 40}
    assert [row.status for row in rows] == ["confirmed"] * 2
    assert event.places_taken == 2
    # The form makes one mail; each window's person is told once more what they have.
    assert len(jobs("send_sign_up_answer")) == 1 + 20


def test_cancelling_at_once_frees_the_places_once(live_server):
    event = make_event(capacity=3)
    rows = [take(event, email=f"p{number}@example.org") for number in range(5)]
    link = rows[0].get_absolute_url()

    answers = post_all(live_server, [(link, {"action": "cancel"})] * 12)

    rows = check_places(event)
    assert Counter(status for status, _, _ in answers) == {302: 1, 200: 11}
    statuses = ["cancelled", "confirmed", "confirmed", "offered", "waiting"]
    assert [row.status for row in rows] == statuses
    assert len(jobs("send_sign_up_ended")) == len(jobs("send_offer")) == 1


def race_cancellations(server, event: Event) -> None:
    """Let ten people of a full event cancel while ten others sign up; five have waited before."""
    slug, offers_before = event.slug, len(jobs("send_offer"))
    here = [take(event, email=f"here{n}@example.org") for n in range(10)]
    waited = [take(event, email=f"waited{n}@example.org") for n in range(5)]
    cancels = [(row.get_absolute_url(), {"action": "cancel"}) for row in here]
    arrivals = [(path_of(slug), filled(number, slug=slug)) for number in range(10)]

    pairs = zip(cancels, arrivals, strict=True)
    answers = post_all(server, [both for pair in pairs for both in pair])

    rows = {row.pk: row for row in check_places(event)}
    assert {status for status, _, _ in answers} == {302}
    assert {rows[row.pk].status for row in here} == {"cancelled"}
    # Nobody was passed over: those who had waited are offered places before any who came after.
    assert {rows[row.pk].status for row in waited} == {"offered"}
    came = [row for row in rows.values() if row.pk > waited[-1].pk]
    assert sum(row.holds_places for row in came) == 5
    assert event.places_taken == 10
    still = [row.queue_number for row in came if row.status == "waiting"]
    offered = [row.queue_number for row in rows.values() if row.status == "offered"]
    assert min(still) > max(offered)
    mailed = [job["row_id"] for job in jobs("send_offer")[offers_before:]]
    assert sorted(mailed) == sorted(row.pk for row in rows.values() if row.status == "offered")


def test_cancellations_race_sign_ups_and_nobody_is_passed_over(live_server):
    race_cancellations(live_server, make_event(capacity=10))

    assert deadlocks() == 0


def set_capacity(event: Event, capacity: int | None) -> None:
    with transaction.atomic():
        Event.objects.filter(pk=event.pk).update(capacity=capacity)
        services.settle_places(event.pk)


def test_capacity_lowered_and_raised_in_a_crowd_keeps_every_promise():
    event = make_event(capacity=20)
    here = [take(event, email=f"here{n}@example.org", party_size=n % 3 + 1) for n in range(10)]
    groups = [take(event, email=f"waits{n}@example.org", party_size=n % 4 + 1) for n in range(10)]
    calls = [partial(set_capacity, event, capacity) for capacity in (5, 26, 12, 22)]
    calls += [partial(services.cancel_sign_up, sign_up=row) for row in here[:4]]
    calls += [partial(services.change_party_size, sign_up=row, party_size=1) for row in here[4:6]]
    calls += [
        partial(take, event, email=f"new{n}@example.org", party_size=n % 2 + 1) for n in range(8)
    ]

    results = at_once(calls)

    assert not [one for one in results if isinstance(one, Exception)]
    rows = {row.pk: row.status for row in check_places(event)}
    assert {rows[row.pk] for row in here[:4]} == {"cancelled"}
    assert {rows[row.pk] for row in here[4:]} == {"confirmed"}
    assert {rows[row.pk] for row in groups} <= {"waiting", "offered", "confirmed"}
    # Whoever was told that they have places has them still.
    new = [one for one in results if isinstance(one, SignUp) and one.status == "confirmed"]
    assert {rows[row.pk] for row in new} <= {"confirmed"}
    set_capacity(event, None)
    assert "waiting" not in {row.status for row in check_places(event)}
    assert deadlocks() == 0


def test_accepting_races_lapsing():
    event = make_event(capacity=8)
    here = take(event, email="here@example.org", party_size=8)
    waited = [take(event, email=f"waited{n}@example.org") for n in range(16)]
    services.cancel_sign_up(sign_up=here)
    SignUp.objects.filter(status="offered").update(offer_until=timezone.now())
    accepting = [partial(services.accept_offer, sign_up=row) for row in waited[:8]]
    lapsing = [partial(services.lapse_due, timezone.now()) for _ in range(3)]

    results = at_once([*accepting[:4], *lapsing, *accepting[4:]])

    rows = {row.pk: row.status for row in check_places(event)}
    lapsed = sum(number for number in results if not isinstance(number, bool))
    accepted = [result for result in results if isinstance(result, bool)]
    states = [rows[row.pk] for row in waited]
    assert states[:8] == ["confirmed" if one else "lapsed" for one in accepted]
    assert Counter(states[8:]) == Counter({"offered": lapsed, "waiting": 8 - lapsed})
    assert len(jobs("send_offer")) == 8 + lapsed


def test_passing_on_races_cancelling_and_changing():
    event = make_event(capacity=12)
    for number in range(4):
        row = take(event, email=f"giver{number}@example.org", party_size=3)
        to = {"email": f"to{number}@example.org"}

        passed, cancelled, _changed, again = at_once(
            [
                partial(hand_over, row, **to),
                partial(services.cancel_sign_up, sign_up=row),
                partial(services.change_party_size, sign_up=row, party_size=2),
                partial(hand_over, row, **to),
            ]
        )

        row.refresh_from_db()
        theirs = SignUp.objects.confirmed().filter(supporter=find_supporter(to["email"]))
        assert (row.status, len(theirs), cancelled) in [
            ("passed_on", 1, False),
            ("cancelled", 0, True),
        ]
        if theirs:
            assert theirs[0].party_size == row.party_size
        else:
            assert isinstance(passed, services.SignUpError)
            assert isinstance(again, services.SignUpError)
        check_places(event)
    assert deadlocks() == 0


def test_two_changes_for_the_last_places(live_server):
    event = make_event(capacity=6)
    rows = [take(event, email=f"p{number}@example.org", party_size=2) for number in range(2)]
    links = [row.get_absolute_url() for row in rows]

    answers = post_all(
        live_server, [(link, {"action": "change", "party_size": "4"}) for link in links]
    )

    rows = check_places(event)
    assert Counter(status for status, _, _ in answers) == {302: 1, 200: 1}
    assert [page.count("All places are taken.") > 0 for s, _, page in answers if s == 200] == [True]
    assert event.places_taken == 6
    assert sorted(row.party_size for row in rows) == [2, 4]
    assert ProcrastinateJob.objects.count() == 2


def test_staff_who_save_an_event_undo_no_sign_up(live_server, client):
    event = make_event(capacity=50)
    client.force_login(make_staff("Editors"))
    client.get(edit_url(event))
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    token = client.cookies["csrftoken"].value
    saves = [
        (
            edit_url(event),
            event_data(event, capacity=str(60 + number), csrfmiddlewaretoken=token),
        )
        for number in range(6)
    ]
    sign_ups = [(PATH, filled(number)) for number in range(20)]

    answers = post_all(live_server, [*sign_ups, *saves], cookies=cookies)

    rows = check_places(event)
    assert {status for status, _, _ in answers} == {302}
    assert [row.status for row in rows] == ["confirmed"] * 20
    assert event.capacity >= 60
