"""Scales: values as positions, and round numbers for an axis."""

from dataclasses import dataclass
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values ``lo`` to ``hi`` onto positions ``start`` to ``end``; ``start`` may be the larger."""

    lo: float
    hi: float
    start: float
    end: float

    def at(self, value: float) -> str:
        """Return the position of ``value`` as SVG writes it; outside of the scale it lies at the edge."""
        return f"{self.place(value):.2f}"

    def place(self, value: float) -> float:
        """Return the position of ``value``."""
        span = self.hi - self.lo
        share = 0.5 if span == 0 else (min(max(value, self.lo), self.hi) - self.lo) / span
        return self.start + share * (self.end - self.start)

    def length(self, value: float, other: float) -> str:
        """Return how far two values lie apart, never below 0."""
        return f"{abs(self.place(value) - self.place(other)):.2f}"


def round_ticks(lo: float, hi: float, most: int = 6) -> tuple[float, ...]:
    """Return at most ``most`` round values from ``lo`` to ``hi``: steps of 1, 2 or 5 times a power of ten."""
    if hi <= lo:
        return (lo,)
    raw = (hi - lo) / max(1, most - 1)
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * (1 - 1e-9))
    first, last = ceil(lo / step - 1e-9), floor(hi / step + 1e-9)
    return tuple(round(number * step, 10) for number in range(first, last + 1))
