"""Load a running server with wrk, and read what its processes have used meanwhile."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_SCRIPT = """
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d %.0f %.0f\\n", summary.requests, summary.duration,
    summary.errors.connect + summary.errors.read + summary.errors.timeout,
    summary.errors.status, summary.bytes, latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass
class Load:
    """One address, and what came of loading it once or several times.

    ``pids`` returns the processes whose processor time is counted; ``headers`` go with every
    request.
    """

    name: str
    url: str
    pids: object = None
    headers: dict[str, str] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests in a second, the median of the runs."""
        return statistics.median(self.rates)

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time for one request, the median of the runs."""
        return statistics.median(self.cpu) if self.cpu else float("nan")

    def run(self, seconds: float, *, connections: int = 16) -> None:
        """Load the address for ``seconds``; raise RuntimeError when any request failed."""
        pids = list(self.pids()) if self.pids else []
        before = _cpu_seconds(pids)
        requests, duration, errors, refused, p50, p99 = _wrk(
            self.url, seconds, connections, self.headers
        )
        if errors or refused or not requests:
            raise RuntimeError(f"{self.name}: {errors} lost and {refused} refused of {requests}")
        self.rates.append(requests / duration)
        self.p50.append(p50)
        self.p99.append(p99)
        if pids:
            self.cpu.append((_cpu_seconds(pids) - before) * 1000 / requests)

    def forget(self) -> None:
        """Forget the runs so far: they warmed the server up."""
        for runs in (self.rates, self.p50, self.p99, self.cpu):
            runs.clear()

    def row(self) -> str:
        runs = " ".join(f"{rate:,.0f}" for rate in self.rates)
        return (
            f"{self.name:<44} {self.rate:>9,.0f} [{runs}] p50 {statistics.median(self.p50):>7.1f}"
            f" p99 {statistics.median(self.p99):>7.1f} ms  {self.cpu_ms:>7.2f} CPU-ms"
        )


def require_wrk() -> None:
    """End with a sentence when wrk is not installed."""
    if not shutil.which("wrk"):
        sys.exit("This benchmark loads a server with wrk: apt-get install wrk")


def _wrk(url: str, seconds: float, connections: int, headers: dict[str, str]) -> tuple:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT)
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "20s"]
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        answer = subprocess.run(
            [*command, "-s", script.name, url], capture_output=True, text=True, check=True
        )
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", answer.stdout)
    requests, microseconds, errors, refused, _bytes, p50, p99 = (int(x) for x in found.groups())
    return requests, microseconds / 1e6, errors, refused, p50 / 1000, p99 / 1000


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += family(int(child))
    return found


def proportional_memory(pid: int) -> float:
    """Return the memory of a process, what it shares counted in parts (PSS), in MiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024


def _cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of processes that live on, their dead children's included."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += sum(int(fields[index]) for index in (11, 12, 13, 14))
    return total / _TICK
