"""A change, a cancellation and its undoing: on the event, in calendars, in everybody's mail."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events.models import Event, Mailing, SignUp
from events.moves import last_changes
from events.services import cancel_sign_up, changes
from events.services.errors import SignUpError
from events.services.waiting import lapse_due
from tests.events.test_services import take
from tests.events.test_tasks import make_sign_up, row_of
from tests.factories import in_days, make_event, make_staff

pytestmark = pytest.mark.django_db

NOTE = {"en": "The hall is flooded.", "fr": "La salle est inondée.", "nl": "De zaal staat blank."}
NO_NOTE: dict[str, str] = {}


def told(run_tasks, smtp_server) -> dict[str, object]:
    """Run what is queued; return the mails that left by address."""
    before = len(smtp_server.messages)
    run_tasks()
    return {message["To"]: message for message in smtp_server.messages[before:]}


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message) -> str:
    return message.get_body(("html",)).get_content()


def entry_of(message):
    (attached,) = message.iter_attachments()
    calendar = Calendar.from_ical(attached.get_payload(decode=True))
    return attached.get_param("method"), calendar.walk("VEVENT")[0]


def move(event: Event, **fields) -> dict:
    """Change an event as the form does; return what it was."""
    before = changes.event_facts(event)
    for name, value in fields.items():
        setattr(event, name, value)
    event.save()
    return before


@pytest.fixture
def full_house(run_tasks):
    """Somebody who comes, one who waits, one with an offer, one who cancelled; all were told."""
    event = make_event(capacity=2, place_fr="Bruxelles")
    take(event, email="comes@example.org", language="fr")
    take(event, email="cancels@example.org")
    take(event, email="offered@example.org")
    take(event, email="waits@example.org", language="nl")
    cancel_sign_up(sign_up=row_of("cancels@example.org"))
    run_tasks()
    event.refresh_from_db()
    return event


def test_change_says_what_it_was_and_what_it_is(full_house, run_tasks, smtp_server):
    event, user = full_house, make_staff("Editors")
    was = event.day
    before = move(event, day=in_days(37), place_en="Ghent", place_fr="Gand", place_nl="Gent")

    mailing = changes.announce_change(event=event, before=before, notice=NOTE, user=user)
    mails = told(run_tasks, smtp_server)

    assert set(mails) == {"comes@example.org", "offered@example.org", "waits@example.org"}
    french, dutch = mails["comes@example.org"], mails["waits@example.org"]
    for shown in ("Bruxelles", "Gand", NOTE["fr"], str(was.day), str(event.day.day)):
        assert shown in text_of(french)
        assert shown in html_of(french)
    assert NOTE["nl"] in text_of(dutch)
    assert NOTE["en"] not in text_of(dutch)
    method, entry = entry_of(french)
    assert (method, entry["sequence"], entry["dtstart"].dt) == ("PUBLISH", 1, event.day)
    assert not list(dutch.iter_attachments())
    event.refresh_from_db()
    assert event.moved_at is not None
    assert (event.notice_fr, event.calendar_sequence) == (NOTE["fr"], 1)
    assert (mailing.made_by, mailing.recipients) == (user, 3)


def test_announcing_again_or_nothing_tells_nobody(full_house, run_tasks, smtp_server):
    event = full_house
    before = move(event, day=in_days(37))
    changes.announce_change(event=event, before=before, notice=NO_NOTE, user=None)
    run_tasks()
    count = len(smtp_server.messages)

    same = changes.event_facts(event)
    assert changes.announce_change(event=event, before=same, notice=NOTE, user=None) is None
    run_tasks()

    event.refresh_from_db()
    assert len(smtp_server.messages) == count
    assert (event.calendar_sequence, event.notice_en) == (1, "")


@pytest.mark.parametrize(
    ("fields", "moves"),
    [
        ({"starts_at": timezone.now() + timedelta(days=31)}, True),
        ({"starts_at": timezone.now() + timedelta(days=30)}, False),
        ({"place_nl": "Gent"}, True),
        ({"place_en": "Ghent", "address_en": "1 Church street"}, True),
        # What was awaited is told, and moves nothing.
        ({"address_en": "1 Church street"}, False),
        ({"name_en": "Another name"}, False),
        ({"capacity": 10}, None),
    ],
)
def test_what_counts_as_a_change(fields, moves):
    event = make_event()
    if "starts_at" in fields:
        fields["day"] = timezone.localdate(fields["starts_at"])
    before = move(event, **fields)

    changes.announce_change(event=event, before=before, notice=NO_NOTE, user=None)

    event.refresh_from_db()
    assert event.calendar_sequence == (0 if moves is None else 1)
    assert (event.moved_at is not None) is bool(moves)
    # Nobody has signed up, so nobody is mailed; what moved stands on the pages.
    assert not Mailing.objects.exclude(began_at=None).exists()
    assert bool(last_changes(event)) is (bool(moves) and "place_nl" not in fields)


def test_who_said_again_that_they_come_is_asked_again_when_it_moves(full_house):
    SignUp.objects.update(confirmed_coming=True)
    before = move(full_house, name_en="Another name")
    changes.announce_change(event=full_house, before=before, notice=NO_NOTE, user=None)
    assert not SignUp.objects.filter(confirmed_coming=False).exists()

    before = move(full_house, place_en="Ghent")
    changes.announce_change(event=full_house, before=before, notice=NO_NOTE, user=None)

    assert not SignUp.objects.filter(confirmed_coming=True).exists()


def test_change_that_is_still_leaving_stops_when_the_event_is_cancelled(
    full_house, run_tasks, smtp_server
):
    before = move(full_house, place_en="Ghent")
    changes.announce_change(event=full_house, before=before, notice=NO_NOTE, user=None)
    changes.cancel_event(event=full_house, notice=NO_NOTE, user=None)

    mails = told(run_tasks, smtp_server)

    assert mails["offered@example.org"]["Subject"] == "It does not take place"
    assert len(smtp_server.messages) == 3


def test_staff_may_tell_nobody(full_house, run_tasks, smtp_server):
    before = move(full_house, place_en="Ghent")

    changes.announce_change(event=full_house, before=before, notice=NOTE, user=None, mails=False)

    assert told(run_tasks, smtp_server) == {}
    full_house.refresh_from_db()
    assert (full_house.calendar_sequence, full_house.notice_en) == (1, NOTE["en"])


def test_cancelled_event_is_told_to_everybody_and_to_their_calendars(
    full_house, run_tasks, smtp_server
):
    assert changes.cancel_event(event=full_house, notice=NOTE, user=None)
    assert not changes.cancel_event(event=full_house, notice=NOTE, user=None)

    mails = told(run_tasks, smtp_server)

    assert set(mails) == {"comes@example.org", "offered@example.org", "waits@example.org"}
    method, entry = entry_of(mails["comes@example.org"])
    assert (method, entry["status"], entry["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert NOTE["fr"] in text_of(mails["comes@example.org"])
    assert "Événement d’essai" not in mails["comes@example.org"]["Subject"]
    assert SignUp.objects.standing().count() == 3


def test_whoever_cancelled_while_it_was_sent_is_told_that_the_event_is_cancelled(
    full_house, run_tasks, smtp_server
):
    changes.cancel_event(event=full_house, notice=NO_NOTE, user=None)
    SignUp.objects.filter(pk=row_of("comes@example.org").pk).update(status="cancelled")

    assert "comes@example.org" in told(run_tasks, smtp_server)


def test_event_takes_place_after_all(full_house, run_tasks, smtp_server):
    changes.cancel_event(event=full_house, notice=NO_NOTE, user=None)
    run_tasks()

    assert changes.undo_cancel_event(event=full_house, notice=NOTE, user=None)
    assert not changes.undo_cancel_event(event=full_house, notice=NOTE, user=None)
    mails = told(run_tasks, smtp_server)

    assert set(mails) == {"comes@example.org", "offered@example.org", "waits@example.org"}
    method, entry = entry_of(mails["comes@example.org"])
    assert (method, entry["status"], entry["sequence"]) == ("PUBLISH", "CONFIRMED", 2)
    assert mails["offered@example.org"]["Subject"] == "It takes place after all"
    full_house.refresh_from_db()
    assert full_house.cancelled_at is None


def test_undoing_at_once_tells_nobody_of_the_cancellation(full_house, run_tasks, smtp_server):
    changes.cancel_event(event=full_house, notice=NO_NOTE, user=None)
    changes.undo_cancel_event(event=full_house, notice=NO_NOTE, user=None)

    mails = told(run_tasks, smtp_server)

    assert len(mails) == 3
    assert mails["offered@example.org"]["Subject"] == "It takes place after all"
    assert Mailing.objects.get(kind=Mailing.Kind.CANCELLATION).state == Mailing.State.STOPPED


def test_undoing_offers_the_places_that_are_free(run_tasks):
    event = make_event(capacity=1)
    row = take(event, email="comes@example.org")
    waits = take(event, email="waits@example.org")
    changes.cancel_event(event=event, notice=NO_NOTE, user=None)
    cancel_sign_up(sign_up=row)
    waits.refresh_from_db()
    assert waits.status == SignUp.Status.WAITING

    changes.undo_cancel_event(event=event, notice=NO_NOTE, user=None)

    waits.refresh_from_db()
    assert waits.status == SignUp.Status.OFFERED


def test_undoing_gives_time_to_answer_an_offer_anew(full_house, run_tasks, smtp_server):
    """Nobody could answer while it was cancelled, and its mail may not have left before."""
    changes.cancel_event(event=full_house, notice=NO_NOTE, user=None)
    run_tasks()
    SignUp.objects.filter(status="offered").update(offer_until=timezone.now() - timedelta(days=1))
    before = len(smtp_server.messages)

    changes.undo_cancel_event(event=full_house, notice=NO_NOTE, user=None)
    lapse_due(timezone.now())
    run_tasks()

    offered = row_of("offered@example.org")
    assert offered.status == "offered"
    assert offered.offer_until - timezone.now() > timedelta(hours=23)
    told_again = [
        mail for mail in smtp_server.messages[before:] if mail["To"] == "offered@example.org"
    ]
    assert {mail["Subject"] for mail in told_again} == {
        "There is room for you",
        "It takes place after all",
    }


def test_no_offer_stands_past_the_beginning_of_an_event_that_was_moved(full_house):
    event, begins = full_house, timezone.now() + timedelta(hours=5)
    before = move(event, day=timezone.localdate(begins), starts_at=begins)
    changes.announce_change(event=event, before=before, notice=NO_NOTE, user=None)

    assert row_of("offered@example.org").offer_until == begins

    before = move(event, day=in_days(9), starts_at=None)
    changes.announce_change(event=event, before=before, notice=NO_NOTE, user=None)

    assert row_of("offered@example.org").offer_until == begins


def test_event_that_is_over_is_not_cancelled():
    event = make_event(day=in_days(-1))

    with pytest.raises(SignUpError, match="over"):
        changes.cancel_event(event=event, notice=NO_NOTE, user=None)

    event.refresh_from_db()
    assert event.cancelled_at is None


def test_notice_needs_words_for_everybody(full_house, run_tasks, smtp_server):
    with pytest.raises(SignUpError) as refused:
        changes.announce_notice(event=full_house, notice={**NOTE, "nl": " "}, user=None)
    assert refused.value.field == "notice_nl"
    assert told(run_tasks, smtp_server) == {}

    changes.announce_notice(event=full_house, notice=NOTE, user=None)

    assert NOTE["nl"] in text_of(told(run_tasks, smtp_server)["waits@example.org"])


# The screen.


def make_host(*, without: str = ""):
    """Somebody who may change events and write to attendees; ``without`` one of these rights."""
    user = get_user_model().objects.create_user(f"host{without}", "host@example.org", "x" * 20)
    codes = {"access_admin", "change_event", "view_event", "message_attendees", "view_signup"}
    user.user_permissions.add(*Permission.objects.filter(codename__in=codes - {without}))
    return user


@pytest.fixture
def screen(client, full_house):
    client.force_login(make_host())
    return reverse("events_hosting:cancel_event", args=[full_house.pk])


def notices(**more) -> dict[str, str]:
    return {**{f"notice_{language}": text for language, text in NOTE.items()}, **more}


def test_staff_cancel_and_restore_with_the_buttons(screen, client, full_house):
    page = client.get(screen)
    assert "3 sign-ups stand" in page.content.decode()

    answer = client.post(screen, notices(do="cancel"))
    full_house.refresh_from_db()
    assert "Tick the box" in answer.context["form"].errors["sure"][0]
    assert 'id="id_sure_error"' in answer.content.decode()
    assert NOTE["fr"] in answer.content.decode()
    assert full_house.cancelled_at is None

    answer = client.post(screen, notices(do="cancel", sure="yes"))
    full_house.refresh_from_db()
    assert answer.url == reverse("events_hosting:messages", args=[full_house.pk])
    assert full_house.cancelled_at is not None

    client.post(screen, notices(do="restore"))
    full_house.refresh_from_db()
    assert full_house.cancelled_at is None


def test_staff_announce_with_a_note_in_all_languages(screen, client):
    answer = client.post(screen, notices(do="announce", notice_nl=""))
    assert "Write what has changed in all three languages." in answer.content.decode()
    assert not Mailing.objects.exists()

    client.post(screen, notices(do="announce"))

    assert Mailing.objects.get().words["nl"]["text"] == NOTE["nl"]


def test_a_key_that_presses_the_wrong_button_announces_nothing(screen, client):
    answer = client.post(screen, notices(do="announce", sure="on"))

    assert "press the button that cancels it" in answer.context["form"].errors["sure"][0]
    assert "checked" in answer.content.decode()
    assert not Mailing.objects.exists()


@pytest.mark.parametrize("missing", ["change_event", "message_attendees"])
def test_who_may_not_write_or_change_cancels_nothing(screen, client, full_house, missing):
    client.force_login(make_host(without=missing))

    answer = client.post(screen, notices(do="cancel", sure="yes"))

    full_house.refresh_from_db()
    assert answer.status_code == 302
    assert full_house.cancelled_at is None


def test_mail_of_a_change_leads_to_the_own_sign_up(run_tasks, smtp_server, client):
    event = make_event()
    row = make_sign_up(event, confirmation_sent_at=timezone.now())
    before = move(event, place_en="Ghent")
    changes.announce_change(event=event, before=before, notice=NO_NOTE, user=None)

    message = told(run_tasks, smtp_server)["sam@example.org"]

    link = re.search(r"http://testserver(/en/events/sign-up/\S+)", text_of(message)).group(1)
    assert link == row.get_absolute_url()
