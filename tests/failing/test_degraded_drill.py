"""The shipped site with one thing after the other taken away (``make drill-degraded``).

Each case takes something away, looks at what visitors, staff and monitors get, gives it back and
waits until all is as before, without a restart and without a hand's work. The figures are printed.
ROUNDS repeats the cases about the database (1).
"""

import functools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.failing.visitors import (
    Seen,
    Table,
    ask,
    form_on,
    frozen,
    look,
    multipart,
    open_folder,
    post,
    seconds_until,
)

pytestmark = pytest.mark.drill

ROUNDS = int(os.environ.get("ROUNDS", "1"))
# The worker's queue, and how long until it has to be empty (R/s measured below).
JOBS = int(os.environ.get("JOBS", "500"))
HOME, WALL, EVENT, CALL = (
    "/fr/",
    "/fr/solidarity/demo/wall/",
    "/nl/events/demo/",
    "/en/solidarity/demo/",
)
# No cache knows it, whatever is in front.
UNKNOWN = "/fr/search/?query={}"


@pytest.fixture(scope="module")
def rig():
    from tests.rig import Rig

    with open_folder("degraded") as folder, Rig(folder, varnish=True, redis=True) as made:
        yield made


@pytest.fixture
def worker(rig):
    """The worker; started again where an earlier case ended it, as systemd would."""
    found = next(service for name, service in rig.services.items() if name.startswith("worker@"))
    if not found.is_running():
        found.start()
    return found


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    shown = Table("What a site does without one of its parts")
    print()
    yield shown
    shown.show()


@pytest.fixture
def database(rig) -> Iterator[psycopg.Connection]:
    with psycopg.connect(rig.database_url, autocommit=True) as connection:
        yield connection


@functools.cache
def wall_of(rig) -> str:
    """The page with the wall, to which its plain address leads."""
    return look(rig, "/fr/solidarity/demo/wall/").headers["Location"].removeprefix(rig.url)


def uncached(rig) -> Seen:
    return look(rig, UNKNOWN.format(f"x{time.monotonic_ns()}"), timeout=8)


def is_told_to_come_back(seen: Seen, language: str) -> bool:
    return (
        seen.status == 503
        and bool(seen.headers["Retry-After"])
        and f'<html lang="{language}"' in seen.text
    )


def warm(rig) -> None:
    """Let the caches learn what is asked for later, and the site forget an earlier case."""
    seconds_until(lambda: recovered(rig), at_most=30)
    for _ in range(3):
        assert [look(rig, path).status for path in (HOME, wall_of(rig))] == [200, 200]


def check_without_database(
    rig, table: Table, how: str, seen_before: dict[str, str]
) -> tuple[int, int]:
    """Look at everything while the database is away; ``seen_before``: a filled-in form.

    Return the statuses of the home page and of the wall, which the caches know.
    """
    first = [uncached(rig) for _ in range(4)]
    later = [uncached(rig) for _ in range(8)]
    typed = post(rig, EVENT, seen_before)
    health = look(rig, "/healthz")
    home, wall = look(rig, HOME), look(rig, wall_of(rig))
    table.note(f"{how}: first answers, slowest (s)", max(s.seconds for s in first), "<= 2")
    table.note(f"{how}: later answers, slowest (s)", max(s.seconds for s in later), "<= 2")
    table.note(f"{how}: form, answer (s)", typed.seconds, "<= 2")
    table.note(f"{how}: home and wall from the cache", f"{home.status} {wall.status}", "200 200")
    table.note(f"{how}: /healthz", f"{health.status} {health.seconds:.2f} s", "503 <= 2 s")
    assert all(is_told_to_come_back(seen, "fr") for seen in [*first, *later])
    assert max(seen.seconds for seen in [*first, *later, typed, health]) <= 2
    assert is_told_to_come_back(typed, "nl")
    assert seen_before["name"] in typed.text
    assert health.status == 503
    return home.status, wall.status


