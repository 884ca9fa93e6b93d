"""Everything that is measured, in Prometheus' text format (exposition format 0.0.4)."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from campaign_site.database_probe import is_reachable
from watching import counters
from watching.measures import Readings, all_measures, read_all
from watching.rules import DATABASE_REACHABLE, MEASURES_UNREAD


class _Everything:
    """What all processes counted and what is measured now, as prometheus_client collects it."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from counters.collect()
        reachable = is_reachable()
        readings = read_all(with_database=reachable)
        yield from _gauges(readings)
        yield GaugeMetricFamily(
            DATABASE_REACHABLE, "1 when the database answers.", value=float(reachable)
        )
        yield GaugeMetricFamily(
            MEASURES_UNREAD, "Measures that could not be read.", value=len(readings.unread)
        )


def _gauges(readings: Readings) -> Iterator[Metric]:
    for name, measure in all_measures().items():
        family = GaugeMetricFamily(name, measure.help, labels=measure.labels)
        for labels, number in sorted(readings.numbers.get(name, {}).items()):
            family.add_metric(labels, number)
        yield family


def as_text() -> bytes:
    """Return all figures; those that cannot be read are left out, and counted as unread."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Everything())
    return generate_latest(registry)
