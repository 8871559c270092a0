"""Agents: what each one's calls say of the agent, given what layouts, delays and silence do to everybody.

Agent a moves S by u, the willingness of callers by r, and S on layout g by v_g, an interaction that keeps an agent who
goes well with one layout from looking better than the data can say. All are normal around 0; their spread is estimated
(empirical Bayes). Case mix and strata are estimated anew beside them, so that they rest on comparisons within agents.

The equations have the shape of an arrow: a small block for each agent, and one for what agents share. The agents'
blocks are eliminated first (Schur complement), so the cost is linear in the number of agents.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ivr.domain.kpi.structural.answers import ETA, PSI, Answering, Shares
from ivr.domain.kpi.structural.calibration import SMALLEST, conditional
from ivr.domain.kpi.structural.design import Design, FloatArray, IndexArray
from ivr.domain.kpi.structural.scales import WEAK_PRECISION, Scales
from ivr.domain.kpi.structural.surfaces import Surface, surface

FEWEST_AGENTS = 8
"""With fewer agents their spread cannot be estimated, and the usual one is taken."""
USUAL_SPREAD = np.diag([0.4**2, 0.3**2])
USUAL_INTERACTION = 0.1**2
_LEAST_INTERACTION, _MOST_INTERACTION = 1e-4, 0.5
_MOST_STEPS = 20
_LONGEST_STEP = 1.5
_SMALL_SHARED_STEP, _SMALL_AGENT_STEP = 2e-3, 5e-3


@dataclass(frozen=True, slots=True)
class Spread:
    """How much agents differ: the covariance of (u, r), and the variance of v."""

    between: FloatArray
    interaction: float


@dataclass(frozen=True, slots=True)
class AgentEffects:
    """The agents' parts and how sure they are.

    ``effects`` has the columns u, r, v of each layout; ``covariance`` (agents x effects x effects) is theirs given the
    shared parameters, ``by_shared`` (agents x effects x size) how they move with these. ``shared`` is the vector with
    case mix and strata estimated anew, ``shared_covariance`` its covariance. ``log_marginal`` is the log probability
    of the agent's answers (Laplace).
    """

    effects: FloatArray
    covariance: FloatArray
    by_shared: FloatArray
    shared: FloatArray
    shared_covariance: FloatArray
    spread: Spread
    log_marginal: FloatArray


@dataclass(slots=True)
class _Equations:
    """Sums of one pass; ``shared`` counts agents by their weights, agents' own blocks do not."""

    slope: FloatArray
    information: FloatArray
    agent_slope: FloatArray
    agent_information: FloatArray
    cross: FloatArray
    log_likelihood: FloatArray

    @classmethod
    def empty(cls, agents: int, effects: int, size: int) -> "_Equations":
        return cls(
            np.zeros(size),
            np.zeros((size, size)),
            np.zeros((agents, effects)),
            np.zeros((agents, effects, effects)),
            np.zeros((agents, effects, size)),
            np.zeros(agents),
        )


