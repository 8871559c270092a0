"""The cumulative-logit (proportional-odds) model, fitted from counts.

A caller has an opinion S on a continuous scale: x'b + s + noise, the noise logistic, s the stratum's own quality. The
keypad asks for one of a few categories, and a layout decides where the cuts between them lie:

    logit P(Y <= j | x, stratum, scale) = threshold[scale, j] - x'b - s

Category 0 is the worst, so a positive coefficient means better ratings. A scale is whatever has cuts of its own (a
layout); the 5/3/1 of one and the 1/2/3 of another meet on S and nowhere else. Strata are fixed effects, for with random
ones the quality of a site leaks into the layout that it happens to use.

The likelihood is concave in all parameters (Pratt 1981), so Newton's method with halved steps finds the maximum where
there is one. There is none where a combination of predictors separates the categories; a linear programme says so
exactly (Albert and Anderson 1984), and names who is to blame. A normal prior on slopes and strata then gives a finite
answer, if asked for, and says that it did.

P. McCullagh (1980), Journal of the Royal Statistical Society B 42:109-142. J. W. Pratt (1981), JASA 76:103-106.
A. Albert and J. A. Anderson (1984), Biometrika 71:1-10.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from ivr.domain.kpi.cut_likelihood import Cuts, log_likelihood, newton_terms, separated_parameters
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.wilson import Z

METHOD = "cumulative_logit"
UNIT = "logits"
PRIOR_SD = 2.5
"""The prior standard deviation of a slope in logits that a penalised fit uses unless told otherwise."""

_MOST_STEPS = 60
_SETTLED = 1e-11
"""Newton ends where another step would raise the log-likelihood by less than this part of it."""
_REPEATED = 1e-10
"""Below this least eigenvalue of the scaled information, predictors say the same twice."""
_FAR = 12.0
"""A parameter this many logits from 0 is a sign of separation, and looked into."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CumulativeLogit:
    """A fitted model, or why there is none (``status`` is not ok and the arrays are empty).

    ``thresholds`` are one row a scale. ``covariance`` is that of the thresholds (row by row), then the slopes, then
    the strata; the first stratum is the baseline and 0. All are in logits.
    """

    status: Status
    reasons: tuple[str, ...]
    ratings: int
    predictors: tuple[str, ...] = ()
    thresholds: Array = field(default_factory=lambda: np.empty((0, 0)))
    slopes: Array = field(default_factory=lambda: np.empty(0))
    strata: Array = field(default_factory=lambda: np.empty(0))
    covariance: Array = field(default_factory=lambda: np.empty((0, 0)))
    minus_two_log_likelihood: float | None = None

    @property
    def standard_errors(self) -> Array:
        """The standard errors of the thresholds, slopes and strata, in the order of ``covariance``."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def slope(self, predictor: str) -> Estimate:
        """Return a predictor's slope with its Wald interval."""
        if not self.slopes.size:
            return no_figure(self.status, *self.reasons, unit=UNIT, n=self.ratings, method=METHOD)
        at = self.predictors.index(predictor)
        value, error = float(self.slopes[at]), float(self.standard_errors[self.thresholds.size + at])
        return Estimate(
            value, value - Z * error, value + Z * error, UNIT, self.ratings, METHOD, self.status, self.reasons
        )


