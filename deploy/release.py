#!/usr/bin/python3
"""Put a version of the site on this machine without anybody noticing, and take it back.

    sudo deploy/release.py install FOLDER_OR_TAR    # a checkout, or `git archive -o site.tar HEAD`
    sudo deploy/release.py back                     # to the release before; BACK_MIGRATIONS=1 for
                                                    # its database too
    sudo deploy/release.py list
    sudo deploy/release.py manage migrate           # a command of the site as the tables' owner

A release is a folder below /srv/campaign/releases with a virtual environment of its own, made from
the hashes in requirements.txt; `current` points at the one that runs. In this order: check, files,
database, then one instance after the other, each only when the one before answers. A step that
fails leaves the site on the release before.

**Migrations run while the release before still serves**, and after a step back it serves again, so
each release must leave the database good for both ("expand and contract"): add first and make it
optional, use it in the next release, remove in the one after.

Only Python's own library, so that it runs before anything is installed.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

KEPT = 5
MIGRATE_TRIES = 10
MIGRATE_PAUSE_SECONDS = 3
HEALTH_SECONDS = 90


class ReleaseError(Exception):
    """The release stops here; the message is a sentence for the operator."""


class Machine:
    """Where things lie on a host and how its services are commanded."""

    home = Path("/srv/campaign")
    files = Path("/var/lib/campaign")
    environment_file = Path("/etc/campaign/campaign.env")
    # The credentials that may change tables, which the site itself does not have.
    owner_file = Path("/etc/campaign/release.env")
    user = "campaign-release"
    web = ("campaign-web@8001", "campaign-web@8003")
    others = ("campaign-admin", "campaign-worker", "campaign-purger")
    ports = {"campaign-web@8001": 8001, "campaign-web@8003": 8003, "campaign-admin": 8002}

    def say(self, text: str) -> None:
        sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {text}\n")
        sys.stdout.flush()

    def environment(self) -> dict[str, str]:
        """The site's own variables with those of the owner of the tables over them."""
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "DJANGO_SETTINGS_MODULE": "campaign_site.settings.production",
            "LOCAL_DIR": str(self.files),
            **read_variables(self.environment_file),
            **read_variables(self.owner_file),
        }

    def run(self, release: Path, *command: str) -> str:
        """Run a command in a release; return what it said. Raises ReleaseError."""
        done = subprocess.run(  # noqa: S603  # our own programs
            command,
            cwd=release,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **self._identity(),
        )
        if done.returncode:
            raise ReleaseError(f"{' '.join(command[:4])} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _identity(self) -> dict[str, object]:
        """Who commands run as: never root, and in none of root's groups."""
        if os.geteuid() or not self.user:
            return {}
        return {"user": self.user, "group": self.user, "extra_groups": []}

    def manage(self, release: Path, *arguments: str) -> str:
        return self.run(release, str(release / ".venv/bin/python"), "manage.py", *arguments)

    def make_environment(self, release: Path) -> None:
        """Install exactly what the lock names, by its hashes."""
        self.run(release, "/usr/bin/python3", "-m", "venv", ".venv")
        pip = [".venv/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        self.run(release, *pip, "--require-hashes", "--no-deps", "-r", "requirements.txt")

    def own(self, folder: Path) -> None:
        """Give a new folder to whoever makes releases; the site itself cannot write there."""
        if os.geteuid() == 0 and self.user:
            command("/usr/bin/chown", "-R", f"{self.user}:", str(folder))

    def seal(self, folder: Path) -> None:
        """Give a finished release to root, which runs the backups' program from it."""
        if os.geteuid() == 0 and self.user:
            command("/usr/bin/chown", "-R", "--no-dereference", "root:", str(folder))

    def restart(self, unit: str) -> None:
        if command("/usr/bin/systemctl", "restart", unit):
            raise ReleaseError(f"{unit} does not restart: journalctl -u {unit}")

    def is_wanted(self, unit: str) -> bool:
        """Whether this host runs it: a worker host has no web server, and the other way round."""
        return command("/usr/bin/systemctl", "is-enabled", "--quiet", unit) == 0

    def reload_web_server(self) -> None:
        command("/usr/bin/systemctl", "reload", "nginx")

    def answers(self, unit: str) -> bool:
        """Whether an instance answers for itself (the database is not asked)."""
        request = urllib.request.Request(  # http alone
            f"http://127.0.0.1:{self.ports[unit]}/healthz/live",
            headers={"Host": self.site_host(), "X-Forwarded-Proto": "https"},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def site_host(self) -> str:
        return self.environment().get("SITE_URL", "").removeprefix("https://")


def command(*words: str) -> int:
    """Run a program of the system; return its exit code."""
    return subprocess.run(words, check=False).returncode  # noqa: S603  # our own words


def read_variables(path: Path) -> dict[str, str]:
    """Read a file of NAME=value lines as systemd does, quotes around a value included."""
    found = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith(("#", ";")):
            found[name.strip()] = value.strip().strip("\"'")
    return found


class Releases:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.folder = machine.home / "releases"
        self.current = machine.home / "current"

    def install(self, source: Path) -> Path:
        """Make a release of ``source``, bring the database up to it and let it serve."""
        machine = self.machine
        release = self._unpack(source)
        try:
            machine.say(f"{release.name}: virtual environment")
            machine.make_environment(release)
            machine.say("checks and catalogues")
            machine.run(release, ".venv/bin/python", "-m", "campaign_site.catalogues", "compile")
            machine.manage(release, "check", "--deploy", "--fail-level", "WARNING")
            machine.say("static files and pages for emergencies")
            self._write_files(release)
            machine.say("database")
            self._migrate(release)
            machine.seal(release)
            before = self._running()
            self._point_at(release)
            self._restart_or_return(before)
        except BaseException:
            if self._running() != release:
                shutil.rmtree(release, ignore_errors=True)
            raise
        if before:
            (release / "before").write_text(before.name)
        self._drop_old()
        machine.say(f"{release.name} serves")
        return release

    def back(self, *, with_migrations: bool = False) -> Path:
        """Let the release before serve again; its database too, when asked."""
        release = self._running()
        note = release / "before" if release else None
        if note is None or not note.exists():
            raise ReleaseError("There is no release to go back to.")
        before = self.folder / note.read_text().strip()
        if not before.is_dir():
            raise ReleaseError(f"{before.name} is not there any more.")
        self._point_at(before)
        self._restart_or_return(release)
        if with_migrations:
            self._unmigrate(release, before)
        self.machine.say(f"{before.name} serves again")
        return before

    def manage(self, *words: str) -> str:
        """Run a command of the release that serves, with the rights of the tables' owner."""
        running = self._running()
        if running is None:
            raise ReleaseError("No release serves yet.")
        return self.machine.manage(running, *words)

    def names(self) -> list[str]:
        running = self._running()
        return [f"{'*' if path == running else ' '} {path.name}" for path in sorted(self._all())]

    # Steps

    def _unpack(self, source: Path) -> Path:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}"
        release = self.folder / name
        if release.exists():
            raise ReleaseError(f"{release} is there already.")
        release.mkdir(parents=True)
        if source.is_dir():
            shutil.copytree(source, release, dirs_exist_ok=True, symlinks=True, ignore=_left_out)
        else:
            with tarfile.open(source) as archive:
                archive.extractall(release, filter="data")
        if not (release / "manage.py").exists():
            shutil.rmtree(release)
            raise ReleaseError(f"{source} is no checkout of the site: it has no manage.py.")
        (release / "release.env").write_text(f"RELEASE={name}\n")
        self.machine.own(release)
        return release

    def _write_files(self, release: Path) -> None:
        """Static files with hashed names are added, never taken away: open pages still ask for
        those of the release before."""
        machine = self.machine
        machine.manage(release, "collectstatic", "--noinput", "--verbosity", "0")
        machine.manage(release, "write_fallback_pages", str(machine.home / "fallback"))
        # The web server is another user.
        command("/usr/bin/chmod", "-R", "a+rX", str(machine.files / "static"))

    def _migrate(self, release: Path) -> None:
        """Wait only seconds for a table that is busy, let everybody through, and try again.

        A statement that waits for a lock holds up all that come after it, so it gives up early
        (lock_timeout, campaign_site/settings/base.py); each migration is one transaction.
        """
        for attempt in range(1, MIGRATE_TRIES + 1):
            try:
                self.machine.manage(release, "migrate", "--noinput", "--verbosity", "0")
                return
            except ReleaseError as error:
                is_busy = "lock timeout" in str(error) or "LockNotAvailable" in str(error)
                if not is_busy or attempt == MIGRATE_TRIES:
                    raise
                self.machine.say(f"a table is busy; attempt {attempt + 1}")
                time.sleep(MIGRATE_PAUSE_SECONDS)

    def _unmigrate(self, newer: Path, older: Path) -> None:
        """Undo, with the newer code, what the older release does not know."""
        known = self._migrations(older)
        for app, names in self._migrations(newer).items():
            kept = [name for name in names if name in known.get(app, [])]
            if len(kept) < len(names):
                self.machine.say(f"database of {app}: back to {kept[-1] if kept else 'zero'}")
                target = kept[-1] if kept else "zero"
                self.machine.manage(newer, "migrate", app, target, "--verbosity", "0")

    def _migrations(self, release: Path) -> dict[str, list[str]]:
        """The migrations of each app, in the order in which they are applied."""
        found: dict[str, list[str]] = {}
        listed = self.machine.manage(release, "showmigrations", "--plan", "--no-color")
        for line in listed.splitlines():
            app, dot, name = line.rpartition("]")[2].strip().partition(".")
            if dot:
                found.setdefault(app, []).append(name.split()[0])
        return found

    def _restart_or_return(self, before: Path | None) -> None:
        """Restart everything in turn; when something does not answer, return to ``before``."""
        try:
            self._restart_all()
        except ReleaseError:
            if before is not None:
                self.machine.say(f"it does not answer: back to {before.name}")
                self._point_at(before)
                self._restart_all()
            raise

    def _restart_all(self) -> None:
        machine = self.machine
        for unit in (*machine.web, *machine.others):
            if not machine.is_wanted(unit):
                continue
            machine.say(f"restart {unit}")
            machine.restart(unit)
            if unit in machine.ports:
                self._wait_for(unit)
        machine.reload_web_server()

    def _wait_for(self, unit: str) -> None:
        deadline = time.monotonic() + HEALTH_SECONDS
        while not self.machine.answers(unit):
            if time.monotonic() > deadline:
                raise ReleaseError(f"{unit} does not answer: journalctl -u {unit}")
            time.sleep(0.2)

    # Folders

    def _running(self) -> Path | None:
        return self.current.resolve() if self.current.is_symlink() else None

    def _point_at(self, release: Path) -> None:
        """Replace the link in one step, so that there is one at every moment."""
        draft = self.current.with_name("current.new")
        draft.unlink(missing_ok=True)
        draft.symlink_to(release)
        os.replace(draft, self.current)

    def _all(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if (path / "manage.py").exists()]

    def _drop_old(self) -> None:
        running = self._running()
        for path in sorted(self._all())[:-KEPT]:
            if path != running:
                shutil.rmtree(path, ignore_errors=True)


def _left_out(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in {".git", ".local", ".venv", "__pycache__"}]


def main(arguments: Sequence[str]) -> int:
    releases = Releases(Machine())
    try:
        match list(arguments):
            case ["install", source]:
                releases.install(Path(source).resolve())
            case ["back"]:
                releases.back(with_migrations=os.environ.get("BACK_MIGRATIONS") == "1")
            case ["manage", *words] if words:
                sys.stdout.write(releases.manage(*words))
            case ["list"]:
                sys.stdout.write("\n".join(releases.names()) + "\n")
            case _:
                sys.stdout.write(__doc__)
                return 2
    except ReleaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
