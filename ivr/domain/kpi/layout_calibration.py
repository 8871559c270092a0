"""Layout calibration: what each layout adds to the best category, at the same callers.

Every layout has its own cuts on the callers' opinion and every stratum its own level, in one cumulative-logit model
(:mod:`ivr.domain.kpi.cumulative_logit`). A layout's effect is the share in the best category that the model expects
of the pooled mix of strata on this layout, minus the same on the reference layout; its error is by the delta method.
Only strata that draw a layout together with others can tell it from its callers, so only they are used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ivr.domain.kpi.connectivity import reached
from ivr.domain.kpi.cumulative_logit import CumulativeLogit, fit_cumulative_logit
from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure
from ivr.domain.kpi.stratum_ratings import StratumRatings, randomised_between
from ivr.domain.kpi.wilson import Z

METHOD = "cumulative_logit_strata"
FEWEST_TO_JUDGE = 200
"""Below this many randomised ratings of either layout an effect is marked wide."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The layouts' effects against ``reference``, by key, and the fit they are read from.

    ``layouts`` are those that could be fitted, in the order of the fit's scales; ``stratum_weights`` are the shares
    of the randomised ratings, in the order of its strata.
    """

    reference: str
    effects: tuple[tuple[str, Estimate], ...]
    layouts: tuple[str, ...]
    ratings: tuple[int, ...]
    stratum_weights: Array
    fit: CumulativeLogit | None

    def effect(self, layout: str) -> Estimate:
        """Return a layout's effect in percentage points; raises KeyError for a layout without ratings."""
        return dict(self.effects)[layout]


def calibrate_layouts(ratings: Sequence[StratumRatings], reference: str) -> Calibration:
    """Return the effect of every layout among ``ratings`` against ``reference``.

    A layout without random overlap with the reference, direct or over other layouts, is not identified.
    """
    keys = sorted({each.layout for each in ratings})
    usable = [each for each in ratings if sum(each.counts) and _overlaps(each, ratings)]
    together = _joined(usable, reference)
    usable = [each for each in usable if each.layout in together]
    effects: dict[str, Estimate] = {}
    for key in set(keys) - together:
        reason = f"no stratum draws both this layout and {reference}: its callers may differ as well as the layout"
        effects[key] = no_figure(Status.NOT_IDENTIFIED, reason, unit=POINTS, method=METHOD)
    layouts = tuple(sorted({each.layout for each in usable}))
    counted = tuple(sum(int(sum(each.counts)) for each in usable if each.layout == key) for key in layouts)
    if reference not in layouts:
        reason = f"no randomised ratings of the reference layout {reference}"
        missing = no_figure(Status.NOT_IDENTIFIED, reason, unit=POINTS, method=METHOD)
        return Calibration(reference, tuple((key, missing) for key in keys), (), (), np.empty(0), None)
    fit, weights = _fitted(usable, layouts)
    for at, key in enumerate(layouts):
        fewest = min(counted[at], counted[layouts.index(reference)])
        effects[key] = _effect(fit, weights, at, layouts.index(reference), counted[at], fewest)
    return Calibration(reference, tuple(sorted(effects.items())), layouts, counted, weights, fit)


def _overlaps(one: StratumRatings, ratings: Sequence[StratumRatings]) -> bool:
    stratum = [each for each in ratings if (each.stratum, each.allocation) == (one.stratum, one.allocation)]
    others = {each.layout for each in stratum if sum(each.counts)} - {one.layout}
    return any(randomised_between(one, (other,)) for other in others)


def _joined(ratings: Sequence[StratumRatings], reference: str) -> frozenset[str]:
    """Return the layouts that strata join to the reference, over other layouts if need be."""
    drawn_together: dict[tuple[str, str | None], set[str]] = {}
    for each in ratings:
        drawn_together.setdefault((each.stratum, each.allocation), set()).add(each.layout)
    return reached(reference, map(frozenset, drawn_together.values()))


def _fitted(usable: Sequence[StratumRatings], layouts: Sequence[str]) -> tuple[CumulativeLogit, Array]:
    widths = {len(each.counts) for each in usable}
    strata = sorted({(each.stratum, each.allocation or "") for each in usable})
    if len(widths) > 1:
        refused = ("layouts with different numbers of categories cannot be compared cut by cut: link them instead",)
        return CumulativeLogit(Status.NOT_IDENTIFIED, refused, 0), np.empty(0)
    counts = np.array([each.counts for each in usable], dtype=np.float64)
    of_stratum = np.array([strata.index((each.stratum, each.allocation or "")) for each in usable], dtype=np.intp)
    of_layout = np.array([layouts.index(each.layout) for each in usable], dtype=np.intp)
    weights = np.bincount(of_stratum, weights=counts.sum(axis=1), minlength=len(strata))
    return fit_cumulative_logit(counts, scales=of_layout, strata=of_stratum), weights / weights.sum()


def _effect(fit: CumulativeLogit, weights: Array, at: int, reference: int, n: int, fewest: int) -> Estimate:
    if fit.status is not Status.OK:
        return no_figure(fit.status, *fit.reasons, unit=POINTS, n=n, method=METHOD)
    if at == reference:
        return Estimate(0.0, 0.0, 0.0, POINTS, n, "reference", Status.OK, ("this is the reference layout",))
    cuts = fit.thresholds.shape[1]
    gradient = np.zeros(len(fit.covariance))
    difference = 0.0
    for scale, sign in ((at, 1.0), (reference, -1.0)):
        best = expit(fit.strata - fit.thresholds[scale, -1])
        slope = weights * best * (1 - best)
        difference += sign * float(weights @ best)
        gradient[scale * cuts + cuts - 1] -= sign * slope.sum()
        gradient[fit.thresholds.size :] += sign * slope[1:]
    reach = Z * float(np.sqrt(gradient @ fit.covariance @ gradient))
    few = fewest < FEWEST_TO_JUDGE
    reasons = (f"fewer than {FEWEST_TO_JUDGE} randomised ratings in one of the two layouts",) if few else ()
    status = Status.WIDE if few else Status.OK
    return Estimate(
        100 * difference, 100 * (difference - reach), 100 * (difference + reach), POINTS, n, METHOD, status, reasons
    )
