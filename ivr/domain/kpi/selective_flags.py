"""Selective-offering flags: agents whose share of a telling event neither chance nor the spread of peers explains.

An agent who offers the rating to content callers only looks better than he is; so does one who hangs up on the others,
passes them on, or presses the keys himself. Each leaves a share that can be counted. It is compared with the peers of
the same strata. Honest agents differ too, by a beta distribution around the peers' median, whose width is the median
absolute deviation on the side that cheating does not reach; the p-value is the tail of the beta-binomial. Those who
look odd at all (z > 2) are left out of the median and the width, and all is computed again until they stay the same,
so that thirty cheats in a hundred do not become the norm. Of many agents the flagged ones are chosen by Benjamini and
Hochberg, and only where the share is off by five points at least.

A flag is evidence to look into, not a verdict, and lowers no figure by itself.

F. R. Hampel (1974), JASA 69:383-393 (the median absolute deviation). Y. Benjamini and Y. Hochberg (1995), JRSS B
57:289-300. B. Efron (2004), JASA 99:96-104 (a null distribution read off the many honest ones). J. Kerman (2011),
arXiv 1111.0433 (the beta's median).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, betaincinv, ndtr

from ivr.domain.kpi.estimates import Status, no_figure
from ivr.domain.kpi.multiplicity import benjamini_hochberg
from ivr.domain.kpi.peer_flags import (
    FALSE_DISCOVERIES,
    FEWEST_CALLS,
    FEWEST_PEERS,
    FLOOR,
    LEAST_APART,
    SENTENCES,
    PeerFlag,
)
from ivr.domain.kpi.signals import Signal
from ivr.domain.kpi.wilson import proportion

_ODD = 2.0
"""Agents this many standard deviations off are left out of what is normal: one honest agent in forty."""
_ALIKE = 1e6
_FEWEST_IN_STRATUM = 10
_MOST_ROUNDS = 10

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EventCount:
    """So many events among an agent's calls of one stratum (a queue, a site).

    For few_callers the events are pairs of ratings by one caller, and the calls all pairs: their share is the chance
    that two ratings are one caller's, and pairs as rare as these are nearly binomial.
    """

    agent: str
    stratum: str
    events: int
    calls: int


def flag_shares(
    counts: Sequence[EventCount], signal: Signal, *, floors: Mapping[str, float] | None = None
) -> tuple[PeerFlag, ...]:
    """Return one entry an agent, by name. ``floors`` are the least offer rates by stratum, "" for all others.

    An agent significantly below the floor is flagged whatever the peers do. Fewer than FEWEST_CALLS calls, or fewer
    than FEWEST_PEERS peers in the agent's strata, give no flag and a reason; counts that contradict themselves are
    refused for the agent.
    """
    wrong = {each.agent for each in counts if not 0 <= each.events <= each.calls}
    sound = [each for each in counts if each.agent not in wrong and each.calls]
    floor_q = _below_floor(sound, floors or {}) if signal.is_low else {}
    suspects = {agent for agent, q in floor_q.items() if q < FALSE_DISCOVERIES}
    odd, before = set(suspects), set[frozenset[str]]()
    while frozenset(odd) not in before and len(before) < _MOST_ROUNDS:
        before.add(frozenset(odd))
        peers = _compared(sound, signal, odd)
        odd = suspects | (set() if peers is None else set(np.array(peers.agents)[peers.z > _ODD].tolist()))
    peers = _compared(sound, signal, odd)
    tests = {} if peers is None else _tested(peers, signal)
    own: dict[str, tuple[int, int]] = {}
    for each in counts:
        events, calls = own.get(each.agent, (0, 0))
        own[each.agent] = (events + each.events, calls + each.calls)
    return tuple(
        _refused(agent, signal)
        if agent in wrong
        else _entry(agent, signal, own[agent], tests.get(agent), floor_q.get(agent))
        for agent in sorted(own)
    )


@dataclass(frozen=True, slots=True)
class _Test:
    expected: float
    z: float
    p_value: float
    q_value: float
    flagged: bool


@dataclass(frozen=True, slots=True)
class _Peers:
    """Agents with enough calls beside their peers, turned so that the telling direction is down."""

    agents: list[str]
    share: Array
    norm: Array
    calls: Array
    strength: float
    z: Array


def _compared(counts: Sequence[EventCount], signal: Signal, leave_out: set[str]) -> _Peers | None:
    """Return each agent beside those peers who are not left out; None where they are too few."""
    centres: dict[str, float] = {}
    strata: dict[str, list[EventCount]] = {}
    for each in counts:
        strata.setdefault(each.stratum, []).append(each)
    for stratum, rows in strata.items():
        peers = [each for each in rows if each.agent not in leave_out and each.calls >= _FEWEST_IN_STRATUM]
        if len(peers) >= FEWEST_PEERS:
            centres[stratum] = _weighted_median(peers)
    totals: dict[str, list[float]] = {}
    for each in counts:
        if each.stratum in centres:
            total = totals.setdefault(each.agent, [0.0, 0.0, 0.0])
            for at, part in enumerate((each.events, each.calls, each.calls * centres[each.stratum])):
                total[at] += part
    agents = sorted(agent for agent, total in totals.items() if total[1] >= FEWEST_CALLS)
    kept = np.array([agent not in leave_out for agent in agents], dtype=bool)
    if kept.sum() < FEWEST_PEERS:
        return None
    events, calls, expected = np.array([totals[agent] for agent in agents], dtype=np.float64).T
    share, norm = events / calls, expected / calls
    share, norm = (share, norm) if signal.is_low else (1 - share, 1 - norm)
    centre = float(np.median((share - norm)[kept]))
    norm = np.clip(norm + centre, 0.5 / calls, 1 - 0.5 / calls)
    strength = _honest_strength((share - norm)[kept], norm[kept], calls[kept])
    spread = np.sqrt(norm * (1 - norm) * (1 / calls + (calls - 1) / calls / (strength + 1)))
    return _Peers(agents, share, norm, calls, strength, (norm - share) / spread)


def _tested(peers: _Peers, signal: Signal) -> dict[str, _Test]:
    p = _beta_binomial_tail(peers.share * peers.calls, peers.calls, peers.norm, peers.strength)
    q = [1.0 if each is None else each for each in benjamini_hochberg(p.tolist())]
    telling = (np.array(q) < FALSE_DISCOVERIES) & (peers.norm - peers.share >= LEAST_APART)
    shown = peers.norm if signal.is_low else 1 - peers.norm
    return {
        agent: _Test(float(shown[at]), float(peers.z[at]), float(p[at]), q[at], bool(telling[at]))
        for at, agent in enumerate(peers.agents)
    }


def _honest_strength(above: Array, norm: Array, calls: Array) -> float:
    """Return a + b of the honest agents' beta: its middle half reaches up from the median as far as theirs does."""
    middle = float(np.median(norm))
    noise = 0.4549 * float(np.median(norm * (1 - norm) / calls))  # .4549 = the square of the normal's quartile
    reach = float(np.median(above[above >= 0])) ** 2 - noise
    if reach <= 0:
        return _ALIKE
    low, high = np.log(1.0), np.log(_ALIKE)
    for _ in range(50):
        tried = (low + high) / 2
        a, b = _beta_of(middle, np.exp(tried))
        wide = float(betaincinv(a, b, 0.75)) - middle > reach**0.5
        low, high = (tried, high) if wide else (low, tried)
    return float(np.exp(high))


