"""Confidence sequences: an interval that may be looked at every day, and acted on at any of the looks.

Theory: an ordinary 95 % interval holds at one look that was fixed beforehand. Whoever looks at thirty and stops at the
first that excludes 0 finds a difference between equal arms in one case of four. An asymptotic confidence sequence
holds at all looks together (I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and A. Ramdas, Time-uniform central
limit theory and asymptotic confidence sequences, arXiv 2103.06476, equation 9):

    half-width = s sqrt( 2 (n r^2 + 1) / (n r)^2  log( sqrt(n r^2 + 1) / alpha ) ),
    r = sqrt( (-2 log alpha + log(-2 log alpha + 1)) / N ),

s the standard deviation of one observation, so that an ordinary interval would be 1.96 s / sqrt(n), and N the n at
which the sequence is tightest. N is chosen before the data; a poor choice costs width, never validity. For two arms
n counts both, and s^2 is n times the variance of their difference.
"""

import math

from ivr.domain.kpi.comparisons import Comparison
from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure

TUNED_FOR = 5000
"""N: for how many observations the sequence is tightest, where nobody says otherwise."""
FEWEST_OBSERVATIONS = 100
"""Below this many in both arms together there is no sequence: it is asymptotic."""
METHOD = "asymptotic_confidence_sequence"
_BEYOND = 2.0**40


def mixing_rho(alpha: float, tuned_for: float = TUNED_FOR) -> float:
    """Return r, by which the sequence is tightest at ``tuned_for`` observations."""
    level = -2 * math.log(alpha)
    return math.sqrt((level + math.log(level + 1)) / tuned_for)


def half_width(spread: float, observations: float, alpha: float, tuned_for: float = TUNED_FOR) -> float:
    """Return how far the sequence reaches to either side; ``spread`` is the standard deviation of one observation."""
    rho = mixing_rho(alpha, tuned_for)
    grown = observations * rho**2 + 1
    return spread * math.sqrt(2 * grown / (observations * rho) ** 2 * math.log(math.sqrt(grown) / alpha))


def difference_sequence(
    difference: float,
    variance: float,
    observations: int,
    *,
    alpha: float = 0.05,
    tuned_for: float = TUNED_FOR,
    unit: str = POINTS,
    scale: float = 100.0,
    centre: float = 0.0,
) -> Estimate:
    """Return ``centre`` + ``difference`` with an interval that holds at all looks, times ``scale``.

    ``variance`` is that of the difference as it stands, over ``observations`` in both arms.

    Raises:
        ValueError: where ``variance`` is below 0, or ``alpha`` or ``tuned_for`` are none.
    """
    if not variance >= 0 or not 0 < alpha < 1 or not tuned_for > 0:
        raise ValueError(f"no sequence has variance {variance}, alpha {alpha} and N {tuned_for}")
    if observations < FEWEST_OBSERVATIONS:
        reason = f"fewer than {FEWEST_OBSERVATIONS} observations in both arms together"
        return no_figure(Status.INSUFFICIENT, reason, unit=unit, n=observations, method=METHOD)
    if variance == 0:
        reason = "all observations of an arm are alike, so their spread is not known yet"
        return no_figure(Status.INSUFFICIENT, reason, unit=unit, n=observations, method=METHOD)
    reach = half_width(math.sqrt(observations * variance), observations, alpha, tuned_for)
    figure = centre + difference
    return Estimate(
        scale * figure, scale * (figure - reach), scale * (figure + reach), unit, observations, METHOD, Status.OK
    )


def comparison_sequence(comparison: Comparison, *, alpha: float, tuned_for: float) -> Estimate:
    """Return a comparison with an interval that holds at all looks, in the comparison's own unit.

    Where it has no figure, the estimate says why in its words.
    """
    figure = comparison.figure
    scale, centre = (100.0, 0.0) if figure.unit == POINTS else (1.0, 0.5)
    if comparison.difference is None or comparison.variance is None:
        return no_figure(figure.status, *figure.reasons, unit=figure.unit, n=figure.n, method=METHOD)
    return difference_sequence(
        comparison.difference,
        comparison.variance,
        comparison.n,
        alpha=alpha,
        tuned_for=tuned_for,
        unit=figure.unit,
        scale=scale,
        centre=centre,
    )


def proportion_sequence(
    successes: int,
    n: int,
    reference_successes: int,
    reference_n: int,
    *,
    alpha: float = 0.05,
    tuned_for: float = TUNED_FOR,
) -> Estimate:
    """Return the difference of two proportions in points, with an interval that holds at all looks.

    Each variance has one success and one failure added (Agresti and Caffo 2000), so that no arm looks certain early.
    """
    if min(n, reference_n) == 0:
        return no_figure(Status.INSUFFICIENT, "an arm without observations", unit=POINTS, method=METHOD)
    difference = successes / n - reference_successes / reference_n
    variance = added_variance(successes, n) + added_variance(reference_successes, reference_n)
    return difference_sequence(difference, variance, n + reference_n, alpha=alpha, tuned_for=tuned_for)


def added_variance(successes: int, n: int) -> float:
    """Return the variance of ``successes / n`` with one success and one failure added (Agresti and Caffo 2000)."""
    share = (successes + 1) / (n + 2)
    return share * (1 - share) / n


def observations_until(difference: float, spread: float, alpha: float, tuned_for: float = TUNED_FOR) -> float | None:
    """Return how many observations narrow the sequence to ``difference``; None beyond a million million."""
    wanted = abs(difference)
    if wanted == 0 or half_width(spread, _BEYOND, alpha, tuned_for) > wanted:
        return None
    low, high = 1.0, _BEYOND
    while high / low > 1.0001:
        middle = math.sqrt(low * high)
        low, high = (middle, high) if half_width(spread, middle, alpha, tuned_for) > wanted else (low, middle)
    return high
