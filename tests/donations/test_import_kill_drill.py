"""A real process that imports a long statement is killed at fifty moments of its work.

Each time the ledger has nothing of the file or all of it, and a second upload of the same bytes
completes it. Minutes of work, so no part of the suite: ``make drill-imports``.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import Allocation, BankEntry, BankStatement, StatementFile
from tests.donations.importing_files import our_account, our_pledge, paid, sums, upload
from tests.donations.statement_files import Movement, coda_file

pytestmark = [pytest.mark.drill, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "50"))
ENTRIES = int(os.environ.get("DRILL_ENTRIES", "5000"))
PLEDGES = 100
FIRST_DAY = date(2026, 1, 1)


class Reader:
    """The process of ``import_process`` on the database of the test."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.donations.import_process"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
                "WORKER_DATABASE": connection.settings_dict["NAME"],
                "WORKER_MAIL_PORT": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.answer() == "ready"

    def answer(self) -> str:
        return self.process.stdout.readline().strip()

    def read(self, file: StatementFile, *, kill_after: float | None = None) -> tuple[int, float]:
        """Have a file read, and the reader killed after so many seconds; return its status."""
        started = time.monotonic()
        print(file.pk, *([kill_after] if kill_after else []), file=self.process.stdin, flush=True)
        return int(self.answer()), time.monotonic() - started

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def reader() -> Iterator[Reader]:
    running = Reader()
    try:
        yield running
    finally:
        running.stop()


def statement(number: int, pledges: list) -> bytes:
    """One day's statement: some promises paid, all other movements without a clue."""
    day = FIRST_DAY + timedelta(days=number)
    count = ENTRIES - len(pledges)
    movements = [paid(pledge, "1.00", booked_on=day) for pledge in pledges]
    movements += [
        Movement("1.00", name=f"DONOR {n}", text=f"gift {n} of {number}", booked_on=day)
        for n in range(count)
    ]
    return coda_file(
        movements,
        number=number + 1,
        opening=Decimal(number * ENTRIES),
        opened_on=day - timedelta(days=1),
        closed_on=day,
    )


def wait_until_nobody_works() -> None:
    """The server notices a killed client when it next speaks to it."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("a session of a killed process is still there")


def test_killed_import_leaves_nothing_or_the_whole_file(reader):
    our_account()
    first = our_pledge(frequency="monthly")
    pledges = [first] + [
        our_pledge(appeal=first.appeal, frequency="monthly") for _ in range(PLEDGES - 1)
    ]
    file = upload(statement(0, pledges))
    status, whole = reader.read(file)
    assert status == 0
    found = {"nothing": 0, "everything": 0, "ended before": 0}
    states: dict[str, int] = {}

    for number in range(1, KILLS + 1):
        content = statement(number, pledges)
        file = upload(content)
        ProcrastinateJob.objects.all()._raw_delete("default")  # its worker is lost
        before = BankEntry.objects.count(), Allocation.objects.count(), sums()
        assert before[0] == number * ENTRIES

        status, _ = reader.read(file, kill_after=1.1 * whole * number / KILLS)
        wait_until_nobody_works()

        file.refresh_from_db()
        states[file.state] = states.get(file.state, 0) + 1
        after = BankEntry.objects.count(), Allocation.objects.count(), sums()
        if file.state == "booked":
            found["everything" if status else "ended before"] += 1
            assert after[0] == before[0] + ENTRIES
        else:
            found["nothing"] += 1
            assert after == before
            assert not BankStatement.objects.filter(file=file).exists()
            assert not ProcrastinateJob.objects.filter(task_name="send_thanks").exists()
            # The same bytes once more.
            again = upload(content)
            assert again == file
            assert reader.read(again)[0] == 0
        file.refresh_from_db()
        assert file.state == "booked", file.summary
        assert BankEntry.objects.count() == (number + 1) * ENTRIES
        assert sums() == ((number + 1) * ENTRIES,) * 2

    for pledge in pledges:
        pledge.refresh_from_db()
        assert pledge.received_eur == KILLS + 1
    print(f"\nan import of {ENTRIES} takes {whole:.1f} s; killed {KILLS} times: {found}, {states}")
    assert found["nothing"] >= KILLS // 2
