"""Every mail has its two forms, its headers and a subject that gives nobody away."""

import re
from email.utils import parseaddr

import pytest
from django.conf import settings
from django.utils import translation

from campaign_site import mail
from supporters import mail_words

FOLDER = settings.BASE_DIR / "templates" / "emails"
MAILS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
# Words by which a line in a shared inbox would tell what somebody did or stands for.
TELLING = re.compile(
    r"photo|sign|pledge|gift|campaign|solidarity|petition|protest|action|newsletter|\{\{",
    re.IGNORECASE,
)
# Mails to people: staff may write the subject, and what they may write is checked.
OF_STAFF = '{% include "emails/words_subject.txt" %}\n'
FRAMES = r'{% extends "emails/(base|event_mail|words_mail)\.html" %}'


def send(**changes) -> None:
    values = {
        "to": "sam@example.org",
        "context": {"subject": "Hello", "stop_link": "x"},
        "language": "fr",
    }
    mail.send("newsletter_welcome", **{**values, **changes})


@pytest.mark.parametrize("name", MAILS)
def test_mail_has_a_plain_subject_a_text_and_an_html(name):
    subject = (FOLDER / name / "subject.txt").read_text()

    assert not TELLING.search(subject.replace("{% translate", ""))
    assert "{% translate" in subject or subject == OF_STAFF
    assert (FOLDER / name / "body.txt").read_text().strip()
    assert re.match(FRAMES, (FOLDER / name / "body.html").read_text())


@pytest.mark.parametrize("kind", mail_words.kinds().values(), ids=lambda kind: kind.key)
def test_subject_that_staff_may_change_begins_plain(kind):
    assert (FOLDER / kind.template / "subject.txt").read_text() == OF_STAFF
    with translation.override("en"):
        assert not TELLING.search(str(kind.subject))
        assert "{" not in str(kind.subject)


def test_check_of_subjects_finds_a_telling_one():
    assert TELLING.search("Your photo for the campaign")


def test_headers_of_every_mail(smtp_server):
    send()
    send()

    first, second = smtp_server.messages
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    assert re.fullmatch(rf"<[^@\s]+@{re.escape(sender)}>", first["Message-ID"])
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Content-Language"] == "fr"
    assert first["Date"]
    assert first["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]


def test_mailbox_is_told_how_to_unsubscribe_where_the_mail_says_so(smtp_server):
    send(headers=mail.unsubscribe_headers("https://example.org/en/stop/x/"))

    (message,) = smtp_server.messages
    assert message["List-Unsubscribe"] == "<https://example.org/en/stop/x/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_headers_of_a_mail_do_not_replace_those_of_every_mail(smtp_server):
    send(headers={"Auto-Submitted": "no", "Message-ID": "<guessed@example.org>"})

    (message,) = smtp_server.messages
    assert message["Auto-Submitted"] == "auto-generated"
    assert "guessed" not in message["Message-ID"]


@pytest.mark.parametrize("header", ["a\r\nBcc: eve@example.org", "a\nX: y"])
def test_header_that_smuggles_another_is_refused(smtp_server, header):
    with pytest.raises(ValueError, match="[Hh]eader"):
        send(headers={"X-Test": header})

    assert smtp_server.messages == []


def test_attached_calendar_file_arrives_byte_for_byte(smtp_server):
    content = f"BEGIN:VCALENDAR\r\nSUMMARY:é {'日' * 30}\r\nEND:VCALENDAR\r\n".encode()
    attachment = mail.Attachment("calendar.ics", content, "text/calendar; method=PUBLISH")

    mail.send(
        "my_solidarity",
        to="sam@example.org",
        context={"subject": "Your link", "link": "https://example.org/"},
        language="en",
        attachments=[attachment],
    )

    (message,) = smtp_server.messages
    (part,) = message.iter_attachments()
    assert part.get_payload(decode=True) == content
    assert part.get_content_type() == "text/calendar"
    assert (part.get_param("method"), part.get_param("charset")) == ("PUBLISH", "utf-8")
    assert part.get_filename() == "calendar.ics"
