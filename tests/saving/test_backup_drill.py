"""The whole machine is lost, and comes back; ``make drill-backup``.

Debian's PostgreSQL and pgBackRest with the shipped configuration, the site with production
settings: base backup, more writes, a bad DELETE, an erasure, everything dropped. Then it is
restored as late as possible, to just before the DELETE, and with what can go wrong: a flipped
byte, a wrong key, a drill that is too long ago.
"""

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.saving.machine import ARCHIVE_TIMEOUT, Cluster, Machine, drill_folder, own, serving
from tests.saving.visitor import Visitor, wait_until_it_serves
from tests.staff.authenticator import PASSWORD, SECRET, code_of

pytestmark = pytest.mark.drill

PHOTOS = int(os.environ.get("PHOTOS", "10000"))
RPO_SECONDS, RTO_SECONDS = 300, 1800

Digest = dict[str, tuple[int, str]]


def digest(cluster: Cluster) -> Digest:
    """Of each table, the number of its rows and a hash of all they hold."""
    found = {}
    with cluster.connect() as channel:
        tables = channel.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        for (table,) in tables:
            found[table] = channel.execute(
                f"SELECT count(*), coalesce(md5(string_agg(h, '' ORDER BY h)), '')"
                f' FROM (SELECT md5(t::text) AS h FROM "{table}" AS t) AS hashes'
            ).fetchone()
    return found


def manifest(local: Path) -> dict[str, str]:
    """The name and the hash of every file of the site."""
    return {
        str(path.relative_to(local)): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in ("photos", "media")
        for path in (local / name).rglob("*")
        if path.is_file()
    }


@dataclass
class Story:
    """What happened to one machine, and what it was like at which moment."""

    machine: Machine
    before: tuple[Digest, dict[str, str]] = ({}, {})
    moment: str = ""
    withdrawn: int = 0
    canary_files: list[str] = field(default_factory=list)
    last: tuple[Digest, dict[str, str]] = ({}, {})
    figures: dict[str, float] = field(default_factory=dict)

    def traces(self, cluster: Cluster | None = None, local: Path | None = None) -> dict:
        os.environ["CANARY_FILES"] = json.dumps(self.canary_files)
        return json.loads(self.machine.inside("traces", cluster=cluster, local=local))

    def cluster(self, name: str) -> Cluster:
        """A cluster of another folder, with the same backups."""
        data = self.machine.folder / name / "data"
        return Cluster(data, environment=self.machine.cluster.environment)


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    with drill_folder() as folder:
        machine = Machine(folder)
        told = Story(machine)
        try:
            live_until_the_end(told)
            yield told
        finally:
            machine.cluster.kill()
            for name, seconds in told.figures.items():
                print(f"{name:<58} {seconds:8.1f} s")


def live_until_the_end(story: Story) -> None:
    machine, cluster = story.machine, story.machine.cluster
    cluster.make()
    cluster.start()
    for step, seconds in machine.install().items():
        story.figures[f"{step} on PostgreSQL {cluster.version}"] = seconds
    machine.inside("fill", str(PHOTOS))
    (machine.local / "media" / "images").mkdir(parents=True)
    (machine.local / "media" / "images" / "editor.webp").write_bytes(os.urandom(5000))

    machine.saved("prepare")
    begun = time.monotonic()
    machine.saved("backup")
    story.figures[f"backup of {PHOTOS} photos"] = time.monotonic() - begun

    machine.inside("more", "25")
    story.canary_files = story.traces()["names"]
    machine.saved("files")
    story.before = (digest(cluster), manifest(machine.local))
    with cluster.connect() as channel:
        story.moment = channel.execute("SELECT clock_timestamp()").fetchone()[0].isoformat()
        time.sleep(1.5)
        channel.execute("DELETE FROM solidarity_photoreport")
        channel.execute("DELETE FROM events_signup")
    machine.inside("erase")
    story.withdrawn = int(machine.inside("withdraw"))
    machine.inside("more", "5")
    machine.saved("ledger")
    begun = time.monotonic()
    machine.saved("files")
    story.figures["a snapshot of what is new among the files"] = time.monotonic() - begun
    story.last = (digest(cluster), manifest(machine.local))
    waits = [wait_for_journal(cluster) for _ in range(3)]
    story.figures["an acknowledged row is in the repository after"] = max(waits)
    machine.saved("note")
    assert machine.backup("verify").returncode == 0

    cluster.kill()
    shutil.rmtree(cluster.data)
    shutil.rmtree(machine.local)
    machine.local.mkdir()


