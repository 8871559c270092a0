"""Opinion and willingness: what share of callers means a category and is willing to say so.

A call's satisfaction is a latent S with the standard logistic distribution around ``eta``. A scale cuts S at its
thresholds. Whether the caller is willing to answer depends on S itself:

    willing(S) = expit(psi + slope S' + curve h(S')),    S' = S - centre,    h(S') = |S'| - 1.4, rounded at 0

so the slope says how much more willing the satisfied are, the curve how much more willing both extremes are. The share
that lies between two thresholds and is willing is the integral of density times willing(S). It has no closed form; it
is taken by Gauss and Legendre on the scale of probabilities, where the logistic density is flat and only the smooth
willing(S) is left, so that few nodes do. Its derivative with respect to a bound is the integrand there.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

FloatArray = NDArray[np.float64]

NODES = 8
CENTRE = -1.0
"""Where S' is 0; any fixed number does, near the middle of the neutral thresholds' usual place."""
_POSITIONS, _WEIGHTS = np.polynomial.legendre.leggauss(NODES)
_POSITIONS, _WEIGHTS = 0.5 * (_POSITIONS + 1.0), 0.5 * _WEIGHTS
_MEAN_DISTANCE = 1.4
_ROUNDING = 0.25
_SMALLEST = 1e-12


class Shape(NamedTuple):
    """How willingness hangs on S."""

    slope: float
    curve: float


class Willing(NamedTuple):
    """The share between two bounds that is willing, and its derivatives; each element for one cell."""

    share: FloatArray
    by_eta: FloatArray
    by_psi: FloatArray
    by_slope: FloatArray
    by_curve: FloatArray
    by_lower: FloatArray
    by_upper: FloatArray


def willing_between(lower: float, upper: float, eta: FloatArray, psi: FloatArray, shape: Shape) -> Willing:
    """Return the share with ``lower`` <= S < ``upper`` (logits; may be infinite) that is willing to answer."""
    slope, curve = shape
    low, high = expit(lower - eta), expit(upper - eta)
    # The difference of two probabilities near 1 would lose all digits; above eta the complements are taken.
    above = lower - eta > 0
    mass = np.where(above, expit(eta - lower) - expit(eta - upper), high - low)
    mass = np.maximum(mass, _SMALLEST)
    p = low[:, None] + mass[:, None] * _POSITIONS
    complement = expit(eta - upper)[:, None] + mass[:, None] * (1.0 - _POSITIONS)
    s = eta[:, None] + np.log(np.maximum(p, _SMALLEST)) - np.log(np.maximum(complement, _SMALLEST)) - CENTRE
    h = np.sqrt(s * s + _ROUNDING)
    e = expit(psi[:, None] + slope * s + curve * (h - _MEAN_DISTANCE))
    ee = e * (1.0 - e)
    at_lower = _at(lower, eta, psi, shape)
    at_upper = _at(upper, eta, psi, shape)
    by_psi = mass * (ee @ _WEIGHTS)
    inner = slope * by_psi + curve * mass * ((ee * (s / h)) @ _WEIGHTS)
    return Willing(
        share=mass * (e @ _WEIGHTS),
        by_eta=at_lower - at_upper + inner,
        by_psi=by_psi,
        by_slope=mass * ((ee * s) @ _WEIGHTS),
        by_curve=mass * ((ee * (h - _MEAN_DISTANCE)) @ _WEIGHTS),
        by_lower=-at_lower,
        by_upper=at_upper,
    )


def _at(bound: float, eta: FloatArray, psi: FloatArray, shape: Shape) -> FloatArray:
    """Return density times willingness at a bound; 0 at an infinite one."""
    if not np.isfinite(bound):
        return np.zeros_like(eta)
    p = expit(bound - eta)
    s = bound - CENTRE
    willing = expit(psi + shape.slope * s + shape.curve * (np.sqrt(s * s + _ROUNDING) - _MEAN_DISTANCE))
    density: FloatArray = p * (1.0 - p) * willing
    return density
