"""Raking: weights that bring the rated calls to the known make-up of all calls, one margin after the other.

Theory: callers of the night queue answer less often, so the ratings hold too few of them. All calls are in the ledger,
so their true make-up by queue, by reason, by hour is known exactly. Iterative proportional fitting multiplies the
weights until the ratings have each of these margins at once; the ratios inside the margins stay as pressed. It removes
what the margins explain of non-response and nothing else: like callers who stay silent for what they think of the
agent are not in any margin.

Large weights let a few callers speak for all. A weight over five times the median is cut to that, and it is said; the
margins then no longer hold to the last. Kish's effective size (sum w)^2 / sum w^2 says how many equally weighted
ratings would know as much; the interval is Wilson's at that number.

W. E. Deming and F. F. Stephan (1940), Annals of Mathematical Statistics 11:427-444. J.-C. Deville and C.-E. Särndal
(1992), JASA 87:376-382. L. Kish (1965), Survey Sampling, Wiley.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose, isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.effective_sample import effective_share
from ivr.domain.kpi.estimates import Estimate, Status, no_figure

MOST_ITERATIONS = 200
LARGEST_WEIGHT = 5.0
"""Times the median."""
_CLOSE = 1e-10
_METHOD = "raking"

_Floats = NDArray[np.float64]


class RakeCell(NamedTuple):
    """So many rated calls, and of them so many in the best category, that share a level of each margin."""

    levels: tuple[str, ...]
    rated: int
    best: int = 0


@dataclass(frozen=True, slots=True)
class Margin:
    """The make-up of all calls by one circumstance: how many calls (or which share) each level has."""

    name: str
    totals: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Raking:
    """The weight of one rating in each cell, in the order of the cells; empty unless ``status`` is ok or wide.

    ``trimmed`` counts the ratings whose weight was cut; ``margin_error`` is the largest share of all calls by which a
    level is off after that, 0 where nothing was cut.
    """

    weights: tuple[float, ...]
    n: int
    n_effective: float
    iterations: int
    trimmed: int
    margin_error: float
    status: Status
    reasons: tuple[str, ...] = ()


def rake(
    cells: Sequence[RakeCell],
    margins: Sequence[Margin],
    *,
    merged: Mapping[tuple[str, str], str] | None = None,
) -> Raking:
    """Return weights that bring ``cells`` to ``margins``; each cell's levels are in the order of the margins.

    ``merged`` takes a level for another of its margin, ``("queue", "night"): "evening"``: the remedy for a level in
    which nobody answered, which is refused by name without it.
    """
    renamed = merged or {}
    wanted = [_merge(margin, renamed) for margin in margins]
    levels = [
        tuple(renamed.get((margin.name, level), level) for margin, level in zip(margins, cell.levels, strict=True))
        for cell in cells
    ]
    n = sum(cell.rated for cell in cells)
    if n == 0:
        return _refused("no ratings to weight", n, Status.INSUFFICIENT)
    rated = np.array([cell.rated for cell in cells], dtype=np.float64)
    fault = _fault(wanted, levels, rated)
    if fault is not None:
        return _refused(fault, n)
    places, targets = [], []
    for position, margin in enumerate(wanted):
        names = sorted(margin.totals)
        index = {name: place for place, name in enumerate(names)}
        places.append(np.array([index[each[position]] for each in levels], dtype=np.intp))
        targets.append(np.array([margin.totals[name] for name in names], dtype=np.float64))
    weights, iterations = _fitted(rated, places, targets)
    if weights is None:
        reason = f"the margins do not meet within {MOST_ITERATIONS} rounds: some of them contradict the empty cells"
        return _refused(reason, n)
    trimmed_weights = _trimmed(weights, rated)
    cut = int(np.sum(rated[weights > trimmed_weights]))
    if cut:
        trimmed_weights *= float(np.sum(weights * rated) / np.sum(trimmed_weights * rated))
    error = _off(trimmed_weights * rated, places, targets) if cut else 0.0
    effective = float(np.sum(trimmed_weights * rated) ** 2 / np.sum(trimmed_weights**2 * rated))
    said = (
        f"{cut} ratings would have weighed more than {LARGEST_WEIGHT:g} times the median and were cut to that; "
        f"a margin is off by up to {error:.1%} of the calls"
    )
    reasons = (said,) if cut else ()
    return Raking(
        tuple(trimmed_weights.tolist()),
        n,
        effective,
        iterations,
        cut,
        error,
        Status.WIDE if cut else Status.OK,
        reasons,
    )


def raked_share(
    cells: Sequence[RakeCell],
    margins: Sequence[Margin],
    *,
    merged: Mapping[tuple[str, str], str] | None = None,
) -> Estimate:
    """Return the share in the best category after raking, with Wilson's interval at Kish's effective size.

    Raises:
        ValueError: where a cell has more ratings in the best category than ratings.
    """
    if any(not 0 <= cell.best <= cell.rated for cell in cells):
        raise ValueError("more ratings in the best category than ratings")
    raking = rake(cells, margins, merged=merged)
    if not raking.weights:
        return no_figure(raking.status, *raking.reasons, n=raking.n, method=_METHOD)
    best = sum(weight * cell.best for weight, cell in zip(raking.weights, cells, strict=True))
    total = sum(weight * cell.rated for weight, cell in zip(raking.weights, cells, strict=True))
    figure = effective_share(
        min(1.0, best / total), raking.n_effective, raking.n, method=_METHOD, of="ratings", reasons=raking.reasons
    )
    return replace(figure, status=Status.WIDE) if raking.trimmed else figure


def _merge(margin: Margin, merged: Mapping[tuple[str, str], str]) -> Margin:
    totals: dict[str, float] = {}
    for level, total in margin.totals.items():
        name = merged.get((margin.name, level), level)
        totals[name] = totals.get(name, 0.0) + total
    # A level that no call has asks for nothing.
    return Margin(margin.name, {level: total for level, total in totals.items() if total != 0})


def _fault(margins: Sequence[Margin], levels: Sequence[tuple[str, ...]], rated: _Floats) -> str | None:
    for position, margin in enumerate(margins):
        if any(not isfinite(total) or total < 0 for total in margin.totals.values()):
            return f"margin {margin.name}: a total is not a number of calls"
        answered = {each[position] for each, count in zip(levels, rated, strict=True) if count}
        for level in sorted(margin.totals):
            if level not in answered:
                return f"margin {margin.name}: nobody answered in {level}; merge it with a level that is like it"
        for level in sorted({each[position] for each in levels}):
            if level not in margin.totals:
                return f"margin {margin.name}: there are ratings in {level}, but none of all calls"
    sums = {margin.name: sum(margin.totals.values()) for margin in margins}
    if not sums:
        return "no margin to rake to"
    first = next(iter(sums))
    for name, total in sums.items():
        if not isclose(total, sums[first], rel_tol=1e-6):
            return f"margins {first} and {name} do not sum alike ({sums[first]:g} and {total:g} calls)"
    return None


def _fitted(
    rated: _Floats, places: Sequence[NDArray[np.intp]], targets: Sequence[_Floats]
) -> tuple[_Floats | None, int]:
    """Return the weights and the rounds they took; None where they do not settle."""
    weights = np.full(len(rated), float(np.sum(targets[0])) / float(np.sum(rated)))
    for iteration in range(1, MOST_ITERATIONS + 1):
        for place, target in zip(places, targets, strict=True):
            held = np.bincount(place, weights * rated, len(target))
            # A level can starve where cells are empty: its weights run to 0 and the rounds never settle.
            if not np.all(held > 0):
                return None, iteration
            weights = weights * (target / held)[place]
        if _off(weights * rated, places, targets) < _CLOSE:
            return weights, iteration
    return None, MOST_ITERATIONS


def _off(held: _Floats, places: Sequence[NDArray[np.intp]], targets: Sequence[_Floats]) -> float:
    return max(
        float(np.max(np.abs(np.bincount(place, held, len(target)) - target)) / np.sum(target))
        for place, target in zip(places, targets, strict=True)
    )


def _trimmed(weights: _Floats, rated: _Floats) -> _Floats:
    order = np.argsort(weights, kind="stable")
    passed = np.cumsum(rated[order])
    median = float(weights[order][np.searchsorted(passed, passed[-1] / 2)])
    return weights.clip(max=LARGEST_WEIGHT * median)


def _refused(reason: str, n: int, status: Status = Status.REFUSED) -> Raking:
    return Raking((), n, 0.0, 0, 0, 0.0, status, (reason,))
