"""Places of one person go to another, and nobody on the waiting list is passed over."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.idempotency import KeyReused
from events.models import Event, Needs, SignUp
from events.services import NeedsGiven, SignUpError, cancel_sign_up, pass_on, passing_on
from supporters.arriving import hold_arriving
from supporters.models import Consent, NewsletterSubscription, Supporter
from tests.events.crowds import unannounced_event as make_event
from tests.events.test_services import jobs, take, words
from tests.factories import in_days

pytestmark = pytest.mark.django_db


def hand_over(row: SignUp, **fields) -> SignUp:
    defaults = {
        "name": "Noor",
        "email": "noor@example.org",
        "language": "nl",
        "form_key": uuid.uuid4(),
        "form_digest": "c" * 64,
    }
    return pass_on(sign_up=row, **{**defaults, **fields})


def test_places_go_to_the_receiver_and_nobody_waiting_gets_them():
    event = make_event(capacity=3)
    given = take(event, party_size=3)
    waiting = take(event, email="q@example.org")
    ProcrastinateJob.objects.all().delete()

    received = hand_over(given)

    given.refresh_from_db()
    event.refresh_from_db()
    waiting.refresh_from_db()
    stored = SignUp.objects.get(pk=received.pk)
    assert (stored.status, stored.party_size, stored.language) == ("confirmed", 3, "nl")
    assert (stored.name, stored.supporter.email) == ("Noor", "noor@example.org")
    assert (given.status, waiting.status, event.places_taken) == ("passed_on", "waiting", 3)
    assert given.cancelled_at is not None
    assert jobs("send_sign_up_answer") == [{"public_id": str(received.public_id)}]
    assert jobs("send_sign_up_ended") == [{"row_id": given.pk}]
    assert len(jobs("send_offer")) == 0


def test_needs_and_consents_are_those_of_the_receiver():
    needs_words, sharing_words = words(Needs.PURPOSE), words(SignUp.SHARING_PURPOSE)
    given = take(make_event(), needs=NeedsGiven(["signs"]), needs_words=needs_words)

    received = hand_over(
        given,
        needs=NeedsGiven(["seat"], "A chair"),
        needs_words=needs_words,
        shared_with=[5],
        sharing_words=sharing_words,
    )

    assert [(row.sign_up_id, row.ticked) for row in Needs.objects.all()] == [(received.pk, "seat")]
    assert received.shared_with == [5]
    consents = Consent.objects.in_force()
    assert {consent.subject_id for consent in consents} == {received.public_id}
    assert {consent.supporter for consent in consents} == {received.supporter}
    assert consents.count() == 2


def test_one_form_passes_on_once():
    given = take(make_event())
    key = uuid.uuid4()

    first = hand_over(given, form_key=key)
    again = hand_over(given, form_key=key)
    with pytest.raises(KeyReused):
        hand_over(given, form_key=key, form_digest="d" * 64)

    assert again == first
    assert SignUp.objects.confirmed().count() == 1


def test_button_pressed_twice_at_once_passes_on_once(monkeypatch):
    """The second press waits for the first at the form's key, and finds what it made."""
    given = take(make_event())
    key, first = uuid.uuid4(), []

    def wait_for_the_first(**asked):
        monkeypatch.setattr(passing_on, "hold_arriving", hold_arriving)
        first.append(hand_over(given, form_key=key))
        return hold_arriving(**asked)

    monkeypatch.setattr(passing_on, "hold_arriving", wait_for_the_first)

    assert hand_over(given, form_key=key) == first[0]
    assert SignUp.objects.confirmed().get() == first[0]


def test_receiver_who_has_a_sign_up_may_still_ask_for_news():
    event = make_event()
    take(event, email="noor@example.org")
    given = take(event)

    hand_over(given, newsletter=words(NewsletterSubscription.PURPOSE))

    assert NewsletterSubscription.objects.waiting().count() == 1


def test_places_passed_on_cannot_be_passed_on_or_cancelled_again():
    event = make_event(capacity=5)
    given = take(event, party_size=2)
    hand_over(given)

    with pytest.raises(SignUpError, match="passed on already"):
        hand_over(given, email="third@example.org")
    assert cancel_sign_up(sign_up=given) is False

    event.refresh_from_db()
    assert event.places_taken == 2
    assert SignUp.objects.confirmed().get().supporter.email == "noor@example.org"


def test_receiver_can_pass_them_on_again():
    given = take(make_event())

    third = hand_over(hand_over(given), email="third@example.org")

    assert SignUp.objects.confirmed().get() == third


def test_giver_can_sign_up_anew():
    event = make_event(capacity=2)
    hand_over(take(event))

    assert take(event).status == "confirmed"


@pytest.mark.parametrize("status", ["confirmed", "offered", "waiting"])
def test_receiver_who_has_a_sign_up_keeps_it_and_the_giver_too(status):
    event = make_event(capacity=9)
    given = take(event, party_size=2)
    theirs = take(event, email="noor@example.org", name="Noor")
    SignUp.objects.filter(pk=theirs.pk).update(
        status=status, queue_number=1, offer_until=timezone.now()
    )
    ProcrastinateJob.objects.all().delete()

    answer = hand_over(given)

    given.refresh_from_db()
    theirs.refresh_from_db()
    assert (given.status, theirs.status, theirs.party_size) == ("confirmed", status, 1)
    assert answer.status == "confirmed"
    assert ProcrastinateJob.objects.count() == 1
    if status == "offered":
        assert jobs("send_offer") == [{"row_id": theirs.pk}]
    else:
        assert jobs("send_sign_up_answer") == [{"public_id": str(theirs.public_id)}]


def test_nothing_happens_when_the_giver_names_themself():
    given = take(make_event())

    hand_over(given, email="sam@example.org")

    given.refresh_from_db()
    assert given.status == "confirmed"
    assert SignUp.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cancelled_at": timezone.now()}, "This event is cancelled."),
        ({"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=1)}, "has begun"),
    ],
)
def test_event_cancelled_or_begun_refuses_and_keeps_nothing(change, sentence):
    event = make_event()
    given = take(event)
    Event.objects.filter(pk=event.pk).update(**change)

    with pytest.raises(SignUpError, match=sentence):
        hand_over(given)

    given.refresh_from_db()
    assert given.status == "confirmed"
    assert Supporter.objects.count() == 1


@pytest.mark.parametrize("status", ["waiting", "offered", "cancelled", "lapsed"])
def test_only_confirmed_places_are_passed_on(status):
    given = take(make_event())
    SignUp.objects.update(status=status, queue_number=1, offer_until=timezone.now())

    with pytest.raises(SignUpError):
        hand_over(given)

    assert SignUp.objects.get().status == status
