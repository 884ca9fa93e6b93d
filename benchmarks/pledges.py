"""Compare promising a gift with one bare insert of the same row.

``make bench`` runs it on one connection, with a PostgreSQL of its own that writes every commit to
the disk. Two ways take turns, so that a busy machine slows both:

- the service: look for an earlier promise of the same form, check it, find or make the person,
  number the promise, write it and what follows from it, and queue the mail, in one transaction;
- bare: the finished row with another key and number, by psycopg, a prepared statement, one commit.

Only the ratio means something on another machine. Ends with 1 when the service reaches less than
RATIO of the bare insert, or when a promise has no row or no mail. PLEDGES (600) and ROUNDS (3)
make it smaller or longer; TEST_DATABASE_URL names another server.
"""

import os
import statistics
import sys
import time
import uuid
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign_site.settings.test")

import own_server  # noqa: E402

PLEDGES = int(os.environ.get("PLEDGES", "600"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
RATIO = 0.35  # the bar
NAME = f"bench_{os.getpid()}"


def main() -> int:
    """Start a database, let both ways run in turn, print what came of it."""
    return own_server.run(compare_ways, NAME)


def compare_ways() -> int:
    from django.db import connection
    from procrastinate.contrib.django.models import ProcrastinateJob

    from donations.models import Pledge
    from tests.factories import make_appeal

    connection.settings_dict["NAME"] = NAME
    appeal = make_appeal()
    promise(appeal, 0)
    model = Pledge.objects.get()
    rates: dict[str, list[float]] = {"service": [], "bare": []}
    made = 1
    for _round in range(ROUNDS):
        start = time.perf_counter()
        for number in range(made, made + PLEDGES):
            promise(appeal, number)
        rates["service"].append(PLEDGES / (time.perf_counter() - start))
        made += PLEDGES
        rates["bare"].append(bare_inserts(model))
    pledges = Pledge.objects.exclude(form_digest="bare")
    complaint = ""
    if pledges.count() != made:
        complaint = f"{made - pledges.count()} promises have no row"
    elif ProcrastinateJob.objects.filter(task_name__contains="pledge").count() < made:
        complaint = "promises without a mail"
    medians = {way: statistics.median(found) for way, found in rates.items()}
    ratio = medians["service"] / medians["bare"]
    print(
        f"promises: service {medians['service']:.0f}/s, bare insert {medians['bare']:.0f}/s; "
        f"the service reaches {ratio:.2f} of it (bar: {RATIO}) {complaint}".rstrip()
    )
    return 0 if ratio >= RATIO and not complaint else 1


def promise(appeal, number: int) -> None:
    from donations.services import create_pledge

    create_pledge(
        appeal=appeal,
        name=f"Person {number}",
        email=f"person{number}@example.org",
        amount_eur=Decimal("25.00"),
        language="fr",
        form_key=uuid.uuid4(),
        form_digest=f"{number:064}",
    )


def bare_inserts(model) -> float:
    """Insert PLEDGES copies of a promise's row one by one; return how many in a second."""
    import psycopg
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM donations_pledge WHERE id = %s", [model.pk])
        names = [column.name for column in cursor.description]
        values = dict(zip(names, cursor.fetchone(), strict=True))
        cursor.execute("SELECT coalesce(max(reference_number), 0) FROM donations_pledge")
        (last,) = cursor.fetchone()
    del values["id"]
    values["form_digest"] = "bare"
    columns = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    statement = f"INSERT INTO donations_pledge ({columns}) VALUES ({places})"
    parameters = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname")
    address = {name: parameters[name] for name in wanted if name in parameters}
    with psycopg.connect(**address, autocommit=True) as bare:
        start = time.perf_counter()
        for number in range(PLEDGES):
            row = {**values, "reference_number": last + 1 + number}
            row |= {"form_key": uuid.uuid4(), "public_id": uuid.uuid4()}
            bare.execute(statement, row, prepare=True)
        rate = PLEDGES / (time.perf_counter() - start)
        bare.execute("DELETE FROM donations_pledge WHERE form_digest = 'bare'")
    return rate


if __name__ == "__main__":
    sys.exit(main())
