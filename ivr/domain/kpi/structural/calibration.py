"""Calibration: the parameters that agents share, from cells joined over agents.

Agents differ, so a cell's probabilities are those of a typical agent averaged over the spread of agents (three Gauss
and Hermite nodes in each direction; a posterior mode put in the place of each agent would bias everything that rests on
the curvature of these probabilities). What is left is a product of multinomials: what offered callers pressed or that
they stayed silent, and what silent callers said who were asked later. It is maximised by Fisher scoring.

Neither the number of agents nor that of calls matters to the cost, only the number of different circumstances.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import inv

from ivr.domain.kpi.structural.answers import ETA, PSI, Answering, Shares, conditional, with_rest
from ivr.domain.kpi.structural.bounded_step import bounded_step
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray
from ivr.domain.kpi.structural.scales import Scales

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(3)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_EASY_STEPS, _MOST_STEPS = 15, 40
_MOST_CUTS = 8
_SHORTEST_CUT = 0.1
_OVERSHOOT = 0.5
_SMALL_STEP = 1e-4
_SMALL_GAIN, _LARGEST_GAIN = 1e-6, 1e-2
"""What the next step would gain in log likelihood; 1e-2 is a tenth of a standard error, enough where it is not easy."""
_LONGEST_STEP = 1.0
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
    """The vector of parameters, its covariance, and whether the search ended where no step gains anything."""

    vector: FloatArray
    covariance: FloatArray
    converged: bool


def calibrate(design: Design, scales: Scales, spread: FloatArray, start: FloatArray) -> Calibration:
    """Return the parameters of ``design``, whose cells are joined over agents.

    ``spread`` is the covariance of agents' parts of S and of the logit of willingness.
    """
    bounds = scales.bounds()

    def read(vector: FloatArray) -> _Reading:
        return _Reading.of(scales, vector, blocks(design, scales, spread, vector))

    here = read(scales.within_bounds(start))
    settled = False
    for number in range(_MOST_STEPS):
        step, reach = bounded_step(here.information, here.slope, here.vector, bounds)
        longest, gain = float(np.abs(step).max(initial=0.0)), float(here.slope @ step)
        settled = longest < _SMALL_STEP or gain < (_SMALL_GAIN if number < _EASY_STEPS else _LARGEST_GAIN)
        if settled:
            break
        here = _further(here, step, min(reach, _LONGEST_STEP / longest), read)
    return Calibration(here.vector, np.asarray(inv(here.information), dtype=np.float64), settled)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The log of the posterior at a vector: its slope and its information."""

    vector: FloatArray
    slope: FloatArray
    information: FloatArray

    @classmethod
    def of(cls, scales: Scales, vector: FloatArray, found: Iterable[Block]) -> "_Reading":
        away = vector - scales.prior_mean
        slope = -scales.prior_precision * away
        information = np.diag(scales.prior_precision)
        for block in found:
            slope += np.einsum("nk,nkp->p", block.counts / block.probability, block.by, optimize=True)
            root = np.sqrt(block.counts.sum(axis=1)[:, None] / block.probability)
            flat = (block.by * root[:, :, None]).reshape(-1, scales.size)
            information += flat.T @ flat
        return cls(vector, slope, information)


def _further(here: _Reading, step: FloatArray, reach: float, read: Callable[[FloatArray], _Reading]) -> _Reading:
    """Return where the step leads; less far where it leads well beyond the top along its own line.

    The slope tells that, not the value: both are of a quadrature, whose error the slope's zero does not feel.
    """
    rising = float(here.slope @ step)
    there = read(here.vector + reach * step)
    for _ in range(_MOST_CUTS):
        falling = -float(there.slope @ step)
        if falling <= _OVERSHOOT * rising:
            break
        reach *= max(_SHORTEST_CUT, rising / (rising + falling))
        there = read(here.vector + reach * step)
    return there


def blocks(design: Design, scales: Scales, spread: FloatArray, vector: FloatArray) -> Iterator[Block]:
    """Yield the multinomials of a design at ``vector``, layout by layout."""
    agents = _agents(spread)
    opinion, willing = scales.linear(design.kinds)
    for layout in range(len(design.layouts)):
        rows = design.rows_of(layout)
        places = np.arange(rows.start, rows.stop)
        answering = Answering.of(scales, vector, layout)
        maps = _Maps(scales.local_map(layout), design.kind, opinion, willing, vector)
        categories = design.layouts[layout].categories
        offered = places[design.offered[rows] > 0]
        if len(offered):
            shares = _averaged(answering.rated, maps, offered, agents)
            value, by = with_rest(shares)
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

    def __init__(
        self, local: FloatArray, kind: IndexArray, opinion: FloatArray, willing: FloatArray, vector: FloatArray
    ) -> None:
        self._local, self._kind, self._opinion, self._willing = local, kind, opinion, willing
        self._eta, self._psi = opinion @ vector, willing @ vector

    def at(self, rows: IndexArray) -> tuple[FloatArray, FloatArray]:
        kind = self._kind[rows]
        return self._eta[kind], self._psi[kind]

    def full(self, rows: IndexArray, by: FloatArray) -> FloatArray:
        kind = self._kind[rows]
        linear = by[:, :, ETA, None] * self._opinion[kind][:, None, :]
        linear += by[:, :, PSI, None] * self._willing[kind][:, None, :]
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
