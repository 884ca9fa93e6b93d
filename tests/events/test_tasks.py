"""The mails of one sign-up, through a real mail server."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from campaign_site.bounces import Bounce
from events import tasks
from events.mail_kinds import KINDS
from events.models import ActionSheet, SignUp
from events.services import cancel_sign_up
from events.services.waiting import settle_places
from supporters import failed_mails, mail_words
from supporters.models import FailedMail
from tests.events.test_services import take
from tests.factories import in_days, make_event, make_supporter

pytestmark = pytest.mark.django_db

LANGUAGES = [
    ("en", "Test event", "Brussels"),
    ("fr", "Événement d’essai", "Bruxelles"),
    ("nl", "Testevenement", "Brussel"),
]


def make_sign_up(event, **fields) -> SignUp:
    """A row as the services leave it, in any state."""
    defaults = {
        "supporter": make_supporter(email=fields.pop("email", "sam@example.org")),
        "name": "Sam Sorel",
        "language": "en",
        "form_key": uuid.uuid4(),
        "form_digest": "a" * 64,
    }
    return SignUp.objects.create(event=event, **{**defaults, **fields})


def row_of(email: str) -> SignUp:
    """The sign-up of an address, which the database knows encrypted only."""
    rows = SignUp.objects.exclude(supporter=None).select_related("supporter", "event")
    return next(row for row in rows if row.supporter.email == email)


def parts(message) -> tuple[str, str]:
    text = message.get_body(("plain",)).get_content()
    return text, message.get_body(("html",)).get_content()


@pytest.mark.parametrize(("language", "name", "place"), LANGUAGES)
def test_confirmation_says_what_was_recorded(smtp_server, run_tasks, client, language, name, place):
    event = make_event(contact_name="Kim", contact_phone="0470 00 00 00")
    row = take(event, party_size=3, language=language, name="Sam Sorel")

    assert run_tasks() == ["send_sign_up_answer"]

    (message,) = smtp_server.messages
    calendar, code = message.iter_attachments()
    link = re.search(
        rf"http://testserver(/{language}/events/sign-up/\S+/)", parts(message)[0]
    ).group(1)
    assert message["To"] == "sam@example.org"
    assert message["Content-Language"] == language
    assert name not in message["Subject"]
    for part in parts(message):
        for shown in (name, place, "3", link, "Kim", "0470 00 00 00"):
            assert shown in part
        assert "Sam Sorel" not in part
        assert "sheet.pdf" not in part
    content = calendar.get_payload(decode=True)
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "PUBLISH"
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert str(Calendar.from_ical(content).walk("VEVENT")[0]["summary"]) == name
    assert code.get_filename() == "entry-code.png"
    assert code.get_payload(decode=True).startswith(b"\x89PNG")
    assert client.get(link).status_code == 200
    row.refresh_from_db()
    assert row.confirmation_sent_at.minute == 0


def test_confirmation_leads_to_the_sheet_of_the_event(mailoutbox, run_tasks):
    event = make_event()
    ActionSheet.objects.create(event=event, meeting_point_en="At the fountain")
    take(event)

    run_tasks()

    assert re.search(r"/en/events/sign-up/\S+/sheet\.pdf", mailoutbox[0].body)


@pytest.mark.parametrize(("language", "name", "place"), LANGUAGES)
def test_waiting_list_mail_tells_the_own_place(mailoutbox, run_tasks, language, name, place):
    event = make_event(capacity=4, places_taken=4)
    take(event, email="first@example.org")
    row = take(event, party_size=4, language=language)
    run_tasks()

    message = mailoutbox[-1]
    assert row.status == SignUp.Status.WAITING
    for part in (message.body, message.alternatives[0].content):
        assert name in part
        assert place in part
        assert f"/{language}/events/sign-up/" in part
    words = mail_words.default_words(KINDS["sign_up_waiting"], language)
    place_in_words = words.text.partition("{position}")[0].rpartition("\n")[2].split("{event}")[1]
    assert f"{place_in_words}2" in message.body
    assert message.attachments == []
    assert name not in message.subject


def test_offer_says_until_when(mailoutbox, run_tasks):
    event = make_event(capacity=2, places_taken=2)
    row = take(event, party_size=2)
    run_tasks()
    event.capacity = 4
    event.save()
    settle_places(event.pk)

    assert run_tasks() == ["send_offer"]

    row.refresh_from_db()
    until = timezone.localtime(row.offer_until)
    assert row.status == SignUp.Status.OFFERED
    assert row.offer_sent_at is not None
    for part in (mailoutbox[-1].body, mailoutbox[-1].alternatives[0].content):
        assert f"{until:%H:%M}" in part
        assert "/en/events/sign-up/" in part
    assert mailoutbox[-1].subject == "There is room for you"


@pytest.mark.parametrize(
    ("status", "subject", "methods"),
    [
        ("cancelled", "Your cancellation", ["CANCEL"]),
        ("lapsed", "Your places went to others", []),
        ("passed_on", "Your places are passed on", ["CANCEL"]),
    ],
)
def test_end_of_a_sign_up_is_told_once(smtp_server, status, subject, methods):
    row = make_sign_up(make_event(), status=status, cancelled_at=timezone.now())

    for _ in range(2):
        tasks.send_sign_up_ended(row_id=row.pk)

    (message,) = smtp_server.messages
    assert message["Subject"] == subject
    assert [one.get_param("method") for one in message.iter_attachments()] == methods
    assert "Test event" in parts(message)[0]
    row.refresh_from_db()
    assert row.cancellation_sent_at is not None


def test_whoever_leaves_the_waiting_list_had_no_places_and_nothing_in_their_calendar(smtp_server):
    fields = {"queue_number": 1, "cancelled_at": timezone.now()}
    row = make_sign_up(make_event(), status="cancelled", **fields)

    tasks.send_sign_up_ended(row_id=row.pk)

    (message,) = smtp_server.messages
    assert list(message.iter_attachments()) == []
    for part in parts(message):
        assert "You are no longer on the waiting list." in part
        assert "calendar" not in part


def test_mails_are_sent_once_however_often_the_task_runs(mailoutbox):
    row = take(make_event())

    for _ in range(2):
        tasks.send_sign_up_answer(public_id=str(row.public_id))
    cancel_sign_up(sign_up=row)
    for _ in range(2):
        tasks.send_sign_up_ended(row_id=row.pk)

    assert [mail.subject for mail in mailoutbox] == ["Your confirmation", "Your cancellation"]


def test_cancelled_or_missing_sign_up_gets_no_answer(mailoutbox, run_tasks):
    row = take(make_event())
    cancel_sign_up(sign_up=row)

    run_tasks()
    tasks.send_sign_up_answer(public_id=str(uuid.uuid4()))
    tasks.send_sign_up_answer_anew(row_id=row.pk + 1)
    tasks.send_offer(row_id=row.pk)
    tasks.send_sign_up_ended(row_id=row.pk + 1)

    assert [mail.subject for mail in mailoutbox] == ["Your cancellation"]


def test_offer_that_was_answered_meanwhile_is_not_mailed(mailoutbox):
    row = make_sign_up(make_event(), queue_number=1, offer_until=timezone.now())

    tasks.send_offer(row_id=row.pk)

    assert mailoutbox == []


def test_offer_made_before_the_worker_comes_is_mailed_once(mailoutbox, run_tasks):
    """Two mails are asked for, and there is one thing to say."""
    event = make_event(capacity=1)
    first = take(event, email="first@example.org")
    take(event)
    cancel_sign_up(sign_up=first)

    assert run_tasks().count("send_sign_up_answer") == 2

    assert [mail.subject for mail in mailoutbox if mail.to == ["sam@example.org"]] == [
        "There is room for you"
    ]


def test_mail_notes_nothing_of_what_a_sign_up_became_while_it_left(mailoutbox, monkeypatch):
    """Who accepts an offer while the waiting list's mail leaves still gets the confirmation."""
    row = make_sign_up(make_event(), status="waiting", queue_number=1)

    def send_slowly(_sign_up) -> None:
        SignUp.objects.filter(pk=row.pk).update(status="confirmed")

    monkeypatch.setitem(tasks._ANSWERS, SignUp.Status.WAITING, send_slowly)
    for _ in range(2):
        tasks.send_sign_up_answer(public_id=str(row.public_id))

    assert [mail.subject for mail in mailoutbox] == ["Your confirmation"]


