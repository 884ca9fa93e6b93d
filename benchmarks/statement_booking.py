"""Book a statement of a hundred thousand transfers, and match them to their promises.

``make bench`` runs it on two cores of this machine: the process that books and the database, which
is a scratch one, made for the occasion and dropped. Half of the transfers have the structured
communication of a promise, a quarter the communication of the appeal, the rest has no clue. The
process that books is one of its own, so that its memory is all that is measured (VmHWM of
proc(5)): Django, the site and the import. Ends with 1 when a bar is missed.
"""

import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign_site.settings.test")

ENTRIES = int(os.environ.get("ENTRIES", "100000"))
SECONDS, MEBIBYTES = 60, 200  # the bars
NAME = f"bench_{os.getpid()}"
COMMUNICATION = "donation BenchAppeal"
FIRST_NUMBER = 6_000_000_001
_IN_ONE_STATEMENT = 9999  # what the numbering of CODA leaves room for


def main() -> int:
    """Make the database and the file, have them booked, and return the exit status."""
    import django

    from tests import database

    django.setup()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    database.fresh_copy(database.ensure_template(), NAME)
    try:
        worst = 0
        for kind in ("CODA", "CAMT.053"):
            worst = max(worst, measure(kind))
            database.fresh_copy(database.ensure_template(), NAME)
        return worst
    finally:
        database.drop(NAME)


def measure(kind: str) -> int:
    from donations.models import Allocation, BankEntry, Pledge
    from tests.donations.importing_files import sums

    file_id, size = prepare(kind)
    watched: list[int] = []
    environment = {**os.environ, "BOOKING_DATABASE": NAME}
    command = [sys.executable, __file__, str(file_id)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
        while child.poll() is None:
            watched.append(entries_read(file_id))
            time.sleep(0.5)
        answer = json.loads(child.stdout.read())
    matched = Allocation.objects.filter(kind="gift").count()
    paid = Pledge.objects.filter(status=Pledge.Status.PAID).count()
    ledger, statements = sums()
    seconds, peak = answer["seconds"], answer["peak_kib"] / 1024
    print(
        f"{kind}: {ENTRIES:,} entries, {size / 1e6:.0f} MB: {answer['state']} in {seconds:.1f} s; "
        f"{matched:,} matched, {paid:,} promises paid; memory {peak:.0f} MiB, of which "
        f"{answer['start_kib'] / 1024:.0f} before the import; processor {answer['cpu']:.1f} s, of "
        f"the database {answer['database_cpu']:.1f} s; progress seen at "
        f"{len({one for one in watched if 0 < one < ENTRIES})} points"
    )
    right = ledger == statements and BankEntry.objects.count() == ENTRIES and paid
    return 0 if right and seconds < SECONDS and peak <= MEBIBYTES else 1


def prepare(kind: str) -> tuple[int, int]:
    """Make promises and a statement that pays them; return the file's number and its bytes."""
    from io import BytesIO

    from donations.models import Pledge
    from donations.services import statement_files
    from supporters.models import Supporter
    from tests.donations.importing_files import our_account
    from tests.factories import make_appeal

    appeal = make_appeal(account=our_account(), communication=COMMUNICATION)
    people = Supporter.objects.bulk_create(
        [
            Supporter(email=f"{n}@example.org", email_hash=f"{n:064}", language="fr")
            for n in range(ENTRIES // 2)
        ],
        batch_size=2000,
    )
    Pledge.objects.bulk_create(
        [
            Pledge(
                appeal=appeal,
                supporter=person,
                name="Sam",
                amount_eur=Decimal("25.00"),
                language="fr",
                reference_number=FIRST_NUMBER + n,
            )
            for n, person in enumerate(people)
        ],
        batch_size=2000,
    )
    content = coda() if kind == "CODA" else camt()
    file, _ = statement_files.receive_file(
        file=BytesIO(content), name="statement", by=None, is_to_book=True
    )
    return file.pk, len(content)


def movements(start: int, count: int) -> list:
    from tests.donations.importing_files import digits
    from tests.donations.statement_files import Movement

    made = []
    for n in range(start, start + count):
        fields = {"account": f"BE{n % 90 + 10}{n:012}", "name": f"DONOR NUMBER {n}"}
        fields["bank_reference"] = f"BANK{n:010}"
        if n % 2 == 0:
            fields["structured"] = digits(FIRST_NUMBER + n // 2)
        else:
            fields["text"] = COMMUNICATION if n % 4 == 1 else f"A GIFT FROM NUMBER {n} WITH LOVE"
        made.append(Movement("25.00", **fields))
    return made


def coda() -> bytes:
    from tests.donations.statement_files import coda_file

    parts = []
    for number, start in enumerate(range(0, ENTRIES, _IN_ONE_STATEMENT), 1):
        count = min(_IN_ONE_STATEMENT, ENTRIES - start)
        parts.append(
            coda_file(
                movements(start, count),
                number=number,
                opening=25 * start,
                another_follows=start + count < ENTRIES,
            )
        )
    return b"".join(parts)


def camt() -> bytes:
    from tests.donations.camt_files import camt_file

    return camt_file(movements(0, ENTRIES))


def entries_read(file_id: int) -> int:
    from donations.models import StatementFile

    return StatementFile.objects.values_list("entries_read", flat=True).get(pk=file_id)


def peak_kib() -> int:
    """The most memory that this process ever had."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def cpu_seconds(pid: int) -> float:
    """What a process has had of the processors so far, in seconds (proc(5), stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def book(file_id: int) -> None:
    """Book one file in this process, as a worker does, and print what it took."""
    import django

    django.setup()

    from django.db import connection

    from donations.models import StatementFile
    from donations.services import importing

    connection.settings_dict["NAME"] = os.environ["BOOKING_DATABASE"]
    file = StatementFile.objects.get(pk=file_id)
    start_kib = peak_kib()
    start = time.perf_counter()
    cpu = time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    database_cpu = cpu_seconds(backend)
    file = importing.read_file(file=file)
    answer = {
        "state": file.state,
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - cpu,
        "database_cpu": cpu_seconds(backend) - database_cpu,
        "start_kib": start_kib,
    }
    print(json.dumps({**answer, "peak_kib": peak_kib()}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        book(int(sys.argv[1]))
    else:
        sys.exit(main())
