"""A release with a migration, there and back, while people read, sign up and send photos.

``make drill-release``. The shipped release script commands the rig instead of systemd; nothing else
of it is replaced but the making of the virtual environment. ROUNDS (1), READERS (4).
"""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.rig import Rig
from tests.rig.database import OWNER
from tests.rig.processes import ROOT
from tests.rig.visitors import PhotoSender, Reader, SignUp, Visitor, stop_all

sys.path.insert(0, str(ROOT / "deploy"))
import release

pytestmark = pytest.mark.drill

ROUNDS = int(os.environ.get("ROUNDS", "1"))
READERS = int(os.environ.get("READERS", "4"))
PATHS = ("/en/", "/fr/", "/nl/", "/en/solidarity/demo/wall/", "/healthz")

MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "{last}")]
    operations = [
        migrations.AddField("event", "drill_note", models.CharField(max_length=9, db_default="")),
        migrations.RunSQL("CREATE INDEX drilled ON events_signup (id)", "DROP INDEX drilled"),
    ]
"""


class RigMachine(release.Machine):
    """The rig in place of systemd and of a host's folders."""

    user = ""

    def __init__(self, rig: Rig, home: Path) -> None:
        self.rig, self.home, self.files = rig, home, rig.local
        web = rig.services["web@127.0.0.1"].members
        self.services = {
            **dict(zip(self.web, web, strict=True)),
            "campaign-admin": rig.services["admin@127.0.0.1"],
            "campaign-worker": rig.services["worker@127.0.0.1"],
        }
        if "purger" in rig.services:
            self.services["campaign-purger"] = rig.services["purger"]
        self.ports = {name: service.port for name, service in self.services.items() if service.port}

    def environment(self) -> dict[str, str]:
        return {**self.rig.environment, "DATABASE_URL": self.rig.database.url(OWNER)}

    def make_environment(self, folder: Path) -> None:
        (folder / ".venv").symlink_to(ROOT / ".venv")

    def restart(self, unit: str) -> None:
        self.services[unit].restart()

    def is_wanted(self, unit: str) -> bool:
        return unit in self.services

    def reload_web_server(self) -> None:
        os.kill(self.rig.services["nginx"].pid, 1)


def next_version(target: Path) -> Path:
    """The checkout, with a migration more that adds a field and an index."""
    shutil.copytree(
        ROOT,
        target,
        symlinks=True,
        ignore=shutil.ignore_patterns(".git", ".local", ".venv", "__pycache__", "corpora"),
    )
    migrations = target / "events/migrations"
    last = max(path.stem for path in migrations.glob("0*.py"))
    number = int(last[:4]) + 1
    (migrations / f"{number:04}_drill.py").write_text(MIGRATION.format(last=last))
    return target


@pytest.fixture
def home(tmp_path):
    """A host's /srv/campaign with one release, which is what runs."""
    first = tmp_path / "srv/releases/20000101T000000"
    shutil.copytree(
        ROOT,
        first,
        symlinks=True,
        ignore=shutil.ignore_patterns(".git", ".local", ".venv", "__pycache__", "corpora"),
    )
    (first / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "srv/current").symlink_to(first)
    return tmp_path / "srv"


def test_a_release_and_the_way_back_under_load(tmp_path, home):
    with Rig(tmp_path / "rig", source=home / "current") as rig:
        assert_no_failure(rig, lambda: there_and_back(rig, home, tmp_path))


def test_without_draining_the_same_crowd_notices(tmp_path, home):
    """The negative control: killed and started as a careless release would."""
    with Rig(tmp_path / "rig", source=home / "current") as rig:
        crowd = come(rig)
        time.sleep(5)
        for service in rig.services["web@127.0.0.1"].members:
            service.kill()
        for service in rig.services["web@127.0.0.1"].members:
            service.start()
        time.sleep(2)
        stop_all(crowd)
        told(crowd, "killed without draining")
        assert any(visitor.failures for visitor in crowd)


