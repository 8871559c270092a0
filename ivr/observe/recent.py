"""Recent readings: what the metrics say of the last hour, without a monitoring system beside the service.

Counters and buckets only grow, so the difference of two looks is what came between them. A look is kept every half a
minute, and those older than an hour are given up.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from math import ceil
from time import monotonic

from ivr.observe.metrics import Metrics
from ivr.usecases.vital_signs import Readings

EVERY_SECONDS = 30.0
KEPT_SECONDS = 3600.0

Key = tuple[str, str, str]
"""A sample's name, the value of its label, and the bound of its bucket."""


class RecentMetrics:
    """Looks at the metrics now and then, and says what changed."""

    def __init__(self, metrics: Metrics, *, clock: Callable[[], float] = monotonic) -> None:
        self._metrics = metrics
        self._clock = clock
        self._looks: deque[tuple[float, Mapping[Key, float]]] = deque(maxlen=ceil(KEPT_SECONDS / EVERY_SECONDS))
        self.look()

    def look(self) -> None:
        """Keep how the metrics stand now."""
        self._looks.append((self._clock(), self._standing()))

    def readings(self) -> Readings:
        """Return what was measured since the oldest look that is kept."""
        since, before = self._looks[0]
        now = self._standing()
        added: dict[tuple[str, str], float] = {}
        sums: dict[tuple[str, str], float] = {}
        buckets: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for (name, label, bound), value in now.items():
            grown = value - before.get((name, label, bound), 0.0)
            if bound:
                buckets.setdefault((name.removesuffix("_bucket"), label), []).append((float(bound), grown))
            elif name.endswith("_sum"):
                sums[name.removesuffix("_sum"), label] = grown
            else:
                added[name, label] = grown
        quantiles = {key: _p99(found) for key, found in buckets.items()}
        return Readings(
            seconds=self._clock() - since,
            added=added,
            p99={key: seconds for key, seconds in quantiles.items() if seconds is not None},
            sums=sums,
            numbers={name: value for (name, label, bound), value in now.items() if not label and not bound},
        )

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """Look every now and then while the block runs."""
        task = asyncio.create_task(self._look_again(), name="recent-metrics")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            self.look()

    def _standing(self) -> Mapping[Key, float]:
        standing: dict[Key, float] = {}
        for family in self._metrics.families():
            for sample in family.samples:
                bound = sample.labels.get("le", "")
                label = next((value for name, value in sample.labels.items() if name != "le"), "")
                standing[sample.name, label, bound] = sample.value
        return standing


def _p99(buckets: list[tuple[float, float]]) -> float | None:
    """Return the bound of the bucket in which 99 % of the new values lie; None where there is no new value."""
    ordered = sorted(buckets)
    total = ordered[-1][1]
    if total <= 0:
        return None
    return next(bound for bound, count in ordered if count >= 0.99 * total)
