"""The two mails of a sign-up, through a real mail server."""

import re

import pytest
from icalendar import Calendar

from events.models import SignUp
from events.services import cancel_sign_up
from events.tasks import send_sign_up_cancelled, send_sign_up_confirmation
from tests.events.test_services import take
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "name", "place"),
    [
        ("en", "Test event", "Brussels"),
        ("fr", "Événement d’essai", "Bruxelles"),
        ("nl", "Testevenement", "Brussel"),
    ],
)
def test_confirmation_says_what_was_recorded(smtp_server, run_tasks, client, language, name, place):
    row = take(make_event(), party_size=3, language=language, name="Sam Sorel")

    assert run_tasks() == ["send_sign_up_confirmation"]

    (message,) = smtp_server.messages
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    (attachment,) = message.iter_attachments()
    entry = Calendar.from_ical(attachment.get_payload(decode=True)).walk("VEVENT")[0]
    link = re.search(rf"http://testserver(/{language}/events/sign-up/\S+/)", text).group(1)
    assert message["To"] == "sam@example.org"
    assert message["Content-Language"] == language
    assert name not in message["Subject"]
    for part in (text, html):
        assert name in part
        assert place in part
        assert "3" in part
        assert link in part
        assert "Sam Sorel" not in part
    assert attachment.get_content_type() == "text/calendar"
    assert b"\n" not in attachment.get_payload(decode=True).replace(b"\r\n", b"")
    assert str(entry["summary"]) == name
    assert client.get(link).status_code == 200
    row.refresh_from_db()
    assert row.confirmation_sent_at.minute == 0


def test_mails_are_sent_once_however_often_the_task_runs(mailoutbox):
    row = take(make_event())

    for _ in range(2):
        send_sign_up_confirmation(row_id=row.pk)
    cancel_sign_up(sign_up=row)
    for _ in range(2):
        send_sign_up_cancelled(row_id=row.pk)

    assert [mail.subject for mail in mailoutbox] == ["Your confirmation", "Your cancellation"]
    assert SignUp.objects.get().cancellation_sent_at is not None


def test_cancelled_or_missing_sign_up_gets_no_confirmation(mailoutbox, run_tasks):
    row = take(make_event())
    cancel_sign_up(sign_up=row)

    run_tasks()
    send_sign_up_confirmation(row_id=row.pk + 1)
    send_sign_up_cancelled(row_id=row.pk + 1)

    assert [mail.subject for mail in mailoutbox] == ["Your cancellation"]


def test_two_requests_before_the_worker_comes_make_one_mail(mailoutbox, run_tasks):
    event = make_event()
    take(event)
    take(event)

    run_tasks()

    assert len(mailoutbox) == 1


def test_cancellation_mail_speaks_the_language_of_the_sign_up(smtp_server, run_tasks):
    row = take(make_event(), language="fr")
    cancel_sign_up(sign_up=row)

    run_tasks()

    (message,) = smtp_server.messages
    text = message.get_body(("plain",)).get_content()
    assert message["Content-Language"] == "fr"
    assert "Événement d’essai" in text
    assert "http://testserver/fr/" in text
    assert not list(message.iter_attachments())
