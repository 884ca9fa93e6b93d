"""A real worker process, killed with -9 in the middle of a mail."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from campaign_site.tasks import LOST_ATTEMPTS, MAIL_ATTEMPTS, retry_stalled_jobs
from supporters.models import FailedMail
from supporters.tasks import send_my_solidarity_link
from tests.factories import make_supporter

ROOT = Path(__file__).parents[2]


class Mailer:
    """Starts and kills workers that mail to ``smtp_server``."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.workers: list[subprocess.Popen] = []

    def start(self) -> subprocess.Popen:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "procrastinate", "worker"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
                "WORKER_DATABASE": connection.settings_dict["NAME"],
                "WORKER_MAIL_PORT": str(self.port),
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.workers.append(worker)
        return worker


@pytest.fixture
def mailer(smtp_server, settings) -> Iterator[Mailer]:
    starter = Mailer(settings.MAILERS["default"]["OPTIONS"]["port"])
    yield starter
    for worker in starter.workers:
        worker.kill()
        worker.wait()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.django_db(transaction=True)
def test_mail_of_a_worker_killed_in_mid_mail_leaves_after_all(smtp_server, mailer):
    reached, may_go_on = threading.Event(), threading.Event()
    accept = smtp_server.handle_DATA

    async def stall_once(server, session, envelope):
        if not reached.is_set():
            reached.set()
            while not may_go_on.is_set():
                await asyncio.sleep(0.05)
            return "451 the first worker is dead by now"
        return await accept(server, session, envelope)

    smtp_server.handle_DATA = stall_once
    supporter = make_supporter("sam@example.org")
    send_my_solidarity_link.defer(supporter_id=supporter.pk, language="fr")

    first = mailer.start()
    assert reached.wait(30), "the first worker never reached the mail server"
    first.kill()
    first.wait()
    may_go_on.set()
    assert smtp_server.envelopes == []
    mailer.start()

    assert wait_for(lambda: bool(smtp_server.envelopes), 60)
    time.sleep(2)
    assert 1 <= len(smtp_server.envelopes) <= 2
    assert smtp_server.messages[0]["Subject"] == "Votre lien"


@pytest.mark.django_db(transaction=True)
def test_refused_mail_is_tried_again(smtp_server, mailer):
    accept = smtp_server.handle_DATA
    refused = []

    async def refuse_once(server, session, envelope):
        if not refused:
            refused.append(envelope)
            return "451 come back later"
        return await accept(server, session, envelope)

    smtp_server.handle_DATA = refuse_once
    supporter = make_supporter("sam@example.org")
    send_my_solidarity_link.defer(supporter_id=supporter.pk, language="en")

    mailer.start()

    # Half a minute later, which nobody need wait for here.
    later = ProcrastinateJob.objects.filter(
        status="todo", scheduled_at__gt=timezone.now() + timedelta(seconds=10)
    )
    assert wait_for(later.exists, 60)
    assert not smtp_server.envelopes
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    assert wait_for(lambda: bool(smtp_server.envelopes), 60)
    assert len(refused) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("attempts", "status"), [(LOST_ATTEMPTS - 1, "todo"), (LOST_ATTEMPTS, "failed")]
)
def test_job_of_a_lost_worker_runs_again_but_not_for_ever(attempts, status):
    stall("x", attempts)

    run_apart(retry_stalled_in_a_worker())

    assert ProcrastinateJob.objects.get(task_name="x").status == status
    assert not FailedMail.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("attempts", "status"), [(11, "todo"), (12, "failed")])
def test_a_task_that_may_be_tried_more_often_is_not_parked_sooner(attempts, status):
    """Failures that were tried again are no lost workers."""
    assert app.tasks["make_export"].retry_strategy.max_attempts == 12
    stall("make_export", attempts, '{"export_id": 7}')

    run_apart(retry_stalled_in_a_worker())

    assert ProcrastinateJob.objects.get(task_name="make_export").status == status


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempts", [MAIL_ATTEMPTS - 1, MAIL_ATTEMPTS])
def test_mail_whose_workers_were_lost_too_often_is_shown_to_staff(attempts):
    stall("send_my_solidarity_link", attempts, '{"supporter_id": 7, "language": "nl"}')

    run_apart(retry_stalled_in_a_worker())

    failed = FailedMail.objects.values_list("task_name", "arguments", "error")
    shown = ("send_my_solidarity_link", {"supporter_id": 7, "language": "nl"}, "WorkerLost")
    assert list(failed) == ([shown] if attempts == MAIL_ATTEMPTS else [])


def run_apart(work: Coroutine) -> None:
    """Run ``work`` in a thread of its own: the browser tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as executor:
        executor.submit(asyncio.run, work).result()


async def retry_stalled_in_a_worker() -> None:
    """Run the task with the connector that the worker command gives it."""
    with app.replace_connector(app.connector.get_worker_connector()):
        async with app.open_async():
            await retry_stalled_jobs.func(timestamp=0)


def stall(task_name: str, attempts: int, arguments: str = "{}") -> None:
    """Leave a job as a worker does that was killed while it ran it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) "
            "VALUES (now() - interval '10 minutes') RETURNING id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, "
            "attempts, worker_id) VALUES ('default', %s, 0, %s::jsonb, 'doing', %s, %s)",
            [task_name, arguments, attempts, worker],
        )


def in_a_task(work: Callable[[], None]) -> None:
    """Run ``work`` in a thread as a worker runs a task, with the worker's own connections open."""

    def thread() -> None:
        try:
            work()
        finally:
            connection.close()

    async def run() -> None:
        async with app.open_async():
            await sync_to_async(thread, thread_sensitive=False)()

    as_in_a_worker = app.replace_connector(app.connector.get_worker_connector())
    # In a thread of its own: this one may have a browser's event loop.
    with as_in_a_worker, ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, run()).result()


def queued() -> int:
    return ProcrastinateJob.objects.filter(task_name="send_my_solidarity_link").count()


@pytest.mark.django_db(transaction=True)
def test_what_a_task_queues_is_there_when_its_transaction_is_through():
    seen = []

    def commit() -> None:
        with transaction.atomic():
            send_my_solidarity_link.configure(schedule_in={"hours": 1}).defer(link_id=0, token="")
            with ThreadPoolExecutor(1) as another_worker:
                seen.append(another_worker.submit(counted).result())

    def counted() -> int:
        number = queued()
        connection.close()
        return number

    in_a_task(commit)

    assert seen == [0]
    assert queued() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_task_queues_goes_with_its_transaction():
    def fail() -> None:
        with suppress(ZeroDivisionError), transaction.atomic():
            send_my_solidarity_link.configure(schedule_in={"hours": 1}).defer(link_id=0, token="")
            raise ZeroDivisionError

    in_a_task(fail)

    assert queued() == 0