def wait_for_journal(cluster: Cluster) -> float:
    """How long until what is committed now can be restored, with nothing forcing it."""
    begun = time.monotonic()
    with cluster.connect() as channel:
        channel.execute("CREATE TABLE drill_row (x int)")
        channel.execute("DROP TABLE drill_row")
        name = "SELECT pg_walfile_name(pg_current_wal_lsn() - 1)"
        segment = channel.execute(name).fetchone()[0]
        while time.monotonic() < begun + RPO_SECONDS:
            last = channel.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone()[0]
            if last and last >= segment:
                return time.monotonic() - begun
            time.sleep(0.1)
    raise AssertionError("the journal never arrived")


def restored(story: Story, name: str, *verb: str, archiving: bool = False) -> tuple[Cluster, Path]:
    """Restore to folders that never held anything, and start PostgreSQL there."""
    data, local = (story.machine.folder / name / one for one in ("data", "site"))
    done = story.machine.backup(*verb, f"--data={data}", f"--files={local}")
    assert done.returncode == 0, done.stderr
    cluster = story.cluster(name)
    cluster.start(archiving=archiving)
    return cluster, local


def test_lost_machine_comes_back_as_it_was(story):
    machine = story.machine
    begun = time.monotonic()

    cluster, local = restored(story, "whole", "restore")
    try:
        assert (digest(cluster), manifest(local)) == story.last
        machine.manage("collectstatic", "--noinput", "-v0", cluster=cluster, local=local)
        machine.manage("replay_erasures", cluster=cluster, local=local)
        with serving(machine, cluster, local) as port:
            wait_until_it_serves(port, "/en/")
            staff = Visitor(port)
            assert staff.get("/admin/")[0] == 302
            staff.log_in("drill", PASSWORD, code_of(SECRET))
            status, _, html = staff.get("/admin/")
            assert status == 200 and "/admin/logout/" in html
            _, _, wall = Visitor(port).get("/en/solidarity/test-call/wall/")
            assert wall.count("<img") >= 20
        story.figures["from nothing to a page, restore and log-in"] = time.monotonic() - begun
        assert story.figures["from nothing to a page, restore and log-in"] < RTO_SECONDS
    finally:
        cluster.kill()
    assert sum(rows for rows, _ in story.last[0].values()) > PHOTOS
    assert len(story.last[1]) > 4 * PHOTOS


def test_journal_leaves_soon_enough(story):
    waited = story.figures["an acknowledged row is in the repository after"]
    shipped = (Path(__file__).parents[2] / "deploy/backup/postgresql-archive.conf").read_text()
    timeout = int(shipped.split("archive_timeout = ")[1].split()[0])
    print(f"\nwith archive_timeout = {timeout}, {waited - ARCHIVE_TIMEOUT + timeout:.0f} s at most")
    assert waited - ARCHIVE_TIMEOUT + timeout <= RPO_SECONDS


def test_database_goes_back_to_just_before_a_bad_delete_and_the_erased_stay_erased(story):
    machine = story.machine
    begun = time.monotonic()

    cluster, local = restored(story, "earlier", "restore-to", story.moment)
    try:
        story.figures["restore to a moment"] = time.monotonic() - begun
        tables, files = story.before
        assert digest(cluster) == tables
        assert tables["events_signup"][0] > 0
        assert tables["events_signup"] != story.last[0]["events_signup"]
        assert files.items() <= manifest(local).items()
        planted = story.traces(cluster, local)
        assert planted["rows"] > 0 and planted["files"] >= 4

        assert "Erased again: 1" in machine.manage("replay_erasures", cluster=cluster, local=local)

        assert story.traces(cluster, local) == {"rows": 0, "files": 0, "names": []}
        assert digest(cluster)["solidarity_photo"][0] == tables["solidarity_photo"][0]
        assert status_of(cluster, story.withdrawn) == "approved"
        machine.manage("replay_withdrawals", cluster=cluster, local=local)
        assert status_of(cluster, story.withdrawn) == "withdrawn"
    finally:
        cluster.kill()


def status_of(cluster: Cluster, number: int) -> str:
    with cluster.connect() as channel:
        query = "SELECT status FROM solidarity_photo WHERE id = %s"
        return channel.execute(query, [number]).fetchone()[0]


