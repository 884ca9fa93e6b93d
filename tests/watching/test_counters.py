"""Several processes count into one folder: sums are right, and what ended is put together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A process that counts as often as it is told, says so, and ends when it is told.
_COUNTING = """
import sys
from django.conf import settings
settings.configure(METRICS_FOLDER=sys.argv[1])
from watching import counters
for _time in range(int(sys.argv[2])):
    counters.count(sys.argv[3], "GET", 200, 0.01, "hit")
print("counted", flush=True)
sys.stdin.read()
"""
_SUMS = """
import sys
from django.conf import settings
settings.configure(METRICS_FOLDER=sys.argv[1])
from watching import counters
for metric in counters.collect():
    for sample in metric.samples:
        if sample.name in ("campaign_http_requests_total", "campaign_page_cache_total",
                           "campaign_http_request_duration_seconds_count"):
            print(sample.name, int(sample.value))
"""


class Machine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen] = []

    def start(self, times: int, route: str = "home") -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", _COUNTING, self.folder, str(times), route],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        assert process.stdout.readline() == "counted\n"
        return process

    def sums(self) -> dict[str, int]:
        told = subprocess.run(
            [sys.executable, "-c", _SUMS, self.folder],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return {name: int(number) for name, number in map(str.split, told.splitlines())}

    def files(self) -> set[str]:
        return {path.name for path in self.folder.glob("*.db")}


@pytest.fixture
def machine(tmp_path):
    one = Machine(tmp_path / "metrics")
    yield one
    for process in one.processes:
        process.kill()
        process.communicate()


def test_sums_hold_what_ended_and_what_goes_on(machine):
    first, second = machine.start(30), machine.start(12)
    everything = {
        "campaign_http_requests_total": 42,
        "campaign_page_cache_total": 42,
        "campaign_http_request_duration_seconds_count": 42,
    }
    assert machine.sums() == everything

    first.kill()
    first.wait()
    for _twice in range(2):
        assert machine.sums() == everything
    assert machine.files() == {
        "counter_gone.db",
        "histogram_gone.db",
        f"counter_{second.pid}.db",
        f"histogram_{second.pid}.db",
    }

    second.communicate("")
    assert machine.sums() == everything
    assert machine.files() == {"counter_gone.db", "histogram_gone.db"}


def test_a_folder_that_cannot_be_written_stops_nobody(machine):
    machine.folder.write_text("no folder")

    machine.start(3)
    assert machine.sums() == {}


def test_the_files_have_all_their_room_from_the_beginning(machine):
    """A file that grew into a full disk would end the process."""
    process = machine.start(1)

    for path in machine.folder.glob(f"*_{process.pid}.db"):
        assert path.stat().st_blocks * 512 >= 1 << 20
        assert path.stat().st_mode & 0o077 == 0


def test_strange_routes_cannot_fill_the_files(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys\nfrom django.conf import settings\n"
            "settings.configure(METRICS_FOLDER=sys.argv[1])\nfrom watching import counters\n"
            "for n in range(1000): counters.count('r' * 60 + str(n), 'POST', 500, 1)\n"
            "print(sum(p.stat().st_size for p in counters.FOLDER.glob('*.db')))",
            tmp_path / "metrics",
        ],
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == 2 << 20