class AgentFit:
    """The search for the agents' effects, given calibrated parameters."""

    def __init__(self, design: Design, scales: Scales, vector: FloatArray, weights: FloatArray) -> None:
        self._design, self._scales, self._weights = design, scales, weights
        self._vector = vector.copy()
        self._opinion, self._willing = scales.linear(design)
        self._free = scales.linear_parts()
        self._given = np.setdiff1d(np.arange(scales.size), self._free)
        self._layouts = [n for n in range(len(design.layouts)) if design.rows_of(n).stop > design.rows_of(n).start]
        self._answering = {n: Answering.of(scales, vector, n) for n in self._layouts}
        self._surfaces = {n: self._surface(n) for n in self._layouts}
        self._effects = np.zeros((len(design.agents), 2 + len(design.layouts)))
        self._present = self._presence()

    def run(self, spread: Spread, given_covariance: FloatArray, start: FloatArray | None = None) -> AgentEffects:
        """Return the effects; ``given_covariance`` is that of the calibrated parameters."""
        if start is not None:
            self._effects = start.copy()
        precision = self._scales.prior_precision[self._free].copy()
        precision[self._free == self._scales.parts["base"].start] = WEAK_PRECISION
        is_estimated = len(self._design.agents) >= FEWEST_AGENTS
        for _ in range(_MOST_STEPS):
            sums = self._pass(spread, with_given=False)
            free = self._free
            inverse = _inverted(sums.agent_information)
            pull = inverse @ sums.cross[:, :, free]
            schur = sums.information[np.ix_(free, free)] + np.diag(precision)
            schur -= np.einsum("a,aip,aiq->pq", self._weights, sums.cross[:, :, free], pull, optimize=True)
            slope = sums.slope[free] - precision * self._vector[free]
            slope -= np.einsum("a,aip,ai->p", self._weights, pull, sums.agent_slope, optimize=True)
            covariance = _inverted(schur)
            shared_step = covariance @ slope
            step = np.einsum("aij,aj->ai", inverse, sums.agent_slope) - pull @ shared_step
            longest = max(float(np.abs(shared_step).max(initial=0.0)), float(np.abs(step).max(initial=0.0)) / 2)
            scale = min(1.0, _LONGEST_STEP / max(longest, SMALLEST))
            self._vector[free] += scale * shared_step
            self._effects += scale * step
            if is_estimated:
                spread = self._respread(spread, inverse, pull, covariance)
            if np.abs(shared_step).max(initial=0.0) < _SMALL_SHARED_STEP and np.abs(step).max() < _SMALL_AGENT_STEP:
                break
        return self._result(spread, precision, given_covariance)

    def _surface(self, layout: int) -> Surface:
        rows = self._design.rows_of(layout)
        answering = self._answering[layout]

        def columns(eta: FloatArray, psi: FloatArray) -> FloatArray:
            shares = answering.rated(eta, psi)
            return np.column_stack([shares.value, shares.by.reshape(len(eta), -1)])

        return surface(columns, self._opinion[rows] @ self._vector, self._willing[rows] @ self._vector)

    def _presence(self) -> FloatArray:
        """Return 1 where an agent has offered calls on a layout, else 0 (agents x layouts)."""
        there = np.zeros((len(self._design.agents), len(self._design.layouts)))
        rows = self._design.offered > 0
        there[self._design.agent[rows], self._design.layout[rows]] = 1.0
        return there

    def _prior(self, spread: Spread) -> FloatArray:
        effects = self._effects.shape[1]
        precision = np.zeros((effects, effects))
        precision[:2, :2] = np.linalg.inv(spread.between)
        precision[np.arange(2, effects), np.arange(2, effects)] = 1.0 / spread.interaction
        return precision

    def _respread(self, spread: Spread, inverse: FloatArray, pull: FloatArray, covariance: FloatArray) -> Spread:
        """Return the spread that the effects and their uncertainty say (one step of EM; v faster, by scoring)."""
        weights = self._weights
        main = inverse[:, :2, :2] + pull[:, :2] @ covariance @ np.swapaxes(pull[:, :2], 1, 2)
        squares = self._effects[:, :2, None] * self._effects[:, None, :2] + main
        between = np.einsum("a,aij->ij", weights, squares) / weights.sum()
        there = self._present * weights[:, None]
        variance = np.diagonal(inverse, axis1=1, axis2=2)[:, 2:]
        excess = there * (self._effects[:, 2:] ** 2 + variance - spread.interaction)
        told = there * (1.0 - np.minimum(variance / spread.interaction, 1.0)) ** 2
        interaction = spread.interaction + float(excess.sum()) / max(float(told.sum()), 1.0)
        return Spread(between, float(np.clip(interaction, _LEAST_INTERACTION, _MOST_INTERACTION)))

    def _pass(self, spread: Spread, *, with_given: bool) -> _Equations:
        agents, effects = self._effects.shape
        sums = _Equations.empty(agents, effects, self._scales.size)
        for layout in self._layouts:
            self._add_layout(sums, layout, with_given=with_given)
        prior = self._prior(spread)
        sums.agent_slope -= self._effects @ prior
        sums.agent_information += prior
        return sums

    def _add_layout(self, sums: _Equations, layout: int, *, with_given: bool) -> None:
        design, rows = self._design, self._design.rows_of(layout)
        agent = design.agent[rows]
        eta = self._opinion[rows] @ self._vector + self._effects[agent, 0] + self._effects[agent, 2 + layout]
        psi = self._willing[rows] @ self._vector + self._effects[agent, 1]
        local = self._answering[layout].locals if with_given else 2
        scores = np.zeros((len(eta), 2))
        # Of the local information only the rows of eta and psi are needed.
        information = np.zeros((len(eta), 2, local))
        likelihood = np.zeros(len(eta))
        for part, counts, shares in self._multinomials(layout, eta, psi, local):
            by = shares.by
            scores[part] += np.einsum("nk,nkl->nl", counts / shares.value, by[:, :, :2])
            weight = counts.sum(axis=1)[:, None] / shares.value
            information[part] += np.einsum("nk,nki,nkl->nil", weight, by[:, :, :2], by, optimize=True)
            likelihood[part] += (counts * np.log(shares.value)).sum(axis=1)
        begins = np.flatnonzero(np.r_[True, agent[1:] != agent[:-1]])
        self._add_agents(sums, layout, agent[begins], begins, scores, information, likelihood)
        self._add_shared(sums, layout, rows, begins, scores, information)

    def _multinomials(
        self, layout: int, eta: FloatArray, psi: FloatArray, local: int
    ) -> Iterator[tuple[IndexArray | slice, FloatArray, Shares]]:
        design, rows, answering = self._design, self._design.rows_of(layout), self._answering[layout]
        categories = design.layouts[layout].categories
        columns = self._surfaces[layout].at(eta, psi)
        value = columns[:, :categories]
        by = columns[:, categories:].reshape(len(eta), categories, answering.locals)[:, :, :local]
        rest = np.maximum(1.0 - value.sum(axis=1), SMALLEST)
        rated = design.rated[rows, :categories]
        counts = np.column_stack([rated, design.offered[rows] - rated.sum(axis=1)])
        yield (
            slice(None),
            counts,
            Shares(
                np.maximum(np.column_stack([value, rest]), SMALLEST),
                np.concatenate([by, -by.sum(axis=1, keepdims=True)], axis=1),
            ),
        )
        later, anyway = design.later[rows], design.anyway[rows]
        told = np.flatnonzero(later.sum(axis=1) > 0)
        if len(told):
            shares = conditional(answering.silent(eta[told], psi[told]))
            yield told, later[told], Shares(shares.value, shares.by[:, :, :local])
        told = np.flatnonzero(anyway.sum(axis=1) > 0)
        if len(told):
            shares = conditional(answering.opinion(eta[told]))
            yield told, anyway[told], Shares(shares.value, shares.by[:, :, :local])

    def _add_agents(
        self,
        sums: _Equations,
        layout: int,
        agents: IndexArray,
        begins: IndexArray,
        scores: FloatArray,
        information: FloatArray,
        likelihood: FloatArray,
    ) -> None:
        v = 2 + layout
        slope = np.add.reduceat(scores, begins, axis=0)
        both = np.add.reduceat(information[:, :, :2], begins, axis=0)
        sums.log_likelihood[agents] += np.add.reduceat(likelihood, begins)
        sums.agent_slope[agents, :2] += slope
        sums.agent_slope[agents, v] += slope[:, ETA]
        sums.agent_information[agents, :2, :2] += both
        sums.agent_information[agents, v, v] += both[:, ETA, ETA]
        for effect in (ETA, PSI):
            sums.agent_information[agents, effect, v] += both[:, effect, ETA]
            sums.agent_information[agents, v, effect] += both[:, effect, ETA]

    def _add_shared(
        self,
        sums: _Equations,
        layout: int,
        rows: slice,
        begins: IndexArray,
        scores: FloatArray,
        information: FloatArray,
    ) -> None:
        agents, weight = self._design.agent[rows], self._weights[self._design.agent[rows]]
        opinion, willing = self._opinion[rows], self._willing[rows]
        crossed = [
            information[:, effect, ETA, None] * opinion + information[:, effect, PSI, None] * willing
            for effect in (ETA, PSI)
        ]
        if information.shape[2] > PSI + 1:
            local = self._scales.local_map(layout)
            for effect in (ETA, PSI):
                crossed[effect] = crossed[effect] + information[:, effect, PSI + 1 :] @ local
        there = agents[begins]
        for effect in (ETA, PSI):
            summed = np.add.reduceat(crossed[effect], begins, axis=0)
            sums.cross[there, effect] += summed
            if effect == ETA:
                sums.cross[there, 2 + layout] += summed
        weighted_opinion, weighted_willing = opinion * weight[:, None], willing * weight[:, None]
        sums.slope += weighted_opinion.T @ scores[:, ETA] + weighted_willing.T @ scores[:, PSI]
        sums.information += weighted_opinion.T @ crossed[ETA] + weighted_willing.T @ crossed[PSI]

    def _result(self, spread: Spread, precision: FloatArray, given_covariance: FloatArray) -> AgentEffects:
        sums = self._pass(spread, with_given=True)
        free, given = self._free, self._given
        inverse = _inverted(sums.agent_information)
        pull = inverse @ sums.cross
        schur = sums.information[np.ix_(free, np.arange(self._scales.size))]
        schur = schur - np.einsum("a,aip,aiq->pq", self._weights, sums.cross[:, :, free], pull, optimize=True)
        own = _inverted(schur[:, free] + np.diag(precision))
        follow = np.zeros((self._scales.size, len(given)))
        follow[free] = -own @ schur[:, given]
        follow[given, np.arange(len(given))] = 1.0
        covariance = follow @ given_covariance[np.ix_(given, given)] @ follow.T
        covariance[np.ix_(free, free)] += own
        prior = self._prior(spread)
        quadratic = np.einsum("ai,ij,aj->a", self._effects, prior, self._effects)
        marginal = sums.log_likelihood - 0.5 * quadratic
        marginal += 0.5 * (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(sums.agent_information)[1])
        return AgentEffects(self._effects.copy(), inverse, -pull, self._vector.copy(), covariance, spread, marginal)


def _inverted(matrices: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)
