"""Calibration: the parameters that agents share, from cells joined over agents.

Agents differ, so a cell's probabilities are those of a typical agent averaged over the spread of agents (three Gauss
and Hermite nodes in each direction; a posterior mode put in the place of each agent would bias everything that rests on
the curvature of these probabilities). What is left is a product of multinomials: what offered callers pressed or that
they stayed silent, and what silent callers said who were asked later. It is maximised by Fisher scoring.

Neither the number of agents nor that of calls matters to the cost, only the number of different circumstances.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, inv

from ivr.domain.kpi.structural.answers import ETA, PSI, Answering, Shares
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray
from ivr.domain.kpi.structural.scales import Scales

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(3)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_MOST_STEPS = 40
_SMALL_STEP = 1e-4
_LONGEST_STEP = 1.0
SMALLEST = 1e-12
SharesOf = Callable[[FloatArray, FloatArray], Shares]
"""Returns the shares of callers at eta and psi."""


@dataclass(frozen=True, slots=True)
class Block:
    """Multinomial cells: counts and probabilities (cells x results), and derivatives by the vector of parameters.

    ``kind`` says what was counted: ``rated`` (each press and silence), ``later`` or ``anyway`` (follow-up answers).
    """

    kind: str
    rows: IndexArray
    counts: FloatArray
    probability: FloatArray
    by: FloatArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """The vector of parameters, its covariance, and whether the search ended where the slope is 0."""

    vector: FloatArray
    covariance: FloatArray
    converged: bool


def calibrate(design: Design, scales: Scales, spread: FloatArray, start: FloatArray) -> Calibration:
    """Return the parameters of ``design``, whose cells are joined over agents.

    ``spread`` is the covariance of agents' parts of S and of the logit of willingness.
    """
    vector = scales.within_bounds(start)
    linear = scales.linear(design)
    converged = False
    information = np.diag(scales.prior_precision)
    for _ in range(_MOST_STEPS):
        slope = -scales.prior_precision * (vector - scales.prior_mean)
        information = np.diag(scales.prior_precision)
        for block in blocks(design, scales, spread, vector, linear):
            slope += np.einsum("nk,nkp->p", block.counts / block.probability, block.by, optimize=True)
            root = np.sqrt(block.counts.sum(axis=1)[:, None] / block.probability)
            flat = (block.by * root[:, :, None]).reshape(-1, scales.size)
            information += flat.T @ flat
        step = cho_solve(cho_factor(information), slope)
        longest = float(np.abs(step).max(initial=0.0))
        moved = scales.within_bounds(vector + step * min(1.0, _LONGEST_STEP / max(longest, _SMALL_STEP)))
        converged = float(np.abs(moved - vector).max(initial=0.0)) < _SMALL_STEP
        vector = moved
        if converged:
            break
    return Calibration(vector, inv(information), converged)


def blocks(
    design: Design,
    scales: Scales,
    spread: FloatArray,
    vector: FloatArray,
    linear: tuple[FloatArray, FloatArray],
) -> Iterator[Block]:
    """Yield the multinomials of a design at ``vector``, layout by layout."""
    agents = _agents(spread)
    for layout in range(len(design.layouts)):
        rows = design.rows_of(layout)
        places = np.arange(rows.start, rows.stop)
        answering = Answering.of(scales, vector, layout)
        maps = _Maps(scales.local_map(layout), linear[0], linear[1], vector)
        categories = design.layouts[layout].categories
        offered = places[design.offered[rows] > 0]
        if len(offered):
            shares = _averaged(answering.rated, maps, offered, agents)
            value, by = _with_rest(shares)
            rated = design.rated[offered, :categories]
            counts = np.column_stack([rated, design.offered[offered] - rated.sum(axis=1)])
            yield Block("rated", offered, counts, value, maps.full(offered, by))
        follow_ups = (("later", design.later, answering.silent), ("anyway", design.anyway, _opinion_of(answering)))
        for kind, answers, given in follow_ups:
            told = places[answers[rows].sum(axis=1) > 0]
            if len(told):
                value, by = conditional(_averaged(given, maps, told, agents))
                yield Block(kind, told, answers[told], value, maps.full(told, by))


class _Maps:
    """From local derivatives to derivatives by the vector, for one layout's cells."""

    def __init__(self, local: FloatArray, opinion: FloatArray, willing: FloatArray, vector: FloatArray) -> None:
        self._local, self._opinion, self._willing = local, opinion, willing
        self._eta, self._psi = opinion @ vector, willing @ vector

    def at(self, rows: IndexArray) -> tuple[FloatArray, FloatArray]:
        return self._eta[rows], self._psi[rows]

    def full(self, rows: IndexArray, by: FloatArray) -> FloatArray:
        linear = by[:, :, ETA, None] * self._opinion[rows][:, None, :]
        linear += by[:, :, PSI, None] * self._willing[rows][:, None, :]
        linear += by[:, :, PSI + 1 :] @ self._local
        return linear


def _opinion_of(answering: Answering) -> SharesOf:
    def opinion(eta: FloatArray, _: FloatArray) -> Shares:
        return answering.opinion(eta)

    return opinion


def _agents(spread: FloatArray) -> list[tuple[float, float, float]]:
    """Return typical agents: their parts of S and of willingness, and their weight."""
    root = np.linalg.cholesky(spread + 1e-9 * np.eye(2))
    found = []
    for first, weight in zip(_NODES, _WEIGHTS, strict=True):
        for second, other in zip(_NODES, _WEIGHTS, strict=True):
            u, r = root @ np.array([first, second])
            found.append((float(u), float(r), float(weight * other)))
    return found


def _averaged(shares: SharesOf, maps: _Maps, rows: IndexArray, agents: list[tuple[float, float, float]]) -> Shares:
    """Return the shares of typical agents, averaged."""
    eta, psi = maps.at(rows)
    found = [(weight, shares(eta + u, psi + r)) for u, r, weight in agents]
    value: FloatArray = np.sum([weight * each.value for weight, each in found], axis=0)
    by: FloatArray = np.sum([weight * each.by for weight, each in found], axis=0)
    return Shares(value, by)


def _with_rest(shares: Shares) -> Shares:
    """Add the result that is none of these."""
    value = np.column_stack([shares.value, 1.0 - shares.value.sum(axis=1)])
    by = np.concatenate([shares.by, -shares.by.sum(axis=1, keepdims=True)], axis=1)
    return Shares(np.maximum(value, SMALLEST), by)


def conditional(shares: Shares) -> Shares:
    """Return the shares among those who are in any of the results."""
    total = np.maximum(shares.value.sum(axis=1, keepdims=True), SMALLEST)
    value = np.maximum(shares.value / total, SMALLEST)
    by = (shares.by - value[:, :, None] * shares.by.sum(axis=1, keepdims=True)) / total[:, :, None]
    return Shares(value, by)
