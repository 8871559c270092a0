"""Tiers: who is clearly above the middle, who is clearly below it, and who cannot be told from it.

A rank of 57 of 200 looks precise and is not: at ninety ratings an agent a 95 % rank interval is more than a hundred
ranks wide. Three tiers say what the data carry. An agent is in tier 1 where the posterior probability of being better
than the median agent exceeds .975, in tier 3 where that of being worse does, else in tier 2. As each probability
is a posterior one of shrunk figures, the expected share of wrong ones among the named is at most 2.5 %, however many
agents are looked at; that is the Bayesian false discovery rate, and needs no further adjustment. Where only rank
confidence sets are at hand, a set that lies wholly on one side of the middle names the agent.

P. Mueller, G. Parmigiani, C. Robert and J. Rousseau (2004), JASA 99:990-1001. A. Gelman, J. Hill and M. Yajima (2012),
Journal of Research on Educational Effectiveness 5:189-211.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.domain.kpi.posterior_ranks import RankSummary
from ivr.domain.kpi.tier_numbers import ABOVE, BELOW, MIDDLE

SURE = 0.975
"""The probability that names an agent."""
FEWEST_AGENTS = 3
"""A middle to be above of needs a third agent."""


@dataclass(frozen=True, slots=True)
class Tiers:
    """One tier an agent, in the order given; None where there is no middle, which ``reasons`` explains.

    ``expected_wrong`` is the expected share of wrong ones among the agents in tiers 1 and 3, 0 to 1; None where
    nobody is named or where it is not known.
    """

    tiers: tuple[int | None, ...]
    expected_wrong: float | None
    reasons: tuple[str, ...] = ()


def posterior_tiers(ranks: RankSummary, *, sure: float = SURE) -> Tiers:
    """Return the tiers by the posterior probability of being better or worse than the median agent.

    Raises:
        ValueError: where ``sure`` is not above one half and below 1.
    """
    if not 0.5 < sure < 1:
        raise ValueError(f"{sure} is no probability that could name anybody: it has to be above 0.5 and below 1")
    if ranks.agents < FEWEST_AGENTS:
        return _no_middle(ranks.agents)
    above, below = ranks.above_middle > sure, ranks.above_middle < 1 - sure
    wrong = np.concatenate([1 - ranks.above_middle[above], ranks.above_middle[below]])
    tiers = np.where(above, ABOVE, np.where(below, BELOW, MIDDLE))
    return _named(tiers.tolist(), float(wrong.mean()) if len(wrong) else None)


def rank_set_tiers(sets: Sequence[tuple[int, int]]) -> Tiers:
    """Return the tiers by confidence sets for ranks, (best, worst) an agent with 1 = best.

    With simultaneous sets nobody at all is named wrongly with their confidence; with marginal ones each agent is
    right with it.
    """
    agents = len(sets)
    if agents < FEWEST_AGENTS:
        return _no_middle(agents)
    middle = (agents + 1) / 2
    return _named([ABOVE if worst < middle else BELOW if best > middle else MIDDLE for best, worst in sets], None)


def _named(tiers: list[int], expected_wrong: float | None) -> Tiers:
    reasons = () if set(tiers) - {MIDDLE} else ("no agent can be told from the middle on these ratings",)
    return Tiers(tuple(tiers), expected_wrong, reasons)


def _no_middle(agents: int) -> Tiers:
    reason = f"fewer than {FEWEST_AGENTS} agents have a figure: there is no middle to compare with"
    return Tiers((None,) * agents, None, (reason,))
