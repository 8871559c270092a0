"""Beta-binomial shrinkage: shares of agents drawn towards their mean, from the raw counts.

An agent's true share is a draw from a beta distribution with mean m and agreement rho = 1 / (a + b + 1), the
correlation of two ratings of one agent. Given x of n, the share is beta again, with mean

    m + r (x / n - m),   r = n rho / (1 + (n - 1) rho)

The mean and rho come from Kleinman's (1973) moments, weighted until the weights fit, or from the greatest likelihood.

J. C. Kleinman (1973), JASA 68:46-54.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln, digamma, polygamma

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.normal_shrinkage import ALIKE, FEWEST_TO_ESTIMATE
from ivr.domain.kpi.wilson import CONFIDENCE, proportion

METHOD = "beta_binomial"
_LEAST_RHO = 1e-7
"""Below this agreement the agents are taken for alike: a thousand ratings would not show it."""
_MOST_STEPS = 100

Array = NDArray[np.float64]


class Fitting(StrEnum):
    """How the mean and the agreement are found."""

    MOMENTS = "moments"
    LIKELIHOOD = "likelihood"


@dataclass(frozen=True, slots=True)
class ShrunkShares:
    """The agents' shrunk shares in the order given; ``mean`` and ``rho`` are None where nothing was estimated."""

    shares: tuple[Estimate, ...]
    mean: float | None
    rho: float | None
    reliability: tuple[float | None, ...]
    reasons: tuple[str, ...] = ()


def shrink_shares(
    best: NDArray[np.int64], ratings: NDArray[np.int64], fitting: Fitting = Fitting.LIKELIHOOD
) -> ShrunkShares:
    """Return each agent's share of ``best`` among ``ratings`` drawn towards the mean.

    Agents without ratings get the mean of all and are marked wide. Below FEWEST_TO_ESTIMATE agents with ratings the
    shares stay as they are (Wilson). Counts that contradict themselves are refused.

    Raises:
        ValueError: where there are not as many counts of the one as of the other.
    """
    if best.shape != ratings.shape or best.ndim != 1:
        raise ValueError(f"{best.shape} counts of {ratings.shape} ratings: give one of each an agent")
    nobody: tuple[float | None, ...] = (None,) * len(best)
    if (best < 0).any() or (best > ratings).any():
        reason = "an agent has more best ratings than ratings"
        refused = tuple(no_figure(Status.REFUSED, reason, n=int(n), method=METHOD) for n in ratings)
        return ShrunkShares(refused, None, None, nobody, (reason,))
    rated = ratings > 0
    if rated.sum() < FEWEST_TO_ESTIMATE:
        reason = f"fewer than {FEWEST_TO_ESTIMATE} agents with ratings: shares are not drawn towards their mean"
        plain = tuple(proportion(int(x), int(n), of="ratings") for x, n in zip(best, ratings, strict=True))
        return ShrunkShares(plain, None, None, nobody, (reason,))
    x, n = best[rated].astype(np.float64), ratings[rated].astype(np.float64)
    mean, rho = kleinman_moments(x, n)
    if fitting is Fitting.LIKELIHOOD:
        mean, rho = _most_likely(x, n, mean, rho)
    if not 0 < mean < 1 or rho < _LEAST_RHO:
        return _alike(best, ratings)
    a, b = mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho
    method = f"{METHOD}_{fitting.value}"
    shares = tuple(_posterior(a + x, b + n - x, int(n), method) for x, n in zip(best, ratings, strict=True))
    reliability = ratings * rho / (1 + (ratings - 1) * rho)
    return ShrunkShares(shares, mean, rho, tuple(np.where(rated, reliability, 0.0).tolist()))