def test_rehearsal_is_noted_and_too_long_ago_is_stale(story):
    machine = story.machine
    said = machine.saved("drill")
    print(f"\n{said.strip()}")
    assert f"{PHOTOS + 30} approved photos" in said
    assert not (machine.folder / "scratch").exists()

    path = machine.folder / "state" / "status.json"
    noted = json.loads(path.read_text())
    drilled = datetime.fromisoformat(noted["restore_drill"])
    assert json.loads((machine.local / "backup-status.json").read_text()) == noted
    assert "restore drill" not in machine.backup("check").stderr
    noted["restore_drill"] = (drilled - timedelta(days=36)).isoformat()
    path.write_text(json.dumps(noted))
    done = machine.backup("check")
    assert done.returncode == 1
    assert "stale: the last restore drill is 36 days old" in done.stderr
    machine.saved("drill")
    assert "restore drill" not in machine.backup("check").stderr


def flip(path: Path) -> bytes:
    """Change one bit in the middle of a file; return what it held."""
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[len(changed) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(changed)
    return whole


def largest(folder: Path) -> Path:
    return max(folder.rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)


@pytest.mark.parametrize(
    "folder", ["repository/backup/campaign", "repository/archive/campaign", "files-repository/data"]
)
def test_flipped_bit_is_noticed(story, folder):
    machine = story.machine
    assert machine.backup("verify").returncode == 0
    victim = largest(machine.folder / folder)
    whole = flip(victim)
    try:
        done = machine.backup("verify")

        assert done.returncode == 1 and done.stderr
        assert json.loads((machine.folder / "state/status.json").read_text())["problems"]["verify"]
        assert machine.backup("check").returncode == 1
    finally:
        victim.write_bytes(whole)
    assert machine.backup("verify").returncode == 0


def test_wrong_keys_are_refused_and_nothing_is_written(story):
    machine = story.machine
    data, local = machine.folder / "locked" / "data", machine.folder / "locked-site"
    where = [f"--data={data}", f"--files={local}"]
    right = machine.write_cipher("not the passphrase of this repository")
    try:
        done = machine.backup("restore", *where)
        assert done.returncode == 1 and "passphrase" in done.stderr
        assert done.stderr.replace("\n", "").isprintable() and "Traceback" not in done.stderr
        assert not data.exists() or not any(data.iterdir())
    finally:
        machine.write_cipher(right)
    key = machine.etc / "files.key"
    right = key.read_text()
    key.write_text("not the password")
    try:
        done = machine.backup("verify")
        assert done.returncode == 1 and "is not that of the files" in done.stderr
    finally:
        key.write_text(right)


def test_nothing_is_overwritten(story):
    machine = story.machine
    data = own(machine.folder / "taken")
    (data / "somebody's").write_text("work")

    done = machine.backup("restore", f"--data={data}", f"--files={machine.folder / 'taken-site'}")

    assert done.returncode == 1 and "is not empty" in done.stderr
    assert (data / "somebody's").read_text() == "work"
    assert not (machine.folder / "taken-site").exists()


def test_nothing_stays_beyond_its_days(story):
    """Last: the machine comes back for good, and its old backups go."""
    machine, folder = story.machine, story.machine.folder
    cluster = story.machine.cluster
    machine.saved("restore")
    cluster.start()
    old = sorted(path.name for path in (folder / "repository/backup/campaign").glob("*F"))
    restic = {
        "RESTIC_REPOSITORY": str(folder / "files-repository"),
        "RESTIC_PASSWORD_FILE": str(machine.etc / "files.key"),
    }
    long_ago = (datetime.now() - timedelta(days=40)).strftime("%Y-%m-%d %H:%M:%S")
    run_restic(restic, "backup", "--quiet", "--host=campaign", "--tag=photos", "--time", long_ago)
    assert long_ago[:10] in run_restic(restic, "snapshots", paths=False)

    machine.saved("backup")
    assert long_ago[:10] not in run_restic(restic, "snapshots", paths=False)
    text = machine.toml.read_text()
    machine.toml.write_text(text.replace("days = 34", "days = 0"))
    done = machine.backup("tidy")
    machine.toml.write_text(text)

    left = sorted(path.name for path in (folder / "repository/backup/campaign").glob("*F"))
    assert len(left) == 1 and not set(left) & set(old)
    assert done.returncode == 1 and "older than people were told" in done.stderr
    cluster.stop()


def run_restic(variables: dict[str, str], *arguments: str, paths: bool = True) -> str:
    done = subprocess.run(
        ["restic", *arguments, *(["/etc/hostname"] if paths else [])],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
