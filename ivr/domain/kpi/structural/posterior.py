"""The posterior of each agent's levels: estimate, interval and joint draws, on the logit scale.

An agent's level is uncertain by the agent's own calls (given what all share), by what all share, and by whether the
agent is selective. Each agent is a mixture of two normals, plain and selective, with the probability of each.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from ivr.domain.kpi.structural.design import FloatArray
from ivr.domain.kpi.structural.levels import Level
from ivr.domain.kpi.structural.search import Found
from ivr.domain.kpi.wilson import Z

_EDGE = 1e-4
_SMALLEST = 1e-12
_DRAWS_AT_ONCE = 50
LevelOf = Callable[[FloatArray], Level]
"""Returns the level of agents with the given parts of S."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """A share for each agent with its 95 % interval, 0 to 1, and what draws are made of."""

    estimate: FloatArray
    lo: FloatArray
    hi: FloatArray
    plain: "_Normal"
    selective: "_Normal"
    probability: FloatArray
    shared_covariance: FloatArray

    def draws(self, number: int, rng: np.random.Generator) -> FloatArray:
        """Return joint draws of the logit of the share (draws x agents)."""
        size = len(self.shared_covariance)
        values, vectors = np.linalg.eigh(self.shared_covariance)
        # The symmetric root: the signs of eigenvectors are anybody's, and would change the draws by themselves.
        root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
        shared: FloatArray = (root @ rng.standard_normal((size, number))).T
        # The columns go to the agents by their figures, so that names and their order change nothing.
        column = np.argsort(np.lexsort((self.hi, self.estimate)))
        draws = rng.standard_normal((number, len(self.estimate)))
        for start in range(0, number, _DRAWS_AT_ONCE):
            rows = slice(start, start + _DRAWS_AT_ONCE)
            own = draws[rows].take(column, axis=1)
            drawn = self.plain.drawn(shared[rows], own)
            if self.probability.any():
                is_selective = rng.random(own.shape).take(column, axis=1) < self.probability
                drawn = np.where(is_selective, self.selective.drawn(shared[rows], own), drawn)
            draws[rows] = drawn
        return draws


@dataclass(frozen=True, slots=True)
class _Normal:
    """Normals on the logit scale: centre, own standard deviation, derivatives by what is shared and by u."""

    share: FloatArray
    centre: FloatArray
    own: FloatArray
    by_shared: FloatArray
    by_effect: FloatArray

    def variance(self, shared: FloatArray) -> FloatArray:
        found: FloatArray = self.own**2 + ((self.by_shared @ shared) * self.by_shared).sum(axis=1)
        return found

    def apart(self, shared: FloatArray) -> FloatArray:
        """Return the variance of each agent's difference from the mean of all, in logits of the agent's part of S."""
        beside = self.by_shared - self.by_shared.mean(axis=0)
        common = ((beside @ shared) * beside).sum(axis=1)
        found: FloatArray = (self.own**2 + common) / np.maximum(self.by_effect, _EDGE) ** 2
        return found

    def drawn(self, shared: FloatArray, own: FloatArray) -> FloatArray:
        found: FloatArray = shared @ self.by_shared.T
        found += self.centre
        found += own * self.own
        return found


def posterior(found: Found, level_of: LevelOf) -> Posterior:
    """Return the posterior of one kind of level."""
    agents, uncertainty, offering = found.agents, found.uncertainty, found.offering
    inflation = np.sqrt(found.design_effect or 1.0)
    shared = uncertainty.shared_covariance * inflation**2
    by_shared = uncertainty.by_shared[:, 0]
    plain = _normal(level_of(agents.effects[:, 0]), uncertainty.covariance[:, 0, 0] * inflation**2, by_shared)
    own = offering.covariance[:, 0, 0] + np.einsum(
        "ap,pq,aq->a",
        offering.by_parameters[:, 0],
        offering.parameter_covariance,
        offering.by_parameters[:, 0],
        optimize=True,
    )
    selective = _normal(level_of(offering.effects[:, 0]), own * inflation**2, by_shared)
    weight = offering.probability
    estimate = (1.0 - weight) * plain.share + weight * selective.share
    centre = (1.0 - weight) * plain.centre + weight * selective.centre
    variance = (1.0 - weight) * (plain.variance(shared) + (plain.centre - centre) ** 2)
    variance += weight * (selective.variance(shared) + (selective.centre - centre) ** 2)
    reach = Z * np.sqrt(variance)
    middle = logit(estimate)
    return Posterior(estimate, expit(middle - reach), expit(middle + reach), plain, selective, weight, shared)


def _normal(level: Level, variance: FloatArray, by_shared: FloatArray) -> _Normal:
    # The mean over an uncertain u is not the share at its mean; the second term of the series tells most of it.
    share = np.clip(level.share + 0.5 * level.curvature * variance, _EDGE, 1.0 - _EDGE)
    slope = 1.0 / np.maximum(level.share * (1.0 - level.share), _SMALLEST)
    return _Normal(
        share,
        logit(share),
        slope * level.by_effect * np.sqrt(variance),
        slope[:, None] * (level.by_vector + level.by_effect[:, None] * by_shared),
        slope * level.by_effect,
    )
