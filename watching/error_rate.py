"""Which share of the last minutes' answers were errors of ours, from what the processes count."""

import time
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from campaign_site import shared_switch
from watching import counters, status_files
from watching.measures import Measure

WINDOW_SECONDS = 300
# Fewer answers than this say nothing: one error among three is no rate.
_FEWEST_ANSWERS = 20
_MONITORS = {"healthz", "healthz-live", "metrics"}

RATIO = Measure(
    "campaign_error_ratio",
    "Share of the answers of the last five minutes that were errors of ours (5xx).",
    is_local=True,
)
SPOILED = Measure(
    "campaign_outage_answers_lately",
    "Answers of the last five minutes that an outage spoiled.",
    is_local=True,
)


class Totals(NamedTuple):
    """What this machine's processes have counted since the beginning."""

    answers: float
    errors: float
    spoiled: float


def note() -> None:
    """Keep how many answers and errors there have been so far; called every minute."""
    now = time.time()
    totals = _totals()
    kept = [
        one
        for one in _readings()
        if now - 2 * WINDOW_SECONDS < one[0] < now and one[1] <= totals.answers
    ]
    status_files.write(_path(), {"readings": [*kept, [now, *totals]]})


def read() -> dict[str, float | None]:
    """Return the share of 5xx among the answers since the oldest reading of the window.

    None while there are too few answers or nothing to compare with, and during planned work, when
    everything is answered with 503. What monitors ask for is left out. Beside it, how many
    answers an outage spoiled in that time.
    """
    begin = time.time() - WINDOW_SECONDS - 30
    since = next((one for one in _readings() if one[0] >= begin), None)
    if since is None:
        return {RATIO.name: None, SPOILED.name: None}
    totals = _totals()
    answers, errors = totals.answers - since[1], max(0.0, totals.errors - since[2])
    says_nothing = answers < _FEWEST_ANSWERS or _is_planned_work()
    return {
        RATIO.name: None if says_nothing else errors / answers,
        SPOILED.name: max(0.0, totals.spoiled - since[3]),
    }


def _is_planned_work() -> bool:
    """Whether this machine, or all of them, are switched to planned work."""
    return Path(settings.MAINTENANCE_FILE).exists() or shared_switch.maintenance.is_on()


def _totals() -> Totals:
    answers = errors = spoiled = 0.0
    for metric in counters.collect():
        for sample in metric.samples:
            if metric.name == "campaign_outage_answers":
                spoiled += sample.value
            elif (
                metric.name == "campaign_http_requests" and sample.labels["route"] not in _MONITORS
            ):
                answers += sample.value
                errors += sample.value if sample.labels["status"] == "5xx" else 0
    return Totals(answers, errors, spoiled)


def _readings() -> list[list[float]]:
    found = status_files.read(_path()).get("readings", [])
    return [one for one in found if isinstance(one, list) and len(one) == 1 + len(Totals._fields)]


def _path() -> Path:
    return status_files.folder() / "answers.json"
