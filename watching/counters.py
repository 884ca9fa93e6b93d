"""What each process counts: answers by route, and what the cache of pages had.

The processes of a machine count into files of ``METRICS_FOLDER``, mapped into memory
(prometheus_client's multiprocess mode), so that any of them can tell the sums. Counting never
stands in the way of an answer: where there is no room for the files, nothing is counted.
"""

import fcntl
import itertools
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

# Before prometheus_client is loaded: it looks then whether there is one process or several.
FOLDER = Path(settings.METRICS_FOLDER)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client import Counter, Histogram  # noqa: E402
from prometheus_client.metrics_core import Metric  # noqa: E402
from prometheus_client.mmap_dict import MmapedDict  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

_KINDS = ("counter", "histogram")
# Room for every series there can be. A file that grew would do so without asking for room, and
# writing into memory for which the disk has none ends the process (mmap(2), SIGBUS).
_FILE_BYTES = 1 << 20
_GONE = "gone"
_RETRY_SECONDS = 60

_MOST_ROUTES = 300
_MOST_SERIES = 1500
_OTHER_ROUTE = "(other)"
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

REQUESTS = Counter(
    "campaign_http_requests",
    "Answers, by route, method and class of status.",
    ["route", "method", "status"],
    registry=None,
)
DURATIONS = Histogram(
    "campaign_http_request_duration_seconds",
    "How long answers took, by route.",
    ["route"],
    buckets=(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 5),
    registry=None,
)
CACHE = Counter(
    "campaign_page_cache",
    "What the cache of pages did for a request.",
    ["outcome"],
    registry=None,
)
OUTAGES = Counter(
    "campaign_outage_answers",
    "Answers that an outage spoiled, by what was out.",
    ["kind"],
    registry=None,
)

_CACHED = "(cached)"
# Hits so far, whole answers and others: numbers that threads take without a lock.
_hits = {True: itertools.count(), False: itertools.count()}
_taken, _added = {True: 0, False: 0}, {True: 0, False: 0}
_adding = threading.Lock()
_hits_due_at = 0.0

_ready_for = 0
_try_again_at = 0.0
_requests: dict[tuple[str, str, str], object] = {}
_durations: dict[str, object] = {}
_outcomes: dict[str, object] = {}
_outages: dict[str, object] = {}


def count(route: str, method: str, status: int, seconds: float, outcome: str = "") -> None:
    """Count one answer. ``route`` is a name of ours, never an address that somebody wrote."""
    if not _is_ready():
        return
    if route not in _durations and len(_durations) >= _MOST_ROUTES:
        route = _OTHER_ROUTE
    key = (route, method if method in _METHODS else "other", f"{status // 100}xx")
    if key not in _requests and len(_requests) >= _MOST_SERIES:
        key = (_OTHER_ROUTE, "other", key[2])
    _child(_requests, key, REQUESTS, key).inc()
    _child(_durations, route, DURATIONS, (route,)).observe(seconds)
    if outcome:
        _child(_outcomes, outcome, CACHE, (outcome,)).inc()


def count_hit(status: int) -> None:
    """Count one kept answer; added to the others once a second, since counting costs as much.

    A process that is killed takes the hits of its last second along.
    """
    global _hits_due_at
    next(_hits[status // 100 == 2])
    now = time.monotonic()
    if now >= _hits_due_at:
        _hits_due_at = now + 1
        _add_hits()


def _add_hits() -> None:
    """Add the hits that are not yet among the answers. Several threads may come at once."""
    if not _is_ready():
        return
    with _adding:
        for is_whole, numbers in _hits.items():
            # Taking a number is the only way to ask a counter that threads share.
            made = next(numbers) - _taken[is_whole]
            new = made - _added[is_whole]
            _taken[is_whole] += 1
            _added[is_whole] = made
            if new > 0:
                key = (_CACHED, "GET", "2xx" if is_whole else "3xx")
                _child(_requests, key, REQUESTS, key).inc(new)
                _child(_outcomes, "hit", CACHE, ("hit",)).inc(new)


def count_outage(sender: object, *, outage: str, **_signal: object) -> None:
    """Count an answer that the database, a lock or the disk spoiled; receives a signal."""
    if _is_ready():
        _child(_outages, str(outage), OUTAGES, (str(outage),)).inc()


def _child(known: dict, key, metric, labels: tuple[str, ...]):
    """The series with these labels; asking prometheus_client each time takes twice as long."""
    child = known.get(key)
    if child is None:
        child = known[key] = metric.labels(*labels)
    return child


def _is_ready() -> bool:
    """Whether this process has its files; asked again after a fork, and a minute after a failure.

    The check is one comparison: it stands in every answer.
    """
    global _ready_for, _try_again_at
    if _ready_for == os.getpid():
        return True
    if time.monotonic() < _try_again_at:
        return False
    try:
        for kind in _KINDS:
            _make_room(FOLDER / f"{kind}_{os.getpid()}.db")
    except OSError:
        _try_again_at = time.monotonic() + _RETRY_SECONDS
        return False
    _ready_for = os.getpid()
    return True


def _make_room(path: Path) -> None:
    """Have a file with all the room it will need. Raises OSError when the disk has not got it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, _FILE_BYTES)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def collect() -> Iterable[Metric]:
    """Return what all processes of this machine have counted, those included that have ended."""
    if not FOLDER.is_dir():
        return []
    with _alone():
        _put_together_what_ended()
        files = [str(path) for path in FOLDER.glob("*_*.db")]
        return list(MultiProcessCollector.merge(files))


@contextmanager
def _alone() -> Iterator[None]:
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _put_together_what_ended() -> None:
    """Add the files of processes that have ended to one file, and remove them.

    A counter must not fall when a process ends: Prometheus would take that for a restart of
    everything and count what is left a second time.
    """
    for kind in _KINDS:
        ended = [path for path in FOLDER.glob(f"{kind}_*.db") if _has_ended(path)]
        if not ended:
            continue
        together = FOLDER / f"{kind}_{_GONE}.db"
        if not together.exists():
            _make_room(together)
        sums = MmapedDict(str(together))
        try:
            for path in ended:
                for key, value, _moment, _place in MmapedDict.read_all_values_from_file(str(path)):
                    sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
                path.unlink()
        finally:
            sums.close()


def _has_ended(path: Path) -> bool:
    number = path.stem.rpartition("_")[2]
    if not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
