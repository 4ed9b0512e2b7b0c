"""What a monitoring system reads: counts and gauges as Prometheus text. Nothing of any person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity."""

    name: str
    """Without the prefix, in the style of Prometheus: `outbox_waiting`, `sent` (counters get `_total`)."""
    help: str
    kind: Literal["counter", "gauge"]
    values: Mapping[tuple[str, ...], float]
    """Value by the values of the labels; the empty tuple where there are none."""
    labels: tuple[str, ...] = field(default=())


PREFIX = "alliances_"


def exposition(figures: Iterable[Figure]) -> bytes:
    """The figures as Prometheus text. The first call imports the library: not in the event loop."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.registry import Collector

    families = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
    given: Sequence[Figure] = tuple(figures)

    class Given(Collector):
        def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
            for figure in given:
                family = families[figure.kind](PREFIX + figure.name, figure.help, labels=figure.labels)
                for values, number in figure.values.items():
                    family.add_metric(values, number)
                yield family

    registry = CollectorRegistry()
    registry.register(Given())
    ProcessCollector(registry=registry)  # memory, processor time, open files
    return generate_latest(registry)
