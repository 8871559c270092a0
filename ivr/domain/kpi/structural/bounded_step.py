"""The bounded step: where a Newton step goes when parameters have bounds, and how far.

A step that is taken as if there were no bounds and clipped afterwards leaves the other parameters where they would be
best if the bound one had gone on; the search then circles and never settles. So a bound that is touched and that the
step would cross becomes an equation (active set): the step is taken in the directions that keep it. It is let go as
soon as the step leads away from it, or as another bound does its work.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ivr.domain.kpi.structural.design import FloatArray

_TOUCHING = 1e-9
_CROSSING = -1e-12
_PULLING = -1e-9
_MOST_CHANGES = 4


class Bounds(NamedTuple):
    """Linear bounds: each row of ``directions`` times the vector is at least ``least``."""

    directions: FloatArray
    least: FloatArray


def bounded_step(
    information: FloatArray, slope: FloatArray, vector: FloatArray, bounds: Bounds
) -> tuple[FloatArray, float]:
    """Return the step, and the part of it, 0 to 1, that may be gone until the next bound is touched."""
    room = bounds.directions @ vector - bounds.least
    touched = room <= _TOUCHING
    active: list[int] = []
    step = np.zeros_like(slope)
    for _ in range(_MOST_CHANGES * (len(room) + 1)):
        step = _step_within(information, slope, bounds.directions[active])
        pace = bounds.directions @ step
        pace[active] = 0.0
        crossed = np.where(touched, pace, 0.0)
        if crossed.min(initial=0.0) < _CROSSING:
            active.append(int(np.argmin(crossed)))
            continue
        # What each kept bound pushes with; one that pulls would better be let go.
        push = np.linalg.lstsq(bounds.directions[active].T, information @ step - slope, rcond=None)[0]
        if push.min(initial=0.0) >= _PULLING * np.abs(push).max(initial=1.0):
            break
        active.pop(int(np.argmin(push)))
    pace = bounds.directions @ step
    pace[active] = 0.0
    ahead = pace < _CROSSING
    return step, float((room[ahead] / -pace[ahead]).min(initial=1.0))


def _step_within(information: FloatArray, slope: FloatArray, kept: FloatArray) -> FloatArray:
    """Return the step along which ``kept`` times the vector stays what it is."""
    if not len(kept):
        return np.asarray(cho_solve(cho_factor(information), slope), dtype=np.float64)
    whole = np.linalg.qr(kept.T, mode="complete").Q
    free = whole[:, len(kept) :]
    step: FloatArray = free @ cho_solve(cho_factor(free.T @ information @ free), free.T @ slope)
    return step
