"""The figures of an event, and that they outlive the people they count."""

import uuid
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import totals_tasks
from events.models import Arrival, DoorPass, Event, Feedback, SignUp
from events.services import totals
from events.services.arrivals import ArrivedCounts, arrived
from events.services.forgetting import forget_row, forget_sign_up
from events.services.totals import by_language, figures, figures_of, freeze_totals
from tests.factories import in_days, make_event, make_supporter

pytestmark = pytest.mark.django_db

NOBODY = {"parties": 0, "people": 0}


_numbers = count(1)


def sign_up_row(event, *, people=1, language="fr", **fields) -> SignUp:
    """A sign-up as the services leave it, of somebody else each time."""
    supporter = make_supporter(f"guest{next(_numbers)}@example.org", language=language)
    values = {"name": "Guest", "party_size": people, "language": language, "supporter": supporter}
    return SignUp.objects.create(event=event, **{**values, **fields})


def tap(event, people, sign_up=None, *, walk_in=False) -> Arrival:
    return Arrival.objects.create(
        tap_id=uuid.uuid4(),
        event=event,
        sign_up=sign_up,
        people=people,
        is_walk_in=walk_in,
        at=timezone.now(),
    )


def give(event, *grades) -> None:
    for grade in grades:
        Feedback.objects.create(event=event, grade=grade, language="fr", on=timezone.localdate())


def crowd(event) -> dict[str, SignUp]:
    """One of everything."""
    rows = {
        "four": sign_up_row(event, people=4, language="nl"),
        "six": sign_up_row(event, people=6),
        "waited": sign_up_row(event, people=2, queue_number=1),
        "waiting": sign_up_row(event, people=3, status="waiting", queue_number=2),
        "offered": sign_up_row(event, status="offered", queue_number=3, offer_until=timezone.now()),
        "cancelled": sign_up_row(event, people=5, status="cancelled"),
        "lapsed": sign_up_row(event, status="lapsed", queue_number=4),
        "passed_on": sign_up_row(event, people=2, status="passed_on"),
    }
    tap(event, 4, rows["four"])
    tap(event, 4, rows["four"])  # by a second phone
    tap(event, 6, rows["six"])
    tap(event, -2, rows["six"])
    tap(event, 3, walk_in=True)
    give(event, 5, 5, 2)
    return rows


def over(event, days: int = 1) -> Event:
    """The same event, as if it had been ``days`` days ago."""
    Event.objects.filter(pk=event.pk).update(day=in_days(-days))
    return Event.objects.get(pk=event.pk)


def stored(event) -> dict:
    return Event.objects.values_list("totals", flat=True).get(pk=event.pk)


def test_figures_count_people_and_parties():
    event = make_event()
    crowd(event)

    found = figures(event)

    today = timezone.localdate().isoformat()
    assert found == {
        "signed_up": {"parties": 3, "people": 12},
        "offered": {"parties": 1, "people": 1},
        "waiting": {"parties": 1, "people": 3},
        "cancelled": {"parties": 1, "people": 5},
        "lapsed": {"parties": 1, "people": 1},
        "passed_on": {"parties": 1, "people": 2},
        "waited": {"parties": 4, "people": 7},
        "got_a_place": {"parties": 1, "people": 2},
        "came": 8,
        "walk_ins": 3,
        # Four people are too few to be told apart, and the others would tell how many they are.
        "by_language": {"other": 12},
        "by_day": [{"day": today, "asked": 24, "signed_up": 12}],
        "feedback": {
            "count": 3,
            "mean": 4.0,
            "grades": {"1": 0, "2": 1, "3": 0, "4": 0, "5": 2},
        },
    }


def test_door_counts_the_same_people_before_and_after_an_erasure():
    event = make_event()
    rows = crowd(event)
    assert arrived(event) == ArrivedCounts(signed_up=8, walk_ins=3)

    for name in ("four", "six"):
        forget_sign_up(rows[name])

    assert arrived(event) == ArrivedCounts(signed_up=8, walk_ins=3)
    assert figures(event)["came"] == 8


def test_event_without_anybody_has_figures_too():
    found = figures(make_event())

    assert found["signed_up"] == found["waited"] == NOBODY
    assert (found["came"], found["walk_ins"], found["by_language"]) == (0, 0, {})
    assert (found["by_day"], found["feedback"]["mean"]) == ([], None)


@pytest.mark.parametrize(
    ("people", "told"),
    [
        ({"fr": 9, "nl": 5}, {"fr": 9, "nl": 5}),
        ({"fr": 60, "nl": 37, "en": 3}, {"fr": 60, "other": 40}),
        ({"fr": 60, "nl": 4, "en": 3}, {"fr": 60, "other": 7}),
        ({"fr": 60, "nl": 2, "en": 2}, {"other": 64}),
        ({"fr": 4}, {}),
        ({"fr": 2, "nl": 2}, {}),
        ({"fr": 0, "nl": 7}, {"nl": 7}),
        ({"fr": 60, "other": 7}, {"fr": 60, "other": 7}),
    ],
)
def test_small_groups_are_told_together_only(people, told):
    assert by_language(people) == told


