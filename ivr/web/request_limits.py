"""Request limits: how many requests somebody may make, generously, so that one script cannot starve the callers.

Theory: a token bucket. Each key has a bucket that fills at a steady rate up to a brim; a request takes one out, and an
empty bucket says when the next one is in.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``brim`` requests at once, and ``per_second`` from then on."""

    brim: float
    per_second: float


SIGNED_IN = Rate(brim=200, per_second=20)
"""Of one session or API token: ten pages that update themselves every second stay below it."""
STRANGERS = Rate(brim=600, per_second=60)
"""Of one address without a session: a whole house behind one address signs in in the morning."""


class RequestLimits:
    """Counts requests by key, in memory and bounded: the key that was used longest ago is forgotten."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait_seconds(self, key: str, rate: Rate, now: datetime) -> float:
        """Take one request out of the bucket of ``key``; return 0, or how long to wait where there was none in it."""
        left, at = self._buckets.pop(key, (rate.brim, now))
        passed = max(0.0, (now - at).total_seconds())
        left = min(rate.brim, left + passed * rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / rate.per_second
        self._buckets[key] = (left - 1 if left >= 1 else left, now)
        while len(self._buckets) > MOST_KEPT:
            self._buckets.popitem(last=False)
        return wait


LIMITS = web.AppKey("limits", RequestLimits)
