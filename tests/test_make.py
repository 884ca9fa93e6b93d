"""The two commands: what `make` tells, which Python it takes, and a whole run of the site."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from campaign_site import postgres

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 240


def find_python(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(ROOT / "bin" / "find-python"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": str(path)},
    )


def add_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_help_is_the_default_and_lists_every_target():
    shown = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout

    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    assert {"run", "test"} <= set(targets)
    assert [target for target in targets if f"make {target} " not in shown] == []


def test_find_python_passes_over_shims_that_fail(tmp_path):
    add_program(tmp_path, "python3.13", "echo 'version not installed' >&2; exit 127")
    add_program(tmp_path, "python3", f'exec {sys.executable} "$@"')

    found = find_python(tmp_path)

    assert found.returncode == 0
    assert Path(found.stdout.strip()).samefile(sys.executable)


def test_find_python_refuses_an_old_one_and_names_its_version(tmp_path):
    add_program(tmp_path, "python3", 'case "$2" in *exit*) exit 1;; *) echo 3.11;; esac')

    for arguments in ([], ["python3"]):
        refused = find_python(tmp_path, *arguments)
        assert refused.returncode == 1
        assert "3.11" in refused.stderr
        assert "3.12 or newer" in refused.stderr


def test_find_python_says_when_there_is_none(tmp_path):
    refused = find_python(tmp_path)

    assert refused.returncode == 1
    assert "No Python found" in refused.stderr
    assert "apt install python3" in refused.stderr


def test_folder_of_another_user_stops_make_venv(tmp_path):
    """As root a folder given away, otherwise one of root's."""
    strangers = Path("/usr")
    if os.geteuid() == 0:
        strangers = tmp_path / "strangers"
        strangers.mkdir()
        os.chown(strangers, 4242, 4242)

    refused = subprocess.run(
        [sys.executable, ROOT / "bin" / "make_venv.py", "requirements.txt"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LOCAL_DIR": str(strangers)},
    )

    assert refused.returncode == 1
    assert f"{strangers} belongs to" in refused.stderr


def launch(local: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    """Start the site; what it says goes to ``log``, since a full pipe would make it wait."""
    environment = {**os.environ, "PORT": str(port), "LOCAL_DIR": str(local)}
    for name in ("DJANGO_SETTINGS_MODULE", "DATABASE_URL"):
        environment.pop(name, None)
    with log.open("w") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "campaign_site.launcher"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def wait_until(is_so: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_port_in_use_is_said_before_anything_starts(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]

        refused = launch(tmp_path / "local", port, tmp_path / "log")
        refused.wait(READY_SECONDS)

    assert refused.returncode == 1
    assert f"Port {port} cannot be used" in (tmp_path / "log").read_text()
    assert not (tmp_path / "local").exists()


def process_ids(words: str) -> list[int]:
    """The processes whose command line holds these words, ``|`` for the end of an argument."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b"|").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if words in command:
            found.append(int(folder.name))
    return found


def test_a_run_serves_survives_kills_and_leaves_nothing(tmp_path):
    local, log, port = tmp_path / "local", tmp_path / "log", free_port()
    data = local / "postgres"
    launcher = launch(local, port, log)
    try:
        wait_until(lambda: launcher.poll() is not None or "Ctrl-C" in log.read_text(), log)
        assert launcher.poll() is None, log.read_text()
        assert f"http://localhost:{port}/dev/mails/" in log.read_text()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/en/", timeout=30) as home:
            assert home.status == 200

        second = launch(local, free_port(), tmp_path / "second")
        assert second.wait(READY_SECONDS) == 1
        assert "already runs" in (tmp_path / "second").read_text()

        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: "The database ended by itself" in log.read_text(), log)
        wait_until(lambda: postgres.is_running(data), log)
    finally:
        launcher.send_signal(signal.SIGINT)
        launcher.wait(READY_SECONDS)

    assert launcher.returncode == 0
    assert "The site has stopped." in log.read_text()
    assert not postgres.is_running(data)
    assert process_ids(f"127.0.0.1:{port}|") == []
