"""Response-propensity weights: each rating speaks for the calls like it that stayed silent.

Theory: let a share r of the calls of one kind be rated. Then each of their ratings gets the weight 1 / r, and stands
for the silent ones of its kind. r is either counted in cells (queue by reason, say), or fitted by a logistic
regression on what was known before anybody answered, which borrows strength where cells are small:

    Horvitz-Thompson   sum(w y) / N           N is the number of all calls, known from the ledger
    Hajek              sum(w y) / sum(w)      steadier where the weights vary; the one to read

In cells they are the same figure, the post-stratified share. Both assume that within a kind the silent think like the
speaking (missing at random), which nothing in the ratings can prove; see ``double_sampling.py`` for what can.

The error takes the calls for independent, and fitted weights for known, which makes it too wide rather than too narrow
(Rosenbaum). The interval is Wilson's at the number of ratings that would have this variance.

D. G. Horvitz and D. J. Thompson (1952), JASA 47:663-685. J. Hajek (1971), in Foundations of Statistical Inference,
p. 236. P. R. Rosenbaum (1987), JASA 82:387-394. A. Albert and J. A. Anderson (1984), Biometrika 71:1-10 (separation).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ivr.domain.kpi.effective_sample import effective_share
from ivr.domain.kpi.estimates import Estimate, Status, no_figure

_METHOD = "inverse_propensity"
_MOST_STEPS = 50
_SETTLED = 1e-10
_LARGEST_LOGIT = 15.0
"""Fitted logits beyond this are a sign of separation: a share of 3 in 10 million."""
LARGEST_WEIGHT = 5.0
"""Times the median of the ratings' weights."""

_Floats = NDArray[np.float64]


class ResponseCell(NamedTuple):
    """So many calls of one kind, how many were rated, and how many of those are in the best category.

    ``features`` are what the logistic regression sees of the kind; cells alone need none.
    """

    name: str
    eligible: int
    rated: int
    best: int
    features: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class PropensityWeighted:
    """The share of all calls in the best category, by two weightings, and the propensity of each cell in their order.

    Cells of one name and the same features are one cell, those without calls none.
    ``coefficients`` are the intercept and the slopes of a logistic fit, in logits; empty for cells.
    """

    hajek: Estimate
    horvitz_thompson: Estimate
    propensities: tuple[float, ...] = ()
    coefficients: tuple[float, ...] = ()


def weight_by_cells(cells: Sequence[ResponseCell]) -> PropensityWeighted:
    """Weight by the counted response of each cell; a cell in which nobody answered is refused by name.

    Raises:
        ValueError: where the counts of a cell are no parts of one another.
    """
    used = _checked(cells)
    if not sum(cell.rated for cell in used):
        return _none(Status.INSUFFICIENT, "no ratings")
    silent = sorted(cell.name for cell in used if not cell.rated)
    if silent:
        return _none(Status.REFUSED, f"nobody answered in {', '.join(silent)}; merge it with a cell that is like it")
    return _weighted(used, np.array([cell.rated / cell.eligible for cell in used]), ())


def weight_by_logit(cells: Sequence[ResponseCell]) -> PropensityWeighted:
    """Weight by a logistic regression of being rated on the cells' features.

    Features that say the same, and features that tell the rated from the silent without error (separation), leave the
    propensities unknown: not identified.

    Raises:
        ValueError: where the counts of a cell are no parts of one another, or features differ in number or
            are not finite.
    """
    used = _checked(cells)
    rated = np.array([cell.rated for cell in used], dtype=np.float64)
    if not rated.sum():
        return _none(Status.INSUFFICIENT, "no ratings")
    if len({len(cell.features) for cell in used}) > 1 or not all(isfinite(x) for cell in used for x in cell.features):
        raise ValueError("every cell needs as many features as the others, all finite")
    eligible = np.array([cell.eligible for cell in used], dtype=np.float64)
    design = np.array([(1.0, *cell.features) for cell in used])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return _none(
            Status.NOT_IDENTIFIED, "the cells are too few or too alike to tell the features' parts from another"
        )
    slopes = _logit_slopes(design, eligible, rated)
    if slopes is None:
        reason = "separation: the features tell those who answer from those who do not without error; merge cells"
        return _none(Status.NOT_IDENTIFIED, reason)
    return _weighted(used, expit(design @ slopes), tuple(slopes.tolist()))


