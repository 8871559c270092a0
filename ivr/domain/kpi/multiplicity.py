"""Multiplicity: what several looks at once do to p-values, and how to be honest about it.

Theory: of twenty comparisons of equals one is below .05 by chance. Holm (1979) keeps the chance of any false claim at
alpha whatever the comparisons have to do with each other: for declared primary figures. Benjamini and Hochberg (1995)
keep the expected share of false ones among the claims: for flags that a person looks into. Dunnett (1955, 1964) is for
several arms beside one reference: their differences share the reference's error, so with its part v_0 and the arms'
v_i the statistics correlate by l_i l_j, l_i = sqrt(v_0 / (v_0 + v_i)), and the largest |t| has the distribution

    P(max |t| <= c) = integral phi(u) prod [ Phi((c - l_i u) / k_i) - Phi((-c - l_i u) / k_i) ] du,  k_i^2 = 1 - l_i^2,

which is computed by quadrature: no chance, no seed.

S. Holm (1979), Scandinavian Journal of Statistics 6:65-70. Y. Benjamini and Y. Hochberg (1995), JRSS B 57:289-300.
C. W. Dunnett (1955), JASA 50:1096-1121; (1964), Biometrics 20:482-491.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ivr.domain.kpi.wilson import CONFIDENCE

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(400)
_REACH = 9.0  # beyond nine standard deviations nothing is left that a double could hold


def bonferroni(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return each p-value times their number, at most 1; None stays None and is not counted."""
    return _adjusted(p_values, lambda known: np.minimum(1.0, known * len(known)))


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return p-values adjusted by Holm's step-down rule; None (no test) stays None and is not counted."""

    def adjust(known: NDArray[np.float64]) -> NDArray[np.float64]:
        order = np.argsort(known, kind="stable")
        stepped = np.maximum.accumulate(known[order] * np.arange(len(known), 0, -1))
        return _unsorted(np.minimum(1.0, stepped), order)

    return _adjusted(p_values, adjust)


def benjamini_hochberg(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return p-values adjusted so that claims below q are false in a share of at most q; None stays None."""

    def adjust(known: NDArray[np.float64]) -> NDArray[np.float64]:
        order = np.argsort(known, kind="stable")
        ranked = known[order] * len(known) / np.arange(1, len(known) + 1)
        stepped = np.minimum.accumulate(ranked[::-1])[::-1]
        return _unsorted(np.minimum(1.0, stepped), order)

    return _adjusted(p_values, adjust)


def dunnett(statistics: Sequence[float], variances: Sequence[float], reference_variance: float) -> tuple[float, ...]:
    """Return the p-value of each arm against the one reference, two-sided, for all of them together.

    ``statistics`` are z-values; ``variances`` are the arms' own parts of the variance of the difference, and
    ``reference_variance`` the part they share.

    Raises:
        ValueError: where the lengths differ, or a variance is below 0 or all are 0.
    """
    shared = _loadings(variances, reference_variance)
    if len(statistics) != len(variances):
        raise ValueError(f"{len(statistics)} statistics and {len(variances)} variances")
    return tuple(max(0.0, 1 - _within(abs(statistic), shared)) for statistic in statistics)


def dunnett_critical(variances: Sequence[float], reference_variance: float, confidence: float = CONFIDENCE) -> float:
    """Return the value that the largest |z| of the arms exceeds with a chance of 1 - ``confidence`` where none differs.

    Raises:
        ValueError: as :func:`dunnett`, or where ``confidence`` is not within 0 to 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is none")
    shared = _loadings(variances, reference_variance)
    low, high = 0.0, 40.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, shared) < confidence else (low, middle)
    return high


def _loadings(variances: Sequence[float], reference_variance: float) -> NDArray[np.float64]:
    own = np.asarray(variances, dtype=np.float64)
    if own.size == 0 or not (own >= 0).all() or not reference_variance >= 0 or not (own + reference_variance > 0).all():
        raise ValueError("Dunnett's test wants a variance above 0 for each comparison")
    # An arm without error of its own would make the integrand a step.
    return np.minimum(np.sqrt(reference_variance / (reference_variance + own)), 1 - 1e-9)


def _within(critical: float, shared: NDArray[np.float64]) -> float:
    """Return the chance that no |z| exceeds ``critical``."""
    common = _REACH * _NODES
    density = np.exp(-(common**2) / 2) / np.sqrt(2 * np.pi)
    own = np.sqrt(1 - shared**2)
    above = ndtr((critical - np.outer(common, shared)) / own)
    below = ndtr((-critical - np.outer(common, shared)) / own)
    return float(_REACH * np.sum(_WEIGHTS * density * np.prod(above - below, axis=1)))


def _adjusted(
    p_values: Sequence[float | None], adjust: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> tuple[float | None, ...]:
    known = [value for value in p_values if value is not None]
    if not all(0 <= value <= 1 for value in known):
        raise ValueError("a p-value lies outside 0 to 1")
    if not known:
        return tuple(p_values)
    found = iter(adjust(np.array(known, dtype=np.float64)).tolist())
    return tuple(None if value is None else next(found) for value in p_values)


def _unsorted(values: NDArray[np.float64], order: NDArray[np.intp]) -> NDArray[np.float64]:
    result = np.empty_like(values)
    result[order] = values
    return result
