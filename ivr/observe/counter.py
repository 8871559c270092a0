"""A counter whose label values are all known from the start; an unknown one counts as ``other``.

So a label can never grow without bound, whatever a peer sends, and every series is there, at 0, from the first
scrape on. Each counter is written by one thread alone.
"""

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily

from ivr.observe.labels import OTHER


class Counter:
    """A number that only grows, or one for each value of a label. ``name`` is without ``_total``."""

    def __init__(self, name: str, tells: str, *, label: str | None = None, values: Iterable[str] = ()) -> None:
        self._name = name
        self._tells = tells
        self._labels = [] if label is None else [label]
        self._counts = dict.fromkeys((*values, OTHER), 0)

    def add(self, amount: int = 1, value: str = OTHER) -> None:
        """Add ``amount`` to the label's ``value``."""
        self._counts[value if value in self._counts else OTHER] += amount

    def describe(self) -> Iterator[CounterMetricFamily]:
        """Yield the metric without its values."""
        yield CounterMetricFamily(self._name, self._tells, labels=self._labels)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the metric as it stands."""
        family = CounterMetricFamily(self._name, self._tells, labels=self._labels)
        for value, count in self._counts.items():
            family.add_metric([value] if self._labels else [], count)
        yield family
