"""Suspects: the agents of a large centre who tell whether anybody in it is selective.

A selective agent offers less often where callers are likely to be dissatisfied, or offers unlike the others. Where none
of those who show one of it is selective, nobody is; where some are, all agents are weighed, as chance hides the signs
of others (of 360 selective agents among 1,200, weighing suspects alone found 88 %, weighing all of them 96 %).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ivr.domain.kpi.structural.agents import AgentMode
from ivr.domain.kpi.structural.design import Design
from ivr.domain.kpi.structural.scales import Scales

ALL_UP_TO = 1000
"""With fewer agents all of them are weighed at once."""
_LEAST_GAP = 1.5
_UNLIKE = 2.5
_MAD_TO_SD = 1.4826


def suspects(design: Design, scales: Scales, plain: AgentMode) -> NDArray[np.bool_]:
    """Return one answer an agent.

    The first sign is the correlation, in standard errors, of the agent's offers with how satisfied callers of each kind
    are likely to be; the second the agent's rate of offers against the median, in robust standard deviations.
    """
    agents = len(design.agents)
    if agents <= ALL_UP_TO:
        return np.ones(agents, dtype=np.bool_)
    opinion, _ = scales.linear(design.kinds)
    eta = (opinion @ plain.shared)[design.kind] + plain.effects[design.agent, 0]
    content = expit(eta - plain.shared[scales.parts["neutral"].stop - 1])
    eligible = np.maximum(design.by_agent(design.eligible), 1.0)
    rate = design.by_agent(design.offered) / eligible
    usual = design.by_agent(design.eligible * content) / eligible
    apart = content - usual[design.agent]
    covered = design.by_agent((design.offered - design.eligible * rate[design.agent]) * apart)
    variance = rate * (1.0 - rate) * design.by_agent(design.eligible * apart**2)
    gap = covered / np.sqrt(np.maximum(variance, 1e-9))
    middle = float(np.median(rate))
    spread = _MAD_TO_SD * float(np.median(np.abs(rate - middle)))
    noise = np.sqrt(spread**2 + middle * (1.0 - middle) / eligible)
    unlike = np.abs(rate - middle) > _UNLIKE * np.maximum(noise, 1e-9)
    found = (gap > _LEAST_GAP) | unlike
    return found if found.any() else np.ones(agents, dtype=np.bool_)
