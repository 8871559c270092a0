"""The search: calibration, agents and offering in turn, until each has had the others' last word.

Selective agents' calls would teach the calibration a wrong scale, so agents count in it by their probability of being
plain. Three turns are enough: each starts where the last ended, and the third moves nothing that is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.period_cells import Contact, GroupCell
from ivr.domain.kpi.structural.agents import (
    SMALL_STEP,
    USUAL_INTERACTION,
    USUAL_SPREAD,
    AgentFit,
    AgentMode,
    Spread,
    Uncertainty,
)
from ivr.domain.kpi.structural.calibration import Calibration, calibrate
from ivr.domain.kpi.structural.design import Circumstances, Design, FloatArray
from ivr.domain.kpi.structural.levels import Mix, pooled_mix
from ivr.domain.kpi.structural.offering import Offering, weigh_offering
from ivr.domain.kpi.structural.replication import design_effect
from ivr.domain.kpi.structural.scales import Scales, make_scales

_MORE_TURNS = 2
_DEAD_LINE_CALLS = 50
_FIRST_SMALL_STEP = 0.02  # the next turn goes on from there


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found; ``design_effect`` is None where replicate groups cannot tell it.

    ``mix`` is the pooled case mix at which agents are compared.
    """

    design: Design
    scales: Scales
    calibration: Calibration
    agents: AgentMode
    uncertainty: Uncertainty
    offering: Offering
    below_floor: NDArray[np.bool_]
    design_effect: float | None
    mix: Mix


def search(
    design: Design,
    reference: str,
    groups: Sequence[GroupCell],
    contacts: Mapping[Contact, Circumstances],
    below_floor: NDArray[np.bool_],
) -> Found:
    """Return the fit of ``design``."""
    scales = make_scales(design, reference)
    turn = _turn(design, scales, below_floor, None)
    for _ in range(_MORE_TURNS):
        turn = _turn(design, scales, below_floor, turn)
        if not turn.offering.is_seen:
            break
    spread = turn.agents.spread
    joined = design.without_agents(_weights(design, turn.offering))
    return Found(
        design=design,
        scales=scales,
        calibration=turn.calibration,
        agents=turn.agents,
        uncertainty=turn.fit.uncertainty(spread, turn.calibration.covariance),
        offering=turn.offering,
        below_floor=below_floor,
        design_effect=design_effect(groups, contacts, joined, scales, _whole(spread), turn.calibration),
        mix=pooled_mix(design, scales, turn.agents.shared),
    )


@dataclass(frozen=True, slots=True)
class _Turn:
    calibration: Calibration
    fit: AgentFit
    agents: AgentMode
    offering: Offering


def _turn(design: Design, scales: Scales, below_floor: NDArray[np.bool_], before: _Turn | None) -> _Turn:
    if before is None:
        weights, spread = _heard(design), Spread(USUAL_SPREAD, USUAL_INTERACTION)
        vector, effects, known = scales.start, None, None
    else:
        weights, spread = _weights(design, before.offering), before.agents.spread
        vector, effects, known = before.calibration.vector, before.agents.effects, before.offering
    calibration = calibrate(design.without_agents(weights), scales, _whole(spread), vector)
    fit = AgentFit(design, scales, calibration.vector, weights, effects)
    agents = fit.mode(fit.search(spread, _FIRST_SMALL_STEP if before is None else SMALL_STEP))
    if known is None or not known.is_hopeless:
        log_marginal = fit.log_marginal(agents.spread)
        known = weigh_offering(design, scales, agents, log_marginal, below_floor=below_floor, start=known)
    return _Turn(calibration, fit, agents, known)


def _weights(design: Design, offering: Offering) -> FloatArray:
    """Return how much each agent counts for what is shared, 0 to 1."""
    return _heard(design) * (1.0 - offering.probability)


def _heard(design: Design) -> FloatArray:
    """Return 0 for an agent whose many offered calls were never answered: a dead line, not a kind of caller."""
    ratings = design.by_agent(design.rated.sum(axis=1))
    is_dead = (ratings == 0) & (design.by_agent(design.offered) >= _DEAD_LINE_CALLS)
    return np.where(is_dead, 0.0, 1.0)


def _whole(spread: Spread) -> FloatArray:
    """Return the covariance of all that agents add to a call on one layout."""
    whole: FloatArray = spread.between + np.diag([spread.interaction, 0.0])
    return whole
