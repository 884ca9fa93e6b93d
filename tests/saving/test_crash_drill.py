"""``kill -9`` of everything in turn, under everybody's load; ``make drill-crash``.

PostgreSQL with the shipped settings (fsync on), gunicorn and the background worker with production
settings, a real mail server. What somebody was told must be there afterwards: row, file, mail.
Nothing is done by hand in between: each process is only started again, as systemd does.
"""

import json
import logging
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller

from tests.conftest import Mailbox, free_port
from tests.saving.load import Donor, Guest, Moderator, Person, PhotoSender, Reader, as_json
from tests.saving.machine import Cluster, Machine, drill_folder
from tests.saving.program import ROOT
from tests.saving.supervised import Supervised, kill, seconds_until
from tests.saving.visitor import Visitor, wait_until_it_serves
from tests.staff.authenticator import PASSWORD, SECRET, code_of

pytestmark = pytest.mark.drill

KILLS = int(os.environ.get("KILLS", "200"))
POSTMASTER_KILLS = int(os.environ.get("POSTMASTER_KILLS", str(max(3, 30 * KILLS // 200))))
BOOT_SECONDS = 20
# What has not left after eleven minutes is stuck.
DRAIN_SECONDS = 660
CANARY = "canary-9e41@drill.example"


class Site:
    """All processes of the site on one machine, each of them started again when it ends."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        self.machine = Machine(folder)
        self.cluster: Cluster = self.machine.cluster
        self.port = free_port()
        self.log = folder / "site.log"
        self.environment = {
            **self.machine.environment(self.cluster, self.machine.local),
            "DJANGO_SETTINGS_MODULE": "tests.saving.crash_settings",
            "MAIL_PORT": str(mail_port),
            "BIND": f"127.0.0.1:{self.port}",
            "WEB_PROCESSES": "2",
        }
        self.services: dict[str, Supervised] = {}
        self.machine.environment = lambda cluster, local: self.environment

    def start(self) -> None:
        self.cluster.make()
        self.cluster.start(archiving=False)
        self.machine.install()
        self.environment.update(self.machine.secrets)
        self.machine.inside("open_everything")
        command = list(map(str, self.cluster.process.args))
        self.cluster.stop()
        options = {"cwd": ROOT, "env": self.environment}
        as_postgres = {"cwd": "/", "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}}
        self.services["postgres"] = Supervised(
            command, log=self.cluster.log, **as_postgres, **self.cluster.account()
        )
        self.wait_for_database()
        configuration = ROOT / "deploy" / "gunicorn" / "web.py"
        gunicorn = [sys.executable, "-m", "gunicorn", "campaign_site.wsgi"]
        gunicorn += ["--config", str(configuration)]
        self.services["web"] = Supervised(gunicorn, log=self.log, **options)
        worker = [sys.executable, "manage.py", "procrastinate", "worker"]
        self.services["worker"] = Supervised(worker, log=self.log, **options)
        wait_until_it_serves(self.port, "/en/")

    def end(self) -> None:
        for service in reversed(self.services.values()):
            service.end()
        self.cluster.kill()

    # What "back" means, of each kind

    def wait_for_database(self) -> float:
        return seconds_until(self._takes_writes, limit=60)

    def _takes_writes(self) -> bool:
        try:
            with self.cluster.connect() as channel:
                return not channel.execute("SELECT pg_is_in_recovery()").fetchone()[0]
        except psycopg.OperationalError:
            return False

    def serves(self) -> bool:
        try:
            return Visitor(self.port, timeout=5).get("/en/")[0] == 200
        except OSError:
            return False

    def works_since(self, moment: float) -> bool:
        """Whether a worker that began after ``moment`` has been heard of."""
        try:
            with self.cluster.connect() as channel:
                heard = "SELECT max(extract(epoch FROM last_heartbeat)) FROM procrastinate_workers"
                return float(channel.execute(heard).fetchone()[0] or 0) > moment
        except psycopg.OperationalError:
            return False

    def kill(self, kind: str) -> bool:
        if kind == "web process":
            below = self.services["web"].below()
            return bool(below) and kill(random.choice(below))
        return self.services[kind].kill()

    def wait(self, kind: str, killed_at: float) -> float:
        """How long until what was killed does its work again."""
        if kind == "worker":
            return seconds_until(lambda: self.works_since(killed_at), limit=60)
        if kind == "postgres":
            self.wait_for_database()
        seconds_until(self.serves, limit=60)
        return time.time() - killed_at


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    received, port = Mailbox(), free_port()
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    yield received, port
    controller.stop()


@pytest.fixture(scope="module")
def site(mailbox) -> Iterator[Site]:
    with drill_folder() as folder:
        running = Site(folder, mailbox[1])
        try:
            running.start()
            yield running
        finally:
            running.end()


def schedule() -> list[str]:
    """Which process dies when: the postmaster so often, the others in equal parts."""
    others = KILLS - POSTMASTER_KILLS
    kinds = ["web process"] * (others // 2) + ["worker"] * (others - others // 2 - others // 8)
    kinds += ["web"] * (others // 8) + ["postgres"] * POSTMASTER_KILLS
    random.shuffle(kinds)
    return kinds


def kill_everything(site: Site) -> tuple[Counter, dict[str, list[float]]]:
    """Kill by the schedule, now and then two at once; note how long each took to come back."""
    killed, took = Counter(), {}
    kinds = schedule()
    while kinds:
        time.sleep(random.uniform(0.1, 1.2))
        together = [kinds.pop() for _ in range(min(len(kinds), random.choice((1, 1, 2))))]
        moment = time.time()
        done = [kind for kind in together if site.kill(kind)]
        kinds += [kind for kind in together if kind not in done]
        killed.update(done)
        if random.random() < 0.7:
            for kind in sorted(done):
                took.setdefault(kind, []).append(site.wait(kind, moment))
    return killed, took


def drain(site: Site) -> int:
    """Let the queue empty itself; return how many tasks are left after DRAIN_SECONDS.

    Failed tasks wait up to an hour for their next attempt, which nobody need wait for here.
    """

    def left() -> int:
        with site.cluster.connect() as channel:
            channel.execute(
                "UPDATE procrastinate_jobs SET scheduled_at = now()"
                " WHERE status = 'todo' AND attempts > 0 AND scheduled_at > now()"
            )
            return channel.execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
                " OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now()"
                " AND task_name LIKE 'send_%')"
            ).fetchone()[0]

    until = time.monotonic() + DRAIN_SECONDS
    quiet = waiting = 0
    while time.monotonic() < until:
        waiting = left()
        quiet = quiet + 1 if waiting == 0 else 0
        if quiet == 5:
            return 0
        time.sleep(1)
    return waiting


def crowd(site: Site, over: threading.Event) -> list[Person]:
    kinds = (PhotoSender, PhotoSender, Guest, Guest, Donor, Donor, Reader, Reader)
    people = [kind(site.port, over.is_set) for kind in kinds]
    moderator = Moderator(site.port, over.is_set)
    moderator.visitor.log_in("drill", PASSWORD, code_of(SECRET))
    return [*people, moderator]


def test_nobody_was_told_what_is_not_so_however_often_everything_is_killed(site, mailbox):
    over = threading.Event()
    people = crowd(site, over)
    for person in people:
        person.start()
    begun = time.monotonic()

    killed, took = kill_everything(site)

    over.set()
    for person in people:
        person.join(120)
    minutes = (time.monotonic() - begun) / 60
    seconds_until(site.serves, limit=BOOT_SECONDS)
    begun = time.monotonic()
    left = drain(site)
    print(f"\nthe queue was empty after {time.monotonic() - begun:.0f} s")
    told = site.machine.folder / "told.json"
    told.write_text(as_json(people))
    found = json.loads(site.machine.inside("compare", str(told)))
    sent = Counter((mail["To"], mail["Subject"]) for mail in mailbox[0].messages)
    report(people, killed, took, minutes, found, sent)

    acknowledged = Counter()
    for person in people:
        assert person.problem == "", person.problem
        acknowledged[type(person).__name__] += len(person.acknowledged)
    assert min(acknowledged.values()) > KILLS // 10, acknowledged
    assert killed["postgres"] >= POSTMASTER_KILLS and killed.total() == KILLS
    assert not any(found["lost"].values()), found["lost"]
    assert not any(found["twice"].values()), found["twice"]
    assert found["without_file"] == []
    assert found["orphans_after_sweep"] == found["swept_too_much"] == []
    assert left == 0
    assert unmailed(people, sent) == []
    assert sum(number - 1 for number in sent.values()) <= killed.total()
    slowest = max(seconds for times in took.values() for seconds in times)
    assert slowest <= BOOT_SECONDS


def unmailed(people: list[Person], sent: Counter) -> list[str]:
    """Addresses whose form was acknowledged and that got no mail."""
    domains = {Guest: "guests.example", Donor: "donors.example", PhotoSender: "photos.example"}
    expected = [
        f"{mark}@{domains[type(person)]}"
        for person in people
        if type(person) in domains
        for mark in person.acknowledged
    ]
    assert expected
    reached = {to for to, _ in sent}
    assert "nobody@guests.example" not in reached
    return [address for address in expected if address not in reached]


def report(people, killed, took, minutes, found, sent) -> None:
    print(f"\n{killed.total()} killed in {minutes:.1f} minutes: {dict(killed)}")
    print(f"{'':<14}{'tried':>8}{'told yes':>10}{'no answer':>11}")
    rows: dict[str, list[int]] = {}
    for person in people:
        row = rows.setdefault(type(person).__name__, [0, 0, 0])
        for place, number in enumerate((person.tries, len(person.acknowledged), person.refused)):
            row[place] += number
    for name, (tries, yes, refused) in rows.items():
        print(f"{name:<14}{tries:>8}{yes:>10}{refused:>11}")
    print(f"{'back after':<14}{'median s':>8}{'longest s':>10}")
    for kind, times in sorted(took.items()):
        print(f"{kind:<14}{sorted(times)[len(times) // 2]:>8.1f}{max(times):>10.1f}")
    twice = sum(number - 1 for number in sent.values())
    print(f"{sent.total()} mails, {twice} of them twice; {found['orphans']} orphans to sweep")


def test_tables_and_indexes_are_sound_after_all_that(site):
    checked = subprocess.run(
        [site.cluster.programs / "pg_amcheck", f"--host={site.cluster.sockets}"]
        + ["--username=postgres", "--install-missing", "--heapallindexed", "campaign"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_constraint_errors_leave_nothing_of_people_in_any_log(site):
    said = site.machine.python_both(["-m", "tests.saving.inside", "break_constraints", CANARY])
    assert "broken: 3" in said and said.count("a constraint failed") == 3
    logs = {"PostgreSQL": site.cluster.log, "site": site.log}
    assert site.cluster.log.read_text().count("violates") >= 3
    assert CANARY not in said
    assert {name: CANARY in path.read_text() for name, path in logs.items()} == {
        "PostgreSQL": False,
        "site": False,
    }

    with site.cluster.connect() as channel, pytest.raises(psycopg.IntegrityError):
        channel.execute("SET log_error_verbosity = 'default'")
        channel.execute("SET log_min_error_statement = 'error'")
        channel.execute(f"INSERT INTO django_session (session_key) VALUES ('{CANARY}')")
    assert CANARY in site.cluster.log.read_text()
