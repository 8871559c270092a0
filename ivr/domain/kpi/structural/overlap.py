"""Overlap: what the design can tell apart at all, before anything is estimated.

Layouts are compared only through strata in which chance gave out both (random overlap). Agents are compared through
the queues that they share with others. What no chain of such links joins to the rest is not identified, however many
calls there are.
"""

from collections.abc import Iterable

import numpy as np
from scipy.special import chdtrc

from ivr.domain.kpi.structural.design import Design, sums

_NOISE = 0.01
MOST_OUTSIDE = 0.01
"""The share of the ratings that may be left out because their layout has no random overlap with the others."""


def anchored_layouts(design: Design, reference: str) -> frozenset[str]:
    """Return the keys of the layouts that random overlap joins to ``reference``, itself among them."""
    ratings = design.rated.sum(axis=1)
    links: list[frozenset[str]] = []
    for number, stratum in enumerate(design.strata):
        rows = (design.stratum == number) & (ratings > 0)
        there = {design.layouts[layout].key for layout in np.unique(design.layout[rows]).tolist()}
        if stratum.shares is not None:
            links.append(frozenset(key for key in there if stratum.shares.get(key, 0.0) > 0))
    return _reached(reference, links)


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
    pairs = np.unique(np.column_stack([design.agent, design.mix[:, queues]]), axis=0)
    by_agent: dict[int, set[str]] = {}
    for agent, queue in pairs.tolist():
        by_agent.setdefault(agent, set()).add(str(queue))
    links = [frozenset(shared) for shared in by_agent.values()]
    groups: list[frozenset[str]] = []
    for queue in sorted({queue for link in links for queue in link}):
        if not any(queue in group for group in groups):
            groups.append(_reached(queue, links))
    sizes = [sum(1 for queues_of in by_agent.values() if queues_of & group) for group in groups]
    if sizes.count(max(sizes)) > 1:
        return frozenset(by_agent)
    largest = groups[sizes.index(max(sizes))]
    return frozenset(agent for agent, queues_of in by_agent.items() if not queues_of & largest)


def response_spread(design: Design) -> float:
    """Return the most by which the response of offered calls differs over the delays, in percentage points.

    0 where chance alone would often make them differ as much (chi-square at 1 %).

    Delays are compared only within a stratum and a month, where chance gave them out: a site or a month with a delay
    of its own says nothing about delays. Each such place counts by its calls.
    """
    months = next((n for n, factor in enumerate(design.factors) if factor.name == "period"), None)
    month = design.mix[:, months] if months is not None else np.zeros(len(design), dtype=np.intp)
    place = np.unique(np.column_stack([design.stratum, month]), axis=0, return_inverse=True)[1].ravel()
    shape = (int(place.max(initial=-1)) + 1, len(design.delays))
    cell = place * shape[1] + design.delay
    offered = sums(cell, design.offered, shape[0] * shape[1]).reshape(shape)
    rated = sums(cell, design.rated.sum(axis=1), shape[0] * shape[1]).reshape(shape)
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


def _reached(start: str, links: Iterable[frozenset[str]]) -> frozenset[str]:
    reached, remaining = {start}, list(links)
    while True:
        near = [link for link in remaining if link & reached]
        if not near:
            return frozenset(reached)
        reached.update(*near)
        remaining = [link for link in remaining if not link & reached]
