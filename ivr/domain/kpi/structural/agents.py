"""Agents: what each one's calls say of the agent, given what layouts, delays and silence do to everybody.

Agent a moves S by u, the willingness of callers by r, and S on layout g by v_g, an interaction that keeps an agent who
goes well with one layout from looking better than the data can say. All are normal around 0; their spread is estimated
(empirical Bayes). Case mix and strata are estimated anew beside them, so they rest mostly on comparisons within agents.

The equations have the shape of an arrow: a small block for each agent, and one for what agents share. The agents'
blocks are eliminated first (Schur complement), so the cost is linear in the number of agents.
"""

from dataclasses import dataclass

import numpy as np

from ivr.domain.kpi.structural.answers import ETA, PSI, SMALLEST
from ivr.domain.kpi.structural.design import Design, FloatArray
from ivr.domain.kpi.structural.scales import WEAK_PRECISION, Scales
from ivr.domain.kpi.structural.strips import Strip

FEWEST_AGENTS = 8
"""With fewer agents their spread is the usual one more than their own."""
USUAL_SPREAD = np.diag([0.4**2, 0.3**2])
USUAL_INTERACTION = 0.05**2
_USUAL_AGENTS, _USUAL_INTERACTIONS = 6.0, 1.5
_LARGEST_STEP = 1.0
_LEAST_INTERACTION, _MOST_INTERACTION = 1e-4, 0.5
_MOST_STEPS = 20
_LONGEST_STEP = 1.5
_FURTHEST_EFFECT = 4.0
"""Logits; an agent with one answer alone would run off to where no call tells anything any more."""
SMALL_STEP = 2e-3


@dataclass(frozen=True, slots=True)
class Spread:
    """How much agents differ: the covariance of (u, r), and the variance of v."""

    between: FloatArray
    interaction: float