def kleinman_moments(x: Array, n: Array) -> tuple[float, float]:
    """Return the mean share and the agreement rho by weighted moments; rho is 0 where chance explains the spread.

    The weights begin as n and end as n / (1 + (n - 1) rho), the inverse of each share's variance.
    """
    share, weights, rho = x / n, n.astype(np.float64), 0.0
    for _ in range(_MOST_STEPS):
        total = weights.sum()
        mean = float(weights @ share / total)
        if not 0 < mean < 1:
            return mean, 0.0
        squares = float(weights @ (share - mean) ** 2) / (mean * (1 - mean))
        chance = float((weights / n * (1 - weights / total)).sum())
        signal = float((weights * (1 - weights / total)).sum()) - chance
        before, rho = rho, min(1.0, max(0.0, (squares - chance) / signal)) if signal > 0 else 0.0
        if abs(rho - before) < 1e-12:
            break
        weights = n / (1 + (n - 1) * rho)
    return mean, rho


def _most_likely(x: Array, n: Array, mean: float, rho: float) -> tuple[float, float]:
    """Return the mean and rho of the greatest likelihood, by Newton's method on log a and log b."""
    if not 0 < mean < 1:
        return mean, 0.0
    start = min(max(rho, 1e-4), 0.999)  # at either end the logarithms below have no value
    place = np.log(np.array([mean, 1 - mean]) * (1 - start) / start)
    value = _log_likelihood(x, n, place)
    for _ in range(_MOST_STEPS):
        gradient, hessian = _derivatives(x, n, place)
        low = float(np.linalg.eigvalsh(-hessian)[0])
        # Away from the maximum the curvature may be wrong; a shift turns the step uphill.
        step = np.linalg.solve(-hessian + max(0.0, 1e-6 - 2 * low) * np.eye(2), gradient)
        step /= max(1.0, float(np.abs(step).max()) / 3.0)
        share = 1.0
        while (reached := _log_likelihood(x, n, place + share * step)) < value and share > 1e-8:
            share /= 2
        if reached - value < 1e-12 * (1 + abs(value)) or place.sum() > 40:
            break
        place, value = place + share * step, reached
    pooled = float(x.sum() / n.sum())
    alike = float(x.sum() * np.log(pooled) + (n - x).sum() * np.log1p(-pooled))
    if alike >= value - 1e-7 * (1 + abs(value)):
        return pooled, 0.0
    a, b = np.exp(place)
    return float(a / (a + b)), float(1 / (a + b + 1))


def _log_likelihood(x: Array, n: Array, place: Array) -> float:
    a, b = np.exp(place)
    return float((betaln(a + x, b + n - x) - betaln(a, b)).sum())


def _derivatives(x: Array, n: Array, place: Array) -> tuple[Array, Array]:
    a, b = np.exp(place)
    shared = digamma(a + b) - digamma(a + b + n)
    bend = polygamma(1, a + b) - polygamma(1, a + b + n)
    slope = np.array([(digamma(a + x) - digamma(a) + shared).sum(), (digamma(b + n - x) - digamma(b) + shared).sum()])
    own = np.array([(polygamma(1, a + x) - polygamma(1, a)).sum(), (polygamma(1, b + n - x) - polygamma(1, b)).sum()])
    scale = np.array([a, b])
    hessian = np.outer(scale, scale) * (bend.sum() + np.diag(own)) + np.diag(scale * slope)
    return scale * slope, hessian


def _posterior(a: float, b: float, n: int, method: str) -> Estimate:
    lo, hi = (float(betaincinv(a, b, 0.5 + side * CONFIDENCE / 2)) for side in (-1, 1))
    reasons = () if n else ("no ratings: this is the mean of all agents",)
    return Estimate(float(a / (a + b)), lo, hi, "proportion", n, method, Status.OK if n else Status.WIDE, reasons)


def _alike(best: NDArray[np.int64], ratings: NDArray[np.int64]) -> ShrunkShares:
    pooled = proportion(int(best.sum()), int(ratings.sum()), of="ratings")
    shares = tuple(
        Estimate(
            pooled.estimate,
            pooled.lo,
            pooled.hi,
            "proportion",
            int(n),
            METHOD,
            Status.OK if n else Status.WIDE,
            (ALIKE,),
        )
        for n in ratings
    )
    return ShrunkShares(shares, pooled.estimate, 0.0, (0.0,) * len(ratings), (ALIKE,))
