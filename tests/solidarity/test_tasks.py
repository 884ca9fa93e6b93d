"""Mails about a photo: in the sender's language, once, and without the photo or its words."""

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from solidarity import services, tasks
from solidarity.models import Photo
from tests.factories import in_days, make_photo_call
from tests.solidarity.sending import public_photo, send_photo

pytestmark = pytest.mark.django_db

SECRETS = ("You are not alone", "Sam", "Test call", "Testoproep", "Appel d’essai")


@pytest.fixture(autouse=True)
def call():
    return make_photo_call()


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Your confirmation"), ("fr", "Votre confirmation"), ("nl", "Je bevestiging")],
)
def test_confirmation_says_what_was_recorded_and_how_to_take_it_back(
    smtp_server, run_tasks, client, language, subject
):
    photo = send_photo(email="sam@example.org", language=language)

    run_tasks()

    (message,) = smtp_server.messages
    text, html = text_of(message), message.get_body(("html",)).get_content()
    path = f"/{language}/solidarity/photo/"
    assert message["To"] == "sam@example.org"
    assert message["Subject"] == subject
    assert f"http://testserver{path}" in text and f"http://testserver{path}" in html
    assert [secret for secret in SECRETS if secret in text + html] == []
    assert not list(message.iter_attachments())
    link = text[text.index(path) :].split()[0]
    assert client.get(link).status_code == 200
    photo.refresh_from_db()
    assert photo.confirmation_sent_at is not None


def test_confirmation_lists_only_what_was_agreed_to(smtp_server, run_tasks):
    send_photo(email="sam@example.org", consent_wall=False)

    run_tasks()

    text = text_of(smtp_server.messages[0])
    assert "print and hand them over" in text
    assert "wall" not in text


def test_confirmation_is_sent_once(smtp_server, run_tasks):
    photo = send_photo(email="sam@example.org")
    run_tasks()

    tasks.send_photo_confirmation(photo_id=photo.pk)

    assert len(smtp_server.messages) == 1


def test_nobody_is_written_to_about_a_photo_taken_back(smtp_server, run_tasks):
    services.withdraw_photo(public_photo(email="sam@example.org"))

    run_tasks()
    tasks.send_photo_confirmation(photo_id=0)

    assert smtp_server.messages == []


def test_approval_is_told(smtp_server, run_tasks):
    photo = public_photo(email="sam@example.org", language="nl")

    done = ["send_photo_confirmation", "send_photo_decision", "make_avif_pictures"]
    assert run_tasks() == done

    message = smtp_server.messages[1]
    assert "We gebruiken het graag" in text_of(message)
    assert [secret for secret in SECRETS if secret in str(message)] == []
    photo.refresh_from_db()
    assert photo.decision_sent_at is not None


@pytest.mark.parametrize(("last_day", "invites"), [(30, True), (-1, False)])
def test_rejection_is_told_with_a_way_to_try_again_while_there_is_one(
    smtp_server, run_tasks, call, last_day, invites
):
    photo = send_photo(email="sam@example.org")
    services.reject_photo(photo=photo, moderator=None, reason="other")
    call.closes_on = in_days(last_day)
    call.save()

    run_tasks()

    text = text_of(smtp_server.messages[1])
    assert "we do not use it" in text
    assert ("http://testserver/en/solidarity/test-call/" in text) is invites


def test_decision_that_was_undone_is_not_told(smtp_server, run_tasks):
    photo = public_photo(email="sam@example.org")
    services.undo_decision(photo=photo, moderator=None)

    run_tasks()

    assert len(smtp_server.messages) == 1
    assert Photo.objects.get().decision_sent_at is None


def test_decision_is_told_once_and_another_one_again(smtp_server, run_tasks):
    photo = public_photo(email="sam@example.org")
    run_tasks()
    tasks.send_photo_decision(photo_id=photo.pk)
    assert len(smtp_server.messages) == 2

    services.undo_decision(photo=photo, moderator=None)
    services.reject_photo(photo=photo, moderator=None, reason="other")
    run_tasks()

    assert "we do not use it" in text_of(smtp_server.messages[2])


def test_without_address_nothing_is_queued(run_tasks):
    public_photo()

    assert run_tasks() == ["make_avif_pictures"]


def test_times_of_mails_are_kept_to_the_hour(smtp_server, run_tasks):
    public_photo(email="sam@example.org")

    run_tasks()

    photo = Photo.objects.get()
    for moment in (photo.confirmation_sent_at, photo.decision_sent_at):
        assert (moment.minute, moment.second, moment.microsecond) == (0, 0, 0)


class MindChangingBackend(BaseEmailBackend):
    """A mail server so slow that moderators decide anew while it takes the first mail."""

    def send_messages(self, email_messages) -> int:
        photo = Photo.objects.get()
        if photo.status == Photo.Status.APPROVED:
            services.undo_decision(photo=photo, moderator=None)
            services.reject_photo(photo=photo, moderator=None, reason="other")
        mail.outbox += email_messages
        return len(email_messages)


def test_decision_made_while_the_mail_about_another_leaves_is_told_too(run_tasks, settings):
    photo = send_photo(email="sam@example.org")
    run_tasks()
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.MindChangingBackend"}}
    services.approve_photo(photo=photo, moderator=None, alt_text="A sign")

    run_tasks()
    run_tasks()

    texts = [message.body for message in mail.outbox]
    assert ["we gladly use it" in text for text in texts[1:]] == [True, False]
    assert "we do not use it" in texts[-1]
