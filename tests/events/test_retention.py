"""What people said and did at an event goes in time; its figures stay."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events.models import Arrival, DoorPass, Event, Feedback, Mailing, MailingCopy, Needs, SignUp
from events.services.totals import figures
from supporters import retention
from supporters.models import Consent, Supporter
from supporters.retention import BRUSSELS
from supporters.services import record_consent
from supporters.wordings import current_words
from tests.events.test_totals import crowd, give, sign_up_row, tap
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def night_of(time_machine):
    """Return a function that goes to three at night, so many days after ``event``."""

    def go(event: Event, days: int) -> None:
        night = datetime.combine(event.day + timedelta(days=days), datetime.min.time(), BRUSSELS)
        time_machine.move_to(night.replace(hour=3), tick=False)

    return go


def erased(kind: str) -> int:
    run = retention.apply_retention()
    assert run.failures == {}
    return run.counts[kind]


def consent_of(row: SignUp, purpose: str) -> Consent:
    words = current_words([purpose], language="en")[purpose]
    return record_consent(
        subject_type=SignUp.SUBJECT_TYPE,
        subject_id=row.public_id,
        purpose=purpose,
        language="en",
        text=words.text,
        supporter=row.supporter,
        wording=words.wording,
    )


def with_needs(event: Event, **fields) -> SignUp:
    row = sign_up_row(event, **fields)
    Needs.objects.create(sign_up=row, ticked="wheelchair", line="Step 12 cm at most")
    consent_of(row, Needs.PURPOSE)
    return row


@pytest.mark.parametrize("hours", [{}, {"starts": 14, "ends": 17}])
def test_needs_are_gone_within_seven_days_of_the_event(night_of, hours):
    day = in_days(20)
    moments = {
        f"{name}_at": datetime.combine(day, datetime.min.time(), BRUSSELS).replace(hour=hour)
        for name, hour in hours.items()
    }
    event = make_event(day=day, **moments)
    row = with_needs(event)
    sharing = consent_of(row, SignUp.SHARING_PURPOSE)
    night_of(event, 6)
    assert erased("needs") == 0
    assert Needs.objects.get().line == "Step 12 cm at most"

    night_of(event, 7)
    assert erased("needs") == 1

    assert not Needs.objects.exists()
    assert SignUp.objects.get().name == "Guest"
    assert list(Consent.objects.in_force()) == [sharing]
    assert Consent.objects.get(purpose=Needs.PURPOSE).ended_hour is not None


def test_needs_cannot_be_kept_longer_than_people_were_told():
    kind = retention.find_kind("needs")

    with pytest.raises(retention.PeriodRefused):
        retention.set_period(kind=kind, days=8, valid_from=in_days(0), user=None)

    retention.set_period(kind=kind, days=5, valid_from=in_days(0), user=None)
    assert retention.periods()["needs"] == 5


def test_needs_left_with_a_sign_up_that_ended_go_the_next_night(night_of):
    event = make_event(day=in_days(100))
    with_needs(event, status="cancelled")
    kept = with_needs(event, status="waiting", queue_number=1)
    night_of(event, -50)

    assert erased("needs") == 1

    assert Needs.objects.get().sign_up == kept


def test_moved_event_counts_from_its_new_day_and_cancelled_from_its_day(night_of):
    moved, cancelled = make_event(day=in_days(20)), make_event(slug="other", day=in_days(20))
    old_day = Event(day=moved.day)
    for event in (moved, cancelled):
        with_needs(event)
    Event.objects.filter(pk=moved.pk).update(day=in_days(50), moved_at=timezone.now())
    Event.objects.filter(pk=cancelled.pk).update(cancelled_at=timezone.now())

    night_of(old_day, 7)
    assert erased("needs") == 1
    assert Needs.objects.get().sign_up.event == moved
    night_of(old_day, 30)
    assert erased("sign-ups") == 1
    assert SignUp.objects.get().event == moved
    night_of(Event(day=old_day.day + timedelta(days=30)), 7)
    assert erased("needs") == 1


def test_waiting_list_goes_after_a_week_and_the_rest_after_a_month(night_of):
    event = make_event(day=in_days(5))
    crowd(event)
    night_of(event, 1)
    before = figures(event)

    night_of(event, 7)
    assert erased("waiting-sign-ups") == 3
    statuses = set(SignUp.objects.values_list("status", flat=True))
    assert statuses == {"confirmed", "cancelled", "passed_on"}
    assert figures(event) == before

    night_of(event, 29)
    assert erased("sign-ups") == 0
    night_of(event, 30)
    run = retention.apply_retention()
    assert (run.counts["sign-ups"], run.counts["arrivals"]) == (5, 5)

    assert not SignUp.objects.exists() and not Arrival.objects.exists()
    assert not Supporter.objects.exists()
    assert figures(event) == before
    assert before["came"] == 8 and before["signed_up"]["people"] == 12


@pytest.mark.parametrize("status", ["cancelled", "lapsed", "passed_on"])
def test_sign_up_that_ended_goes_a_month_later_and_is_still_counted(night_of, status):
    event = make_event(day=in_days(200))
    row = sign_up_row(event, people=3, status=status, cancelled_at=timezone.now())
    sharing = consent_of(row, SignUp.SHARING_PURPOSE)
    sign_up_row(event)
    night_of(Event(day=in_days(0)), 29)
    assert erased("cancelled-sign-ups") == 0

    night_of(Event(day=in_days(0)), 2)
    assert erased("cancelled-sign-ups") == 1

    assert SignUp.objects.get().status == "confirmed"
    found = figures(event)
    assert found[status] == {"parties": 1, "people": 3}
    assert found["by_day"][-1] | {"day": ""} == {"day": "", "asked": 4, "signed_up": 1}
    sharing.refresh_from_db()
    assert sharing.ended_hour is not None and sharing.withdrawn_hour is None


def test_words_and_copies_of_mails_go_with_the_sign_ups(night_of):
    event = make_event(day=in_days(3))
    row = sign_up_row(event)
    values = {"event": event, "day": event.day, "due_at": timezone.now(), "recipients": 1}
    words = {"en": {"subject": "To Noor", "text": "Noor brings the drum."}}
    message = Mailing.objects.create(kind="message", words=words, state="done", **values)
    reminder = Mailing.objects.create(kind="reminder", state="done", **values)
    for mailing in (message, reminder):
        MailingCopy.objects.create(mailing=mailing, sign_up=row, sent_at=timezone.now())
    night_of(event, 29)
    assert erased("event-mailings") == 0
    assert Mailing.objects.get(pk=message.pk).words == words

    night_of(event, 30)
    assert erased("event-mailings") == 2
    assert erased("event-mailings") == 0

    message.refresh_from_db()
    assert (message.words, message.recipients, message.state) == ({}, 1, "done")
    assert not MailingCopy.objects.exists()


def test_door_passes_feedback_and_contact_have_clocks_of_their_own(night_of):
    event = make_event(day=in_days(0), contact_name="Noor", contact_phone="+32 470 00 00 00")
    open_now = {"valid_from": timezone.now(), "valid_until": timezone.now() + timedelta(days=1)}
    door = DoorPass.objects.create(event=event, label="Noor", code_hash="x", **open_now)
    arrival = tap(event, 2, walk_in=True)
    Arrival.objects.update(door_pass=door)
    give(event, 4)
    Feedback.objects.update(text="I lost my drum")

    night_of(event, 8)
    assert erased("door-passes") == 0
    night_of(event, 9)
    assert erased("door-passes") == 1
    arrival.refresh_from_db()
    assert (arrival.people, arrival.door_pass) == (2, None)

    night_of(event, 29)
    assert erased("day-contacts") == 0
    night_of(event, 30)
    assert erased("day-contacts") == 1
    assert erased("day-contacts") == 0
    event.refresh_from_db()
    assert (event.contact_name, event.contact_phone) == ("", "")
    assert not event.contact_is_public

    night_of(event, 364)
    assert erased("event-feedback") == 0
    night_of(event, 366)
    assert erased("event-feedback") == 1
    found = figures(event)
    assert (found["feedback"]["mean"], found["walk_ins"]) == (4.0, 2)


@pytest.mark.django_db(transaction=True)
def test_night_does_not_wait_for_an_event_that_is_in_use(night_of):
    """Everybody else takes the event first; a night that waited for it would be waited for."""
    event = make_event(day=in_days(3))
    sign_up_row(event)
    night_of(event, 30)
    held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Event.objects.select_for_update(no_key=True).get(pk=event.pk)
            held.set()
            may_go.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(20)
        assert erased("sign-ups") == 0
    finally:
        may_go.set()
        holder.join()

    # The control: with nobody holding the event, the same sign-up goes.
    assert erased("sign-ups") == 1
