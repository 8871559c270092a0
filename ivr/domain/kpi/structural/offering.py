"""Offering: who brings the rating to content callers rather than to all, and what such an agent's calls still say.

Two kinds of agents are weighed against each other by what their calls make of them. A *plain* agent brings each call
to the rating with one chance, whatever the caller thinks; the chances of all plain agents follow a beta distribution. A
*selective* agent's chance hangs on what the caller would say: one chance for each category of the neutral scale,
common to all selective agents; and a share of the offered calls is pressed by the agent. The share of the selective and
their chances are estimated by EM, each agent counting by its probability of being one.

Selective offering so leaves three traces that are read together: ratings that are too good for the agent's offers,
offers that are rarer where callers are likely to be dissatisfied (queue, wait), and what callers say who were not
offered the rating and were asked later. A low rate of offers alone is none, and a high one no alibi.

A. P. Dempster, N. M. Laird and D. B. Rubin (1977), JRSS B 39:1-38. P. Mueller, G. Parmigiani, C. Robert and
J. Rousseau (2004), JASA 99:990-1001 (the Bayesian false discovery rate).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, logit

from ivr.domain.kpi.structural.agents import AgentMode
from ivr.domain.kpi.structural.answers import SMALLEST, Answering, Shares, conditional
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray
from ivr.domain.kpi.structural.scales import Scales
from ivr.domain.kpi.structural.selective_calls import SelectiveCalls
from ivr.domain.kpi.structural.surfaces import STEP, Surface, surface
from ivr.domain.kpi.structural.suspects import suspects

FEWEST_AGENTS = 3
"""With fewer agents nobody is flagged: there are no others to be unlike."""
FEWEST_CALLS = 50
"""An agent with fewer eligible calls is never flagged."""
FALSE_DISCOVERIES = 0.12
"""The expected share of plain agents among those who are flagged."""
_LEAST_GAIN = 8.0
_USUAL_SHARE, _SHARE_STRENGTH = 0.05, 10.0
_ODDS_BELOW_FLOOR = 0.5
_MOST_ROUNDS = 12
_EARLIEST_END = 4
_HOPELESS_GAIN = 1.0
_SETTLING = 3
_USUAL_STRENGTH = 50.0
_SHARE_OF_RATE = (0.4, 1.0)
_INSIDE = (0.01, 0.99)
_SMALL_STEP = 2e-3
_LONGEST_STEP = 1.0
_OFFER_PRIOR = ((-0.5, 2.5), 2.0)
_PRESS_PRIOR = (-3.0, 1.0)


@dataclass(frozen=True, slots=True)
class Offering:
    """What is known of who is selective.

    ``probability`` of being selective is one for each agent, all 0 where the calls give no sign of selective agents;
    ``gain`` is by how much the log probability of all calls rises where some agents are.
    ``offers`` are a selective agent's chances by neutral category, ``self_pressed`` the share pressed by the agent.
    ``effects`` (u, r), ``covariance`` and ``by_parameters`` are an agent's, were the agent selective;
    ``parameter_covariance`` that of the chances (logits, the last of self-pressing).
    """

    probability: FloatArray
    share: float
    gain: float
    offers: FloatArray
    self_pressed: float
    effects: FloatArray
    covariance: FloatArray
    by_parameters: FloatArray
    parameter_covariance: FloatArray
    parameters: FloatArray

    @property
    def is_seen(self) -> bool:
        """Whether the calls speak of selective agents at all."""
        return bool(self.probability.any())

    @property
    def is_hopeless(self) -> bool:
        """Whether the calls are so far from speaking of selective agents that no further turn would change it."""
        return not self.is_seen and self.gain < _HOPELESS_GAIN

    def flagged(self, calls: FloatArray) -> NDArray[np.bool_]:
        """Return who is named: the most probable ones, as long as few plain agents are expected among them."""
        able = np.where(calls >= FEWEST_CALLS, self.probability, 0.0)
        order = np.argsort(-able, kind="stable")
        wrong = np.cumsum(1.0 - able[order]) / np.arange(1, len(order) + 1)
        named = np.zeros(len(order), dtype=np.bool_)
        named[order[wrong <= FALSE_DISCOVERIES]] = True
        return named & (able > 0.5) & (len(calls) >= FEWEST_AGENTS)


def weigh_offering(
    design: Design,
    scales: Scales,
    plain: AgentMode,
    log_marginal: FloatArray,
    *,
    below_floor: NDArray[np.bool_],
    start: Offering | None = None,
) -> Offering:
    """Return how probable it is of each agent to be selective; ``below_floor`` raises the odds of those it names.

    ``plain`` and ``log_marginal`` are what each agent's answers say if the agent is plain.
    """
    offers = design.by_agent(design.eligible), design.by_agent(design.offered)
    if start is not None and start.is_seen:
        # Whether there are any is told by the suspects; who they are is asked of all.
        everybody = _Everybody(*offers, log_marginal, below_floor, np.ones_like(below_floor), start.effects)
        return _Weighing(design, scales, plain, everybody).run(start.parameters, start.share)
    suspected = suspects(design, scales, plain) | below_floor
    everybody = _Everybody(*offers, log_marginal, below_floor, suspected, plain.effects[:, :2])
    weighing = _Weighing(design.of_agents(suspected), scales, plain, everybody)
    return max((weighing.run(each, _USUAL_SHARE) for each in weighing.starts()), key=lambda found: found.gain)


@dataclass(frozen=True, slots=True)
class _Everybody:
    """All agents: eligible and offered calls, what is known of them, who is suspected, and effects to begin with."""

    eligible: FloatArray
    offered: FloatArray
    log_marginal: FloatArray
    below_floor: NDArray[np.bool_]
    suspected: NDArray[np.bool_]
    effects: FloatArray


class _Weighing:
    """The suspected agents, whose cells are given, under both kinds."""

    def __init__(self, design: Design, scales: Scales, plain: AgentMode, everybody: _Everybody) -> None:
        self._design = design
        self._everybody = everybody
        self._suspected = everybody.suspected
        self._below = everybody.below_floor[everybody.suspected]
        self._marginal = everybody.log_marginal[everybody.suspected]
        self._eligible, self._offered = everybody.eligible, everybody.offered
        self._eta, self._psi = ((matrix @ plain.shared)[design.kind] for matrix in scales.linear(design.kinds))
        self._layouts = np.unique(design.layout).tolist()
        self._answering = {n: Answering.of(scales, plain.shared, n) for n in self._layouts}
        self._surfaces = {n: self._surface(n) for n in self._layouts}
        self._precision = np.linalg.inv(plain.spread.between)
        neutral = design.neutral_categories
        (least, most), sd = _OFFER_PRIOR
        self._mean = np.r_[np.linspace(least, most, neutral), _PRESS_PRIOR[0]]
        self._prior = np.r_[np.full(neutral, sd**-2), _PRESS_PRIOR[1] ** -2]

    def starts(self) -> list[FloatArray]:
        """Return chances to begin with: the usual ones, and ones that bring the content as often as plain agents do."""
        rate = float(self._offered.sum() / max(self._eligible.sum(), 1.0))
        scaled = np.clip(np.linspace(*_SHARE_OF_RATE, len(self._mean) - 1) * rate, *_INSIDE)
        return [self._mean, np.r_[logit(scaled), _PRESS_PRIOR[0]]]

    def run(self, parameters: FloatArray, share: float) -> Offering:
        """Return what is known after as many rounds as it takes; raises nothing."""
        self._parameters, self._share = parameters.copy(), share
        self._effects = self._everybody.effects[self._suspected]
        agents, kept = len(self._suspected), self._suspected
        probability = np.full(agents, self._share)
        for _ in range(_SETTLING):
            marginal = self._step(np.zeros(int(kept.sum())))
        rate = np.clip(self._offered.sum() / max(self._eligible.sum(), 1.0), *_INSIDE)
        beta, gain = np.array([logit(rate), np.log(_USUAL_STRENGTH)]), 0.0
        for number in range(_MOST_ROUNDS):
            beta = self._plain_offers(1.0 - probability, beta)
            ratio = np.clip(marginal - self._plain_marginal(beta), -300.0, 300.0)
            odds = np.where(self._below, max(self._share, _ODDS_BELOW_FLOOR), self._share)
            probability = np.zeros(agents)
            probability[kept] = expit(ratio + logit(odds))
            gain = float(np.logaddexp(np.log1p(-self._share), np.log(self._share) + ratio).sum())
            gain += float((~kept).sum()) * float(np.log1p(-self._share))
            self._share = float((probability.sum() + _USUAL_SHARE * _SHARE_STRENGTH) / (agents + _SHARE_STRENGTH))
            marginal = self._step(probability[kept])
            if self._longest < _SMALL_STEP or (number >= _EARLIEST_END and gain < _HOPELESS_GAIN):
                break
        offers, pressed = expit(self._parameters[:-1]), float(expit(self._parameters[-1]))
        is_selective = gain > _LEAST_GAIN and offers[-1] > offers[0]
        return Offering(
            probability=probability if is_selective else np.zeros(agents),
            share=self._share,
            gain=gain,
            offers=offers,
            self_pressed=pressed,
            effects=_spread_out(self._effects, kept, self._everybody.effects),
            covariance=_spread_out(self._inverse, kept, 0.0),
            by_parameters=_spread_out(-self._pull, kept, 0.0),
            parameter_covariance=self._covariance,
            parameters=self._parameters,
        )

    def _surface(self, layout: int) -> Surface:
        rows, answering = self._design.rows_of(layout), self._answering[layout]

        def columns(eta: FloatArray, psi: FloatArray) -> FloatArray:
            return answering.crossed(eta, psi).reshape(len(eta), -1)

        return surface(columns, self._eta[rows], self._psi[rows])

    def _plain_offers(self, weights: FloatArray, start: FloatArray) -> FloatArray:
        """Return the beta distribution of plain agents' offers: logit of its mean, log of its strength."""

        def loss(x: FloatArray) -> float:
            a, b = _beta(x)
            told = betaln(a + self._offered, b + self._eligible - self._offered) - betaln(a, b)
            return float(-(weights * told).sum() + 0.125 * (x[1] - np.log(_USUAL_STRENGTH)) ** 2)

        found: FloatArray = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 100, "xatol": 1e-3}).x
        return found

    def _plain_marginal(self, beta: FloatArray) -> FloatArray:
        a, b = _beta(beta)
        eligible, offered = self._eligible[self._suspected], self._offered[self._suspected]
        return self._marginal + betaln(a + offered, b + eligible - offered) - betaln(a, b)

    def _step(self, weights: FloatArray) -> FloatArray:
        """Move agents' effects, and by their weights the chances; return each agent's log marginal probability."""
        agents, size = len(self._design.agents), len(self._parameters)
        slope = np.zeros((agents, 2 + size))
        information = np.zeros((agents, 2 + size, 2 + size))
        likelihood = np.zeros(agents)
        for layout in self._layouts:
            for agent, counts, value, by in self._multinomials(layout):
                begins = np.flatnonzero(np.r_[True, agent[1:] != agent[:-1]])
                there = agent[begins]
                score = np.einsum("nk,nkl->nl", counts / value, by)
                weight = counts.sum(axis=1)[:, None] / value
                told = np.einsum("nk,nki,nkj->nij", weight, by, by, optimize=True)
                slope[there] += np.add.reduceat(score, begins, axis=0)
                information[there] += np.add.reduceat(told, begins, axis=0)
                likelihood[there] += np.add.reduceat((counts * np.log(value)).sum(axis=1), begins)
        quadratic = np.einsum("ai,ij,aj->a", self._effects, self._precision, self._effects)
        slope[:, :2] -= self._effects @ self._precision
        own = information[:, :2, :2] + self._precision
        marginal: FloatArray = likelihood - 0.5 * quadratic
        marginal += 0.5 * (np.linalg.slogdet(self._precision)[1] - np.linalg.slogdet(own)[1])
        self._inverse = np.linalg.inv(own)
        self._pull = self._inverse @ information[:, :2, 2:]
        schur = np.diag(self._prior) + np.einsum("a,aij->ij", weights, information[:, 2:, 2:])
        schur -= np.einsum("a,aip,aiq->pq", weights, information[:, :2, 2:], self._pull)
        shared = -self._prior * (self._parameters - self._mean) + weights @ slope[:, 2:]
        shared -= np.einsum("a,aip,ai->p", weights, self._pull, slope[:, :2])
        self._covariance = np.linalg.inv(schur)
        step = self._covariance @ shared if weights.any() else np.zeros(size)
        agent_step = np.einsum("aij,aj->ai", self._inverse, slope[:, :2]) - self._pull @ step
        self._longest = max(float(np.abs(step).max()), float(np.abs(agent_step).max()))
        scale = min(1.0, _LONGEST_STEP / max(self._longest, SMALLEST))
        self._parameters = self._parameters + scale * step
        self._effects = self._effects + scale * agent_step
        return marginal

    def _multinomials(self, layout: int) -> Iterator[tuple[IndexArray, FloatArray, FloatArray, FloatArray]]:
        """Yield agents, counts, probabilities and derivatives by u, r and the parameters."""
        design, rows = self._design, self._design.rows_of(layout)
        agent = design.agent[rows]
        eta, psi = self._eta[rows] + self._effects[agent, 0], self._psi[rows] + self._effects[agent, 1]
        categories = design.layouts[layout].categories
        results, silent, passed = self._joint_surfaces(layout)
        rated = design.rated[rows, :categories]
        not_offered = design.eligible[rows] - design.offered[rows]
        counts = np.column_stack([rated, design.offered[rows] - rated.sum(axis=1), not_offered])
        value, by = self._read(results, eta, psi)
        yield agent, counts, np.maximum(value, SMALLEST), by
        for answers, asked in ((design.later[rows], silent), (design.anyway[rows], passed)):
            told = np.flatnonzero(answers.sum(axis=1) > 0)
            if len(told):
                share, by = conditional(Shares(*self._read(asked, eta[told], psi[told])))
                yield agent[told], answers[told], share, by

    def _joint_surfaces(self, layout: int) -> tuple[Surface, Surface, Surface]:
        """Return results, the silent and the passed over, each with its derivatives, at today's parameters."""
        grid, answering = self._surfaces[layout], self._answering[layout]
        neutral = self._design.neutral_categories
        eta, _ = grid.points()
        crossed = grid.table.reshape(len(eta), neutral, -1)
        meant = answering.opinion(eta).value
        joint = SelectiveCalls.of(self._parameters, crossed, meant)
        moved = joint.by_parameters(self._parameters, crossed, meant)
        found = []
        for name in ("results", "silent", "passed"):
            value = getattr(joint, name).reshape(*grid.table.shape[:2], -1)
            by = [each.reshape(*grid.table.shape[:2], -1) for each in (getattr(other, name) for other in moved)]
            table = np.stack([value, *np.gradient(value, STEP, axis=(0, 1)), *by], axis=3)
            found.append(grid.with_columns(table.reshape(*grid.table.shape[:2], -1)))
        return found[0], found[1], found[2]

    def _read(self, grid: Surface, eta: FloatArray, psi: FloatArray) -> tuple[FloatArray, FloatArray]:
        columns = grid.at(eta, psi).reshape(len(eta), -1, 3 + len(self._parameters))
        return columns[:, :, 0], columns[:, :, 1:]


def _spread_out(values: FloatArray, kept: NDArray[np.bool_], others: FloatArray | float) -> FloatArray:
    """Return ``values`` of the kept agents among those of all."""
    whole = np.empty((len(kept), *values.shape[1:]))
    whole[:] = others
    whole[kept] = values
    return whole


def _beta(x: FloatArray) -> tuple[float, float]:
    mean, strength = float(expit(np.clip(x[0], -14.0, 14.0))), float(np.exp(np.clip(x[1], -2.0, 10.0)))
    return mean * strength, (1.0 - mean) * strength
