"""What "My solidarity" says of sign-ups, hands out, and takes away."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import override

from events.holdings import describe, erase, export
from events.models import (
    Arrival,
    Event,
    Feedback,
    Mailing,
    MailingCopy,
    Needs,
    Organiser,
    SignUp,
)
from events.services import NeedsGiven, SignUpError, changing_needs
from events.services.forgetting import forget_needs, stop_sharing
from events.services.totals import figures
from supporters.erasure import erase_supporter
from supporters.models import Consent, Supporter
from supporters.services import hold_address
from supporters.wordings import current_words
from tests.events.test_retention import consent_of, with_needs
from tests.events.test_totals import give, sign_up_row, tap
from tests.factories import make_event, make_supporter

pytestmark = pytest.mark.django_db


def everything(**fields) -> SignUp:
    """A sign-up with all that can hang on one."""
    event = make_event(capacity=10, places_taken=2)
    union = Organiser.objects.create(event=event, name="Example Union", gets_data=True)
    Organiser.objects.create(event=event, name="Silent Partner")
    row = with_needs(
        event,
        people=2,
        language="en",
        name="Zora Zimmermann",
        shared_with=[union.pk],
        confirmed_coming=True,
        gave_feedback=True,
        **fields,
    )
    consent_of(row, SignUp.SHARING_PURPOSE)
    mailing = Mailing.objects.create(
        event=event, kind="reminder", day=event.day, due_at=timezone.now(), recipients=1
    )
    MailingCopy.objects.create(mailing=mailing, sign_up=row, sent_at=timezone.now())
    tap(event, 2, row)
    give(event, 5)
    return row


@pytest.mark.parametrize(
    ("fields", "state", "is_over"),
    [
        ({"status": "confirmed"}, "Signed up, 2 people.", False),
        ({"status": "waiting", "queue_number": 4}, "On the waiting list, 2 people.", False),
        ({"status": "cancelled"}, "Sign-up cancelled.", True),
        ({"status": "lapsed"}, "You were offered places and did not answer in time.", True),
        ({"status": "passed_on"}, "You passed your places on to somebody else.", True),
    ],
)
def test_every_sign_up_is_told_as_it_stands(fields, state, is_over):
    row = sign_up_row(make_event(), people=2, **fields)

    (item,) = describe(row.supporter)

    assert (item.title, item.state, item.is_over) == ("Test event", state, is_over)
    assert item.url == row.get_absolute_url()
    assert item.notes == ()


def test_offer_says_until_when_in_belgian_time(time_machine):
    time_machine.move_to("2027-01-04T10:00+00:00", tick=False)
    until = timezone.now() + timedelta(hours=24)
    offer = {"status": "offered", "queue_number": 1, "offer_until": until}
    one = sign_up_row(make_event(), people=1, **offer)
    many = sign_up_row(make_event(slug="other"), people=3, **offer)

    (item,) = describe(one.supporter)
    assert item.state == (
        "A place is kept for you until 5 January 2027, 11:00. Say whether you want it."
    )
    (item,) = describe(many.supporter)
    assert item.state.startswith("3 places are kept for you until 5 January 2027, 11:00.")
    assert not item.is_over


def test_notes_tell_of_needs_and_of_whom_the_name_goes_to():
    (item,) = describe(everything().supporter)

    assert item.notes == (
        "You told us what you need. We erase that 7 days after the event.",
        "You let us give your name and email address to Example Union. What they have received "
        "is out of our hands.",
    )


def test_file_holds_all_of_it_and_of_nobody_else():
    row = everything()
    other = sign_up_row(row.event, name="Somebody Else")
    tap(row.event, 1, other)

    (data,) = export(row.supporter).rows

    text = json.dumps(data, ensure_ascii=False)
    assert "Somebody" not in text and "Silent" not in text
    assert data["name"] == "Zora Zimmermann"
    assert data["needs"] == ["I come with a wheelchair or cannot take steps"]
    assert data["needs_in_their_words"] == "Step 12 cm at most"
    assert data["shared_with"] == ["Example Union"]
    assert (data["people"], data["let_in_at_the_door"]) == (2, 2)
    assert data["said_again_that_they_come"] and data["gave_feedback"]
    assert [mail["kind"] for mail in data["mails"]] == ["reminder, the day before"]
    assert all(mail["sent"] for mail in data["mails"])
    # What they said afterwards is nobody's.
    assert "grade" not in text


def test_file_speaks_the_language_asked_for():
    row = everything()
    with override("fr"):
        (data,) = export(row.supporter).rows
    assert data["event"] == "Événement d’essai"


def test_erasure_takes_the_person_out_of_everything():
    row = everything()
    event, before = row.event, figures(row.event)
    staying = with_needs(event)

    erased = erase(row.supporter)

    assert erased.erased == ["1 sign-up for an event, with your name."]
    assert list(SignUp.objects.all()) == [staying]
    assert Needs.objects.get().sign_up == staying
    assert not MailingCopy.objects.exists()
    assert Mailing.objects.get().recipients == 1
    arrival = Arrival.objects.get()
    assert (arrival.sign_up, arrival.people) == (None, 2)
    assert Feedback.objects.get().grade == 5
    event.refresh_from_db()
    assert event.places_taken == 0
    after = figures(event)
    assert (after["came"], after["feedback"]) == (before["came"], before["feedback"])
    assert after["cancelled"] == {"parties": 1, "people": 2}
    assert erase(row.supporter).erased == []


@pytest.mark.parametrize("status", ["confirmed", "offered"])
def test_places_go_to_whoever_waits_in_the_same_transaction(status):
    event = make_event(capacity=3, places_taken=3)
    offer = {"queue_number": 1, "offer_until": timezone.now() + timedelta(hours=1)}
    leaving = sign_up_row(event, people=3, status=status, **(offer if status == "offered" else {}))
    first, second, third = (
        sign_up_row(event, people=people, status="waiting", queue_number=number)
        for number, people in ((2, 2), (3, 2), (4, 1))
    )

    with transaction.atomic():
        erase(leaving.supporter)
        statuses = dict(SignUp.objects.values_list("pk", "status"))

    assert statuses == {first.pk: "offered", second.pk: "waiting", third.pk: "offered"}
    event.refresh_from_db()
    assert event.places_taken == 3


def test_who_waits_is_erased_and_nobody_gets_anything():
    event = make_event(capacity=2, places_taken=2)
    sign_up_row(event, people=2)
    leaving = sign_up_row(event, status="waiting", queue_number=1)
    sign_up_row(event, status="waiting", queue_number=2)

    erase(leaving.supporter)

    event.refresh_from_db()
    assert event.places_taken == 2
    assert set(SignUp.objects.values_list("status", flat=True)) == {"confirmed", "waiting"}


def test_event_that_has_begun_keeps_its_figures():
    hours = {"starts_at": timezone.now() - timedelta(hours=1), "day": timezone.localdate()}
    event = make_event(capacity=5, places_taken=2, **hours)
    row = sign_up_row(event, people=2, language="nl")
    tap(event, 2, row)
    before = figures(event)

    erase(row.supporter)

    assert figures(event) == before
    event.refresh_from_db()
    assert event.places_taken == 2


def test_consents_stay_as_proof_and_are_withdrawn():
    row = everything()

    erase_supporter(row.supporter)

    consents = Consent.objects.filter(subject_id=row.public_id)
    assert {consent.purpose for consent in consents} == {Needs.PURPOSE, SignUp.SHARING_PURPOSE}
    assert all(consent.supporter is None and consent.erasure for consent in consents)
    assert not Consent.objects.in_force().exists()


def test_needs_are_taken_back_without_the_sign_up():
    row = everything()

    assert forget_needs(row)
    assert not forget_needs(row)

    assert not Needs.objects.exists()
    assert SignUp.objects.get().status == "confirmed"
    assert Consent.objects.get(purpose=Needs.PURPOSE).withdrawn_hour
    assert list(Consent.objects.in_force().values_list("purpose", flat=True)) == [
        SignUp.SHARING_PURPOSE
    ]


def test_sharing_is_taken_back_without_the_needs():
    row = everything()

    assert stop_sharing(row)
    assert not stop_sharing(row)

    row.refresh_from_db()
    assert row.shared_with == []
    assert Needs.objects.exists()
    assert list(Consent.objects.in_force().values_list("purpose", flat=True)) == [Needs.PURPOSE]
    (item,) = describe(row.supporter)
    assert len(item.notes) == 1


def two_people_at_two_events(number: int = 0) -> tuple[list[Supporter], list[Event]]:
    """Both signed up for both events, one in one order, one in the other."""
    events = [make_event(slug=f"{n}-{number}", capacity=9, places_taken=2) for n in range(2)]
    people = [make_supporter(f"person{n}@example.org") for n in range(2)]
    for person, order in zip(people, (events, events[::-1]), strict=True):
        for event in order:
            SignUp.objects.create(event=event, supporter=person, name="X", language="en")
    return people, events


def at_once(work, people: list[Supporter]) -> list:
    """Let ``work`` run for each of them at the same time, in a connection of its own."""
    together = threading.Barrier(len(people))

    def run(person: Supporter):
        try:
            return work(person, together)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(run, people))


@pytest.mark.django_db(transaction=True)
def test_two_erasures_at_once_never_wait_for_each_other():
    def work(person: Supporter, together) -> bool:
        together.wait(20)
        return erase_supporter(person) is not None

    for number in range(3):
        people, events = two_people_at_two_events(number)

        assert at_once(work, people) == [True, True]

        assert not SignUp.objects.exists()
        for event in events:
            event.refresh_from_db()
            assert event.places_taken == 0
            assert figures(event)["cancelled"]["parties"] == 2


@pytest.mark.django_db(transaction=True)
def test_events_in_the_order_of_signing_up_would_wait_for_each_other():
    """The control: it is the one order of events that keeps two erasures apart."""

    def work(person: Supporter, together) -> str:
        first, second = SignUp.objects.filter(supporter=person).order_by("pk")
        try:
            with transaction.atomic():
                Event.objects.select_for_update(no_key=True).get(pk=first.event_id)
                together.wait(20)
                Event.objects.select_for_update(no_key=True).get(pk=second.event_id)
        except OperationalError as error:
            return str(error)
        return "done"

    people, _events = two_people_at_two_events()

    results = at_once(work, people)

    assert "done" in results
    assert any("deadlock" in result for result in results)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("holds", [True, False])
def test_needs_changed_during_an_erasure_wait_for_it_first(monkeypatch, holds):
    """With the address held they find nobody; without, the two would wait for each other."""
    row = everything()
    words = current_words([Needs.PURPOSE])[Needs.PURPOSE]
    has_person, may_go = threading.Event(), threading.Event()
    if not holds:
        monkeypatch.setattr(changing_needs, "hold_address", lambda _hash: None)

    def erase_slowly() -> str:
        with transaction.atomic():
            hold_address(row.supporter.email_hash, alone=True)
            Supporter.objects.select_for_update().get(pk=row.supporter.pk)
            has_person.set()
            may_go.wait(1)
            erase(row.supporter)
        return "erased"

    def change() -> str:
        has_person.wait(20)
        changing_needs.keep_needs(sign_up=row, needs=NeedsGiven(["seat"]), words=words)
        return "changed"

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(_result_of, [erase_slowly, change]))

    deadlocked = any("deadlock" in result for result in results)
    assert deadlocked is not holds
    if holds:
        assert results == ["erased", "This sign-up is cancelled."]
        assert not Needs.objects.exists()


def _result_of(work) -> str:
    try:
        return work()
    except (OperationalError, SignUpError) as error:
        return str(error)
    finally:
        connection.close()
