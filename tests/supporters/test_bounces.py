"""A mail that came back is seen by staff like one that failed, and can be sent anew."""

import io
import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from procrastinate.contrib.django import app

from donations.tasks import send_pledge_instructions
from supporters import failed_mails, newsletter
from supporters.models import FailedMail
from supporters.tasks import send_my_solidarity_link
from supporters.wordings import current_words
from tests.conftest import free_port
from tests.delivery_reports import report
from tests.factories import make_pledge, make_staff, make_supporter
from tests.to_do import waiting_for

ROOT = Path(__file__).parents[2]
LIST, AGAIN = "/admin/people/failed-mails/", "/admin/people/failed-mails/again/"


@pytest.fixture
def read(monkeypatch):
    """Return a function that pipes a mail into the command and returns what it prints."""

    def run(content: bytes) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        out = io.StringIO()
        call_command("read_bounce", stdout=out)
        assert sys.stdin.buffer.read() == b""
        return out.getvalue().strip()

    return run


@pytest.fixture
def pledge(db):
    return make_pledge(supporter=make_supporter("sam@example.org"))


@pytest.fixture
def sent(pledge, smtp_server) -> EmailMessage:
    send_pledge_instructions(pledge.pk)
    return smtp_server.messages[-1]


def test_every_mail_can_be_sent_anew():
    folders = (settings.BASE_DIR / "templates" / "emails").iterdir()

    # Mails to staff name no row of a person: one that bounces is the administrators' business.
    named = {path.name for path in folders if path.is_dir() and not path.name.startswith("staff_")}
    assert set(failed_mails.kinds()) == named
    for kind in failed_mails.kinds().values():
        assert kind.task_name in app.tasks
        names = {field.name for field in kind.model._meta.get_fields()}
        assert {"public_id", kind.sent_field or "public_id", *kind.more} <= names


def test_bounce_is_kept_once_and_without_address(pledge, sent, read):
    assert read(report(sent)) == "recorded"
    assert read(report(sent, whole=False)) == "unknown, or recorded before"

    failed = FailedMail.objects.get()
    assert failed.task_name == "send_pledge_instructions"
    assert failed.arguments == {"pledge_id": pledge.pk}
    assert failed.error == "Bounce 5.1.1"
    assert "sam@example.org" not in str(FailedMail.objects.values().get())


def test_link_to_everything_bounces_too(db, smtp_server, read):
    sam = make_supporter("sam@example.org", language="nl")
    send_my_solidarity_link(sam.pk, "fr")

    assert read(report(smtp_server.messages[-1])) == "recorded"
    failed = FailedMail.objects.get()
    assert failed.arguments == {"supporter_id": sam.pk, "language": "nl"}
    assert failed_mails.try_again(failed=failed, user=None)


def test_delay_is_not_kept(sent, read):
    assert read(report(sent, action="delayed", status="4.4.1")) == "not a bounce"
    assert not FailedMail.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"Subject: Hi\n\nAway.", b"x" * 3_000_000])
def test_anything_else_is_dropped(db, read, content):
    assert read(content) == "not a bounce"
    assert not FailedMail.objects.exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [("pledge_instructions", "photo_confirmation"), ("pledge_instructions", "no_such_mail")],
)
def test_forged_mail_is_ignored(sent, read, old, new):
    sent.replace_header("Message-ID", sent["Message-ID"].replace(old, new))

    assert read(report(sent)) == "unknown, or recorded before"
    assert not FailedMail.objects.exists()


def test_forged_reference_is_ignored(pledge, sent, read):
    forged = sent["Message-ID"].replace(pledge.public_id.hex, "0" * 32)
    sent.replace_header("Message-ID", forged)

    assert read(report(sent)) == "unknown, or recorded before"
    assert not FailedMail.objects.exists()


def test_administrator_sees_it_and_sends_it_anew(client, sent, read, run_tasks, smtp_server):
    read(report(sent))
    client.force_login(make_staff("Administrators"))
    assert "1 email that failed" in waiting_for(client)["failed-mails"]
    html = client.get(LIST).content.decode()
    assert "send_pledge_instructions" in html
    assert "Bounce 5.1.1" in html
    assert "sam@example.org" not in html

    client.post(AGAIN, {"mail": FailedMail.objects.get().pk})
    run_tasks()

    first, second = smtp_server.messages
    assert second["To"] == "sam@example.org"
    assert first["Message-ID"] != second["Message-ID"]
    assert "No email has failed." in client.get(LIST).content.decode()
    # The first report once more is known; one about the second mail is another row.
    assert read(report(first)) == "unknown, or recorded before"
    assert read(report(second)) == "recorded"


def test_without_a_click_nothing_is_sent_anew(pledge, sent, read, run_tasks, smtp_server):
    read(report(sent))

    send_pledge_instructions(pledge.pk)
    assert run_tasks() == []
    assert len(smtp_server.messages) == 1


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_others_do_not_see_it(client, sent, read, run_tasks, group):
    read(report(sent))
    client.force_login(make_staff(group))

    assert client.get(LIST).status_code == 302
    assert client.post(AGAIN).status_code == 302
    assert "that failed" not in client.get("/admin/").content.decode()
    assert FailedMail.objects.waiting().count() == 1
    assert run_tasks() == []


@pytest.mark.parametrize(("is_bounce", "code"), [(True, 75), (False, 0)])
def test_mail_server_is_asked_to_come_back_while_the_database_is_down(sent, is_bounce, code):
    done = subprocess.run(
        [sys.executable, "manage.py", "read_bounce"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.test",
            "TEST_DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/nothing",
        },
        input=report(sent) if is_bounce else sent.as_bytes(),
        capture_output=True,
        timeout=120,
    )

    assert done.returncode == code
    assert b"sam@example.org" not in done.stdout + done.stderr


def test_mail_sent_anew_still_confirms_the_wish_for_news(pledge, smtp_server, read, run_tasks):
    words = current_words(["newsletter"])["newsletter"]
    newsletter.wish_for_news(supporter=pledge.supporter, words=words)
    send_pledge_instructions(pledge.pk)
    read(report(smtp_server.messages[-1]))

    failed_mails.try_again(failed=FailedMail.objects.get(), user=None)
    run_tasks()

    for message in smtp_server.messages:
        assert "/newsletter/" in message.get_body(("plain",)).get_content()
