"""The win probability: how likely a rating under one layout lies above a rating under the other, ties halved.

Theory: categories have an order and no distances, so means say nothing. With X from the arm and Y from the reference,
w = P(X > Y) + P(X = Y) / 2 (Mann and Whitney 1947) needs the order alone; 1/2 says that neither is higher. A rating's
placement is the share of the other side below it, ties halved; w is the mean placement and its variance is

    V = var(placements of X) / (n_X - 1) + var(placements of Y) / (n_Y - 1)     (Brunner and Munzel 2000),

the interval is taken on the logit, so it stays within 0 and 1. The test for no difference is that of Wilcoxon, Mann and
Whitney with ties, which is the score test of the proportional-odds model. Strata of different chances are joined with
the weights of van Elteren (1960), n_X n_Y / (n_X + n_Y + 1).

H. B. Mann and D. R. Whitney (1947), Ann. Math. Statist. 18:50-60. P. H. van Elteren (1960), Bull. Int. Statist. Inst.
37:351-361. E. Brunner and U. Munzel (2000), Biometrical Journal 42:17-25. P. McCullagh (1980), JRSS B 42:109-142.
"""

from collections.abc import Sequence
from math import erfc, exp, log, sqrt
from typing import NamedTuple

from ivr.domain.kpi.comparisons import Comparison, no_comparison
from ivr.domain.kpi.estimates import Estimate, Status
from ivr.domain.kpi.wilson import Z, wilson_interval

FEWEST_TO_COMPARE = 200
UNIT = "probability"
METHOD = "mann_whitney"
STRATIFIED = "van_elteren"


class Ordered(NamedTuple):
    """How often each category was pressed, from worst to best, under the arm and under the reference."""

    arm: tuple[int, ...]
    reference: tuple[int, ...]


class _Won(NamedTuple):
    """One stratum: the win probability, its variance, the variance were there no difference, the weight."""

    probability: float
    variance: float
    null_variance: float
    weight: float


def win_probability(strata: Sequence[Ordered], *, design_effect: float = 1.0) -> Comparison:
    """Return the chance that the arm's rating is the higher one; strata need two ratings of both sides.

    Raises:
        ValueError: where counts are below 0, the two sides differ in the number of categories, or ``design_effect`` is
            not positive.
    """
    if not design_effect > 0:
        raise ValueError(f"a design effect of {design_effect} is none")
    for each in strata:
        if len(each.arm) != len(each.reference) or min((*each.arm, *each.reference), default=0) < 0:
            raise ValueError(f"{each} are no two sides of one scale")
    used = [each for each in strata if min(sum(each.arm), sum(each.reference)) >= 2]
    if not used:
        return no_comparison(Status.INSUFFICIENT, "no stratum has two ratings of both", unit=UNIT, method=METHOD)
    n, reference_n = sum(sum(each.arm) for each in used), sum(sum(each.reference) for each in used)
    won = [_won(each) for each in used]
    total = sum(each.weight for each in won)
    probability = sum(each.weight * each.probability for each in won) / total
    variance = design_effect * sum(each.weight**2 * each.variance for each in won) / total**2
    null_variance = design_effect * sum(each.weight**2 * each.null_variance for each in won) / total**2
    method = METHOD if len(used) == 1 else STRATIFIED
    skipped = sum(sum(each.arm) + sum(each.reference) for each in strata) - n - reference_n
    reasons = [f"{skipped} ratings left out: their strata lack the other side"] if skipped else []
    status = Status.OK
    fewest = min(n, reference_n)
    if fewest < FEWEST_TO_COMPARE:
        reasons.append(f"fewer than {FEWEST_TO_COMPARE} ratings on one side")
        status = Status.WIDE
    if null_variance == 0:
        reason = "every rating is in the same category, so nothing is above anything"
        return no_comparison(Status.INSUFFICIENT, reason, unit=UNIT, n=n + reference_n, method=method)
    if 0 < probability < 1 and variance > 0:
        lo, hi = _logit_limits(probability, variance)
    else:
        # Complete separation: the textbook variance is 0; the smaller side bounds what chance could still bring.
        lo, hi = wilson_interval(round(probability * fewest), fewest)
        reasons.append("the two sides do not overlap: the interval is that of the smaller one's share")
        status = Status.WIDE
    figure = Estimate(probability, lo, hi, UNIT, n + reference_n, method, status, tuple(reasons))
    p_value = erfc(abs(probability - 0.5) / sqrt(null_variance) / sqrt(2))
    return Comparison(figure, probability - 0.5, variance or null_variance, n + reference_n, p_value)


def _won(side: Ordered) -> _Won:
    n, m = sum(side.arm), sum(side.reference)
    below_reference, below_arm = 0.0, 0.0
    mean = squares = reference_squares = 0.0
    ties = 0
    for x, y in zip(side.arm, side.reference, strict=True):
        placement, reference_placement = (below_reference + y / 2) / m, (below_arm + x / 2) / n
        mean += x * placement / n
        squares += x * placement**2 / n
        reference_squares += y * reference_placement**2 / m
        below_reference += y
        below_arm += x
        ties += (x + y) ** 3 - (x + y)
    variance = max(0.0, squares - mean**2) / (n - 1) + max(0.0, reference_squares - (1 - mean) ** 2) / (m - 1)
    total = n + m
    null_variance = ((total + 1) - ties / (total * (total - 1))) / (12 * n * m)
    # Where all are tied the difference of the two terms is nothing but rounding.
    return _Won(mean, variance, null_variance if null_variance > 1e-15 else 0.0, n * m / (total + 1))


def _logit_limits(probability: float, variance: float) -> tuple[float, float]:
    reach = Z * sqrt(variance) / (probability * (1 - probability))
    centre = log(probability / (1 - probability))
    return _logistic(centre - reach), _logistic(centre + reach)


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > -700 else 0.0
