"""The score interval at an effective sample size: for shares that come from weights or from a repaired denominator.

Weights, clusters and estimated denominators leave a share with less information than its number of calls says. The
effective sample size is the number of equally weighted calls that would know as much: n / deff. Wilson's interval is
then taken at that number, which need not be whole; it stays within 0 to 1 and equals the plain one at deff = 1.

L. Kish (1965), Survey Sampling, Wiley (deff). E. B. Wilson (1927), JASA 22:209-212.
"""

from math import sqrt
from statistics import NormalDist

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.wilson import CONFIDENCE, FEWEST_TO_RANK


def effective_interval(share: float, n_effective: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the score limits of ``share`` as known from ``n_effective`` equally weighted calls.

    Raises:
        ValueError: where ``n_effective`` is not positive or ``share`` is not within 0 to 1.
    """
    if not n_effective > 0 or not 0 <= share <= 1:
        raise ValueError(f"a share of {share} from {n_effective} calls is none")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    centre = share + z * z / (2 * n_effective)
    reach = z * sqrt(share * (1 - share) / n_effective + z * z / (4 * n_effective * n_effective))
    scale = 1 + z * z / n_effective
    lo = 0.0 if share == 0 else max(0.0, (centre - reach) / scale)
    hi = 1.0 if share == 1 else min(1.0, (centre + reach) / scale)
    return lo, hi


def effective_share(
    share: float, n_effective: float, n: int, *, method: str, of: str, reasons: tuple[str, ...] = ()
) -> Estimate:
    """Return ``share`` of ``n`` calls with its score interval at ``n_effective``.

    ``of`` names in the plural what is counted. No calls give no figure (insufficient); below FEWEST_TO_RANK effective
    calls the figure is wide.
    """
    if n == 0 or not n_effective > 0:
        return no_figure(Status.INSUFFICIENT, f"no {of}", *reasons, n=n, method=method)
    lo, hi = effective_interval(share, n_effective)
    if n_effective < FEWEST_TO_RANK:
        few = f"worth fewer than {FEWEST_TO_RANK} {of}: do not rank"
        return Estimate(share, lo, hi, "proportion", n, method, Status.WIDE, (few, *reasons))
    return Estimate(share, lo, hi, "proportion", n, method, Status.OK, reasons)
