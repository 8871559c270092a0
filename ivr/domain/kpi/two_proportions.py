"""Two proportions: the share of an arm against that of its reference, within the strata of their allocation.

Theory: where every call had the same chances the two shares are compared as they are: the score test (Pearson's
chi-square) and Newcombe's hybrid score interval (1998, method 10). Where strata had different chances a pooled
difference would take the strata for the arms. Then the risk differences of the strata are averaged with the weights of
Mantel and Haenszel, w = n_1 n_0 / (n_1 + n_0), with Sato's variance, which is sound for many thin strata and for few
large ones; the test is that of Cochran, Mantel and Haenszel without correction. Variances are multiplied by the design
effect of repeat callers; a score interval is taken at n / deff.

N. Mantel and W. Haenszel (1959), J. Nat. Cancer Inst. 22:719-748. T. Sato (1989), Biometrics 45:1323-1324.
R. G. Newcombe (1998), Statistics in Medicine 17:873-890.
"""

from collections.abc import Sequence
from math import erfc, sqrt
from typing import NamedTuple

import numpy as np

from ivr.domain.kpi.comparisons import Comparison, no_comparison
from ivr.domain.kpi.effective_sample import effective_interval
from ivr.domain.kpi.estimates import POINTS, Estimate, Status
from ivr.domain.kpi.mantel_haenszel import risk_difference
from ivr.domain.kpi.variance_recovery import Part, sum_limits
from ivr.domain.kpi.wilson import Z

FEWEST_TO_COMPARE = 200
"""Below this many observations on either side a difference is marked wide."""
NEWCOMBE = "newcombe_hybrid_score"
MANTEL_HAENSZEL = "mantel_haenszel_sato"


class TwoByTwo(NamedTuple):
    """The successes among the observations of the arm, and of the reference, in one stratum."""

    successes: int
    n: int
    reference_successes: int
    reference_n: int


def compare_proportions(strata: Sequence[TwoByTwo], *, design_effect: float = 1.0, of: str) -> Comparison:
    """Return the arm's share minus the reference's, in percentage points; ``of`` names in the plural what is counted.

    Strata without observations on both sides tell nothing of the difference, and are left out.

    Raises:
        ValueError: where counts are impossible, or ``design_effect`` is not positive.
    """
    if not design_effect > 0:
        raise ValueError(f"a design effect of {design_effect} is none")
    for each in strata:
        if not (0 <= each.successes <= each.n and 0 <= each.reference_successes <= each.reference_n):
            raise ValueError(f"{each} are no two proportions")
    both = [each for each in strata if each.n and each.reference_n]
    if not both:
        side = "the arm" if not any(each.n for each in strata) else "the reference"
        if any(each.n for each in strata) and any(each.reference_n for each in strata):
            return no_comparison(Status.NOT_IDENTIFIED, f"no stratum has {of} of both")
        return no_comparison(Status.INSUFFICIENT, f"no {of} of {side}")
    difference, variance = risk_difference(*np.array(both, dtype=np.float64).T)
    n, reference_n = sum(each.n for each in both), sum(each.reference_n for each in both)
    if len(both) > 1 and variance <= 0:
        # The score interval of a single stratum stands this; Sato's variance has nothing to go by.
        reason = f"all {of} of a stratum ended alike, or the strata are too uneven: the error cannot be told"
        return no_comparison(Status.INSUFFICIENT, reason, n=n + reference_n, method=MANTEL_HAENSZEL)
    fewest = min(n, reference_n)
    reasons = (f"fewer than {FEWEST_TO_COMPARE} {of} on one side",) if fewest < FEWEST_TO_COMPARE else ()
    variance = design_effect * max(0.0, variance)
    lo, hi, method = _limits(both, difference, variance, design_effect)
    status = Status.WIDE if reasons else Status.OK
    figure = Estimate(100 * difference, 100 * lo, 100 * hi, POINTS, n + reference_n, method, status, reasons)
    return Comparison(figure, difference, variance, n + reference_n, _p_value(both, design_effect))


def _limits(
    strata: Sequence[TwoByTwo], difference: float, variance: float, design_effect: float
) -> tuple[float, float, str]:
    if len(strata) == 1:
        (only,) = strata
        share, reference = only.successes / only.n, only.reference_successes / only.reference_n
        lo, hi = effective_interval(share, only.n / design_effect)
        reference_lo, reference_hi = effective_interval(reference, only.reference_n / design_effect)
        return *sum_limits([Part(share, lo, hi), Part(-reference, -reference_hi, -reference_lo)]), NEWCOMBE
    reach = Z * sqrt(variance)
    return max(-1.0, difference - reach), min(1.0, difference + reach), MANTEL_HAENSZEL


def _p_value(strata: Sequence[TwoByTwo], design_effect: float) -> float | None:
    """Return that of Cochran, Mantel and Haenszel (of one stratum: Pearson); None where all observations are alike."""
    excess = spread = 0.0
    for a, n, c, m in strata:
        total, successes = n + m, a + c
        excess += a - successes * n / total
        # Over the total for one stratum (Pearson); less one where strata are joined, as margins are fixed.
        spread += (
            successes * (total - successes) * n * m / total**2 / (total if len(strata) == 1 else max(1, total - 1))
        )
    if spread == 0:
        return None
    return erfc(sqrt(excess**2 / spread / design_effect / 2))
