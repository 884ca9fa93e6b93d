"""A message of staff: who gets it, seen and tried out before, sent once, stopped."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from events.mailing_tasks import send_due_mailings
from events.models import Arrival, Mailing, MailingCopy, Needs, SignUp
from events.services import mailing_copies, mailings, messages
from events.services.errors import SignUpError
from events.services.messages import Written
from tests.events.test_changes import make_host
from tests.events.test_tasks import make_sign_up, row_of
from tests.factories import in_days, make_event

pytestmark = pytest.mark.django_db

ENGLISH = Written("Bring an umbrella", "Rain is coming to {event}.\n\nhttps://example.org/rain")
FRENCH = Written("Prenez un parapluie", "Il va pleuvoir : {event}.")


def make_crowd():
    """An event with one sign-up of each kind."""
    event = make_event()
    sure = make_sign_up(event, email="sure@example.org", confirmed_coming=True)
    needs = make_sign_up(event, email="needs@example.org", language="fr")
    Needs.objects.create(sign_up=needs, ticked="seat")
    make_sign_up(event, email="waits@example.org", status="waiting", queue_number=1)
    make_sign_up(
        event,
        email="offered@example.org",
        status="offered",
        queue_number=2,
        offer_until=timezone.now(),
    )
    make_sign_up(event, email="cancelled@example.org", status="cancelled")
    came = make_sign_up(event, email="came@example.org")
    for people in (2, -1):
        Arrival.objects.create(
            tap_id=uuid.uuid4(), event=event, sign_up=came, people=people, at=timezone.now()
        )
    for people in (1, -1):
        Arrival.objects.create(
            tap_id=uuid.uuid4(), event=event, sign_up=sure, people=people, at=timezone.now()
        )
    return event


@pytest.mark.parametrize(
    ("segment", "names"),
    [
        ("coming", {"sure", "needs", "came"}),
        ("unsure", {"needs", "came"}),
        ("waiting", {"waits"}),
        ("offered", {"offered"}),
        ("needs", {"needs"}),
        ("came", {"came"}),
        ("stayed_away", {"sure", "needs"}),
    ],
)
def test_who_is_in_a_segment(segment, names):
    event = make_crowd()
    make_sign_up(make_event(slug="other"), email="elsewhere@example.org")

    rows = messages.recipients(event, segment)

    assert {row.supporter.email.split("@")[0] for row in rows} == names


def test_segment_of_one_language_leaves_the_erased_out():
    event = make_crowd()
    SignUp.objects.filter(pk=row_of("came@example.org").pk).update(supporter=None)

    assert messages.recipients(event, "coming", "fr").count() == 1
    assert messages.recipients(event, "coming", "nl").count() == 0
    assert messages.count_by_language(messages.recipients(event, "coming")) == {"en": 1, "fr": 1}


def send(event, **changes) -> Mailing:
    values = {
        "segment": "coming",
        "language": "",
        "words": {"en": ENGLISH, "fr": FRENCH},
        "user": None,
    }
    return messages.send_message(event=event, **{**values, **changes})


def test_message_reaches_each_in_their_language_once(run_tasks, mailoutbox):
    event = make_crowd()
    key = uuid.uuid4()

    first = send(event, public_id=key)
    assert send(event, public_id=key) == first
    run_tasks()

    mails = {message.to[0]: message for message in mailoutbox}
    assert len(mailoutbox) == 3
    assert mails["needs@example.org"].subject == FRENCH.subject
    assert "Il va pleuvoir : Événement d’essai." in mails["needs@example.org"].body
    english = mails["sure@example.org"]
    assert "Rain is coming to Test event." in english.body
    assert '<a href="https://example.org/rain"' in english.alternatives[0].content
    assert english.attachments == []
    send_due_mailings(timestamp=0)
    first.refresh_from_db()
    assert (first.state, first.recipients) == ("done", 3)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"words": {"en": ENGLISH}}, "subject_fr", "1 of them reads French"),
        ({"words": {"fr": FRENCH}}, "subject_en", "2 of them read English"),
        ({"language": "nl"}, "segment", "Nobody is in this group"),
        ({"words": {"en": Written("", "x"), "fr": FRENCH}}, "subject_en", "Write both"),
        ({"words": {"en": Written("x", ""), "fr": FRENCH}}, "text_en", "Write both"),
        ({"words": {"en": Written("Test event: rain", "x")}}, "subject_en", "may not name"),
        ({"words": {"en": Written("Rain at {place}", "x")}}, "subject_en", "may not name"),
        ({"words": {"en": Written("Rain", "See {link}")}}, "text_en", "does not know {link}"),
    ],
)
def test_message_that_cannot_be_sent_is_refused_whole(
    run_tasks, mailoutbox, changes, field, sentence
):
    event = make_crowd()

    with pytest.raises(SignUpError, match=sentence) as refused:
        send(event, **changes)

    assert refused.value.field == field
    run_tasks()
    assert mailoutbox == []
    assert not Mailing.objects.exists()


def test_words_of_staff_are_escaped(run_tasks, mailoutbox):
    event = make_event()
    make_sign_up(event)
    send(event, words={"en": Written("Rain", "<script>x</script> & {event}")})

    run_tasks()

    assert "<script>x" in mailoutbox[0].body
    assert "<script>x" not in mailoutbox[0].alternatives[0].content


def test_stopped_message_leaves_to_nobody_else(run_tasks, mailoutbox):
    event = make_crowd()
    mailing = send(event)
    mailing_copies.send_copy(MailingCopy.objects.order_by("pk")[0].pk, timezone.now())

    assert mailings.stop(mailing)
    assert not mailings.stop(mailing)
    run_tasks()
    send_due_mailings(timestamp=0)

    mailing.refresh_from_db()
    assert len(mailoutbox) == 1
    assert mailing.state == Mailing.State.STOPPED
    assert mailings.progress([mailing])[mailing.pk] == mailings.Progress(1, 2, 0)


def test_copy_that_never_left_does_not_keep_a_mailing_open():
    event = make_crowd()
    mailing = send(event)

    mailings.finish(timezone.now() + timedelta(days=1))
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.SENDING
    mailings.finish(timezone.now() + timedelta(days=3))

    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.DONE


# The screens.


def form(**changes) -> dict[str, str]:
    values = {
        "segment": "coming",
        "language": "",
        "public_id": str(uuid.uuid4()),
        "subject_en": ENGLISH.subject,
        "text_en": ENGLISH.text,
        "subject_fr": FRENCH.subject,
        "text_fr": FRENCH.text,
        "subject_nl": "",
        "text_nl": "",
        "do": "preview",
    }
    return {**values, **changes}


@pytest.fixture
def event():
    return make_crowd()


@pytest.fixture
def write(client, event):
    client.force_login(make_host())
    return reverse("events_hosting:write_message", args=[event.pk])


def test_staff_see_who_gets_it_and_how_it_reads_before_it_leaves(write, client, mailoutbox):
    page = client.post(write, form()).content.decode()

    assert "3 sign-ups get it:" in page
    assert "Send to 3 sign-ups" in page
    assert "Rain is coming to Test event." in page
    assert "Il va pleuvoir : Événement d’essai." in page
    assert mailoutbox == []
    assert not Mailing.objects.exists()


def test_staff_try_a_message_out_on_themselves(write, client, mailoutbox):
    client.post(write, form(do="test"))

    assert [message.to for message in mailoutbox] == [["host@example.org"]] * 2
    assert mailoutbox[0].subject == f"Test: {ENGLISH.subject}"
    assert "/events/sign-up/" not in mailoutbox[0].body
    assert not Mailing.objects.exists()


def test_staff_send_what_they_have_seen(write, client, event, run_tasks, mailoutbox):
    sent = form(do="send", seen="3")
    answer = client.post(write, sent)
    client.post(write, sent)

    mailing = Mailing.objects.get()
    assert answer.url == reverse("events_hosting:message", args=[event.pk, mailing.public_id])
    progress = client.get(
        reverse("events_hosting:message_progress", args=[event.pk, mailing.public_id])
    )
    assert "3 copies are still to leave." in progress.content.decode()
    run_tasks()
    assert len(mailoutbox) == 3
    assert ENGLISH.subject in client.get(answer.url).content.decode()


def test_message_waits_when_the_number_has_changed(write, client):
    page = client.post(write, form(do="send", seen="2")).content.decode()

    assert "The number of people has changed since you looked." in page
    assert FRENCH.text in page
    assert not Mailing.objects.exists()


def test_mistake_is_told_beside_its_field(write, client):
    page = client.post(write, form(subject_fr="", text_fr="")).content.decode()

    assert "1 of them reads French." in page
    assert ENGLISH.text in page


def test_staff_stop_a_message(write, client, event):
    mailing = send(event)
    stop = reverse("events_hosting:stop_message", args=[event.pk, mailing.public_id])

    assert client.get(stop).status_code == 405
    client.post(stop)

    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.STOPPED
    page = client.get(reverse("events_hosting:message", args=[event.pk, mailing.public_id]))
    assert "Did not leave" in page.content.decode()


def test_list_shows_what_left_what_was_too_late_and_what_is_due(write, client, event):
    send(event)
    Mailing.objects.create(
        event=event,
        kind=Mailing.Kind.REMINDER,
        day=in_days(-1),
        due_at=timezone.now() - timedelta(days=2),
        state=Mailing.State.TOO_LATE,
        minutes_late=2000,
        recipients=3,
    )

    page = client.get(reverse("events_hosting:messages", args=[event.pk])).content.decode()

    assert "Not sent: too late" in page
    assert "2000 minutes late" in page
    assert "Message" in page
    assert "Mail of the day itself" in page


def test_segment_of_needs_is_for_those_who_see_them(write, client):
    assert 'value="needs"' not in client.get(write).content.decode()
    refused = client.post(write, form(segment="needs", do="send", seen="1"))
    assert refused.status_code == 200
    assert not Mailing.objects.exists()

    host = client.get(write).wsgi_request.user
    of_events = Permission.objects.filter(content_type__model="event", codename="view_needs")
    host.user_permissions.add(of_events.get())

    assert 'value="needs"' in client.get(write).content.decode()


def test_who_may_not_write_sees_and_sends_nothing(client, event):
    client.force_login(make_host(without="message_attendees"))
    mailing = send(event)
    before = Mailing.objects.count()

    for name, arguments in [
        ("messages", [event.pk]),
        ("write_message", [event.pk]),
        ("message", [event.pk, mailing.public_id]),
        ("message_progress", [event.pk, mailing.public_id]),
    ]:
        assert client.get(reverse(f"events_hosting:{name}", args=arguments)).status_code == 302
    address = reverse("events_hosting:write_message", args=[event.pk])
    client.post(address, form(do="send", seen="3"))
    client.post(reverse("events_hosting:stop_message", args=[event.pk, mailing.public_id]))

    mailing.refresh_from_db()
    assert Mailing.objects.count() == before
    assert mailing.state == Mailing.State.SENDING
