"""The t interval for a mean of counted values that lie in a known range (Student 1908)."""

from collections.abc import Mapping
from math import sqrt

from scipy.special import stdtrit

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.wilson import CONFIDENCE, FEWEST_TO_RANK

METHOD = "t"
INTERVAL_SCALE = "interval_scale_assumed: the step from one category to the next is taken to be the same everywhere"


def counted_mean(counts: Mapping[float, int], within: tuple[float, float], *, unit: str, of: str) -> Estimate:
    """Return the mean of the values that ``counts`` counts, with its 95 % t interval cut to the range ``within``.

    ``of`` names in the plural what is counted. A single value, or values that are all alike, have no t interval:
    insufficient. Below FEWEST_TO_RANK the figure is wide. It always says that it assumes an interval scale.
    """
    n = sum(counts.values())
    if n == 0:
        return no_figure(Status.INSUFFICIENT, f"no {of}", unit=unit, method=METHOD)
    mean = sum(value * count for value, count in counts.items()) / n
    squares = sum(count * (value - mean) ** 2 for value, count in counts.items())
    if n == 1 or sum(1 for count in counts.values() if count) == 1:
        reason = f"the {of} are all alike: they do not say how much they vary; read the shares"
        return no_figure(Status.INSUFFICIENT, reason, unit=unit, n=n, method=METHOD)
    reach = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2)) * sqrt(squares / (n - 1) / n)
    few = (f"fewer than {FEWEST_TO_RANK} {of}: do not rank",) if n < FEWEST_TO_RANK else ()
    lo, hi = max(within[0], mean - reach), min(within[1], mean + reach)
    return Estimate(mean, lo, hi, unit, n, METHOD, Status.WIDE if few else Status.OK, (*few, INTERVAL_SCALE))
