"""Compare lists of a thousand rows with the same lists of a million.

``make bench`` runs it with a PostgreSQL of its own. Photos on a wall and photos that wait for a
decision, people, promises, payments, sign-ups for one event and entries of the log: each is a row
that went through the site's own services, copied FEW (1,000) and then MANY (1,000,000) times. Then
the screens are opened by Django's test client, warm, in turn, so that a busy machine slows all.

Prints the median milliseconds and the queries of each screen. Ends with 1 when a public screen
takes more than PUBLIC times as long with many rows, when a staff screen takes longer than
STAFF_MS, or when any screen needs more queries. FEW, MANY and ROUNDS (7) make it smaller.
"""

import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign_site.settings.test")

import own_server  # noqa: E402

FEW = int(os.environ.get("FEW", "1000"))
MANY = int(os.environ.get("MANY", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "7"))
PUBLIC, STAFF_MS = 1.5, 1000  # the bars
NAME = f"bench_{os.getpid()}"
# Drawn anew for each copy; everything else is as in the row that is copied.
_OWN = {
    "public_id": "gen_random_uuid()",
    "form_key": "gen_random_uuid()",
    "email_hash": "md5(n::text) || md5(n::text)",
    "file_name": "md5(n::text)",
    "wall_key": "(random() * 4611686018427387903)::bigint",
    "withdrawal_code_hash": "NULL",
    "reference_number": "n + 5000000",
    "fingerprint": "md5(n::text)",
    "uuid": "gen_random_uuid()",
}


def main() -> int:
    """Start a database, fill it twice, print what the lists took; return the exit status."""
    return own_server.run(compare, NAME, {"fsync": "off", "max_wal_size": "4GB"})


def compare() -> int:
    from django.test.utils import override_settings

    from campaign_site import catalogues

    catalogues.compile_all()
    with tempfile.TemporaryDirectory() as files, override_settings(**_private_files(files)):
        return compare_sizes()


def _private_files(folder: str) -> dict:
    """Settings that keep the pictures of the model photos out of the site's folders."""
    from django.conf import settings

    storages = {name: dict(one) for name, one in settings.STORAGES.items()}
    for name in ("default", "photos"):
        options = {**storages[name].get("OPTIONS", {}), "location": f"{folder}/{name}"}
        storages[name]["OPTIONS"] = options
    return {"STORAGES": storages}


def compare_sizes() -> int:
    from django.db import connection

    connection.settings_dict["NAME"] = NAME
    models = _models()
    screens = _screens(models)
    few = _measured_at(FEW, 0, models, screens)
    many = _measured_at(MANY, FEW, models, screens)
    missed = 0
    print(f"\n{'':<26}{FEW:>12,}{MANY:>14,} rows    queries")
    for name, (_client, _url, is_public) in screens.items():
        (before, queries_before), (after, queries_after) = few[name], many[name]
        too_slow = after > PUBLIC * before + 2 if is_public else after > STAFF_MS
        wrong = too_slow or queries_after > queries_before
        missed += wrong
        print(
            f"{name:<26}{before:>9.1f} ms{after:>11.1f} ms  {after / before:>6.2f}x"
            f"  {queries_before} → {queries_after}  {'MISSED' if wrong else ''}".rstrip()
        )
    return 1 if missed else 0


def _models() -> dict:
    """Make one row of each kind as the site makes it; return them by name."""
    from wagtail.models import ModelLogEntry

    from events.models import SignUp
    from tests import factories
    from tests.donations.payments import make_payment
    from tests.events.test_services import take
    from tests.solidarity.sending import public_photo, send_photo

    call = factories.make_photo_call()
    event = factories.make_event(capacity=None)
    take(event)
    appeal = factories.make_appeal()
    pledge = factories.make_pledge(appeal=appeal)
    entry = make_payment(appeal.account)
    return {
        "public": public_photo(call=call),
        "waiting": send_photo(call=call),
        "call": call,
        "event": event,
        "sign_up": SignUp.objects.get(),
        "pledge": pledge,
        "entry": entry,
        "log": ModelLogEntry.objects.first(),
    }


