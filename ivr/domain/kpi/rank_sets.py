"""Confidence sets for ranks: which places an agent can hold, without a prior and whatever the true levels are.

An agent's best possible place is one below the number of agents who are significantly better, the worst possible one
above the number who are significantly worse. All comparisons are tested at once: the largest of the t-statistics of the
differences is held against its distribution, simulated from the covariance of the estimates. What is rejected drops
out, and the rest is tested against the largest of the rest (step-down), until nothing more is rejected. A marginal set
holds its agent's rank with the confidence; simultaneous sets hold the ranks of all agents together.

M. Mogstad, J. P. Romano, A. M. Shaikh and D. Wilhelm (2024), Review of Economic Studies 91:476-518. The authors' R
package csranks computes the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.wilson import CONFIDENCE

METHOD = "mogstad_romano_shaikh_wilhelm"
MOST_AGENTS = 1000
"""Above this many agents there are too many comparisons; posterior ranks take thousands."""
_DRAWS = 1000

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankSets:
    """One set (best, worst) an agent, 1 = best, in the order given; empty where there are none, ``reasons`` say why."""

    status: Status
    sets: tuple[tuple[int, int], ...]
    ranks: tuple[int, ...]
    simultaneous: bool
    reasons: tuple[str, ...] = ()


def rank_sets(
    estimates: Array,
    covariance: Array,
    generator: np.random.Generator,
    *,
    confidence: float = CONFIDENCE,
    simultaneous: bool = False,
    draws: int = _DRAWS,
) -> RankSets:
    """Return confidence sets for the ranks of ``estimates``, greater = better.

    ``covariance`` is theirs, a matrix, or the variances alone where they are independent. ``generator`` decides what
    the simulation draws: the same one gives the same sets. Estimates that are not finite, and what is no covariance,
    are refused.

    Raises:
        ValueError: where the shapes do not belong together.
    """
    agents = len(estimates)
    if covariance.shape not in {(agents,), (agents, agents)}:
        raise ValueError(f"a covariance of shape {covariance.shape} for {agents} agents")
    if agents < 2:
        reason = "fewer than two agents have a figure: there is nobody to rank against"
        return RankSets(Status.INSUFFICIENT, (), (), simultaneous, (reason,))
    if agents > MOST_AGENTS:
        reason = f"more than {MOST_AGENTS} agents: too many comparisons, use posterior ranks"
        return RankSets(Status.REFUSED, (), (), simultaneous, (reason,))
    root = _root(covariance)
    if root is None or not np.isfinite(estimates).all():
        reason = "a figure is not finite, or its errors are no covariance"
        return RankSets(Status.REFUSED, (), (), simultaneous, (reason,))
    noise = generator.standard_normal((draws, agents))
    noise = noise * root if root.ndim == 1 else noise @ root.T
    variances = covariance if covariance.ndim == 1 else np.diag(covariance)
    shared = np.zeros((agents, agents)) if covariance.ndim == 1 else covariance
    errors = np.sqrt(np.maximum(variances[:, None] + variances[None, :] - 2 * shared, 0.0))
    # Two agents whose difference has no error are one and the same: they are never told apart.
    scale = np.where(errors > 1e-12 * max(float(errors.max()), 1e-300), 1 / np.where(errors > 0, errors, 1.0), 0.0)
    np.fill_diagonal(scale, 0.0)
    statistics = (estimates[:, None] - estimates[None, :]) * scale
    better = _simultaneous(statistics, scale, noise, confidence) if simultaneous else np.zeros((agents, agents), bool)
    above, below = better.sum(axis=0), better.sum(axis=1)
    if not simultaneous:
        for agent in range(agents):
            above[agent], below[agent] = _marginal(agent, statistics[agent], scale[agent], noise, confidence)
    ranks = 1 + (estimates[None, :] > estimates[:, None]).sum(axis=1)
    sets = tuple(zip((above + 1).tolist(), (agents - below).tolist(), strict=True))
    return RankSets(Status.OK, sets, tuple(ranks.tolist()), simultaneous)


def _marginal(agent: int, statistics: Array, scale: Array, noise: Array, confidence: float) -> tuple[int, int]:
    """Return how many agents are better and how many worse than one."""
    simulated = (noise[:, [agent]] - noise) * scale
    # Twice the hypotheses: that the agent is not better than the other, and that it is not worse.
    both, tested = np.concatenate([simulated, -simulated], axis=1), np.concatenate([statistics, -statistics])
    active = np.concatenate([scale, scale]) > 0
    while active.any():
        limit = _critical(both[:, active].max(axis=1), confidence)
        rejected = active & (tested > limit)
        if not rejected.any():
            break
        active &= ~rejected
    rejected = ~active & (np.concatenate([scale, scale]) > 0)
    return int(rejected[len(scale) :].sum()), int(rejected[: len(scale)].sum())


def _simultaneous(statistics: Array, scale: Array, noise: Array, confidence: float) -> NDArray[np.bool_]:
    """Return the table of who is significantly better than whom."""
    compared = scale > 0
    active = compared.copy()
    while active.any():
        largest = np.full(len(noise), -np.inf)
        for agent in np.flatnonzero(active.any(axis=1)):
            others = active[agent]
            simulated = (noise[:, [agent]] - noise[:, others]) * scale[agent, others]
            largest = np.maximum(largest, simulated.max(axis=1))
        rejected = active & (statistics > _critical(largest, confidence))
        if not rejected.any():
            break
        active &= ~rejected
    return np.asarray(compared & ~active)


def _critical(largest: Array, confidence: float) -> float:
    return float(np.quantile(largest, confidence, method="inverted_cdf"))


def _root(covariance: Array) -> Array | None:
    """Return a square root of the covariance, None where it is none."""
    if not np.isfinite(covariance).all():
        return None
    if covariance.ndim == 1:
        return None if (covariance < 0).any() else np.sqrt(covariance)
    values, vectors = np.linalg.eigh(covariance)
    least = float(np.abs(values).max()) * 1e-9
    if not np.allclose(covariance, covariance.T, rtol=1e-8, atol=least) or values.min() < -least:
        return None
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
