"""The middle agent: the figure that "clearly above the middle" and "clearly below" are said against.

A tier says that an agent is better or worse than the median agent of a fit in nearly all draws of the posterior
(:mod:`ivr.domain.kpi.tiers`). Draws are not kept with a fit. What can be printed of that middle is the median of the
standardised shares of the same agents: half of those compared have a higher one, half a lower one. It describes these
estimates and estimates nothing further, so it has no interval of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ivr.domain.kpi.fitted import FittedAgent


@dataclass(frozen=True, slots=True)
class MiddleAgent:
    """The median of the standardised shares (0 to 1) of the ``agents`` who are compared with each other."""

    standardised: float
    agents: int


def middle_agent(agents: Sequence[FittedAgent]) -> MiddleAgent | None:
    """Return the middle of all agents of a fit who have a tier; None where nobody has one.

    ``agents`` have to be all of the fit, not a team's: the tiers are against the middle of the whole centre.
    """
    shares = [
        each.standardised.estimate
        for each in agents
        if each.tier is not None and each.standardised.estimate is not None
    ]
    return MiddleAgent(median(shares), len(shares)) if shares else None
