"""Places taken, numbers in the queue, and what is told to whom."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.idempotency import KeyReused
from events.models import Event, Needs, SignUp
from events.services import NeedsGiven, SignUpError, cancel_sign_up, sign_up
from supporters.models import Consent, ConsentText, NewsletterSubscription, Supporter
from supporters.wordings import current_words
from tests.events.crowds import unannounced_event as make_event
from tests.factories import in_days

pytestmark = pytest.mark.django_db


def take(event, **fields) -> SignUp:
    defaults = {
        "name": "Sam",
        "email": "sam@example.org",
        "party_size": 1,
        "language": "en",
        "form_key": uuid.uuid4(),
        "form_digest": "a" * 64,
    }
    return sign_up(event=event, **{**defaults, **fields})


def jobs(task_name: str) -> list[dict]:
    found = ProcrastinateJob.objects.filter(task_name=task_name).order_by("id")
    return [job.args for job in found]


def words(purpose: str):
    return current_words([purpose], language="en", values={"organisations": "Union"})[purpose]


def test_sign_up_takes_places_and_enqueues_one_mail():
    event = make_event(capacity=5)

    row = take(event, party_size=3, language="nl")

    event.refresh_from_db()
    stored = SignUp.objects.get()
    assert event.places_taken == 3
    assert (row.name, row.language, row.supporter.email) == ("Sam", "nl", "sam@example.org")
    assert row.created_hour.minute == 0
    assert (stored.status, stored.queue_number) == ("confirmed", None)
    assert jobs("send_sign_up_answer") == [{"public_id": str(row.public_id)}]


def test_the_row_that_is_returned_is_the_row_that_is_stored():
    row = take(make_event(capacity=5), party_size=3)

    stored = SignUp.objects.get()
    for field in SignUp._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(stored, field.attname), field.name


def test_the_event_is_touched_once_and_last():
    event = make_event(capacity=5)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        take(event, needs=NeedsGiven(["seat"]), needs_words=words(Needs.PURPOSE))

    about_event = [n for n, query in enumerate(queries) if "events_event" in query["sql"]]
    last = max(n for n, query in enumerate(queries) if "SAVEPOINT" not in query["sql"])
    assert about_event == [last]


def test_no_limit_takes_everybody():
    event = make_event(capacity=None)

    for number in range(3):
        take(event, email=f"p{number}@example.org", party_size=10)

    event.refresh_from_db()
    assert event.places_taken == 30


def test_whoever_finds_no_room_waits_in_order_and_a_smaller_party_may_find_it():
    event = make_event(capacity=5, places_taken=3)

    rows = [
        take(event, email=f"p{number}@example.org", party_size=people)
        for number, people in enumerate((3, 4, 2, 1))
    ]

    event.refresh_from_db()
    stored = [(row.status, row.queue_number) for row in SignUp.objects.order_by("pk")]
    assert stored == [("waiting", 1), ("waiting", 2), ("confirmed", None), ("waiting", 3)]
    assert [(row.status, row.queue_number) for row in rows] == stored
    assert event.places_taken == 5
    assert len(jobs("send_sign_up_answer")) == 4


REFUSALS = [
    ({"capacity": 5, "places_taken": 3}, 3, "Only 2 places are left. Sign up fewer people."),
    ({"capacity": 5, "places_taken": 4}, 2, "Only 1 place is left. Sign up fewer people."),
    ({"capacity": 5, "places_taken": 5}, 1, "All places are taken."),
    ({"capacity": 0, "has_waiting_list": True}, 1, "All places are taken."),
    (
        {"capacity": 3, "has_waiting_list": True},
        4,
        "This event has 3 places in all. Sign up fewer people.",
    ),
    ({"takes_sign_ups": False}, 1, "Sign-up for this event is closed."),
    ({"opens_at": timezone.now() + timedelta(hours=1)}, 1, "Sign-up for this event is closed."),
    ({"closes_at": timezone.now() - timedelta(minutes=1)}, 1, "Sign-up for this event is closed."),
    ({"cancelled_at": timezone.now()}, 1, "This event is cancelled."),
    ({"day": in_days(-1)}, 1, "Sign-up for this event is closed."),
    (
        {"day": in_days(0), "starts_at": timezone.now() - timedelta(minutes=1)},
        1,
        "Sign-up for this event is closed.",
    ),
    ({}, 11, "One sign-up is for 10 people at most."),
    ({}, 0, "One sign-up is for 10 people at most."),
]


@pytest.mark.parametrize(("fields", "party_size", "sentence"), REFUSALS)
def test_refused_sign_up_says_why_and_leaves_nothing(fields, party_size, sentence):
    event = make_event(**{"has_waiting_list": False, **fields})
    before = event.places_taken

    with pytest.raises(SignUpError) as refusal:
        take(
            event,
            party_size=party_size,
            needs=NeedsGiven(["seat"]),
            needs_words=words(Needs.PURPOSE),
        )

    event.refresh_from_db()
    assert str(refusal.value) == sentence
    assert (event.places_taken, event.next_queue_number) == (before, 1)
    assert not SignUp.objects.exists()
    assert not Supporter.objects.exists()
    assert not Consent.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_window_that_is_open_lets_in():
    now = timezone.now()
    event = make_event(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=1))

    assert take(event).status == "confirmed"


@pytest.mark.parametrize("fields", [fields for fields, people, _ in REFUSALS if people == 1])
def test_statement_and_property_agree_on_what_is_open(fields):
    event = make_event(**{"has_waiting_list": False, **fields})

    assert not event.is_open or event.is_full


def test_same_key_gives_the_first_sign_up_and_other_content_is_refused():
    event = make_event(capacity=5)
    key = uuid.uuid4()

    first = take(event, form_key=key)
    again = take(event, form_key=key)
    with pytest.raises(KeyReused):
        take(event, form_key=key, form_digest="b" * 64, party_size=2)

    event.refresh_from_db()
    assert again == first
    assert event.places_taken == 1
    assert ProcrastinateJob.objects.count() == 1


def test_same_address_again_takes_no_more_places_and_changes_nothing():
    event = make_event(capacity=5)
    first = take(event, party_size=2)
    SignUp.objects.update(confirmation_sent_at=timezone.now())

    again = take(
        event,
        name="Somebody else",
        email="SAM@example.org",
        party_size=3,
        needs=NeedsGiven(["seat"], "A chair"),
        needs_words=words(Needs.PURPOSE),
        newsletter=words(NewsletterSubscription.PURPOSE),
    )

    event.refresh_from_db()
    stored = SignUp.objects.get()
    assert again == first
    assert (stored.name, stored.party_size, stored.confirmation_sent_at) == ("Sam", 2, None)
    assert event.places_taken == 2
    assert jobs("send_sign_up_answer") == [{"public_id": str(first.public_id)}] * 2
    assert not Needs.objects.exists()
    assert not Consent.objects.exists()
    assert NewsletterSubscription.objects.waiting().count() == 1


@pytest.mark.parametrize(
    ("known_status", "task", "argument"),
    [
        ("confirmed", "send_sign_up_answer", "public_id"),
        ("waiting", "send_sign_up_answer", "public_id"),
        ("offered", "send_offer", "row_id"),
    ],
)
@pytest.mark.parametrize(("room", "status"), [(2, "confirmed"), (0, "waiting")])
def test_known_address_sees_what_a_new_one_would_and_is_mailed_what_it_has(
    known_status, task, argument, room, status
):
    event = make_event(capacity=5, places_taken=5 - room)
    known = take(event, party_size=2)
    SignUp.objects.update(
        status=known_status,
        queue_number=99,
        offer_until=timezone.now(),
        offer_sent_at=timezone.now(),
    )
    Event.objects.filter(pk=event.pk).update(places_taken=5 - room)
    ProcrastinateJob.objects.all().delete()

    answers = [take(event, email=email).status for email in ("sam@example.org", "new@example.org")]

    known.refresh_from_db()
    assert answers == [status, status]
    assert (known.status, known.party_size) == (known_status, 2)
    value = str(known.public_id) if argument == "public_id" else known.pk
    assert {argument: value} in jobs(task)
    if known_status == "offered":
        assert known.offer_sent_at is None


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("change", "party_size", "sentence"),
    [
        ({"capacity": 2}, 1, "All places are taken."),
        ({"capacity": 3}, 2, "Only 1 place is left. Sign up fewer people."),
        ({"takes_sign_ups": False}, 1, "Sign-up for this event is closed."),
        ({"cancelled_at": timezone.now()}, 1, "This event is cancelled."),
    ],
)
def test_refusal_does_not_tell_who_has_signed_up(known, change, party_size, sentence):
    event = make_event(capacity=5, has_waiting_list=False)
    take(event, party_size=2)
    Event.objects.filter(pk=event.pk).update(**change)

    with pytest.raises(SignUpError) as refusal:
        take(event, email="sam@example.org" if known else "new@example.org", party_size=party_size)

    assert str(refusal.value) == sentence
    assert ProcrastinateJob.objects.count() == 1


def test_person_may_sign_up_for_two_events():
    first, second = make_event(capacity=1), make_event(slug="second", capacity=1)

    rows = [take(first), take(second)]

    assert [row.status for row in rows] == ["confirmed", "confirmed"]
    assert Supporter.objects.count() == 1


def test_known_person_keeps_their_language_and_gets_a_forgotten_address_back():
    first, second = make_event(), make_event(slug="second")
    sam = take(first, language="nl").supporter

    assert take(second, email="SAM@example.org", language="fr").supporter.language == "nl"
    assert Supporter.objects.get(pk=sam.pk).email == "sam@example.org"

    Supporter.objects.update(email="")
    take(make_event(slug="third"), language="fr")
    again = Supporter.objects.get()
    assert (again.pk, again.email, again.language) == (sam.pk, "sam@example.org", "fr")


def test_words_shown_for_the_first_time_are_added_once():
    event = make_event()

    for number in range(2):
        take(
            event,
            email=f"p{number}@example.org",
            needs=NeedsGiven(["seat"]),
            needs_words=words(Needs.PURPOSE),
        )

    assert ConsentText.objects.filter(purpose=Needs.PURPOSE).count() == 1
    consents = Consent.objects.select_related("wording", "supporter").order_by("pk")
    assert [one.supporter.email for one in consents] == ["p0@example.org", "p1@example.org"]
    assert {one.wording for one in consents} == {words(Needs.PURPOSE).wording}
    assert {(one.source, one.proof, one.given_hour.minute) for one in consents} == {("form", "", 0)}


def test_needs_and_sharing_are_kept_with_their_words():
    row = take(
        make_event(),
        needs=NeedsGiven(["signs", "seat", "unheard-of"], "A chair with a back"),
        needs_words=words(Needs.PURPOSE),
        shared_with=[3, 7],
        sharing_words=words(SignUp.SHARING_PURPOSE),
    )

    needs = Needs.objects.get(sign_up=row)
    assert (needs.ticked, needs.line) == ("seat,signs", "A chair with a back")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ticked, line FROM events_needs")
        assert "seat" not in str(cursor.fetchone())
    assert SignUp.objects.get().shared_with == [3, 7]
    consents = Consent.objects.in_force().filter(
        subject_type=SignUp.SUBJECT_TYPE, subject_id=row.public_id, supporter=row.supporter
    )
    found = {consent.purpose: consent.text.text for consent in consents}
    assert found == {
        purpose: words(purpose).text for purpose in (Needs.PURPOSE, SignUp.SHARING_PURPOSE)
    }


def test_needs_and_sharing_without_consent_are_not_kept():
    take(make_event(), needs=NeedsGiven(["seat"], "A chair"), shared_with=[3])

    assert not Needs.objects.exists()
    assert SignUp.objects.get().shared_with == []
    assert not Consent.objects.exists()


def test_consent_without_needs_is_not_recorded():
    take(make_event(), needs=NeedsGiven(), needs_words=words(Needs.PURPOSE))

    assert not Needs.objects.exists()
    assert not Consent.objects.exists()


def test_cancelling_frees_the_places_once():
    event = make_event(capacity=5)
    row = take(event, party_size=3)
    take(event, email="other@example.org")

    assert cancel_sign_up(sign_up=row) is True
    assert cancel_sign_up(sign_up=row) is False

    event.refresh_from_db()
    row.refresh_from_db()
    assert event.places_taken == 1
    assert row.status == SignUp.Status.CANCELLED
    assert row.cancelled_at.minute == 0
    assert jobs("send_sign_up_ended") == [{"row_id": row.pk}]


def test_cancelling_forgets_needs_and_ends_consents():
    row = take(make_event(), needs=NeedsGiven(["seat"]), needs_words=words(Needs.PURPOSE))

    cancel_sign_up(sign_up=row)

    assert not Needs.objects.exists()
    assert not Consent.objects.in_force().exists()
    assert Consent.objects.get().withdrawn_hour is None


def test_cancelled_person_can_come_back():
    event = make_event(capacity=1)
    first = take(event)
    cancel_sign_up(sign_up=first)

    second = take(event)

    event.refresh_from_db()
    assert second != first
    assert event.places_taken == 1


def test_event_that_has_begun_cannot_be_cancelled():
    event = make_event()
    row = take(event)
    begun = timezone.now() - timedelta(minutes=1)
    Event.objects.filter(pk=event.pk).update(day=in_days(0), starts_at=begun)

    with pytest.raises(SignUpError, match="has begun"):
        cancel_sign_up(sign_up=row)

    event.refresh_from_db()
    row.refresh_from_db()
    assert event.places_taken == 1
    assert row.status == SignUp.Status.CONFIRMED
