"""The latent: what a caller's satisfaction varies by when all that is known of the call is held fixed.

Each shape has mean 0 and the spread of the standard logistic, so that a scenario with another shape differs in
the shape alone. ``skewed`` is the Gumbel distribution of minima: a long tail of the very dissatisfied.
"""

import math
from collections.abc import Callable
from enum import StrEnum

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