@dataclass(frozen=True, slots=True)
class AgentMode:
    """The agents' parts: ``effects`` has the columns u, r, v of each layout.

    ``shared`` is the vector with case mix and strata estimated anew.
    """

    effects: FloatArray
    shared: FloatArray
    spread: Spread


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How sure the agents' parts are.

    ``covariance`` (agents x effects x effects) is theirs given the shared parameters, ``by_shared`` (agents x effects x
    size) how they move with these, ``shared_covariance`` that of the shared parameters.
    """

    covariance: FloatArray
    by_shared: FloatArray
    shared_covariance: FloatArray


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
    """The search for the agents' effects, given calibrated parameters; in what is shared agents count by weight."""

    def __init__(
        self, design: Design, scales: Scales, vector: FloatArray, weights: FloatArray, start: FloatArray | None = None
    ) -> None:
        self._design, self._scales, self._weights = design, scales, weights
        self._vector = vector.copy()
        self._free = scales.linear_parts()
        self._given = np.setdiff1d(np.arange(scales.size), self._free)
        heard = np.unique(design.layout[design.eligible > 0]).tolist()
        self._strips = [Strip.of(design, scales, vector, layout) for layout in heard]
        effects = 2 + len(design.layouts)
        self._effects = np.zeros((len(design.agents), effects)) if start is None else start.copy()
        self._present = self._presence()
        self._precision = scales.prior_precision[self._free].copy()
        self._precision[self._free == scales.parts["base"].start] = WEAK_PRECISION

    def search(self, spread: Spread, small_step: float = SMALL_STEP) -> Spread:
        """Find the effects, until they move by ``small_step`` logits; return how much agents differ, learned beside."""
        free = self._free
        for _ in range(_MOST_STEPS):
            sums = self._pass(spread)
            inverse = _inverted(sums.agent_information)
            pull = inverse @ sums.cross[:, :, free]
            schur = sums.information[np.ix_(free, free)] + np.diag(self._precision)
            schur -= np.einsum("a,aip,aiq->pq", self._weights, sums.cross[:, :, free], pull, optimize=True)
            slope = sums.slope[free] - self._precision * self._vector[free]
            slope -= np.einsum("a,aip,ai->p", self._weights, pull, sums.agent_slope, optimize=True)
            covariance = _inverted(schur)
            shared_step = covariance @ slope
            step = np.einsum("aij,aj->ai", inverse, sums.agent_slope) - pull @ shared_step
            longest = max(float(np.abs(shared_step).max(initial=0.0)), float(np.abs(step).max(initial=0.0)) / 2)
            scale = min(1.0, _LONGEST_STEP / max(longest, SMALLEST))
            self._vector[free] += scale * shared_step
            self._effects = np.clip(self._effects + scale * step, -_FURTHEST_EFFECT, _FURTHEST_EFFECT)
            spread = self._respread(spread, inverse, pull, covariance)
            typical = float(np.sqrt(np.mean(step**2)))
            if np.abs(shared_step).max(initial=0.0) < small_step and typical < small_step:
                break
        return spread

    def mode(self, spread: Spread) -> AgentMode:
        """Return the effects that were found."""
        return AgentMode(self._effects.copy(), self._vector.copy(), spread)

    def log_marginal(self, spread: Spread) -> FloatArray:
        """Return the log probability of each agent's answers (Laplace) at the effects that were found."""
        sums = self._pass(spread)
        prior = self._prior(spread)
        quadratic = np.einsum("ai,ij,aj->a", self._effects, prior, self._effects)
        marginal: FloatArray = sums.log_likelihood - 0.5 * quadratic
        marginal += 0.5 * (np.linalg.slogdet(prior)[1] - np.linalg.slogdet(sums.agent_information)[1])
        return marginal

    def uncertainty(self, spread: Spread, given_covariance: FloatArray) -> Uncertainty:
        """Return how sure the effects are; ``given_covariance`` is that of the calibrated parameters."""
        sums = self._pass(spread, with_given=True)
        free, given = self._free, self._given
        inverse = _inverted(sums.agent_information)
        pull = inverse @ sums.cross
        schur = sums.information[free]
        schur = schur - np.einsum("a,aip,aiq->pq", self._weights, sums.cross[:, :, free], pull, optimize=True)
        own = _inverted(schur[:, free] + np.diag(self._precision))
        follow = np.zeros((self._scales.size, len(given)))
        follow[free] = -own @ schur[:, given]
        follow[given, np.arange(len(given))] = 1.0
        covariance = follow @ given_covariance[np.ix_(given, given)] @ follow.T
        covariance[np.ix_(free, free)] += own
        return Uncertainty(inverse, -pull, covariance)

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
        # A few agents of the usual spread are added, so that the spread of five agents is not taken at its word.
        total = np.einsum("a,aij->ij", weights, squares) + _USUAL_AGENTS * USUAL_SPREAD
        between = total / (weights.sum() + _USUAL_AGENTS)
        there = self._present * weights[:, None]
        variance = np.diagonal(inverse, axis1=1, axis2=2)[:, 2:]
        return Spread(between, _moved(spread.interaction, self._effects[:, 2:] ** 2, variance, there))

    def _pass(self, spread: Spread, *, with_given: bool = False) -> _Equations:
        agents, effects = self._effects.shape
        sums = _Equations.empty(agents, effects, self._scales.size)
        for strip in self._strips:
            self._add(sums, strip, with_given=with_given)
        prior = self._prior(spread)
        sums.agent_slope -= self._effects @ prior
        sums.agent_information += prior
        return sums

    def _add(self, sums: _Equations, strip: Strip, *, with_given: bool) -> None:
        v = 2 + strip.layout
        effects = self._effects
        opinion, willing = strip.opinion @ self._vector, strip.willing @ self._vector
        eta = opinion[strip.kind] + effects[strip.agent, 0] + effects[strip.agent, v]
        psi = willing[strip.kind] + effects[strip.agent, 1]
        if with_given:
            information = strip.information(eta, psi)
        else:
            scores, information, likelihood = strip.told(eta, psi)
            sums.log_likelihood[strip.agents] += np.add.reduceat(likelihood, strip.begins)
            self._add_slopes(sums, strip, scores)
        begins, agents = strip.begins, strip.agents
        both = np.add.reduceat(information[:, :, : PSI + 1], begins, axis=0)
        sums.agent_information[agents, :2, :2] += both
        sums.agent_information[agents, v, v] += both[:, ETA, ETA]
        for effect in (ETA, PSI):
            sums.agent_information[agents, effect, v] += both[:, effect, ETA]
            sums.agent_information[agents, v, effect] += both[:, effect, ETA]
            crossed = strip.by_agent(information[:, effect, ETA], strip.opinion)
            crossed += strip.by_agent(information[:, effect, PSI], strip.willing)
            if with_given:
                crossed += np.add.reduceat(information[:, effect, PSI + 1 :], begins, axis=0) @ strip.local
            sums.cross[agents, effect] += crossed
            if effect == ETA:
                sums.cross[agents, v] += crossed
        self._add_shared(sums, strip, information)

    def _add_slopes(self, sums: _Equations, strip: Strip, scores: FloatArray) -> None:
        slope = np.add.reduceat(scores, strip.begins, axis=0)
        sums.agent_slope[strip.agents, :2] += slope
        sums.agent_slope[strip.agents, 2 + strip.layout] += slope[:, ETA]
        weight = self._weights[strip.agent]
        for effect, matrix in ((ETA, strip.opinion), (PSI, strip.willing)):
            sums.slope += strip.by_kind(scores[:, effect] * weight) @ matrix

    def _add_shared(self, sums: _Equations, strip: Strip, information: FloatArray) -> None:
        weight = self._weights[strip.agent]
        for effect, matrix in ((ETA, strip.opinion), (PSI, strip.willing)):
            told = strip.by_kind(information[:, effect, ETA] * weight)[:, None] * strip.opinion
            told += strip.by_kind(information[:, effect, PSI] * weight)[:, None] * strip.willing
            for place in range(PSI + 1, information.shape[2]):
                of_kind = strip.by_kind(information[:, effect, place] * weight)
                told += of_kind[:, None] * strip.local[place - PSI - 1]
            sums.information += matrix.T @ told


def _moved(interaction: float, squares: FloatArray, variance: FloatArray, weight: FloatArray) -> float:
    """Return the variance of v after one step of scoring on its logarithm; EM would take hundreds of steps."""
    usual = USUAL_INTERACTION / interaction
    slope = float((weight * ((squares + variance) / interaction - 1.0)).sum()) + _USUAL_INTERACTIONS * (usual - 1.0)
    told = float((weight * (1.0 - np.minimum(variance / interaction, 1.0)) ** 2).sum())
    step = slope / (told + _USUAL_INTERACTIONS * max(usual, 1.0))
    moved = interaction * float(np.exp(np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)))
    return float(np.clip(moved, _LEAST_INTERACTION, _MOST_INTERACTION))


def _inverted(matrices: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)
