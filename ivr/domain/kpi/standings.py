"""Standings: where an agent stands among the agents, as far as the ratings tell; no order within one."""

from enum import StrEnum

from ivr.domain.kpi.agents import AgentFigures
from ivr.domain.kpi.tier_numbers import ABOVE, BELOW


class Standing(StrEnum):
    """Where an agent stands, in the order in which a supervisor looks."""

    BELOW = "below"
    """Clearly below the middle agent of the centre."""
    UNTOLD = "untold"
    """Cannot be told from the middle, which is not the same as average."""
    ABOVE = "above"
    """Clearly above it."""
    FEW = "few"
    """Not among those compared: too few ratings, or too few agents for a middle."""
    UNFITTED = "unfitted"
    """There is no comparable figure; it says why."""
    NOBODY = "nobody"
    """Calls that no agent is credited with."""


_BY_TIER = {BELOW: Standing.BELOW, ABOVE: Standing.ABOVE}


def standing_of(row: AgentFigures) -> Standing:
    """Return where the agent of ``row`` stands."""
    if row.agent is None:
        return Standing.NOBODY
    if row.standardised.estimate is None:
        return Standing.UNFITTED
    if row.tier is None:
        return Standing.FEW
    return _BY_TIER.get(row.tier, Standing.UNTOLD)
