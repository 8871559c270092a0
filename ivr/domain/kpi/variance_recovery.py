"""Variance recovery: limits for a sum from the limits of its parts (MOVER).

The distance from each part to its own limit says how uncertain the part is in that direction. The distances of
independent parts add like the sides of right angles. Newcombe's interval for a difference of two proportions is the
best known case. The sum keeps what is good in the limits of the parts: at 0 or n successes nothing collapses.

G. Y. Zou and A. Donner (2008), Statistics in Medicine 27:1693-1702. R. G. Newcombe (1998), ibid. 17:873-890.
"""

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple


class Part(NamedTuple):
    """One independent term of a sum: its estimate and its limits."""

    estimate: float
    lo: float
    hi: float


def sum_limits(parts: Iterable[Part]) -> tuple[float, float]:
    """Return the lower and the upper limit of the sum of ``parts``."""
    known = tuple(parts)
    total = sum(part.estimate for part in known)
    below = sqrt(sum((part.estimate - part.lo) ** 2 for part in known))
    above = sqrt(sum((part.hi - part.estimate) ** 2 for part in known))
    return total - below, total + above
