"""What can be measured about the site: one source for ``/metrics`` and for the alerts.

An app says what it can tell in its module ``measures``, which is looked for when the site starts.
A measure is a number at this moment, or several told apart by labels. It names nobody, and what
people do is told rounded down (``in_tens``), so that their number betrays no single act. Answers
are counted one by one, by route: whoever reads ``/metrics`` is trusted with that.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)

# A number; by the values of the labels where there are some; None when there is nothing to tell.
Value = float | None | Mapping[tuple[str, ...], float]
Reader = Callable[[], Mapping[str, Value]]


@dataclass(frozen=True)
class Measure:
    """A name in Prometheus' form, one sentence, and the labels its numbers are told apart by.

    ``is_local`` is what concerns one machine: another's answer may differ.
    """

    name: str
    help: str
    labels: tuple[str, ...] = ()
    is_local: bool = False


@dataclass(frozen=True)
class _Source:
    """Measures that are read together, in one query for example."""

    measures: tuple[Measure, ...]
    read: Reader
    needs_database: bool


_sources: dict[str, _Source] = {}


def register(
    name: str,
    help: str,
    read: Callable[[], Value],
    *,
    labels: tuple[str, ...] = (),
    is_local: bool = False,
    needs_database: bool = True,
) -> None:
    """Measure ``name`` by calling ``read``. Safe to repeat: the last one counts."""
    measure = Measure(name, help, labels, is_local)
    register_together((measure,), lambda: {name: read()}, needs_database=needs_database)


def register_together(
    measures: tuple[Measure, ...], read: Reader, *, needs_database: bool = True
) -> None:
    """Measure several things by one call, which returns their numbers by name."""
    _sources[measures[0].name] = _Source(measures, read, needs_database)


def all_measures() -> dict[str, Measure]:
    return {one.name: one for source in _sources.values() for one in source.measures}


@dataclass
class Readings:
    """What was read: by measure, then by the values of its labels. What failed is missing."""

    numbers: dict[str, dict[tuple[str, ...], float]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def put(self, measure: Measure, value: Value) -> None:
        if value is None:
            self.numbers[measure.name] = {}
        elif isinstance(value, Mapping):
            self.numbers[measure.name] = {key: float(number) for key, number in value.items()}
        else:
            self.numbers[measure.name] = {(): float(value)}


def read_all(*, with_database: bool = True) -> Readings:
    """Read every measure. One that fails is logged and left out; the others are read still.

    After the database has failed once, nothing more is asked of it.
    """
    readings = Readings()
    for source in _sources.values():
        names = {measure.name for measure in source.measures}
        if source.needs_database and not with_database:
            readings.unread |= names
            continue
        try:
            values = source.read()
        except (DatabaseError, InterfaceError):
            logger.warning("measures cannot be read: the database", exc_info=True)
            with_database = False
            readings.unread |= names
            continue
        except Exception:
            logger.exception("measures cannot be read: %s", ", ".join(sorted(names)))
            readings.unread |= names
            continue
        for measure in source.measures:
            readings.put(measure, values.get(measure.name))
    return readings


def in_tens(number: int) -> int:
    """Return ``number`` rounded down to a multiple of ten.

    Read every few seconds, an exact count would tell the moment at which somebody did something.
    """
    return number - number % 10
