"""Comparisons: an arm beside its reference, with what it takes to judge the difference once more."""

from dataclasses import dataclass

from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far an arm lies from its reference.

    ``figure`` is what is shown. ``difference`` (0 where the two are equal, as a proportion or a probability) and its
    ``variance`` are what tests, sequences and sample sizes are made of; ``n`` counts the observations of both.
    ``p_value`` is that of the test for no difference, looked at once. All four are None or 0 where there is no figure.
    """

    figure: Estimate
    difference: float | None = None
    variance: float | None = None
    n: int = 0
    p_value: float | None = None


def no_comparison(status: Status, *reasons: str, unit: str = POINTS, n: int = 0, method: str = "none") -> Comparison:
    """Return the comparison that says why there is none."""
    return Comparison(no_figure(status, *reasons, unit=unit, n=n, method=method))