def recovered(rig) -> bool:
    """Whether all is as before: asked often enough for every process to have had its turn."""
    return all(uncached(rig).status == 200 for _ in range(8)) and (
        look(rig, "/healthz").status == 200
    )


def sign_ups(rig) -> int:
    with psycopg.connect(rig.database_url) as connection:
        return connection.execute("SELECT count(*) FROM events_signup").fetchone()[0]


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("how", ["frozen", "killed", "refusing"])
def test_without_a_database(rig, table, how, number):
    warm(rig)
    typed = {
        **form_on(rig, EVENT),
        "name": f"Robin {how}",
        "email": f"robin-{how}-{number}@example.org",
        "party_size": "1",
    }
    server, before = rig.services["postgres"], sign_ups(rig)
    if how == "frozen":
        with frozen(server.pid):
            cached = check_without_database(rig, table, how, typed)
    else:
        try:
            server.kill(signal.SIGKILL) if how == "killed" else server.stop()
            cached = check_without_database(rig, table, how, typed)
        finally:
            server.start()

    back = seconds_until(lambda: recovered(rig), at_most=15)
    again = post(rig, EVENT, typed)

    table.note(f"{how}: back without a restart (s)", back, "<= 10")
    assert back <= 10
    assert again.status in (302, 303)
    assert cached == (200, 200)
    assert sign_ups(rig) == before + 1


def test_without_a_connection_to_spare(rig, table, database):
    warm(rig)
    database.execute("ALTER ROLE campaign CONNECTION LIMIT 0")
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'campaign'"
    )
    try:
        seen = [uncached(rig) for _ in range(8)]
        home = look(rig, HOME)
    finally:
        database.execute("ALTER ROLE campaign CONNECTION LIMIT -1")
    back = seconds_until(lambda: recovered(rig), at_most=15)

    table.note("no connections: slowest answer (s)", max(s.seconds for s in seen), "<= 2")
    table.note("no connections: back (s)", back, "<= 10")
    assert all(is_told_to_come_back(one, "fr") for one in seen)
    assert max(one.seconds for one in seen) <= 2
    assert home.status == 200
    assert back <= 10


def test_with_a_read_only_database(rig, table, database):
    typed = {**form_on(rig, EVENT), "name": "Robin", "email": "r@example.org", "party_size": "1"}
    [before] = database.execute("SELECT count(*) FROM events_signup").fetchone()
    database.execute("ALTER ROLE campaign SET default_transaction_read_only = on")
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'campaign'"
    )
    try:
        seconds_until(lambda: uncached(rig).status == 200, at_most=15)
        refused, page = post(rig, EVENT, typed), uncached(rig)
        [after] = database.execute("SELECT count(*) FROM events_signup").fetchone()
    finally:
        database.execute("ALTER ROLE campaign RESET default_transaction_read_only")
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'campaign'"
        )
    seconds_until(lambda: post(rig, EVENT, typed).status in (302, 303), at_most=15)

    table.note("read-only database: page, form", f"{page.status} {refused.status}", "200, kept")
    assert page.status == 200
    assert refused.status in (200, 503)
    assert "Robin" in refused.text
    assert after == before


def test_without_a_shared_cache(rig, table):
    redis = rig.services["redis"]
    typed = {**form_on(rig, EVENT), "name": "Kim", "email": "kim@example.org", "party_size": "1"}
    slowest = {}
    with frozen(redis.pid):
        slowest["hanging"] = [uncached(rig) for _ in range(6)] + [look(rig, HOME)]
        sent = post(rig, EVENT, typed)
    redis.kill(signal.SIGKILL)
    slowest["gone"] = [uncached(rig) for _ in range(6)] + [look(rig, HOME)]
    redis.start()
    subprocess.run(
        ["redis-cli", "-p", str(redis.port), "FLUSHALL"], check=True, capture_output=True
    )
    slowest["flushed"] = [uncached(rig) for _ in range(6)] + [look(rig, HOME)]

    for how, seen in slowest.items():
        table.note(f"Redis {how}: slowest page (s)", max(s.seconds for s in seen), "<= 1")
    table.note("Redis hanging: form (s)", sent.seconds, "<= 1")
    assert all(seen.status == 200 for answers in slowest.values() for seen in answers)
    assert sent.status in (302, 303)
    assert max(s.seconds for answers in slowest.values() for s in answers) <= 1
    assert sent.seconds <= 1


