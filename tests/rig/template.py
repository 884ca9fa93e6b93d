"""Prepared databases, files and static files, made once for what they are made from.

They lie in ``LOCAL_DIR``/rig. A rig copies the one that fits, which takes a second or two.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from tests.rig.processes import ROOT

FOLDER = Path(os.environ.get("LOCAL_DIR") or ROOT / ".local").resolve() / "rig"
# Demonstration content is dated from the day of loading.
DATABASE_SOURCES = (
    "*/migrations/*.py",
    "pages/demonstration.py",
    "pages/demo_events.py",
    "pages/seeding/*.py",
    "pages/content/*.toml",
    "staff/groups.py",
    "tests/rig/contents.py",
    "tests/rig/administrator.py",
    "deploy/postgresql/*.sql",
    "requirements.txt",
)
STATIC_SOURCES = ("static/**/*", "*/static/**/*", "requirements.txt")
KEPT = 3


def fingerprint(sources: Iterable[str], *words: str) -> str:
    sha = hashlib.sha256("|".join(words).encode())
    for pattern in sources:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                sha.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return sha.hexdigest()[:12]


def today() -> str:
    return date.today().isoformat()


def prepared(
    kind: str,
    mark: str,
    make: Callable[[Path], None],
    *,
    base: Callable[[Path], bool] | None = None,
) -> Path:
    """The folder ``kind``-``mark``, made by ``make`` when it is not there; others wait for it.

    ``make`` finds in it a copy of the newest earlier one that ``base`` accepts, if there is any:
    adding to that is quicker than beginning anew.
    """
    folder = FOLDER / f"{kind}-{mark}"
    with _locked(kind):
        if not folder.exists():
            draft = FOLDER / f"{kind}.draft"
            shutil.rmtree(draft, ignore_errors=True)
            found = sorted(FOLDER.glob(f"{kind}-*"), key=lambda path: -path.stat().st_mtime)
            if fitting := next((path for path in found if base and base(path)), None):
                subprocess.run(["cp", "-a", str(fitting), str(draft)], check=True)
            draft.mkdir(parents=True, exist_ok=True)
            make(draft)
            draft.rename(folder)
            _drop_oldest(kind)
        os.utime(folder)
    return folder


def migrations() -> dict[str, str]:
    """The digest of every migration there is."""
    return {
        str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(ROOT.glob("*/migrations/*.py"))
    }


@contextlib.contextmanager
def _locked(kind: str) -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _drop_oldest(kind: str) -> None:
    found = [path for path in FOLDER.glob(f"{kind}-*") if path.is_dir()]
    for path in sorted(found, key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
