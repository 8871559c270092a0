"""Normal shrinkage: figures of agents drawn towards their mean, each by as much as it is noise (empirical Bayes).

Of many agents' figures y with standard errors s, the extreme ones are extreme partly by luck. If the agents' true
levels vary around m with variance tau^2, the best guess of one is

    m + r (y - m),   r = tau^2 / (tau^2 + s^2)

r is the reliability: the share of an agent's distance from the mean that is signal. tau^2 comes from the figures
themselves, by Paule and Mandel (the value at which the weighted squares are what they should be) or by DerSimonian and
Laird (its moment estimate in one step). The interval follows Morris (1983): it adds what is not known of m and of
tau^2, and draws a little less than r would, by the factor (K - 3) / (K - 1) on 1 - r. With equal errors that is the
James-Stein estimate.

R. C. Paule and J. Mandel (1982), Journal of Research of the National Bureau of Standards 87:377-385. R. DerSimonian and
N. Laird (1986), Controlled Clinical Trials 7:177-188. C. N. Morris (1983), JASA 78:47-55.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.wilson import Z

METHOD = "normal_shrinkage"
FEWEST_TO_ESTIMATE = 8
"""Below this many agents the variance between them is not estimated."""
ENOUGH_SIGNAL = 0.7
"""From this reliability on a figure may order agents by itself."""
ALIKE = "agents cannot be told apart on these ratings: the differences are no greater than chance makes them"
_MOST_STEPS = 200

Array = NDArray[np.float64]


class BetweenAgents(StrEnum):
    """How the variance between agents is estimated."""

    PAULE_MANDEL = "paule_mandel"
    DERSIMONIAN_LAIRD = "dersimonian_laird"


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The agents' shrunk figures in the order given, with what was learned of all of them.

    ``tau_squared`` is the variance between agents in squared units of the figures, ``mean`` their weighted mean with
    ``mean_error``, ``reliability`` each agent's. They are None where nothing was drawn towards anything.
    """

    figures: tuple[Estimate, ...]
    tau_squared: float | None
    mean: float | None
    mean_error: float | None
    reliability: tuple[float | None, ...]
    reasons: tuple[str, ...] = ()


def between_variance(values: Array, errors: Array, how: BetweenAgents = BetweenAgents.PAULE_MANDEL) -> float:
    """Return tau^2 of ``values`` with standard errors ``errors``, 0 where chance explains all of their differences."""
    weights = errors**-2.0
    excess = _squares(values, errors, 0.0) - (len(values) - 1)
    if excess <= 0:
        return 0.0
    if how is BetweenAgents.DERSIMONIAN_LAIRD:
        return excess / float(weights.sum() - (weights**2).sum() / weights.sum())
    # The squares fall with tau^2 and are convex in it, so Newton from the left never oversteps.
    tau = 0.0
    for _ in range(_MOST_STEPS):
        w = 1 / (errors**2 + tau)
        mean = float(w @ values) / float(w.sum())
        over = float(w @ (values - mean) ** 2) - (len(values) - 1)
        step = over / float(w**2 @ (values - mean) ** 2)
        tau += step
        if abs(step) <= 1e-14 * (1 + tau) or over <= 0:
            break
    return tau