def test_without_a_mail_server(rig, table, database, worker):
    seconds_until(lambda: recovered(rig), at_most=30)
    mail = rig.services["mail"]
    before = len(rig.mails())
    address = f"pat{time.monotonic_ns()}@example.org"
    typed = {**form_on(rig, EVENT), "name": "Pat", "email": address, "party_size": "1"}
    with frozen(mail.pid):
        sent = post(rig, EVENT, typed)
        time.sleep(2)
    assert sent.status in (302, 303)
    mail.kill(signal.SIGKILL)
    time.sleep(1)
    mail.start()

    def arrived() -> bool:
        database.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
        return any(m["X-Rig-Recipient"] == address for m in rig.mails())

    took = seconds_until(arrived, at_most=60)
    time.sleep(2)
    copies = sum(m["X-Rig-Recipient"] == address for m in rig.mails())

    table.note("mail server hanging: form (s)", sent.seconds, "<= 1")
    table.note("mail server back: the mail came after (s)", took)
    table.note("mail server: copies of the mail", copies, "1 or 2")
    assert sent.seconds <= 1
    assert 1 <= copies <= 2
    assert len(rig.mails()) > before


def test_without_a_worker(rig, table, database, worker):
    worker.stop()
    database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, "
        "scheduled_at) SELECT 'default', 'send_newsletter_welcome', 0, "
        "jsonb_build_object('subscription_id', -n), 'todo', now() - interval '1 hour' "
        "FROM generate_series(1, %s) n",
        [JOBS],
    )
    database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status) "
        "VALUES ('default', 'no_such_task', 9, '{}', 'todo')"
    )
    health = look(rig, "/healthz")
    home = look(rig, HOME)
    worker.start()
    begun = time.monotonic()

    def drained() -> bool:
        [left] = database.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') "
            "AND task_name = 'send_newsletter_welcome'"
        ).fetchone()
        return left == 0

    seconds_until(drained, at_most=600 * JOBS / 5000 + 60)
    took = time.monotonic() - begun
    [poison] = database.execute(
        "SELECT status FROM procrastinate_jobs WHERE task_name = 'no_such_task'"
    ).fetchone()

    table.note("no worker for an hour: /healthz", f"{health.status}", "degraded, with the age")
    table.note(f"no worker: {JOBS} jobs done in (s), worker's start included", took)
    table.note("no worker: 5,000 jobs would take (s)", took * 5000 / JOBS, "<= 600")
    assert '"degraded"' in health.text
    assert home.status == 200
    assert took * 5000 / JOBS <= 600
    assert poison == "failed"


def test_worker_that_loses_its_database_goes_on(rig, table, database, worker):
    server = rig.services["postgres"]
    database.close()
    server.kill(signal.SIGKILL)
    time.sleep(5)
    server.start()
    survived = True
    with psycopg.connect(rig.database_url, autocommit=True) as fresh:
        fresh.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status) "
            "VALUES ('default', 'send_newsletter_welcome', 0, '{\"subscription_id\": -1}', 'todo')"
        )

        def done() -> bool:
            nonlocal survived
            if not worker.is_running():  # systemd starts it again (Restart=always)
                survived = False
                worker.start()
            sql = (
                "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') "
                "AND task_name = 'send_newsletter_welcome'"
            )
            return fresh.execute(sql).fetchone() == (0,)

        took = seconds_until(done, at_most=60)
    seconds_until(lambda: recovered(rig), at_most=15)
    table.note("database killed: the worker's process lived on", "yes" if survived else "no")
    table.note("database killed: next job done after (s)", took, "<= 60")