def _screens(models: dict) -> dict:
    """Return the screens by name: a client, an address, and whether the public sees it."""
    from django.test import Client

    from tests.factories import make_staff

    staff = {}
    for group in ("Moderators", "Treasurers", "Event hosts", "Administrators"):
        staff[group] = Client()
        staff[group].force_login(make_staff(group))
    anyone = Client()
    call, event = models["call"], models["event"]
    return {
        "wall, first page": (anyone, f"/en/solidarity/{call.slug}/wall/", True),
        "wall, somewhere": (anyone, f"/en/solidarity/{call.slug}/wall/?after={2**61}", True),
        "moderation queue": (staff["Moderators"], "/admin/photos/", False),
        "people": (staff["Administrators"], "/admin/people/", False),
        "promises": (staff["Treasurers"], "/admin/treasury/gifts/", False),
        "payments to match": (staff["Treasurers"], "/admin/treasury/payments/to-match/", False),
        "attendees": (staff["Event hosts"], f"/admin/hosting/events/{event.pk}/attendees/", False),
        "the log": (staff["Administrators"], "/admin/newsroom/auditing/", False),
        "to do today": (staff["Administrators"], "/admin/", False),
    }


def _measured_at(size: int, filled: int, models: dict, screens: dict) -> dict:
    """Fill up to ``size`` rows; return milliseconds and queries of each screen."""
    began = time.perf_counter()
    _fill(filled + 1, size, models)
    print(f"{size:,} rows of each kind in {time.perf_counter() - began:.0f} s", flush=True)
    times: dict[str, list[float]] = {name: [] for name in screens}
    queries = {}
    for name, screen in screens.items():
        queries[name] = _queries(*screen[:2])
    for _round in range(ROUNDS):
        for name, (client, url, _public) in screens.items():
            start = time.perf_counter()
            answer = client.get(url, follow=True)
            times[name].append(1000 * (time.perf_counter() - start))
            if answer.status_code != 200:
                raise RuntimeError(f"{url} answered {answer.status_code}")
    return {name: (statistics.median(spent), queries[name]) for name, spent in times.items()}


def _queries(client, url: str) -> int:
    """The queries of a screen that is warm."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url, follow=True)
    with CaptureQueriesContext(connection) as queries:
        client.get(url, follow=True)
    return len(queries)


def _fill(first: int, last: int, models: dict) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        # A trigger for each row would be measured instead of the lists.
        cursor.execute("SET session_replication_role = replica")
        for name in ("public", "waiting", "pledge", "entry", "log"):
            _copy(cursor, models[name], first, last)
        _copy(cursor, models["sign_up"].supporter, first, last)
        cursor.execute("SELECT max(id) FROM supporters_supporter")
        # One sign-up for each of the people just made, whose ids follow each other.
        people = cursor.fetchone()[0] - last
        _copy(cursor, models["sign_up"], first, last, supporter_id=f"{people} + n")
        cursor.execute("DELETE FROM solidarity_wallcount")
        cursor.execute(
            "INSERT INTO solidarity_wallcount (call_id, language, partner_id, number)"
            " SELECT call_id, message_language, partner_id, count(*) FROM solidarity_photo"
            " WHERE on_wall GROUP BY 1, 2, 3"
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")


def _copy(cursor, row, first: int, last: int, **more: str) -> None:
    """Copy a model's row once for each number from ``first`` to ``last``.

    ``more`` are SQL expressions for columns that differ, ``n`` being the number.
    """
    from django.db import connection

    table = row._meta.db_table
    key = row._meta.pk.column
    found = connection.introspection.get_table_description(cursor, table)
    names = [column.name for column in found if column.name != key]
    salt = uuid.uuid4().hex[:6]
    # A photo's fingerprint is a number and stays as it is; a payment's is drawn anew.
    own = _OWN if table != "solidarity_photo" else {**_OWN, "fingerprint": "model.fingerprint"}
    own = {**own, **more}
    salted = {name: value.replace("n::text", f"'{salt}' || n::text") for name, value in own.items()}
    values = [salted.get(name, f"model.{name}") for name in names]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM {table} AS model, generate_series(%s, %s) AS n WHERE model.{key} = %s",
        [first, last, row.pk],
    )


if __name__ == "__main__":
    sys.exit(main())
