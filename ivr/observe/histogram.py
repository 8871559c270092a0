"""A histogram for the hot path: one look-up among the bucket bounds and two additions.

prometheus_client's own takes about five times as long, for locks that are not needed here: each histogram is
written by one thread alone (the event loop's, or the ledger writer's). A scrape copies the counts in one step and
takes the number of values from the copy, so buckets and count always agree; the sum may be one value ahead.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import HistogramMetricFamily

from ivr.observe.labels import OTHER


class Histogram:
    """Values counted by bucket; a bucket holds values up to and including its bound."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(map(float, bounds))
        self._counts = [0] * (len(self._bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count ``value``; one below zero, as a clock that was set back makes it, counts as zero."""
        self._counts[bisect_left(self._bounds, value)] += 1
        if value > 0:
            self._sum += value

    def observe_all(self, values: Iterable[float]) -> None:
        """Count each of ``values``."""
        for value in values:
            self.observe(value)

    def read(self) -> tuple[list[tuple[str, float]], float]:
        """Return each bound as text with the number of values up to it, ``+Inf`` last, and the sum."""
        counts, total = self._counts.copy(), self._sum
        buckets: list[tuple[str, float]] = []
        so_far = 0
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            so_far += count
            buckets.append((bound, so_far))
        return buckets, total


class HistogramFamily:
    """A metric of one histogram, or of one for each value of a label whose values are all known from the start."""

    def __init__(
        self, name: str, tells: str, bounds: Sequence[float], *, label: str | None = None, values: Iterable[str] = ()
    ) -> None:
        self._name = name
        self._tells = tells
        self._labels = [] if label is None else [label]
        self._of = {value: Histogram(bounds) for value in (*values, OTHER)}
        self._other = self._of[OTHER]
        # For a metric that has no label.
        self.observe = self._other.observe
        self.observe_all = self._other.observe_all

    def of(self, value: str) -> Histogram:
        """Return the histogram of a label's ``value``; that of ``other`` where the value is not known."""
        return self._of.get(value, self._other)

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """Yield the metric without its values."""
        yield HistogramMetricFamily(self._name, self._tells, labels=self._labels)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Yield the metric as it stands."""
        family = HistogramMetricFamily(self._name, self._tells, labels=self._labels)
        for value, histogram in self._of.items():
            buckets, total = histogram.read()
            family.add_metric([value] if self._labels else [], buckets, total)
        yield family
