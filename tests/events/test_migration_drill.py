"""Events and sign-ups of the version before waiting lists, brought up to date and back."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from events.models import Event, SignUp
from events.services import cancel_sign_up
from tests.events.crowds import unannounced_event
from tests.events.test_services import take

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]


def test_sign_ups_from_before_stay_what_they_were():
    event = unannounced_event(capacity=5)
    comes = take(event, party_size=3)
    cancelled = take(event, email="q@example.org")
    cancel_sign_up(sign_up=cancelled)
    call_command("migrate", "events", "0002", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, party_size FROM events_signup ORDER BY id")
        assert cursor.fetchall() == [("confirmed", 3), ("cancelled", 1)]
        cursor.execute("SELECT places_taken, capacity FROM events_event WHERE id = %s", [event.pk])
        assert cursor.fetchall() == [(3, 5)]

    call_command("migrate", verbosity=0)

    event.refresh_from_db()
    assert (event.places_taken, event.has_waiting_list, event.next_queue_number) == (3, True, 1)
    assert event.calendar_changed_at
    statuses = dict(SignUp.objects.values_list("pk", "status"))
    assert statuses == {comes.pk: "confirmed", cancelled.pk: "cancelled"}
    assert take(event, email="third@example.org", party_size=3).status == "waiting"
    with pytest.raises(DatabaseError, match="has no room"):
        Event.objects.filter(pk=event.pk).update(places_taken=6)
