"""Offer gaps: agents who offer the rating to callers that are likely content, and less to the others.

Which calls are likely content is known before the agent answers: a short wait, an easy queue. An honest agent offers to
both alike, however often that is. The gap is taken on the arcsine scale, where a share of n calls has the variance
1 / (4 n) whatever it is, and compared with the peers' as in :mod:`ivr.domain.kpi.selective_flags`.

F. J. Anscombe (1948), Biometrika 35:246-254.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.multiplicity import benjamini_hochberg
from ivr.domain.kpi.peer_flags import (
    FALSE_DISCOVERIES,
    FEWEST_CALLS,
    FEWEST_PEERS,
    LEAST_APART,
    SENTENCES,
    PeerFlag,
)
from ivr.domain.kpi.signals import Signal
from ivr.domain.kpi.wilson import newcombe_interval

_ODD = 0.05
_MOST_ROUNDS = 10

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapCount:
    """An agent's offers in one stratum to callers who were likely content and to those who were likely not."""

    agent: str
    stratum: str
    offered_content: int
    calls_content: int
    offered_discontent: int
    calls_discontent: int


def flag_offer_gaps(counts: Sequence[GapCount]) -> tuple[PeerFlag, ...]:
    """Return one entry an agent, by name, for offering to likely content callers more than the peers do.

    Which calls are likely content is known before the agent answers: a short wait, say.
    """
    rows = [each for each in counts if each.calls_content and each.calls_discontent]
    totals: dict[str, list[int]] = {}
    for each in rows:
        total = totals.setdefault(each.agent, [0, 0, 0, 0])
        parts = (each.offered_content, each.calls_content, each.offered_discontent, each.calls_discontent)
        for at, part in enumerate(parts):
            total[at] += part
    enough = sorted(agent for agent, (_, n, _, m) in totals.items() if min(n, m) >= FEWEST_CALLS / 2)
    table = np.array([totals[agent] for agent in enough], dtype=np.float64).reshape(-1, 4)
    gaps = _arcsine(table[:, 0], table[:, 1]) - _arcsine(table[:, 2], table[:, 3])
    noise = 1 / (4 * table[:, 1]) + 1 / (4 * table[:, 3])
    odd = np.zeros(len(enough), dtype=bool)
    z, p = np.zeros(len(enough)), np.ones(len(enough))
    q: list[float] = []
    for _ in range(_MOST_ROUNDS):
        if (~odd).sum() < FEWEST_PEERS:
            break
        z = _z_scores(gaps, noise, ~odd)
        p = ndtr(-z)
        q = [1.0 if each is None else each for each in benjamini_hochberg(p.tolist())]
        before, odd = odd, p < _ODD
        if (odd == before).all():
            break
    entries, signal = [], Signal.OFFERS_TO_THE_CONTENT
    places = {agent: at for at, agent in enumerate(enough)}
    for agent in sorted({each.agent for each in counts}):
        share = _gap(totals.get(agent))
        if agent not in places or not q:
            few = f"fewer than {FEWEST_PEERS} peers to compare with: no flag either way"
            rare = f"fewer than {FEWEST_CALLS // 2} calls of one of the two kinds: no flag either way"
            reason = few if agent in places else rare
            entries.append(PeerFlag(agent, signal, share, None, None, None, None, flagged=False, reasons=(reason,)))
            continue
        at = places[agent]
        flagged = q[at] < FALSE_DISCOVERIES and (share.estimate or 0.0) >= LEAST_APART
        reasons = (SENTENCES[signal],) if flagged else ()
        entries.append(PeerFlag(agent, signal, share, None, float(z[at]), float(p[at]), q[at], flagged, reasons))
    return tuple(entries)


def _z_scores(toward: Array, noise: Array, kept: NDArray[np.bool_]) -> Array:
    """Return how far each agent lies in the telling direction, in standard deviations of honest peers."""
    centre = float(np.median(toward[kept]))
    away = centre - toward[kept & (toward <= centre)]
    between = (1.4826 * float(np.median(away))) ** 2 - float(np.median(noise[kept]))
    return np.asarray((toward - centre) / np.sqrt(noise + max(0.0, between)))


def _arcsine(events: Array, calls: Array) -> Array:
    return np.asarray(np.arcsin(np.sqrt(np.clip((events + 0.375) / (calls + 0.75), 0.0, 1.0))))


def _gap(total: Sequence[int] | None) -> Estimate:
    """Return the difference of the two offer rates; no figure where one kind of call is missing."""
    if total is None:
        return no_figure(Status.INSUFFICIENT, "no calls of one of the two kinds", method="newcombe_hybrid_score")
    offered, calls, offered_others, others = total
    lo, hi = newcombe_interval(offered, calls, offered_others, others)
    gap = offered / calls - offered_others / others
    return Estimate(gap, lo, hi, "proportion", calls + others, "newcombe_hybrid_score", Status.OK)
