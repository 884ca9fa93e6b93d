"""A mail that gives up after a day is seen by staff and can be tried again; no address is kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from procrastinate import jobs
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.tasks import MAIL_ATTEMPTS, MAIL_RETRY, notice_given_up_mails
from supporters import failed_mails
from supporters.models import FailedMail, OneTimeLink
from supporters.tasks import send_my_solidarity_link
from tests.conftest import free_port
from tests.factories import make_staff, make_supporter
from tests.to_do import waiting_for

ROOT = Path(__file__).parents[2]


def run_worker_once(port: int) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "procrastinate", "worker", "--one-shot"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
            "WORKER_DATABASE": connection.settings_dict["NAME"],
            "WORKER_MAIL_PORT": str(port),
        },
        capture_output=True,
        check=True,
        timeout=120,
    )


@pytest.mark.django_db(transaction=True)
def test_only_the_last_attempt_of_a_mail_is_remembered():
    """A real worker, and no mail server at all."""
    first, last = make_supporter("canary@example.org"), make_supporter("other@example.org")
    send_my_solidarity_link.defer(supporter_id=first.pk, language="en")
    send_my_solidarity_link.defer(supporter_id=last.pk, language="fr")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET attempts = %s WHERE args->>'supporter_id' = %s",
            [MAIL_ATTEMPTS, str(last.pk)],
        )

    run_worker_once(free_port())

    failed = FailedMail.objects.get()
    assert failed.task_name == "send_my_solidarity_link"
    assert failed.arguments == {"supporter_id": last.pk, "language": "fr"}
    assert failed.error == "ConnectionRefusedError"
    waiting = ProcrastinateJob.objects.exclude(task_name__in=["retry_stalled_jobs"])
    assert waiting.get(args__supporter_id=first.pk).status == "todo"
    assert not OneTimeLink.objects.exists()


class Context:
    def __init__(self, task, attempts: int) -> None:
        self.task = task
        self.job = jobs.Job(
            id=1,
            queue="default",
            lock=None,
            queueing_lock=None,
            task_name=task.name,
            task_kwargs={"timestamp": 1},
            attempts=attempts,
        )


@pytest.mark.django_db
def test_task_that_is_no_mail_is_not_remembered():
    def fail() -> None:
        raise OSError("sam@example.org")

    with pytest.raises(OSError):
        notice_given_up_mails(fail, Context(app.tasks["apply_retention"], MAIL_ATTEMPTS), None)
    assert not FailedMail.objects.exists()

    # The control: the same failure of a mail is.
    with pytest.raises(OSError):
        notice_given_up_mails(fail, Context(send_my_solidarity_link, MAIL_ATTEMPTS), None)
    assert FailedMail.objects.get().error == "OSError"
    assert send_my_solidarity_link.retry_strategy is MAIL_RETRY


@pytest.fixture
def failed(db) -> FailedMail:
    supporter = make_supporter("sam@example.org")
    failed_mails.remember(
        task_name="send_my_solidarity_link",
        arguments={"supporter_id": supporter.pk, "language": "en"},
        error=ConnectionRefusedError("sam@example.org"),
    )
    return FailedMail.objects.get()


LIST, AGAIN = "/admin/people/failed-mails/", "/admin/people/failed-mails/again/"


def test_administrator_sees_it_and_it_leaves_after_all(client, failed, run_tasks, smtp_server):
    admin = make_staff("Administrators")
    client.force_login(admin)
    assert "1 email that failed" in waiting_for(client)["failed-mails"]
    html = client.get(LIST).content.decode()
    assert "send_my_solidarity_link" in html
    assert "ConnectionRefusedError" in html
    assert "sam@example.org" not in html

    client.post(AGAIN, {"mail": failed.pk})
    client.post(AGAIN, {"mail": failed.pk})
    run_tasks()

    assert [message["To"] for message in smtp_server.messages] == ["sam@example.org"]
    assert "No email has failed." in client.get(LIST).content.decode()
    assert "failed-mails" not in waiting_for(client)


def test_all_are_tried_again_at_once(client, failed, run_tasks, smtp_server):
    client.force_login(make_staff("Administrators"))

    client.get(AGAIN)
    assert not FailedMail.objects.exclude(tried_again_at=None).exists()
    client.post(AGAIN)

    assert run_tasks() == ["send_my_solidarity_link"]
    assert len(smtp_server.messages) == 1


@pytest.mark.parametrize("group", ["Editors", "Moderators", "Treasurers"])
def test_others_neither_see_nor_try(client, failed, group):
    client.force_login(make_staff(group))

    assert client.get(LIST).status_code == 302
    assert client.post(AGAIN).status_code == 302
    assert "that failed" not in client.get("/admin/").content.decode()
    assert FailedMail.objects.waiting().count() == 1
    assert not ProcrastinateJob.objects.exists()
