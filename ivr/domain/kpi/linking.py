"""Linking: what an answer on one layout amounts to on another, whose labels differ.

"5 very satisfied, 3 satisfied, 1 dissatisfied" and "1 satisfied, 2 so-so, 3 dissatisfied" have no answer in common: the
two are linked, not relabelled, and not interchangeable (Dorans and Holland 2000). Two links are computed.

*The concordance* gives each category its expected opinion E[S | category, layout] in logits, from the layout's fitted
cuts: S is logistic around the level of each stratum, and the category is the piece of it between two cuts.

*The equipercentile link* (Kolen and Brennan 2014) asks no model: where chance alone decided on the layout, the same
share of callers lies below an answer on either scale. Categories are spread evenly over half a step to both sides. Its
error is by the delta method on both multinomial counts, as Lord (1982) has it for continuous scores.

N. J. Dorans and P. W. Holland (2000), Journal of Educational Measurement 37:281-306. F. M. Lord (1982), Journal of
Educational Statistics 7:165-174. M. J. Kolen and R. L. Brennan (2014), Test Equating, Scaling, and Linking, Springer.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

from ivr.domain.kpi.cumulative_logit import UNIT, CumulativeLogit
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.stratum_ratings import StratumRatings, randomised_between
from ivr.domain.kpi.wilson import Z

CONCORDANCE, EQUIPERCENTILE, INVARIANCE = "logistic_concordance", "equipercentile_random_groups", "rmsd_of_links"
STEPS = "categories"
FEWEST_TO_LINK = 200
"""Below this many randomised ratings of either layout a link is marked wide."""
MOST_DRIFT = 0.1
"""A link that differs between queues by more than this part of a standard deviation is no single link."""
LATENT_SD = float(np.pi / np.sqrt(3))
"""The standard deviation of the standard logistic, in logits."""

Array = NDArray[np.float64]


def concordance(fit: CumulativeLogit, scale: int, stratum_weights: Array, ratings: int) -> tuple[Estimate, ...]:
    """Return the expected opinion of each category of a fitted scale, worst first, in logits.

    ``stratum_weights`` sum to 1 over the fit's strata; ``ratings`` are the scale's own. Opinions count from the level
    of the fit's first stratum. A fit that failed gives its reason for every category.
    """
    if fit.status is not Status.OK:
        return (no_figure(fit.status, *fit.reasons, unit=UNIT, n=ratings, method=CONCORDANCE),)
    cuts = fit.thresholds[scale]
    ends = np.concatenate([[-np.inf], cuts, [np.inf]])
    few = ratings < FEWEST_TO_LINK
    reasons = (f"fewer than {FEWEST_TO_LINK} randomised ratings of this layout",) if few else ()
    figures = []
    for category in range(len(ends) - 1):
        low, high = ends[category], ends[category + 1]
        mass = float(stratum_weights @ (expit(high - fit.strata) - expit(low - fit.strata)))
        moment = float(stratum_weights @ (_partial(high, fit.strata) - _partial(low, fit.strata)))
        mean = moment / mass
        gradient = np.zeros(len(fit.covariance))
        for cut, sign in ((category, 1.0), (category - 1, -1.0)):
            if 0 <= cut < len(cuts):
                density = float(stratum_weights @ _density(cuts[cut] - fit.strata))
                gradient[scale * len(cuts) + cut] += sign * density * (cuts[cut] - mean) / mass
        gradient[fit.thresholds.size :] = (_stratum_slopes(low, high, mean, fit.strata, stratum_weights) / mass)[1:]
        reach = Z * float(np.sqrt(gradient @ fit.covariance @ gradient))
        status = Status.WIDE if few else Status.OK
        figures.append(Estimate(mean, mean - reach, mean + reach, UNIT, ratings, CONCORDANCE, status, reasons))
    return tuple(figures)


def equipercentile_link(own: Sequence[int], other: Sequence[int]) -> tuple[Estimate, ...]:
    """Return where each category of ``own`` lies on the scale of ``other``, in categories from 0 = worst.

    Both are counts by category of callers between whom chance alone decided. The ends of the scale are half a step
    beyond the outer categories, so a link may lie there. An empty scale is insufficient.
    """
    here, there = np.asarray(own, dtype=np.float64), np.asarray(other, dtype=np.float64)
    n, m = float(here.sum()), float(there.sum())
    if not n or not m or (here < 0).any() or (there < 0).any():
        return tuple(_no_link(Status.INSUFFICIENT, "no ratings on one of the two layouts") for _ in own)
    below, above = np.cumsum(here) / n, np.cumsum(there) / m
    few = min(n, m) < FEWEST_TO_LINK
    reasons = (f"fewer than {FEWEST_TO_LINK} randomised ratings of one of the two layouts",) if few else ()
    figures = []
    for category in range(len(here)):
        share_here = float(here[category]) / n
        rank = float(below[category]) - share_here / 2
        # The first category whose cumulated share exceeds the rank holds the point.
        at = min(int(np.searchsorted(above, rank + 1e-12, side="right")), len(there) - 1)
        share = float(there[at]) / m
        if not share:
            figures.append(
                _no_link(Status.INSUFFICIENT, "nobody chose the category of the other layout that lies there")
            )
            continue
        part = (rank - (float(above[at]) - share)) / share
        place = at - 0.5 + part
        own_error = (rank - share_here / 4 - rank**2) / n
        other_error = (rank - part * (1 - part) * share - rank**2) / m
        variance = (own_error + other_error) / share**2
        reach = Z * float(np.sqrt(max(variance, 0.0)))
        status = Status.WIDE if few else Status.OK
        figures.append(
            Estimate(place, place - reach, place + reach, STEPS, round(min(n, m)), EQUIPERCENTILE, status, reasons)
        )
    return tuple(figures)


def link_layouts(ratings: Sequence[StratumRatings], own: str, other: str) -> tuple[Estimate, ...]:
    """Return the equipercentile link of layout ``own`` to ``other``, from the strata that draw both.

    Each stratum counts alike on both sides: its distributions are weighted by its share of the ratings. No such
    stratum: not identified.
    """
    strata: dict[tuple[str, str | None], dict[str, Array]] = {}
    for each in ratings:
        if each.layout in {own, other} and randomised_between(each, (own, other)):
            side = strata.setdefault((each.stratum, each.allocation), {})
            counts = np.asarray(each.counts, dtype=np.float64)
            if each.layout in side and len(side[each.layout]) != len(counts):
                reason = f"versions of {each.layout} have different numbers of categories: link them one by one"
                return (_no_link(Status.NOT_IDENTIFIED, reason),)
            side[each.layout] = side.get(each.layout, np.zeros(len(counts))) + counts
    both = [side for _, side in sorted(strata.items(), key=lambda item: str(item[0])) if len(side) == 2]
    both = [side for side in both if side[own].sum() and side[other].sum()]
    if not both:
        return (
            _no_link(Status.NOT_IDENTIFIED, f"no stratum draws both {own} and {other}: there is nothing to link on"),
        )
    sizes = np.array([side[own].sum() + side[other].sum() for side in both])
    pooled = {key: _pooled([side[key] for side in both], sizes) for key in (own, other)}
    return equipercentile_link(pooled[own].tolist(), pooled[other].tolist())


def link_invariance(links: Mapping[str, Sequence[Estimate]], weights: Mapping[str, float]) -> Estimate:
    """Return how far the links of several queues lie from their mean, in latent standard deviations (RMSD).

    ``links`` holds each queue's concordance or link; ``weights`` its share of callers. Sampling error is taken off.
    Above ``MOST_DRIFT`` the status is wide, with the queue that differs most.
    """
    queues = [queue for queue, link in links.items() if all(each.estimate is not None for each in link)]
    if len(queues) < 2 or len({len(links[queue]) for queue in queues}) != 1:
        reason = "fewer than two queues have a link of their own to compare"
        return no_figure(Status.INSUFFICIENT, reason, unit="standard deviations", method=INVARIANCE)
    points = np.array([[each.estimate for each in links[queue]] for queue in queues], dtype=np.float64)
    errors = np.array([[_standard_error(each) for each in links[queue]] for queue in queues])
    share = np.array([weights[queue] for queue in queues])
    share = share / share.sum()
    apart = points - share @ points
    # The mean holds each queue's own error too, so less than the whole of it shows in the distance.
    noise = share @ (errors**2 * (1 - 2 * share[:, None])) + (share**2) @ errors**2
    squares = share @ apart**2 - noise
    # Errors of one queue's categories go together; taking them as one is on the safe side.
    spread = np.sqrt(share**2 @ (2 * errors**4 + 4 * np.maximum(apart**2 - errors**2, 0.0) * errors**2))
    reach = Z * float(spread.mean())
    scale = LATENT_SD if links[queues[0]][0].unit == UNIT else 1.0
    drift, lo, hi = (max(float(squares.mean()) + step, 0.0) ** 0.5 / scale for step in (0.0, -reach, reach))
    n = sum(min(each.n for each in links[queue]) for queue in queues)
    if drift <= MOST_DRIFT:
        return Estimate(drift, lo, hi, "standard deviations", n, INVARIANCE, Status.OK)
    worst = queues[int(np.argmax((apart**2).mean(axis=1)))]
    reason = f"the link is not the same in every queue, and differs most in {worst}: use a link for each queue"
    return Estimate(drift, lo, hi, "standard deviations", n, INVARIANCE, Status.WIDE, (reason,))


def _partial(at: float, centre: Array) -> Array:
    """Return the integral of s f(s - centre) up to ``at``, f the logistic density."""
    if np.isinf(at):
        return np.zeros(len(centre)) if at < 0 else centre
    t = at - centre
    return np.asarray(centre * expit(t) + t * expit(t) + log_expit(-t))


def _density(t: Array) -> Array:
    return np.asarray(expit(t) * expit(-t))


def _stratum_slopes(low: float, high: float, mean: float, centre: Array, weights: Array) -> Array:
    """Return how mass times mean moves with each stratum's level: its own mass, less what crosses the cuts."""
    slope = expit(high - centre) - expit(low - centre)
    for end, sign in ((low, 1.0), (high, -1.0)):
        if np.isfinite(end):
            slope = slope + sign * (end - mean) * _density(end - centre)
    return np.asarray(weights * slope)


def _pooled(counts: Sequence[Array], sizes: Array) -> Array:
    """Return counts with the strata's common mix, as many as carry the same information (Kish 1965)."""
    share = sizes / sizes.sum()
    totals = np.array([each.sum() for each in counts])
    mix = np.sum([weight * each / each.sum() for weight, each in zip(share, counts, strict=True)], axis=0)
    return np.asarray(mix / np.sum(share**2 / totals))


def _standard_error(figure: Estimate) -> float:
    return 0.0 if figure.hi is None or figure.lo is None else (figure.hi - figure.lo) / (2 * Z)


def _no_link(status: Status, reason: str) -> Estimate:
    return no_figure(status, reason, unit=STEPS, method=EQUIPERCENTILE)