def fit_cumulative_logit(
    counts: Array,
    design: Array | None = None,
    *,
    predictors: Sequence[str] = (),
    scales: NDArray[np.intp] | None = None,
    strata: NDArray[np.intp] | None = None,
    prior_sd: float | None = None,
) -> CumulativeLogit:
    """Fit the model to ``counts``, cells x categories from worst to best.

    ``design`` has a row a cell and a column a predictor; ``scales`` and ``strata`` number each cell's scale and
    stratum from 0 (None: one for all). With ``prior_sd`` (logits) slopes and strata have a normal prior, which the
    reasons say. Counts below 0 or not finite, an empty category of a scale, predictors that repeat each other, and
    separation without a prior are refused.

    Raises:
        ValueError: where the shapes do not belong together.
    """
    cuts = Cuts.of(counts, design, scales, strata)
    if len(predictors) != cuts.slopes:
        raise ValueError(f"{len(predictors)} names for {cuts.slopes} predictors")
    ratings = round(float(cuts.counts.sum())) if np.isfinite(cuts.counts).all() else 0
    trouble = cuts.trouble()
    if trouble is not None:
        return CumulativeLogit(*trouble, ratings)
    penalty = np.zeros(cuts.parameters)
    if prior_sd is not None:
        penalty[cuts.thresholds :] = prior_sd**-2.0
    found = maximise(cuts, cuts.start(), penalty)
    names = (*predictors, *(f"stratum {number}" for number in range(1, cuts.strata + 1)))
    if (found is None or np.abs(found[0]).max() > _FAR) and prior_sd is None:
        blamed = separated_parameters(cuts)
        if blamed:
            reason = _separation([_named(cuts, at, names) for at in blamed])
            return CumulativeLogit(Status.REFUSED, (reason,), ratings)
    if found is None or _repeats(found[1]):
        reason = "predictors repeat each other, or there are too few ratings for them: leave one out"
        return CumulativeLogit(Status.REFUSED, (reason,), ratings)
    theta, information = found
    best = log_likelihood(cuts, theta)
    reasons = () if prior_sd is None else (f"slopes are drawn towards 0 by a normal prior of {prior_sd:g} logits",)
    rows = cuts.thresholds // (cuts.categories - 1)
    return CumulativeLogit(
        status=Status.OK,
        reasons=reasons,
        ratings=ratings,
        predictors=tuple(predictors),
        thresholds=theta[: cuts.thresholds].reshape(rows, -1),
        slopes=theta[cuts.thresholds : cuts.thresholds + cuts.slopes],
        strata=np.concatenate([[0.0], theta[cuts.thresholds + cuts.slopes :]]),
        covariance=np.asarray(cho_solve(cho_factor(information), np.eye(cuts.parameters))),
        minus_two_log_likelihood=-2 * best,
    )


def maximise(cuts: Cuts, start: Array, penalty: Array) -> tuple[Array, Array] | None:
    """Return the parameters of the greatest (penalised) likelihood and the information there; None: not found."""
    theta = start
    value = log_likelihood(cuts, theta) - 0.5 * float(penalty @ theta**2)
    for _ in range(_MOST_STEPS):
        gradient, information = newton_terms(cuts, theta)
        gradient, information = gradient - penalty * theta, information + np.diag(penalty)
        try:
            step = np.asarray(cho_solve(cho_factor(information), gradient))
        except (LinAlgError, ValueError):
            return None
        promised = 0.5 * float(gradient @ step)
        if promised < _SETTLED * (1 + abs(value)):
            # One more full step costs nothing and takes the rounding of the last one out.
            polished = theta + step
            if log_likelihood(cuts, polished) > -np.inf:
                theta = polished
            return theta, newton_terms(cuts, theta)[1] + np.diag(penalty)
        share = 1.0
        while share > 1e-10:
            tried = theta + share * step
            reached = log_likelihood(cuts, tried) - 0.5 * float(penalty @ tried**2)
            if reached > value:
                break
            share /= 2
        else:
            return None
        theta, value = tried, reached
    return None


def _repeats(information: Array) -> bool:
    scale = np.sqrt(np.diag(information))
    return bool(np.linalg.eigvalsh(information / np.outer(scale, scale))[0] < _REPEATED)


def _named(cuts: Cuts, at: int, names: Sequence[str]) -> str:
    return "a threshold" if at < cuts.thresholds else names[at - cuts.thresholds]


def _separation(blamed: Sequence[str]) -> str:
    named = [each for each in dict.fromkeys(blamed) if each != "a threshold"] or ["a threshold"]
    return (
        f"some ratings are told apart completely by {', '.join(named[:5])}: the effect has no finite value; "
        "merge it with a neighbour, or ask for a penalised fit"
    )
