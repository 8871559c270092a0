"""Net satisfaction: the share in the best category minus the share in the worst, with an adjusted Wald interval.

The two shares are of the same ratings, so their difference has the variance (p + d - (p - d)^2) / n. The plain Wald
interval built on it covers too little where n is small or a share is near 0 or 1. Three ratings are therefore added
before the interval is taken, 3/4 to either end and 3/2 between (Rocks 2016 found this to be the best of the simple
ones); the figure itself stays as counted. It is not an NPS, which is defined on 0 to 10 alone: see ``nps.py``.

B. Rocks (2016), Interval estimation for the "Net Promoter Score", The American Statistician 70:365-372.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.pressed import Pressed, mixing_note
from ivr.domain.kpi.wilson import CONFIDENCE, FEWEST_TO_RANK

METHOD = "adjusted_wald"
UNIT = "net share, -1 to 1"
_AT_EITHER_END = 0.75
_IN_ALL = 3


def adjusted_wald(best: int, worst: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the limits for ``(best - worst) / n``, within -1 to 1.

    Raises:
        ValueError: where the counts are no parts of ``n``.
    """
    if n <= 0 or best < 0 or worst < 0 or best + worst > n:
        raise ValueError(f"{best} and {worst} are no parts of {n}")
    p, d = (best + _AT_EITHER_END) / (n + _IN_ALL), (worst + _AT_EITHER_END) / (n + _IN_ALL)
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt((p + d - (p - d) ** 2) / (n + _IN_ALL))
    return max(-1.0, p - d - reach), min(1.0, p - d + reach)


def net_share(best: int, worst: int, n: int, *, unit: str = UNIT, scale: float = 1.0) -> Estimate:
    """Return ``scale`` times ``(best - worst) / n``; none without ratings, wide below FEWEST_TO_RANK."""
    if n == 0:
        return no_figure(Status.INSUFFICIENT, "no ratings", unit=unit, method=METHOD)
    lo, hi = adjusted_wald(best, worst, n)
    reasons = (f"fewer than {FEWEST_TO_RANK} ratings: do not rank",) if n < FEWEST_TO_RANK else ()
    status = Status.WIDE if reasons else Status.OK
    return Estimate(scale * (best - worst) / n, scale * lo, scale * hi, unit, n, METHOD, status, reasons)


def net_satisfaction(pressed: Sequence[Pressed]) -> Estimate:
    """Return the net satisfaction of all ratings; a reason says where they mix scales."""
    used = [each for each in pressed if len(each.categories) > 1]
    best, worst = sum(each.counts[-1] for each in used), sum(each.counts[0] for each in used)
    figure = net_share(best, worst, sum(each.n for each in used))
    return Estimate(
        figure.estimate,
        figure.lo,
        figure.hi,
        UNIT,
        figure.n,
        METHOD,
        figure.status,
        (*figure.reasons, *mixing_note(used)),
    )
