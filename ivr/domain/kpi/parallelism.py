"""Parallelism: whether a predictor shifts all cuts of the scale alike, as proportional odds assume.

Three tests of the same question. The likelihood ratio against the model in which every cut has slopes of its own
(Peterson and Harrell 1990) is not to be had where cuts would cross or run away. The score test asks from the parallel
fit alone. Brant's (1990) compares the slopes of separate binary fits, cut by cut, and says which predictor is to
blame. All three call too often where cells are small.

B. Peterson and F. E. Harrell (1990), Applied Statistics 39:205-217. R. Brant (1990), Biometrics 46:1171-1178.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError
from scipy.special import chdtrc, expit

from ivr.domain.kpi.cumulative_logit import fit_cumulative_logit, maximise
from ivr.domain.kpi.cut_likelihood import Cuts, expected_information, log_likelihood, newton_terms
from ivr.domain.kpi.estimates import Status

SUSPICIOUS = 0.01
"""Below this p-value the slopes are said to differ from cut to cut."""

_FAR = 25.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A test's statistic, its degrees of freedom and its p-value, 0 to 1."""

    statistic: float
    freedom: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Parallelism:
    """What the tests found. A test that cannot be made is None, and ``reasons`` says why.

    ``holds`` is False where the likelihood ratio (else the score test) has p < .01; None where there is no test.
    ``by_predictor`` holds Brant's test for each predictor by itself.
    """

    status: Status
    holds: bool | None
    score: ChiSquare | None
    likelihood_ratio: ChiSquare | None
    brant: ChiSquare | None
    by_predictor: tuple[tuple[str, ChiSquare], ...]
    reasons: tuple[str, ...]


def check_parallelism(
    counts: Array,
    design: Array,
    predictors: Sequence[str],
    *,
    scales: NDArray[np.intp] | None = None,
    strata: NDArray[np.intp] | None = None,
) -> Parallelism:
    """Test whether ``predictors`` shift all cuts alike; arguments as in fit_cumulative_logit, strata stay parallel."""
    parallel = fit_cumulative_logit(counts, design, predictors=predictors, scales=scales, strata=strata)
    if parallel.status is not Status.OK or parallel.minus_two_log_likelihood is None:
        return Parallelism(parallel.status, None, None, None, None, (), parallel.reasons)
    cuts = Cuts.of(counts, design, scales, strata)
    if cuts.categories < 3 or not cuts.slopes:
        reason = "there is one cut only, or no predictor: nothing could differ from cut to cut"
        return Parallelism(Status.INSUFFICIENT, None, None, None, None, (), (reason,))
    theta = np.concatenate([parallel.thresholds.ravel(), parallel.slopes, parallel.strata[1:]])
    free, start = _with_free_slopes(cuts, theta)
    freedom = cuts.slopes * (cuts.categories - 2)
    reasons: list[str] = []
    score = _score(free, start, freedom)
    ratio = None
    best = maximise(free, start, np.zeros(free.parameters))
    if best is not None and np.abs(best[0]).max() < _FAR:
        ratio = _chi_square(parallel.minus_two_log_likelihood + 2 * log_likelihood(free, best[0]), freedom)
    else:
        reasons.append("no likelihood ratio: with slopes of their own the cuts would cross or run away")
    brant, by_predictor = (None, ()) if cuts.strata or cuts.thresholds > cuts.categories - 1 else _brant(cuts, theta)
    if brant is None:
        reasons.append("no comparison cut by cut: it wants one scale, one stratum and no separated cut")
    decisive = ratio or score
    named = tuple(zip(predictors, by_predictor, strict=False))
    if decisive is None:
        return Parallelism(Status.NOT_IDENTIFIED, None, None, None, brant, named, tuple(reasons))
    holds = decisive.p_value >= SUSPICIOUS
    if not holds:
        differ = f"predictors do not shift all cuts alike (p = {decisive.p_value:.2g})"
        reasons.insert(0, f"{differ}: one slope is an average over the scale; let each cut have its own")
    return Parallelism(Status.OK, holds, score, ratio, brant, named, tuple(reasons))


