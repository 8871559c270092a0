"""The funnel plot: which agents lie outside what chance would do with their number of ratings.

Around the common share, limits are drawn that chance alone passes with 5 % (two standard deviations) and .2 % (three).
They are wide on few ratings and narrow on many, so nobody is ranked. They are exact binomial limits, interpolated
between counts. Where agents as a whole spread more than chance does (phi > 1), such limits would name half of them;
then a variance between agents tau^2 widens them. Both are estimated from z-scores whose outer tenths are pulled in to
the tenth, so that the outliers looked for do not hide themselves.

D. J. Spiegelhalter (2005), Statistics in Medicine 24:1185-1202; (2005), Quality and Safety in Health Care 14:347-351.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrik

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.funnel_points import ALARM, ALERT, FEWEST_AGENTS, Funnel, FunnelPoint, Zone

WINSORISED = 0.1

Array = NDArray[np.float64]


def funnel(best: Sequence[int], ratings: Sequence[int], *, target: float | None = None) -> Funnel:
    """Return the funnel of each agent's share of ``best`` among ``ratings``, around ``target`` or the pooled share.

    Counts that contradict themselves are refused; a common share of 0 or 1 has no funnel.

    Raises:
        ValueError: where there are not as many counts of the one as of the other.
    """
    x, n = np.asarray(best, dtype=np.float64), np.asarray(ratings, dtype=np.float64)
    if x.shape != n.shape:
        raise ValueError(f"{len(x)} counts of {len(n)} ratings: give one of each an agent")
    if (x < 0).any() or (x > n).any():
        return _no_funnel(Status.REFUSED, "an agent has more best ratings than ratings", ratings)
    rated = n > 0
    if not rated.any():
        return _no_funnel(Status.INSUFFICIENT, "no ratings", ratings)
    centre = float(x.sum() / n.sum()) if target is None else target
    if not 0 < centre < 1:
        return _no_funnel(Status.INSUFFICIENT, "every rating is alike: there is no spread to draw limits for", ratings)
    if rated.sum() < FEWEST_AGENTS:
        dispersion, tau_squared = None, None
        reasons: tuple[str, ...] = (f"fewer than {FEWEST_AGENTS} agents: limits of chance alone",)
    else:
        dispersion, tau_squared = _overdispersion(x[rated] / n[rated], n[rated], centre)
        reasons = (f"agents spread {dispersion:.1f} times as much as chance would: the limits allow for it",)
        reasons = reasons if tau_squared else ()
    points = tuple(_point(int(a), int(b), centre, tau_squared or 0.0) for a, b in zip(best, ratings, strict=True))
    return Funnel(Status.OK, centre, dispersion, tau_squared, points, reasons)


def binomial_limit(target: float, ratings: int, probability: float) -> float:
    """Return the share that chance stays below with ``probability``, interpolated between counts; may leave 0 to 1.

    With r the least count of which P(R <= r) exceeds ``probability``, the limit lies (P(R <= r) - probability) / P(R =
    r) below r (Spiegelhalter 2005, appendix A.1.1).
    """
    count = max(0.0, float(np.ceil(bdtrik(probability, ratings, target))))
    # bdtrik is continuous; rounding may leave the count one off to either side.
    while count > 0 and bdtr(count - 1, ratings, target) > probability:
        count -= 1
    while count < ratings and bdtr(count, ratings, target) <= probability:
        count += 1
    reached = float(bdtr(count, ratings, target))
    below = float(bdtr(count - 1, ratings, target)) if count else 0.0
    return (count - (reached - probability) / (reached - below)) / ratings


def limits(target: float, ratings: int, held: float, tau_squared: float = 0.0) -> tuple[float, float]:
    """Return the limits that hold the share ``held`` of agents: exact ones, or with tau^2 normal ones around it."""
    if not tau_squared:
        outside = (1 - held) / 2
        lo, hi = binomial_limit(target, ratings, outside), binomial_limit(target, ratings, 1 - outside)
        return max(0.0, lo), min(1.0, hi)
    reach = NormalDist().inv_cdf(0.5 + held / 2) * sqrt(target * (1 - target) / ratings + tau_squared)
    return max(0.0, target - reach), min(1.0, target + reach)


def _overdispersion(share: Array, n: Array, centre: float) -> tuple[float, float]:
    variance = centre * (1 - centre) / n
    z = (share - centre) / np.sqrt(variance)
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    agents = len(z)
    phi = float((np.clip(z, low, high) ** 2).mean())
    weights = 1 / variance
    excess = agents * phi - (agents - 1)
    if excess <= 0:
        return phi, 0.0
    return phi, excess / float(weights.sum() - (weights**2).sum() / weights.sum())


def _point(best: int, ratings: int, target: float, tau_squared: float) -> FunnelPoint:
    if not ratings:
        return FunnelPoint(None, 0, None, None, None)
    share = best / ratings
    alert, alarm = (limits(target, ratings, held, tau_squared) for held in (ALERT, ALARM))
    if tau_squared:
        spread = sqrt(target * (1 - target) / ratings + tau_squared)
        below = NormalDist().cdf((share - target) / spread)
        above = 1 - below
    else:
        below = float(bdtr(best, ratings, target))
        above = 1 - float(bdtr(best - 1, ratings, target)) if best else 1.0
    zone = Zone.INSIDE
    if min(below, above) < (1 - ALERT) / 2:
        zones = (Zone.ALERT_LOW, Zone.ALERT_HIGH, Zone.ALARM_LOW, Zone.ALARM_HIGH)
        zone = zones[2 * (min(below, above) < (1 - ALARM) / 2) + (above < below)]
    return FunnelPoint(share, ratings, alert, alarm, zone)


def _no_funnel(status: Status, reason: str, ratings: Sequence[int]) -> Funnel:
    return Funnel(
        status, None, None, None, tuple(FunnelPoint(None, int(n), None, None, None) for n in ratings), (reason,)
    )