def shrink(
    values: Array,
    errors: Array,
    *,
    unit: str = "proportion",
    counts: NDArray[np.int64] | None = None,
    how: BetweenAgents = BetweenAgents.PAULE_MANDEL,
    prior_sd: float | None = None,
) -> Shrunk:
    """Return ``values`` drawn towards their mean by their reliability.

    ``errors`` are standard errors above 0, ``counts`` each agent's n. Below FEWEST_TO_ESTIMATE agents ``prior_sd`` is
    taken as the standard deviation between agents, and without one nothing is drawn: the figures stay as they
    are, marked wide. Values that are not finite and errors of 0 are refused.

    Raises:
        ValueError: where there are not as many errors or counts as values.
    """
    agents = len(values)
    n = np.zeros(agents, dtype=np.int64) if counts is None else counts
    if errors.shape != values.shape or n.shape != values.shape or values.ndim != 1:
        raise ValueError(
            f"{values.shape} values, {errors.shape} errors and {n.shape} counts: give one of each an agent"
        )
    if not agents:
        return Shrunk((), None, None, None, (), ("no agent has a figure",))
    if not np.isfinite(values).all() or not np.isfinite(errors).all() or (errors <= 0).any():
        reason = "a figure is not finite, or claims to have no error: leave that agent out"
        refused = tuple(no_figure(Status.REFUSED, reason, unit=unit, n=int(each), method=METHOD) for each in n)
        return Shrunk(refused, None, None, None, (None,) * agents, (reason,))
    no_reasons: tuple[str, ...] = ()
    if agents >= FEWEST_TO_ESTIMATE:
        tau_squared, reasons = between_variance(values, errors, how), no_reasons
        correction, method = (agents - 3) / (agents - 1), f"{METHOD}_{how.value}"
    elif prior_sd is not None:
        tau_squared, correction, method = prior_sd**2, 1.0, f"{METHOD}_fixed_prior"
        reasons = (f"fewer than {FEWEST_TO_ESTIMATE} agents: drawn by a fixed spread of {prior_sd:g} between agents",)
    else:
        reason = f"fewer than {FEWEST_TO_ESTIMATE} agents: figures are not drawn towards their mean, do not rank"
        plain = tuple(
            _figure(float(value), float(error), unit, int(each), "unshrunk", Status.WIDE, (reason,))
            for value, error, each in zip(values, errors, n, strict=True)
        )
        return Shrunk(plain, None, None, None, (None,) * agents, (reason,))
    estimated = correction < 1
    if tau_squared == 0:
        # Nothing is known to be signal, so nobody is left beside the mean.
        reasons, correction = (ALIKE,), 1.0
    weights = 1 / (errors**2 + tau_squared)
    mean, mean_error = float(weights @ values / weights.sum()), float(weights.sum() ** -0.5)
    drawn = correction * errors**2 * weights
    unsure = 2 / (agents - 3) if estimated else 0.0
    # Morris (1983): own noise that is left, the mean's error, and that of how far to draw.
    variance = (
        errors**2 * (1 - drawn * (1 - weights / weights.sum()))
        + unsure * drawn**2 * (weights.mean() / weights) * (values - mean) ** 2
    )
    centres = mean + (1 - drawn) * (values - mean)
    figures = tuple(
        _figure(float(centre), float(spread), unit, int(each), method, Status.OK, reasons)
        for centre, spread, each in zip(centres, np.sqrt(variance), n, strict=True)
    )
    return Shrunk(figures, tau_squared, mean, mean_error, tuple((tau_squared * weights).tolist()), reasons)


def ratings_wanted(reliability: float, ratings: int, wanted: float = ENOUGH_SIGNAL) -> int | None:
    """Return how many more ratings bring an agent of ``reliability`` on ``ratings`` to the ``wanted`` one.

    None where no number would: the agents are alike. Reliability r on n ratings is n / (n + k) with k fixed.
    """
    if not 0 < reliability < 1 or ratings <= 0:
        return 0 if reliability >= 1 else None
    k = ratings * (1 - reliability) / reliability
    return max(0, int(np.ceil(k * wanted / (1 - wanted) - ratings - 1e-9)))


def _squares(values: Array, errors: Array, tau_squared: float) -> float:
    weights = 1 / (errors**2 + tau_squared)
    mean = float(weights @ values) / float(weights.sum())
    return float(weights @ (values - mean) ** 2)


def _figure(
    value: float, error: float, unit: str, n: int, method: str, status: Status, reasons: tuple[str, ...]
) -> Estimate:
    return Estimate(value, value - Z * error, value + Z * error, unit, n, method, status, reasons)
