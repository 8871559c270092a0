"""Peer flags: what one telling signal says of one agent, and several signals together.

Signals of one agent are read together by the sum of their normal scores over the root of their number (Stouffer 1949):
honest agents who rarely offer do not offer by mood, and those who seem to offer by mood by chance do not offer rarely.
The signals have to come from different events, for the sum takes them as independent.

S. A. Stouffer and others (1949), The American Soldier, volume 1, Princeton University Press.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.multiplicity import benjamini_hochberg
from ivr.domain.kpi.signals import Signal

FEWEST_CALLS = 50
FEWEST_PEERS = 8
FALSE_DISCOVERIES = 0.05
LEAST_APART = 0.05
"""A share less than this beside the peers' is not flagged, however many calls say so."""


@dataclass(frozen=True, slots=True)
class PeerFlag:
    """What one signal says of one agent.

    ``share`` is the agent's, ``expected`` the peers' at the agent's mix of strata. ``z`` is positive in the telling
    direction; ``q_value`` is ``p_value`` adjusted for all agents. ``reasons`` say why there is a flag, or no test;
    ``below_floor`` that the flag stands whatever the peers do.
    """

    agent: str
    signal: Signal
    share: Estimate
    expected: float | None
    z: float | None
    p_value: float | None
    q_value: float | None
    flagged: bool
    reasons: tuple[str, ...] = ()
    below_floor: bool = False


FLOOR = "offers the rating less often than the floor that is set"
SENTENCES = {
    Signal.LOW_OFFER_RATE: "offers the rating less often than peers on the same calls",
    Signal.AGENT_HANGS_UP_FIRST: "ends calls before the caller more often than peers",
    Signal.TRANSFERS_BEFORE_RATING: "passes calls on before the rating more often than peers",
    Signal.EARLY_PRESSES: "more ratings than the peers' were keyed before their option was read",
    Signal.FEW_CALLERS: "ratings come from fewer different callers than the peers'",
    Signal.OFFERS_TO_THE_CONTENT: "offers the rating to callers who are likely content more than peers do",
}


@dataclass(frozen=True, slots=True)
class JointFlag:
    """What several signals together say of one agent; ``signals`` are those that could be tested, strongest first."""

    agent: str
    signals: tuple[Signal, ...]
    p_value: float | None
    q_value: float | None
    flagged: bool
    reasons: tuple[str, ...] = ()


def join_flags(*signals: Sequence[PeerFlag]) -> tuple[JointFlag, ...]:
    """Return one entry an agent, by name, for all of ``signals`` together.

    An agent is flagged where the joint q-value is below FALSE_DISCOVERIES, and one who is below a floor.
    """
    of_agent: dict[str, list[PeerFlag]] = {}
    for each in (each for flags in signals for each in flags):
        of_agent.setdefault(each.agent, []).append(each)
    agents = sorted(of_agent)
    joint: list[float | None] = []
    for agent in agents:
        p = [each.p_value for each in of_agent[agent] if each.p_value is not None]
        scores = -ndtri(np.clip(np.array(p, dtype=np.float64), 1e-15, 1 - 1e-15))
        joint.append(float(ndtr(-scores.sum() / len(p) ** 0.5)) if p else None)
    rows = []
    for agent, p_value, q_value in zip(agents, joint, benjamini_hochberg(joint), strict=True):
        known = [(each.p_value, each) for each in of_agent[agent] if each.p_value is not None]
        tested = [each for _, each in sorted(known, key=lambda pair: pair[0])]
        floored = [FLOOR] if any(each.below_floor for each in of_agent[agent]) else []
        flagged = bool(floored) or (q_value is not None and q_value < FALSE_DISCOVERIES)
        odd = [SENTENCES[each.signal] for p, each in known if p < FALSE_DISCOVERIES]
        reasons = (*floored, *odd) if flagged else ()
        rows.append(JointFlag(agent, tuple(each.signal for each in tested), p_value, q_value, flagged, reasons))
    return tuple(rows)