def test_days_add_up_in_belgian_time():
    event = make_event()
    # Eleven at night in London is midnight in Brussels.
    sign_up_row(event, people=2, created_hour=datetime.fromisoformat("2027-01-04T23:00+00:00"))
    sign_up_row(event, people=1, created_hour=datetime.fromisoformat("2027-01-04T22:00+00:00"))
    sign_up_row(
        event,
        people=4,
        status="cancelled",
        created_hour=datetime.fromisoformat("2027-01-07T12:00+00:00"),
    )

    assert figures(event)["by_day"] == [
        {"day": "2027-01-04", "asked": 1, "signed_up": 1},
        {"day": "2027-01-05", "asked": 3, "signed_up": 3},
        {"day": "2027-01-07", "asked": 7, "signed_up": 3},
    ]


def test_queries_do_not_grow_with_the_crowd():
    event = make_event()
    crowd(event)
    with CaptureQueriesContext(
        connection,
    ) as few:
        figures(event)
    for _ in range(3):
        SignUp.objects.exclude(queue_number=None).update(queue_number=None, status="confirmed")
        crowd(event)

    with CaptureQueriesContext(connection) as many:
        figures(event)

    assert len(many) == len(few) == 5


def test_no_erasure_changes_a_figure():
    event = make_event()
    crowd(event)
    event = over(event)
    before = figures(event)
    rows = [*SignUp.objects.all(), *Arrival.objects.all()[:2], *Feedback.objects.all()]

    for row in rows:
        (forget_sign_up if isinstance(row, SignUp) else forget_row)(
            type(row).objects.get(pk=row.pk)
        )
        assert figures(event) == before
    for row in Arrival.objects.all():
        forget_row(row)
        assert figures(event) == before

    assert not SignUp.objects.exists() and not Arrival.objects.exists()
    freeze_totals(event)
    event.refresh_from_db()
    assert event.totals == {
        "figures": before,
        "kept_on": timezone.localdate().isoformat(),
        "is_final": True,
    }
    with CaptureQueriesContext(connection) as none:
        assert figures_of(event) == before
    assert len(none) == 0


def test_rows_deleted_without_leaving_their_numbers_would_change_figures():
    """The control: it is ``note_gone`` that keeps them."""
    event = make_event()
    row = crowd(event)["six"]
    before = figures(event)

    row.delete()

    assert figures(event) != before


def test_taps_of_two_phones_count_once_after_the_person_is_erased():
    event = make_event()
    row = sign_up_row(event, people=10)
    for _phone in range(7):
        tap(event, 10, row)
    other = sign_up_row(event, people=2)
    tap(event, -1, other)

    forget_sign_up(row)
    forget_sign_up(other)

    assert figures(event)["came"] == 10
    assert Arrival.objects.exclude(sign_up=None).count() == 0


def test_figures_are_kept_when_the_event_is_over_and_not_before():
    event = make_event(day=in_days(0))
    crowd(event)
    assert freeze_totals(event) == figures(event)
    event.refresh_from_db()
    assert event.totals == {}

    event = over(event)
    kept = freeze_totals(event)
    assert stored(event)["figures"] == kept == figures(event)

    # A phone that had no network, and somebody who answers late.
    tap(event, 2, walk_in=True)
    give(event, 1)
    again = freeze_totals(event)
    assert (again["walk_ins"], again["feedback"]["count"]) == (5, 4)
    assert figures_of(event) == again


def test_what_is_final_never_changes():
    event = over(make_event())
    freeze_totals(event)
    kept = stored(event)
    assert kept["is_final"]

    sign_up_row(event)

    assert freeze_totals(event) == figures_of(event) == kept["figures"]
    assert stored(event) == kept
    assert kept["figures"]["signed_up"] == NOBODY


def test_nothing_is_final_while_a_phone_may_still_hand_in_what_it_counted():
    event = over(make_event())
    door_pass = DoorPass.objects.create(
        event=event, label="Gate", valid_from=timezone.now(), valid_until=timezone.now()
    )
    freeze_totals(event)
    tap(event, 3, walk_in=True)
    assert figures_of(over(event))["walk_ins"] == 3

    for arrival in Arrival.objects.all():
        forget_row(arrival)
    door_pass.delete()
    freeze_totals(event)

    assert stored(event)["is_final"]
    assert stored(event)["figures"]["walk_ins"] == 3


def test_small_groups_are_forgotten_with_the_last_sign_up():
    event = make_event()
    crowd(event)
    for row in SignUp.objects.all():
        forget_sign_up(row)
    event = over(event)

    freeze_totals(event)

    assert stored(event)["gone"]["languages"] == {"other": 12}
    assert freeze_totals(event)["by_language"] == {"other": 12}


def test_every_night_keeps_the_figures_of_what_is_over():
    yesterday, today, cancelled = (
        make_event(slug=slug, day=in_days(days))
        for slug, days in (("yesterday", -1), ("today", 0), ("cancelled", -3))
    )
    hours = {
        "starts_at": timezone.now() - timedelta(hours=3),
        "ends_at": timezone.now() - timedelta(minutes=1),
    }
    just_over = make_event(slug="just-over", day=in_days(0), **hours)
    Event.objects.filter(pk=cancelled.pk).update(cancelled_at=timezone.now())
    for event in (yesterday, today, cancelled, just_over):
        sign_up_row(event)

    totals_tasks.freeze_event_totals(timestamp=0)
    totals_tasks.freeze_event_totals(timestamp=0)

    kept = set(Event.objects.exclude(totals={}).values_list("slug", flat=True))
    assert {"yesterday", "cancelled", "just-over"} <= kept
    assert not {"today"} & kept
    # Those of the seeds have nobody, and are final.
    assert totals.freeze_all(timezone.now()) == 3