def there_and_back(rig: Rig, home: Path, folder: Path) -> None:
    releases = release.Releases(RigMachine(rig, home))
    for number in range(ROUNDS):
        version = next_version(folder / f"version-{number}")
        first = (home / "current").resolve()
        made = releases.install(version)
        assert (home / "current").resolve() == made
        assert has_column(rig)
        assert is_served_by(rig, made)
        time.sleep(3)
        releases.back(with_migrations=True)
        assert (home / "current").resolve() == first
        assert not has_column(rig)
        assert is_served_by(rig, first)


def come(rig: Rig) -> list[Visitor]:
    readers = [Reader(rig, number, 0.05, PATHS) for number in range(READERS)]
    # Slow enough that the door asks nobody for a proof of work: 40 sign-ups and 20 photos a minute.
    senders = [SignUp(rig, 100, 1), SignUp(rig, 101, 1), PhotoSender(rig, 102, 2)]
    for visitor in (*readers, *senders):
        visitor.start()
    return [*readers, *senders]


def assert_no_failure(rig: Rig, act) -> None:
    crowd = come(rig)
    try:
        time.sleep(5)
        act()
        time.sleep(5)
    finally:
        stop_all(crowd)
    told(crowd, f"{ROUNDS} releases there and back")
    assert [failure for visitor in crowd for failure in visitor.failures] == []
    names = acknowledged(crowd, SignUp)
    messages = acknowledged(crowd, PhotoSender)
    assert names and messages
    with psycopg.connect(rig.database_url) as connection:
        [(sign_ups,)] = connection.execute("SELECT count(*) FROM events_signup").fetchall()
        photos = {text for (text,) in connection.execute("SELECT message FROM solidarity_photo")}
    assert sign_ups >= len(names)
    assert messages <= photos


def acknowledged(crowd: list[Visitor], kind: type[SignUp] | type[PhotoSender]) -> set[str]:
    return {text for visitor in crowd if isinstance(visitor, kind) for text in visitor.acknowledged}


def told(crowd: list[Visitor], title: str) -> None:
    answers = sum((visitor.answers for visitor in crowd), Counter())
    failures = Counter(text for visitor in crowd for text in visitor.failures)
    seconds = sorted(second for visitor in crowd for second in visitor.seconds)
    print(f"\n{title}: {sum(answers.values())} requests {dict(answers)}")
    print(f"  failed {sum(failures.values())} {dict(failures.most_common(5))}")
    print(f"  median {seconds[len(seconds) // 2]:.3f} s, longest {seconds[-1]:.2f} s")


def has_column(rig: Rig) -> bool:
    with psycopg.connect(rig.database_url) as connection:
        found = connection.execute(
            "SELECT 1 FROM information_schema.columns"
            " WHERE table_name = 'events_event' AND column_name = 'drill_note'"
        ).fetchone()
    return found is not None


def is_served_by(rig: Rig, folder: Path) -> bool:
    """Whether every process of the web server works in that folder."""
    pids = [service.pid for service in rig.services["web@127.0.0.1"].members]
    return all(Path(f"/proc/{pid}/cwd").resolve() == folder for pid in pids)


def test_a_release_that_does_not_start_leaves_the_site_as_it_was(tmp_path, home):
    with Rig(tmp_path / "rig", source=home / "current") as rig:
        version = next_version(tmp_path / "broken")
        (version / "campaign_site/urls.py").write_text("this is no Python")
        before = (home / "current").resolve()
        with pytest.raises(release.ReleaseError):
            release.Releases(RigMachine(rig, home)).install(version)
        assert (home / "current").resolve() == before
        assert not has_column(rig)
        assert rig.get("/en/").status == 200
        assert len(list((home / "releases").iterdir())) == 1


def test_the_script_needs_nothing_but_python():
    done = subprocess.run(
        ["/usr/bin/python3", "-I", str(ROOT / "deploy/release.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "install" in done.stdout
