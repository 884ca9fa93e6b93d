"""Which rules are broken at this moment, by what was measured."""

import socket
from dataclasses import dataclass
from enum import Enum

from django.conf import settings

from watching.measures import Readings, all_measures
from watching.rules import DATABASE_REACHABLE, MEASURES_UNREAD, RULES, Condition, Rule


class State(Enum):
    BROKEN = "broken"
    KEPT = "kept"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """What is true of a rule, for this machine (``host``) or, with "", for the whole site."""

    rule: Rule
    host: str
    state: State
    value: float | None = None


def judge(readings: Readings) -> list[Verdict]:
    """Return a verdict for each rule. What could not be measured is unknown, never well."""
    return [_verdict(rule, readings) for rule in RULES if _applies(rule)]


def _applies(rule: Rule) -> bool:
    return not (rule.only_in_production and settings.IS_DEVELOPMENT_SITE)


def _verdict(rule: Rule, readings: Readings) -> Verdict:
    found = [_state(condition, readings) for condition in rule.conditions]
    host = socket.gethostname() if _is_local(rule) else ""
    for wanted in (State.BROKEN, State.UNKNOWN):
        for state, value in found:
            if state is wanted:
                return Verdict(rule, host, state, value)
    return Verdict(rule, host, State.KEPT)


def _is_local(rule: Rule) -> bool:
    measures = all_measures()
    return any(
        one.measure in {DATABASE_REACHABLE, MEASURES_UNREAD}
        or (one.measure in measures and measures[one.measure].is_local)
        for one in rule.conditions
    )


def _state(condition: Condition, readings: Readings) -> tuple[State, float | None]:
    numbers = readings.numbers.get(condition.measure)
    if numbers is None:
        return State.UNKNOWN, None
    if not numbers:
        return (State.BROKEN if condition.when_missing else State.KEPT), None
    if condition.above is not None and (most := max(numbers.values())) > condition.above:
        return State.BROKEN, most
    if condition.below is not None and (least := min(numbers.values())) < condition.below:
        return State.BROKEN, least
    return State.KEPT, None