def _chi_square(statistic: float, freedom: int) -> ChiSquare:
    value = max(0.0, statistic)
    return ChiSquare(value, freedom, float(chdtrc(freedom, value)))


def _with_free_slopes(cuts: Cuts, theta: Array) -> tuple[Cuts, Array]:
    """Return the model whose slopes differ from cut to cut, and the parallel fit as a point of it."""
    at, many = cuts.thresholds, cuts.categories - 1
    shared = cuts.designs[:, :, at : at + cuts.slopes]
    own = np.zeros((many, len(cuts.counts), many * cuts.slopes))
    for cut in range(many):
        own[cut, :, cut * cuts.slopes : (cut + 1) * cuts.slopes] = shared[cut]
    designs = np.concatenate([cuts.designs[:, :, :at], own, cuts.designs[:, :, at + cuts.slopes :]], axis=2)
    start = np.concatenate([theta[:at], np.tile(theta[at : at + cuts.slopes], many), theta[at + cuts.slopes :]])
    return Cuts(cuts.counts, designs, at, many * cuts.slopes, cuts.strata), start


def _score(free: Cuts, start: Array, freedom: int) -> ChiSquare | None:
    gradient, _ = newton_terms(free, start)
    try:
        return _chi_square(float(gradient @ np.linalg.solve(expected_information(free, start), gradient)), freedom)
    except LinAlgError:
        return None


def _brant(cuts: Cuts, theta: Array) -> tuple[ChiSquare | None, tuple[ChiSquare, ...]]:
    """Fit each cut by itself and compare the slopes, with the covariance between cuts at the parallel fit's shares."""
    many, slopes = cuts.categories - 1, cuts.slopes
    x = np.hstack([np.ones((len(cuts.counts), 1)), -cuts.designs[0, :, cuts.thresholds :]])
    n = cuts.counts.sum(axis=1)
    betas, inverses = [], []
    shares = 1 - expit(cuts.designs @ theta)
    for cut in range(many):
        above = cuts.counts[:, cut + 1 :].sum(axis=1)
        single = fit_cumulative_logit(np.column_stack([n - above, above]), x[:, 1:], predictors=[""] * slopes)
        if single.status is not Status.OK:
            return None, ()
        betas.append(single.slopes)
        weight = n * shares[cut] * (1 - shares[cut])
        inverses.append(np.linalg.inv((x * weight[:, None]).T @ x))
    covariance = np.empty((many * slopes, many * slopes))
    for low in range(many):
        for high in range(low, many):
            # Above the higher cut implies above the lower one.
            weight = n * (shares[high] - shares[low] * shares[high])
            block = (inverses[low] @ ((x * weight[:, None]).T @ x) @ inverses[high])[1:, 1:]
            covariance[low * slopes : (low + 1) * slopes, high * slopes : (high + 1) * slopes] = block
            covariance[high * slopes : (high + 1) * slopes, low * slopes : (low + 1) * slopes] = block.T
    between = np.hstack([np.ones((many - 1, 1)), -np.eye(many - 1)])
    contrasts = np.asarray(np.kron(between, np.eye(slopes)), dtype=np.float64)
    beta = np.concatenate(betas)
    everything = _wald(contrasts, beta, covariance)
    each = [_wald(contrasts[at::slopes], beta, covariance) for at in range(slopes)]
    return everything, tuple(one for one in each if one is not None)


def _wald(contrast: Array, beta: Array, covariance: Array) -> ChiSquare | None:
    difference = contrast @ beta
    try:
        statistic = float(difference @ np.linalg.solve(contrast @ covariance @ contrast.T, difference))
    except LinAlgError:
        return None
    return _chi_square(statistic, len(difference))
