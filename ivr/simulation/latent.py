"""The latent: what a caller's satisfaction varies by when all that is known of the call is held fixed.

Each shape has mean 0 and the spread of the standard logistic, so that a scenario with another shape differs in
the shape alone. ``skewed`` is the Gumbel distribution of minima: a long tail of the very dissatisfied.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SPREAD = math.pi / math.sqrt(3)
_GUMBEL_SCALE = math.sqrt(2)
_GUMBEL_MODE = float(np.euler_gamma) * _GUMBEL_SCALE
_ERF: Callable[[FloatArray], FloatArray] = np.vectorize(math.erf, otypes=[np.float64])


class Latent(StrEnum):
    """A distribution with mean 0 and variance pi^2 / 3."""

    LOGISTIC = "logistic"
    PROBIT = "probit"
    SKEWED = "skewed"

    def draw(self, rng: np.random.Generator, count: int) -> FloatArray:
        """Return so many independent values."""
        if self is Latent.PROBIT:
            return rng.normal(0.0, _SPREAD, count)
        if self is Latent.SKEWED:
            return _GUMBEL_MODE - rng.gumbel(0.0, _GUMBEL_SCALE, count)
        return rng.logistic(0.0, 1.0, count)

    def draw_for(self, caller: NDArray[np.int64], correlation: float, rng: np.random.Generator) -> FloatArray:
        """Return a value for each call; those of one caller have ``correlation`` before they are given this shape."""
        if correlation == 0.0:
            return self.draw(rng, len(caller))
        shared = rng.standard_normal(int(caller.max()) + 1)[caller]
        own = rng.standard_normal(len(caller))
        normal = math.sqrt(correlation) * shared + math.sqrt(1.0 - correlation) * own
        return self._quantile(0.5 + 0.5 * _ERF(normal / math.sqrt(2)))

    def _quantile(self, probability: FloatArray) -> FloatArray:
        if self is Latent.PROBIT:
            return np.array([_SPREAD * NormalDist().inv_cdf(each) for each in probability.tolist()])
        if self is Latent.SKEWED:
            return _GUMBEL_MODE + _GUMBEL_SCALE * np.log(-np.log1p(-probability))
        return np.log(probability) - np.log1p(-probability)

    def above(self, bound: FloatArray) -> FloatArray:
        """Return the probability, 0 to 1, of a value at or above ``bound``."""
        if self is Latent.PROBIT:
            return 0.5 - 0.5 * _ERF(bound / (_SPREAD * math.sqrt(2)))
        if self is Latent.SKEWED:
            return np.exp(-np.exp((bound - _GUMBEL_MODE) / _GUMBEL_SCALE))
        return expit(-bound)


def expit(logit: FloatArray) -> FloatArray:
    """Return the probability, 0 to 1, that a logit stands for."""
    return 0.5 * (1.0 + np.tanh(0.5 * logit))
