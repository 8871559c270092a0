"""Score intervals for a proportion (Wilson 1927) and for a difference of two (Newcombe 1998, method 10).

The Wilson interval inverts the score test: it holds every proportion that the data do not reject. It stays
inside 0 to 1 and is sound at small n and at 0 or n successes, where the textbook interval collapses to a point.
Newcombe's hybrid takes the distances from each proportion to its Wilson limits and joins them by Pythagoras.

E. B. Wilson (1927), JASA 22:209-212. R. G. Newcombe (1998), Statistics in Medicine 17:857-872 and 873-890.
"""

from math import sqrt
from statistics import NormalDist

from ivr.domain.kpi.estimates import Estimate, Status, no_figure

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
"""So many standard errors a normal interval of CONFIDENCE reaches to either side."""
FEWEST_TO_RANK = 10
"""Below this many calls a proportion is shown, but marked as too wide to order anybody by."""


def wilson_interval(successes: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the lower and upper limit for the proportion ``successes / n``.

    Raises:
        ValueError: where ``n`` is not positive or ``successes`` is not within 0 to ``n``.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is no proportion")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # At the ends the limit is exact; rounding would leave it a hair beside 0 or 1.
    lo = 0.0 if successes == 0 else (centre - reach) / scale
    hi = 1.0 if successes == n else (centre + reach) / scale
    return lo, hi


def newcombe_interval(
    successes: int, n: int, reference_successes: int, reference_n: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the limits for ``successes / n - reference_successes / reference_n``; raises as wilson_interval."""
    lo, hi = wilson_interval(successes, n, confidence)
    reference_lo, reference_hi = wilson_interval(reference_successes, reference_n, confidence)
    share, reference = successes / n, reference_successes / reference_n
    below = sqrt((share - lo) ** 2 + (reference_hi - reference) ** 2)
    above = sqrt((hi - share) ** 2 + (reference - reference_lo) ** 2)
    return share - reference - below, share - reference + above


def proportion(successes: int, n: int, *, of: str) -> Estimate:
    """Return ``successes / n`` with its Wilson interval; ``of`` names in the plural what is counted.

    n = 0 gives no figure (insufficient); below FEWEST_TO_RANK the figure is marked wide.
    """
    if n == 0:
        return no_figure(Status.INSUFFICIENT, f"no {of}", method="wilson")
    lo, hi = wilson_interval(successes, n)
    if n < FEWEST_TO_RANK:
        reasons: tuple[str, ...] = (f"fewer than {FEWEST_TO_RANK} {of}: do not rank",)
        return Estimate(successes / n, lo, hi, "proportion", n, "wilson", Status.WIDE, reasons)
    return Estimate(successes / n, lo, hi, "proportion", n, "wilson", Status.OK)
