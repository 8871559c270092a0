"""Surfaces: what is costly to compute at a point of (eta, psi), computed on a grid once and read off in between.

Given the parameters that agents share, a call's probabilities hang on two numbers alone. A grid of a tenth of a logit
is read bilinearly to about 1e-4, at a cost that does not grow with the integrals behind it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ivr.domain.kpi.structural.design import FloatArray, IndexArray

STEP = 0.1
_MARGIN = 2.0
_FURTHEST = 12.0


@dataclass(frozen=True, slots=True)
class Surface:
    """Values on a grid (points of eta x points of psi x columns); outside it the edge holds."""

    first_eta: float
    first_psi: float
    table: FloatArray

    def at(self, eta: FloatArray, psi: FloatArray) -> FloatArray:
        """Return the columns at each point (points x columns)."""
        i, x = _place(eta, self.first_eta, self.table.shape[0])
        j, y = _place(psi, self.first_psi, self.table.shape[1])
        x, y = x[:, None], y[:, None]
        low = self.table[i, j] * (1.0 - y) + self.table[i, j + 1] * y
        high = self.table[i + 1, j] * (1.0 - y) + self.table[i + 1, j + 1] * y
        found: FloatArray = low * (1.0 - x) + high * x
        return found


def surface(columns: Callable[[FloatArray, FloatArray], FloatArray], eta: FloatArray, psi: FloatArray) -> Surface:
    """Return the surface of ``columns`` wherever the points (eta, psi) and agents around them can lie."""
    etas, psis = _axis(eta), _axis(psi)
    grid_eta, grid_psi = np.meshgrid(etas, psis, indexing="ij")
    table = columns(grid_eta.ravel(), grid_psi.ravel())
    return Surface(float(etas[0]), float(psis[0]), table.reshape(len(etas), len(psis), -1))


def _axis(values: FloatArray) -> FloatArray:
    first = np.floor(max(values.min() - _MARGIN, -_FURTHEST) / STEP) * STEP
    last = min(values.max() + _MARGIN, _FURTHEST)
    return np.asarray(first + STEP * np.arange(int(np.ceil((last - first) / STEP)) + 2))


def _place(value: FloatArray, first: float, points: int) -> tuple[IndexArray, FloatArray]:
    scaled = np.clip((value - first) / STEP, 0.0, points - 1.001)
    below = scaled.astype(np.intp)
    return below, scaled - below
