"""The upper tail of chi-square for whole degrees of freedom, without a library: pages that show it must start fast."""

from math import erfc, exp, lgamma, log, sqrt


def chi_square_tail(statistic: float, freedom: int) -> float:
    """Return how likely chi-square on ``freedom`` degrees of freedom exceeds ``statistic``.

    Raises:
        ValueError: where ``freedom`` is not positive or ``statistic`` is negative.
    """
    if freedom < 1 or not statistic >= 0:
        raise ValueError(f"no chi-square of {statistic} on {freedom} degrees of freedom")
    half = statistic / 2
    if half == 0:
        return 1.0
    start = 0.5 if freedom % 2 else 0.0
    tail = erfc(sqrt(half)) if freedom % 2 else 0.0
    # Each step from a to a + 1 adds half^a exp(-half) / Gamma(a + 1), a running up to freedom / 2.
    steps = (start + each for each in range(freedom // 2))
    return min(1.0, tail + sum(exp(power * log(half) - half - lgamma(power + 1)) for power in steps))
