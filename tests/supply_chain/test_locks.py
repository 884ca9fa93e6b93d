"""What runs here is what was locked, with hashes, and nothing below its floor."""

import json
import re
import subprocess
import sys
from pathlib import Path

import audit_locks
import pytest
from audit_locks import LockError, Pinned

ROOT = Path(__file__).parents[2]
HASH = "sha256:" + "0" * 64


def test_nothing_locked_or_installed_is_below_its_floor():
    floors = audit_locks.read_floors()

    assert {"pillow", "django", "wagtail"} <= {one.name for one in floors}
    assert audit_locks.below_floor(audit_locks.installed(), floors, "installed") == []
    for path in audit_locks.python_locks():
        assert audit_locks.below_floor(audit_locks.read_lock(path), floors, path.name) == []


def test_every_floor_is_of_something_that_is_locked():
    locks = audit_locks.python_locks()
    locked = {one.name for path in locks for one in audit_locks.read_lock(path)}

    assert {one.name for one in audit_locks.read_floors()} - locked == set()


@pytest.mark.parametrize(
    ("version", "is_refused"),
    [("12.9.9", True), ("13.0.0rc1", True), ("13.0.0", False), ("13.0.1", False), ("14.1", False)],
)
def test_a_planted_lower_version_is_refused(tmp_path, version, is_refused):
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"Pillow=={version} \\\n    --hash={HASH}\n    # via -r requirements.in\n")

    faults = audit_locks.below_floor(
        audit_locks.read_lock(lock), audit_locks.read_floors(), lock.name
    )

    assert bool(faults) is is_refused
    assert all("JPEG decoder" in fault for fault in faults)


def test_a_floor_needs_a_version_and_a_reason(tmp_path):
    floors = tmp_path / "floors.txt"
    for line in ("pillow>=13.0.0", "pillow  # why", "pillow==13.0.0  # no floor"):
        floors.write_text(line + "\n")
        with pytest.raises(LockError):
            audit_locks.read_floors(floors)


def test_every_locked_package_has_hashes():
    locks = audit_locks.python_locks()

    assert {path.name for path in locks} >= {
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-tools.txt",
    }
    for path in locks:
        assert len(audit_locks.read_lock(path)) > 50
        assert audit_locks.unhashed(path) == []


def test_a_package_without_a_hash_or_a_version_is_found(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("# nothing\npsycopg[binary,pool]==3.3.9 ; python_version > '3'\n")
    assert audit_locks.unhashed(lock) == ["requirements.txt: psycopg has no hash"]

    for line in ("django", "django>=6", "git+https://example.org/x", "--index-url https://x"):
        lock.write_text(f"{line} \\\n    --hash={HASH}\n")
        with pytest.raises(LockError):
            audit_locks.read_lock(lock)


def test_a_lock_is_read_with_its_markers(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash={HASH} \\\n    --hash={HASH}\n"
    )

    assert audit_locks.read_lock(lock) == [
        Pinned("colorama", "0.4.6", "sys_platform == 'win32'", [HASH, HASH])
    ]
    assert not audit_locks.read_lock(lock)[0].is_wanted_here()


# Where something is installed from a registry, and what such a line looks like.
_INSTALLS = re.compile(r"(?:\bpip3?|\"pip\"|uv pip)[\"', ]+(?:install|sync)\b")
_NODE_INSTALLS = re.compile(r"\bnpm (?:install|i|add|exec)\b|\bnpx\b")
# `make lock` makes the hashes; what it installs is the program that does, and only a developer's.
_EXCEPTIONS = ("-m pip install --quiet uv",)


def _programs() -> list[Path]:
    deploy = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    bin_ = [path for path in (ROOT / "bin").iterdir() if path.is_file()]
    found = [ROOT / "Makefile", *bin_, *deploy, *(ROOT / ".ci").glob("*")]
    return [path for path in found if path.suffix not in {".pyc", ".md"}]


def _unhashed_installs(text: str) -> list[str]:
    """Lines that install without --require-hashes in them or in the few lines after."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#") or any(one in line for one in _EXCEPTIONS):
            continue
        nearby = " ".join(lines[number : number + 6])
        if (_INSTALLS.search(line) and "--require-hashes" not in nearby) or _NODE_INSTALLS.search(
            line
        ):
            found.append(line.strip())
    return found


def test_nothing_is_installed_without_hashes():
    texts = {path: path.read_text(errors="replace") for path in _programs()}

    assert any("--require-hashes" in text for text in texts.values())
    assert {
        str(path): found for path, text in texts.items() if (found := _unhashed_installs(text))
    } == {}


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install -r requirements.txt",
        "\tuv pip install gunicorn",
        'run([python, "-m", "pip", "install", name])',
        "npm install lighthouse",
        "npx lighthouse",
    ],
)
def test_an_install_without_hashes_is_found(line):
    assert _unhashed_installs(f"# before\n{line}\n") == [line.strip()]


def test_node_packages_have_hashes_and_no_address():
    for path in audit_locks.node_locks():
        assert list(audit_locks.unsafe_node_packages(path)) == []


def test_a_node_package_without_a_hash_or_with_an_address_is_found(tmp_path):
    (tmp_path / "tool" / "node_modules").mkdir(parents=True)
    lock = tmp_path / "tool" / "package-lock.json"
    good = {"integrity": "sha512-abc"}
    packages = {"": {}, "a": good, "b": {}, "c": {**good, "resolved": "https://x"}}
    lock.write_text(json.dumps({"packages": packages}))
    (tmp_path / "tool" / "node_modules" / "package-lock.json").write_text("{}")

    assert audit_locks.node_locks(tmp_path) == [lock]
    assert [fault.split(": ")[1] for fault in audit_locks.unsafe_node_packages(lock)] == [
        "b has no hash",
        "c names an address",
    ]


def test_the_program_says_nothing_when_all_is_well():
    done = subprocess.run(
        [sys.executable, ROOT / "bin" / "audit_locks.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout + done.stderr == ""