def _checked(cells: Sequence[ResponseCell]) -> list[ResponseCell]:
    for cell in cells:
        if not 0 <= cell.best <= cell.rated <= cell.eligible:
            raise ValueError(f"the counts of cell {cell.name} are no parts of one another")
    joined: dict[tuple[str, tuple[float, ...]], ResponseCell] = {}
    for cell in cells:
        kind = (cell.name, cell.features)
        known = joined.get(kind, ResponseCell(cell.name, 0, 0, 0, cell.features))
        joined[kind] = known._replace(
            eligible=known.eligible + cell.eligible, rated=known.rated + cell.rated, best=known.best + cell.best
        )
    return [cell for cell in joined.values() if cell.eligible]


def _logit_slopes(design: _Floats, eligible: _Floats, rated: _Floats) -> _Floats | None:
    """Return the maximum-likelihood slopes by Newton's method; None where there is no finite maximum."""
    slopes: _Floats = np.zeros(design.shape[1])
    for _ in range(_MOST_STEPS):
        fitted = expit(design @ slopes)
        information = (design * (eligible * fitted * (1 - fitted))[:, None]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (rated - eligible * fitted))
        except np.linalg.LinAlgError:
            return None
        slopes = slopes + step
        if np.abs(design @ slopes).max() > _LARGEST_LOGIT:
            return None
        if np.abs(step).max() < _SETTLED:
            return slopes
    return None


def _weighted(cells: Sequence[ResponseCell], propensities: _Floats, slopes: tuple[float, ...]) -> PropensityWeighted:
    eligible, rated, best = np.array([cell[1:4] for cell in cells], dtype=np.float64).T
    weights, cut = _trimmed(1 / propensities, rated)
    calls, n = float(eligible.sum()), int(rated.sum())
    said = f"{cut} ratings would have weighed more than {LARGEST_WEIGHT:g} times the median and were cut to that"
    reasons = ("assumes that within a kind the silent think like the speaking", *((said,) if cut else ()))
    total, weight = float(weights @ best), float(weights @ rated)
    smooth = (best + 0.5) / (rated + 1)  # alike answers in a cell must not pretend to certainty
    hajek = min(1.0, total / weight)
    within = float(weights**2 @ (rated * smooth * (1 - smooth))) / weight**2
    apart = (smooth - hajek) ** 2
    # Counted cells hold the mix of calls exactly; under fitted weights the mix of the ratings varies as well.
    between = float(weights**2 @ (rated * apart)) / weight**2 if slopes else float(eligible @ apart) / calls**2
    spread = within + between
    thompson = total / calls
    wide = float(weights**2 @ (rated * smooth)) / calls**2 - thompson**2 / calls
    return PropensityWeighted(
        _figure(hajek, spread, n, reasons, is_cut=cut > 0),
        _figure(thompson, wide if slopes else spread, n, reasons, is_cut=cut > 0),
        tuple(propensities.tolist()),
        slopes,
    )


def _figure(share: float, variance: float, n: int, reasons: tuple[str, ...], *, is_cut: bool) -> Estimate:
    if share > 1 or variance <= 0:
        why = "the weights stand for more calls than there are: read the Hajek figure"
        return no_figure(Status.NOT_IDENTIFIED, why, *reasons, n=n, method=_METHOD)
    # At 0 or 1 the counted share has no variance of its own; the variance then belongs to a share half a rating inside.
    inner = min(max(share, 0.5 / (n + 1)), 1 - 0.5 / (n + 1))
    figure = effective_share(share, inner * (1 - inner) / variance, n, method=_METHOD, of="ratings", reasons=reasons)
    return replace(figure, status=Status.WIDE) if is_cut else figure


def _trimmed(weights: _Floats, rated: _Floats) -> tuple[_Floats, int]:
    order = np.argsort(weights, kind="stable")
    passed = np.cumsum(rated[order])
    median = float(weights[order][np.searchsorted(passed, passed[-1] / 2)])
    kept = weights.clip(max=LARGEST_WEIGHT * median)
    return kept, int(rated[weights > kept].sum())


def _none(status: Status, reason: str) -> PropensityWeighted:
    figure = no_figure(status, reason, method=_METHOD)
    return PropensityWeighted(figure, figure)
