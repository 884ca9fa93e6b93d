"""The units before systemd itself, and whether the site can live within what they allow."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.deploy.shipped import DEPLOY, UNITS, unit
from tests.rig.programs import program

pytestmark = pytest.mark.drill

ROOT = DEPLOY.parent
# systemd-analyze security: 0 is best, 10 is worst.
HIGHEST_EXPOSURE = 2.0
PR_SET_MDWE = 65
_CONFINED = f"""
import ctypes, os, sys
# MemoryDenyWriteExecute, for this process and all below it (prctl(2), Linux 6.3).
if ctypes.CDLL(None).prctl({PR_SET_MDWE}, 1, 0, 0, 0):
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def units(tmp_path) -> Path:
    """The shipped units, with programs that exist on this machine."""
    for path in (DEPLOY / "systemd").iterdir():
        if path.is_file():
            text = re.sub(
                r"^ExecStart=/srv\S+", "ExecStart=/bin/true", path.read_text(), flags=re.M
            )
            text = re.sub(r"^WorkingDirectory=.*$", "WorkingDirectory=/tmp", text, flags=re.M)
            text = re.sub(r"^Documentation=.*$", "", text, flags=re.M)
            (tmp_path / path.name).write_text(text)
    return tmp_path


def verify(folder: Path, name: str) -> str:
    """What systemd has against a unit of the folder, but for other programs' units."""
    shown = name.replace("@.", "@8001.")
    if shown != name:
        shutil.copy(folder / name, folder / shown)
    done = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", str(folder / shown)],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_UNIT_PATH": f"{folder}:"},
    )
    return "\n".join(line for line in done.stderr.splitlines() if "campaign" in line)


def test_systemd_finds_nothing_wrong(units):
    for path in sorted(units.iterdir()):
        assert verify(units, path.name) == "", path.name


def test_a_wrong_unit_would_be_found(units):
    text = (units / "campaign-worker.service").read_text()
    (units / "campaign-worker.service").write_text(text.replace("KillMode=mixed", "KillMod=mixed"))
    assert "KillMod" in verify(units, "campaign-worker.service")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_exposure(path):
    done = subprocess.run(
        [program("systemd-analyze"), "security", "--offline=true", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    score = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[1])
    print(f"\n{path.name}: {score}")
    assert score <= HIGHEST_EXPOSURE


def calls(group: str) -> set[str]:
    """The system calls in a group of systemd's, groups in it included."""
    done = subprocess.run(
        [program("systemd-analyze"), "syscall-filter", group],
        capture_output=True,
        text=True,
        check=True,
    )
    found: set[str] = set()
    for line in done.stdout.splitlines()[1:]:
        word = line.strip()
        if word and not word.startswith("#"):
            found |= calls(word) if word.startswith("@") else {word}
    return found


def permitted(path: Path) -> set[str]:
    allow, deny = unit(path)["SystemCallFilter"]
    refused = set().union(*(calls(group) for group in deny.removeprefix("~").split()))
    return set().union(*(calls(group) for group in allow.split())) - refused


def test_a_photo_is_cleaned_with_the_calls_that_are_allowed(tmp_path):
    """The decoder locks itself in and still works; nothing it asks for is refused by the unit."""
    source = tmp_path / "in.jpg"
    Image.effect_noise((800, 600), 80).convert("RGB").save(source)
    trace = tmp_path / "trace"
    script = (
        "import sys; from pathlib import Path; from solidarity.images import clean_photo\n"
        "picture = clean_photo(open(sys.argv[1], 'rb')).delivery\n"
        "Path(sys.argv[2]).write_bytes(picture.data)"
    )
    command = [program("strace"), "-f", "-o", str(trace), sys.executable, "-c", script]
    subprocess.run(
        [*command, str(source), str(tmp_path / "out.jpg")], check=True, cwd=ROOT, timeout=120
    )
    assert (tmp_path / "out.jpg").stat().st_size > 1000
    used = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE))
    assert "unshare" in used
    assert used - permitted(DEPLOY / "systemd/campaign-web@.service") == set()
    assert "mount" not in permitted(DEPLOY / "systemd/campaign-web@.service")


def test_nothing_writes_what_it_executes(tmp_path):
    """Under the kernel's own MemoryDenyWriteExecute a photo is cleaned and Django starts."""
    source = tmp_path / "in.jpg"
    Image.effect_noise((800, 600), 80).convert("RGB").save(source)
    for script in (
        "import sys; from solidarity.images import clean_photo\n"
        "clean_photo(open(sys.argv[1], 'rb'))",
        "import psycopg, PIL.Image, pillow_heif, typst, cryptography.fernet, redis, hiredis, lxml",
    ):
        done = subprocess.run(
            [sys.executable, "-c", _CONFINED, sys.executable, "-c", script, str(source)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode != 77, "this kernel is too old for the drill"
        assert done.returncode == 0, done.stderr
