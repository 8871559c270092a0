"""Overlap: what the design can tell apart at all, before anything is estimated.

Layouts are compared only through strata in which chance gave out both (random overlap). Agents are compared through
the queues that they share with others. What no chain of such links joins to the rest is not identified, however many
calls there are.
"""

import numpy as np
from scipy.special import chdtrc

from ivr.domain.kpi.connectivity import reached
from ivr.domain.kpi.structural.design import Design, sums

_NOISE = 0.01
MOST_OUTSIDE = 0.01
"""The share of the ratings that may be left out because their layout has no random overlap with the others."""


def anchored_layouts(design: Design, reference: str) -> frozenset[str]:
    """Return the keys of the layouts that random overlap joins to ``reference``, itself among them."""
    rated = design.rated.sum(axis=1) > 0
    shape = (len(design.strata), len(design.layouts))
    heard = np.zeros(shape, dtype=np.bool_)
    heard[design.kinds.stratum[design.kind[rated]], design.layout[rated]] = True
    links: list[frozenset[str]] = []
    for stratum, layouts in zip(design.strata, heard, strict=True):
        there = {design.layouts[layout].key for layout in np.flatnonzero(layouts).tolist()}
        if stratum.shares is not None:
            links.append(frozenset(key for key in there if stratum.shares.get(key, 0.0) > 0))
    return reached(reference, links)


def ratings_outside(design: Design, anchored: frozenset[str]) -> float:
    """Return the share of the ratings that were made on layouts which are not ``anchored``, 0 to 1."""
    ratings = design.rated.sum(axis=1)
    inside = np.array([layout.key in anchored for layout in design.layouts], dtype=np.bool_)
    total = float(ratings.sum())
    return 0.0 if total == 0 else float(ratings[~inside[design.layout]].sum()) / total


def agents_apart(design: Design) -> frozenset[int]:
    """Return the numbers of the agents whose queues nobody of the largest group of agents shares.

    Where no group of agents is the largest, nobody says who is to be compared with whom: all are apart.
    """
    queues = next((n for n, factor in enumerate(design.factors) if factor.name == "queue"), None)
    if queues is None or not len(design):
        return frozenset()
    served = np.zeros((len(design.agents), len(design.factors[queues].levels)), dtype=np.bool_)
    served[design.agent, design.kinds.mix[design.kind, queues]] = True
    links = [frozenset(np.flatnonzero(queues_of).tolist()) for queues_of in np.unique(served, axis=0)]
    groups: list[frozenset[int]] = []
    for queue in np.flatnonzero(served.any(axis=0)).tolist():
        if not any(queue in group for group in groups):
            groups.append(reached(queue, links))
    inside = [served[:, sorted(group)].any(axis=1) for group in groups]
    sizes = [int(agents.sum()) for agents in inside]
    is_apart = served.any(axis=1)
    if sizes.count(max(sizes)) == 1:
        is_apart &= ~inside[sizes.index(max(sizes))]
    return frozenset(np.flatnonzero(is_apart).tolist())


def response_spread(design: Design) -> float:
    """Return the most by which the response of offered calls differs over the delays, in percentage points.

    0 where chance alone would often make them differ as much (chi-square at 1 %).

    Delays are compared only within a stratum and a month, where chance gave them out: a site or a month with a delay
    of its own says nothing about delays. Each such place counts by its calls.
    """
    months = next((n for n, factor in enumerate(design.factors) if factor.name == "period"), None)
    kinds = design.kinds
    month = kinds.mix[:, months] if months is not None else np.zeros(len(kinds), dtype=np.intp)
    place = np.unique(np.column_stack([kinds.stratum, month]), axis=0, return_inverse=True)[1].ravel()
    shape = (int(place.max(initial=-1)) + 1, len(design.delays))
    cell = place * shape[1] + kinds.delay
    offered = sums(cell, design.by_kind(design.offered), shape[0] * shape[1]).reshape(shape)
    rated = sums(cell, design.by_kind(design.rated.sum(axis=1)), shape[0] * shape[1]).reshape(shape)
    compared = (offered > 0).sum(axis=1) > 1
    offered, rated = offered[compared], rated[compared]
    if not len(offered):
        return 0.0
    # Each delay's response against what its places' response was, so that a place which draws fewer does not count.
    wanted = offered * (rated.sum(axis=1) / offered.sum(axis=1))[:, None]
    there = offered.sum(axis=0) > 0
    differences = (rated.sum(axis=0) - wanted.sum(axis=0))[there] / offered.sum(axis=0)[there]
    share = rated.sum() / offered.sum()
    chi_square = float((offered.sum(axis=0)[there] * differences**2).sum() / max(share * (1.0 - share), 1e-9))
    if chdtrc(max(int(there.sum()) - 1, 1), chi_square) > _NOISE:
        return 0.0
    return 100.0 * float(differences.max() - differences.min())
