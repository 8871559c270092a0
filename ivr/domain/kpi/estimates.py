"""The estimate: a figure that never stands without its interval, its n, its method and its reasons."""

from dataclasses import dataclass
from enum import StrEnum

POINTS = "percentage points"
"""The unit of a difference of two proportions, 100 times it."""


class Status(StrEnum):
    """How far a figure can be trusted."""

    OK = "ok"
    WIDE = "wide"
    INSUFFICIENT = "insufficient"
    NOT_IDENTIFIED = "not_identified"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure. ``estimate``, ``lo`` and ``hi`` are None together; ``reasons`` says why."""

    estimate: float | None
    lo: float | None
    hi: float | None
    unit: str
    n: int
    method: str
    status: Status
    reasons: tuple[str, ...] = ()


def no_figure(status: Status, *reasons: str, unit: str = "proportion", n: int = 0, method: str = "none") -> Estimate:
    """Return the estimate that says why there is none."""
    return Estimate(None, None, None, unit, n, method, status, reasons)