def test_offer_renewed_while_its_mail_left_is_told_anew(mailoutbox, monkeypatch):
    now = timezone.now()
    row = make_sign_up(make_event(), status="offered", queue_number=1, offer_until=now)

    def send_slowly(_sign_up) -> None:
        SignUp.objects.filter(pk=row.pk).update(offer_until=now + timedelta(hours=9))

    with monkeypatch.context() as patched:
        patched.setattr(tasks.mails, "send_offered", send_slowly)
        tasks.send_offer(row_id=row.pk)
    for _ in range(2):
        tasks.send_offer(row_id=row.pk)

    assert [mail.subject for mail in mailoutbox] == ["There is room for you"]


def test_two_requests_before_the_worker_comes_make_one_mail(mailoutbox, run_tasks):
    event = make_event()
    take(event)
    take(event)

    run_tasks()

    assert len(mailoutbox) == 1


def test_answer_follows_the_transaction_of_the_sign_up(mailoutbox):
    """The job may be there before the row: then there is nothing to send, and nothing breaks."""
    event = make_event(day=in_days(3))
    public_id = uuid.uuid4()

    tasks.send_sign_up_answer(public_id=str(public_id))
    make_sign_up(event, public_id=public_id)
    tasks.send_sign_up_answer(public_id=str(public_id))

    assert len(mailoutbox) == 1


