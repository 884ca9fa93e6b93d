"""Many imports at once change what one would, and it is the locks that see to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from donations.models import Allocation, BankEntry, BankStatement, Pledge, StatementFile
from donations.services import cancel_pledge, importing
from tests.donations.importing_files import (
    SECOND,
    imported,
    our_account,
    our_pledge,
    paid,
    sums,
    upload,
)
from tests.donations.statement_files import Movement, coda_file

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 8


def together(actions: list[Callable[[], object]]) -> list[object]:
    """Carry out all at the same moment, each on a connection of its own."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def movements(pledge: Pledge) -> list[Movement]:
    others = [Movement(str(n), text=f"gift {n}", bank_reference=f"B{n}") for n in range(1, 20)]
    return [paid(pledge), *others]


def test_same_file_uploaded_and_read_eight_times_at_once_is_booked_once():
    pledge = our_pledge()
    content = coda_file(movements(pledge))

    files = together([lambda: upload(content)] * AT_ONCE)
    read = together([lambda: importing.read_file(file=files[0])] * AT_ONCE)

    assert StatementFile.objects.count() == BankStatement.objects.count() == 1
    assert ProcrastinateJob.objects.filter(task_name="read_statement_file").count() == 1
    assert {file.state for file in read} == {"booked"}
    assert BankEntry.objects.count() == 20
    assert sums() == (Decimal("215"), Decimal("215"))
    pledge.refresh_from_db()
    assert (pledge.status, pledge.received_eur) == ("paid", Decimal("25.00"))
    assert ProcrastinateJob.objects.filter(task_name="send_thanks").count() == 1


def versions_of(content: bytes) -> list[StatementFile]:
    """Eight files of different bytes that tell of the same movements."""
    return [upload(content + b"\r\n" * blanks) for blanks in range(AT_ONCE)]


def test_eight_versions_of_one_statement_at_once_count_each_movement_once():
    pledge = our_pledge()
    files = versions_of(coda_file(movements(pledge)))

    read = together([lambda file=file: importing.read_file(file=file) for file in files])

    assert {file.state for file in read} == {"booked"}
    assert sorted(file.summary["statements"][0]["new"] for file in read) == [0] * 7 + [20]
    assert BankEntry.objects.count() == 20
    assert sums() == (Decimal("215"), Decimal("215"))
    pledge.refresh_from_db()
    assert pledge.received_eur == Decimal("25.00")


def test_without_the_lock_of_the_account_imports_fail(monkeypatch):
    """The control: all compare with the ledger before anybody books."""
    pledge = our_pledge()
    files = versions_of(coda_file(movements(pledge)))
    barrier = Barrier(AT_ONCE)
    judge = importing.Setting.judge

    def judge_together(setting, statements) -> int:
        days = judge(setting, statements)
        barrier.wait(30)
        return days

    monkeypatch.setattr(importing, "_hold_accounts", lambda ids: None)
    monkeypatch.setattr(importing.Setting, "judge", judge_together)

    read = together([lambda file=file: importing.read_file(file=file) for file in files])

    states = sorted(file.state for file in read)
    assert states == ["booked", *["failed"] * 7]
    # Even then nothing counts twice: the database does not take an entry a second time.
    assert BankEntry.objects.count() == 20
    assert sums() == (Decimal("215"), Decimal("215"))


def test_statements_of_one_account_in_opposite_order_do_not_block_each_other():
    first = our_account()
    other = our_account(label="Other", iban="BE62510007547061")
    accounts = [first.iban, other.iban]

    def both(order: list[str], amount: str) -> bytes:
        head = coda_file([Movement(amount)], account=order[0], another_follows=True)
        return head + coda_file([Movement(amount)], account=order[1])

    contents = [both(accounts[:: (-1) ** n], str(n + 1)) for n in range(AT_ONCE)]
    files = [upload(content, book=False) for content in contents]

    read = together([lambda file=file: importing.read_file(file=file) for file in files])

    assert {file.state for file in read} == {"looked_at"}


def test_pledge_that_is_taken_back_during_the_import_loses_nothing(monkeypatch):
    """Whichever comes first, money and wish are both kept."""
    appeal_pledge = our_pledge()
    pledges = [appeal_pledge, *(our_pledge(appeal=appeal_pledge.appeal) for _ in range(19))]
    file = upload(coda_file([paid(pledge) for pledge in pledges]))
    barrier = Barrier(2)
    place_new = importing.place_new

    def place_slowly(**values):
        with suppress(BrokenBarrierError):
            barrier.wait(5)
        return place_new(**values)

    monkeypatch.setattr(importing, "place_new", place_slowly)

    def cancel() -> int:
        barrier.wait(5)
        return sum(cancel_pledge(pledge=pledge) for pledge in pledges)

    read, cancelled = together([lambda: importing.read_file(file=file), cancel])

    assert read.state == "booked"
    for pledge in Pledge.objects.filter(pk__in=[pledge.pk for pledge in pledges]):
        assert (pledge.status, pledge.received_eur) == ("paid", Decimal("25.00"))
    ended = Pledge.objects.filter(ended="cancelled").count()
    assert ended == cancelled
    assert Allocation.objects.filter(circumstance="late").count() == ended


def test_progress_is_seen_while_the_file_is_read(monkeypatch):
    our_account()
    content = coda_file([Movement("1", text=f"gift {n}") for n in range(50)])
    file = upload(content)
    seen = []
    monkeypatch.setattr(importing, "_PROGRESS_SECONDS", 0)
    book = importing.Setting.book

    def look_and_book(setting, *args):
        def look() -> None:
            seen.append(StatementFile.objects.values().get(pk=file.pk))

        together([look])
        return book(setting, *args)

    monkeypatch.setattr(importing.Setting, "book", look_and_book)

    importing.read_file(file=file)

    assert [row["state"] for row in seen] == ["reading"]
    assert (seen[0]["entries_read"], seen[0]["bytes_read"]) == (50, len(content))


def test_next_day_is_imported_while_the_last_is_still_being_booked():
    our_account()
    later = SECOND + timedelta(days=1)
    days = [
        coda_file([Movement("5")], number=1, opening="0"),
        coda_file([Movement("7", booked_on=later)], number=2, opening="5", closed_on=later),
    ]
    imported(days[0])
    files = [upload(content) for content in days]

    read = together([lambda file=file: importing.read_file(file=file) for file in files])

    assert {file.state for file in read} == {"booked"}
    assert sorted(BankEntry.objects.values_list("amount", flat=True)) == [5, 7]