@pytest.fixture
def small_photo_disk(rig) -> Iterator[Path]:
    """Eight mebibytes for photos, in the place of the folder that they go to."""
    if os.geteuid() != 0:
        pytest.fail("mounting a small disk takes root: run `sudo make drill-degraded`.")
    folder = rig.local / "photos"
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def send_photo(rig, fields: dict[str, str]) -> Seen:
    body, headers = multipart(fields, ("image", picture()))
    return ask(rig, "POST", CALL, body, headers, timeout=30)


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_without_room_for_photos(rig, table, small_photo_disk, how):
    fields = {
        **form_on(rig, CALL),
        "message": "Courage & force",
        "email": "noor@example.org",
        "people": "sender",
        "consent_delivery": "on",
        "consent_wall": "on",
    }
    ballast = small_photo_disk / "ballast"
    if how == "full":
        with ballast.open("wb") as file:
            try:
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            except OSError:
                pass
    else:
        subprocess.run(["mount", "-o", "remount,ro", small_photo_disk], check=True)
    refused = send_photo(rig, fields)
    pages = [look(rig, HOME), uncached(rig)]
    if how == "full":
        ballast.unlink()
    else:
        subprocess.run(["mount", "-o", "remount,rw", small_photo_disk], check=True)
    # The worker adds a demonstration photo's pictures in AVIF whenever there is room.
    left = [path.name for path in small_photo_disk.iterdir() if path.suffix != ".avif"]
    sent = send_photo(rig, fields)

    table.note(f"disk for photos {how}: upload (s)", refused.seconds)
    table.note(f"disk for photos {how}: pages", f"{pages[0].status} {pages[1].status}", "200 200")
    table.note(f"disk for photos {how}: the same form afterwards", sent.status, "302")
    assert refused.status in (200, 503)
    assert "Courage &amp; force" in refused.text
    assert [page.status for page in pages] == [200, 200]
    assert left == []
    assert sent.status in (302, 303)


def test_a_full_disk_of_the_database(table, tmp_path):
    """A server of its own, on a small disk: refused cleanly, and back when there is room."""
    from campaign_site import postgres
    from campaign_site.outages import Outage, outage_of

    if os.geteuid() != 0:
        pytest.fail("mounting a small disk takes root: run `sudo make drill-degraded`.")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", disk], check=True)
    os.chmod(tmp_path, 0o711)
    try:
        small = {"max_wal_size": "32MB", "min_wal_size": "32MB", "shared_buffers": "8MB"}
        sockets = postgres.start(disk / "data", options=small)
        where = {"host": str(sockets), "user": "site", "dbname": "campaign", "autocommit": True}
        with psycopg.connect(**where) as connection:
            connection.execute("CREATE TABLE kept (n int, t text)")
            connection.execute("INSERT INTO kept VALUES (1, 'promised')")
            with pytest.raises(psycopg.Error) as raised:
                for _ in range(1000):
                    connection.execute(
                        "INSERT INTO kept SELECT 2, repeat(md5(n::text), 30) "
                        "FROM generate_series(1, 5000) n"
                    )
        outage = outage_of(raised.value)
        subprocess.run(["mount", "-o", "remount,size=400m", disk], check=True)
        begun = time.monotonic()
        sockets = postgres.start(disk / "data", options=small)
        with psycopg.connect(**where) as connection:
            kept = connection.execute("SELECT count(*) FROM kept WHERE n = 1").fetchone()
            connection.execute("INSERT INTO kept VALUES (3, 'again')")
        took = time.monotonic() - begun
        postgres.stop(disk / "data")
    finally:
        if postgres.is_running(disk / "data"):
            postgres.stop(disk / "data")
        subprocess.run(["umount", "-l", disk], check=True)

    table.note("database's disk full: told as", str(outage), "storage or database")
    table.note("database's disk: writes again after room is made (s)", took, "<= 10")
    assert outage in (Outage.STORAGE, Outage.DATABASE)
    assert kept == (1,)
    assert took <= 10