def test_words_of_the_offer_know_the_night_the_clock_goes_back(mailoutbox):
    """An offer until the second 02:30 of 25 October 2026 is an hour later than the first."""
    row = make_sign_up(
        make_event(day=in_days(3)), status="offered", queue_number=1, offer_until=timezone.now()
    )
    row.offer_until = timezone.datetime.fromisoformat("2026-10-25T01:30:00+00:00")
    row.save()

    tasks.send_offer(row_id=row.pk)

    assert "Sunday 25 October 2026, 02:30" in mailoutbox[0].body


def test_every_mail_that_comes_back_can_be_sent_anew(mailoutbox, run_tasks):
    row = make_sign_up(make_event())
    tasks.send_sign_up_answer(public_id=str(row.public_id))
    bounce = Bounce(
        template="sign_up_confirmation",
        reference=row.public_id.hex,
        message="<x@example.org>",
        status="5.1.1",
    )

    failed = failed_mails.record_bounce(bounce)
    assert failed_mails.try_again(failed=failed, user=None)
    run_tasks()

    assert [mail.subject for mail in mailoutbox] == ["Your confirmation"] * 2
    assert FailedMail.objects.get().arguments == {"row_id": row.pk}


def test_nobody_gets_an_answer_about_a_cancelled_event(mailoutbox):
    """They are told that it is cancelled."""
    event = make_event(cancelled_at=timezone.now())
    comes = make_sign_up(event)
    offered = make_sign_up(
        event,
        email="offered@example.org",
        status="offered",
        queue_number=1,
        offer_until=timezone.now(),
    )

    tasks.send_sign_up_answer(public_id=str(comes.public_id))
    tasks.send_offer(row_id=offered.pk)

    assert mailoutbox == []


def test_confirmation_leaves_days_late_while_the_sign_up_stands(mailoutbox):
    row = make_sign_up(make_event(), created_hour=timezone.now() - timedelta(days=3))

    tasks.send_sign_up_answer(public_id=str(row.public_id))

    assert len(mailoutbox) == 1
