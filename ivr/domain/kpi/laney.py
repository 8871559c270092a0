"""Laney's p' chart: a share over time, with limits that know how much it usually moves from day to day.

A plain p chart takes every day for a draw from one and the same share. On many ratings a day its limits become so
narrow that ordinary days lie outside. Laney's (2002) multiplies them by the spread of the daily z-scores, measured by
the mean moving range: what the share does from one day to the next is ordinary, what goes beyond is a signal.

    z_i = (p_i - p) / s_i,  s_i = sqrt(p (1 - p) / n_i),  sigma_z = mean |z_i - z_(i-1)| / 1.128

and the limits are p +- 3 s_i sigma_z.

D. B. Laney (2002), Quality Engineering 14:531-537.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from ivr.domain.kpi.estimates import Status

FEWEST_PERIODS = 12
"""Below this many periods with ratings the limits are marked wide: the moving range is a mean of too few."""
_D2 = 1.128
"""The expected range of two standard normal numbers, to the three places of the tables."""
_SIGMAS = 3.0


@dataclass(frozen=True, slots=True)
class PeriodShare:
    """One period's count; ``version`` names what callers heard, so that a line breaks where it changes."""

    period: str
    best: int
    ratings: int
    version: str | None = None


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One period on the chart; ``signal`` is true where the share lies outside its limits."""

    period: str
    share: float
    ratings: int
    lo: float
    hi: float
    signal: bool


@dataclass(frozen=True, slots=True)
class LaneyChart:
    """One unbroken stretch of the series; ``sigma_z`` is 1 where days differ as chance makes them, None: unknown."""

    status: Status
    centre: float | None
    sigma_z: float | None
    points: tuple[ChartPoint, ...]
    reasons: tuple[str, ...] = ()


def laney_charts(series: Sequence[PeriodShare]) -> tuple[LaneyChart, ...]:
    """Return one chart for each stretch of ``series`` with one version, in its order; limits never cross a break.

    Periods without ratings are left out. Counts that contradict themselves are refused.
    """
    stretches: list[list[PeriodShare]] = []
    for each in series:
        if not stretches or stretches[-1][-1].version != each.version:
            stretches.append([])
        stretches[-1].append(each)
    return tuple(_chart(stretch) for stretch in stretches)


def _chart(stretch: Sequence[PeriodShare]) -> LaneyChart:
    if any(not 0 <= each.best <= each.ratings for each in stretch):
        return LaneyChart(Status.REFUSED, None, None, (), ("a period has more best ratings than ratings",))
    rated = [each for each in stretch if each.ratings]
    best, ratings = sum(each.best for each in rated), sum(each.ratings for each in rated)
    if len(rated) < 3 or best in {0, ratings}:
        reason = "fewer than three periods with ratings" if len(rated) < 3 else "every rating is alike"
        return LaneyChart(Status.INSUFFICIENT, None, None, (), (f"{reason}: there are no limits to draw",))
    centre = best / ratings
    errors = [sqrt(centre * (1 - centre) / each.ratings) for each in rated]
    z = [(each.best / each.ratings - centre) / error for each, error in zip(rated, errors, strict=True)]
    moves = [abs(after - before) for before, after in pairwise(z)]
    sigma_z = sum(moves) / len(moves) / _D2
    points = []
    for each, error in zip(rated, errors, strict=True):
        share, reach = each.best / each.ratings, _SIGMAS * error * sigma_z
        outside = not centre - reach <= share <= centre + reach
        lo, hi = max(0.0, centre - reach), min(1.0, centre + reach)
        points.append(ChartPoint(each.period, share, each.ratings, lo, hi, outside))
    left_out = len(stretch) - len(rated)
    reasons = [f"{left_out} periods without ratings are left out"] if left_out else []
    if len(rated) < FEWEST_PERIODS:
        reasons.insert(0, f"fewer than {FEWEST_PERIODS} periods: the limits are rough")
        return LaneyChart(Status.WIDE, centre, sigma_z, tuple(points), tuple(reasons))
    return LaneyChart(Status.OK, centre, sigma_z, tuple(points), tuple(reasons))