def _beta_of(median: Array | float, strength: Array | float) -> tuple[Array | float, Array | float]:
    """Return a and b of the beta with about this median (Kerman 2011) and a + b."""
    a = median * np.maximum(strength - 2 / 3, 1 / 3) + 1 / 3
    return a, np.maximum(strength - a, 1 / 3)


def _beta_binomial_tail(events: Array, calls: Array, median: Array, strength: float) -> Array:
    """Return the chance of at most so many events where the shares are beta around ``median``."""
    if strength >= _ALIKE:
        return np.asarray(bdtr(np.round(events), calls.astype(np.int64), median))
    # The beta's own quantiles as nodes, evenly spaced in normal scores so that the far tail is held too.
    scores = np.linspace(-5.5, 5.5, 45)
    weights = np.exp(-(scores**2) / 2)
    kinds, which = np.unique(np.round(median, 6), return_inverse=True)
    a, b = _beta_of(kinds[:, None], strength)
    nodes = np.clip(betaincinv(a, b, ndtr(scores)), 1e-12, 1 - 1e-12)[which]
    tails = bdtr(np.round(events)[:, None], calls.astype(np.int64)[:, None], nodes)
    return np.asarray(np.clip(tails @ weights / weights.sum(), 0.0, 1.0))


def _below_floor(counts: Sequence[EventCount], floors: Mapping[str, float]) -> dict[str, float]:
    """Return the adjusted p-value of being below the floor, for agents with calls where there is one."""
    totals: dict[str, Array] = {}
    for each in counts:
        floor = floors.get(each.stratum, floors.get(""))
        if floor is not None:
            row = np.array([each.events, each.calls, each.calls * floor])
            totals[each.agent] = totals.get(each.agent, np.zeros(3)) + row
    agents = sorted(agent for agent, total in totals.items() if total[1] >= FEWEST_CALLS)
    # With floors that differ the binomial of their mean is wider than the truth: on the safe side.
    p = [float(bdtr(totals[a][0], int(totals[a][1]), totals[a][2] / totals[a][1])) for a in agents]
    return {agent: 1.0 if q is None else q for agent, q in zip(agents, benjamini_hochberg(p), strict=True)}


def _refused(agent: str, signal: Signal) -> PeerFlag:
    share = no_figure(Status.REFUSED, "more events than calls", method="wilson")
    return PeerFlag(agent, signal, share, None, None, None, None, flagged=False, reasons=share.reasons)


def _entry(agent: str, signal: Signal, own: tuple[int, int], test: _Test | None, floor_q: float | None) -> PeerFlag:
    share = proportion(*own, of="calls")
    below = floor_q is not None and floor_q < FALSE_DISCOVERIES
    reasons = [FLOOR] if below else []
    if test is None:
        few = f"fewer than {FEWEST_CALLS} calls: no flag either way"
        alone = f"fewer than {FEWEST_PEERS} peers on the same calls: no flag by comparison"
        reasons.append(few if own[1] < FEWEST_CALLS else alone)
        return PeerFlag(agent, signal, share, None, None, None, floor_q, below, tuple(reasons), below)
    if test.flagged:
        reasons.append(SENTENCES[signal])
    seen = (test.expected, test.z, test.p_value, test.q_value)
    return PeerFlag(agent, signal, share, *seen, flagged=bool(reasons), reasons=tuple(reasons), below_floor=below)


def _weighted_median(rows: Sequence[EventCount]) -> float:
    shares = np.array([each.events / each.calls for each in rows])
    weights = np.array([each.calls for each in rows], dtype=np.float64)
    order = np.argsort(shares, kind="stable")
    middle = np.cumsum(weights[order]) - weights[order] / 2
    return float(np.interp(weights.sum() / 2, middle, shares[order]))
