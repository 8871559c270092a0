"""The response surface: how an outcome depends on expectation and perception, without a difference score.

Theory: regressing an outcome Z on the gap Y - X takes for granted that X and Y matter equally and oppositely, and that
the same gap means the same at every height. Polynomial regression lets the data say so:

    Z = b0 + b1 X + b2 Y + b3 X^2 + b4 X Y + b5 Y^2

with X the expectation and Y the perception, both counted from the middle of their scale. Along the line of agreement
(Y = X) the surface has the slope b1 + b2 and the curvature b3 + b4 + b5; along the line of disagreement (Y = -X) the
slope b1 - b2 and the curvature b3 - b4 + b5. A difference score is the case b1 = -b2, b3 = b4 = b5 = 0; the F test of
these four constraints says whether the gap alone would have done.

J. R. Edwards and M. E. Parry (1993), Academy of Management Journal 36:1577-1613. J. R. Edwards (2002), Alternatives
to difference scores, in F. Drasgow and N. Schmitt (eds), Measuring and Analyzing Behavior in Organizations,
Jossey-Bass.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtrit

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.mean_interval import INTERVAL_SCALE
from ivr.domain.kpi.wilson import CONFIDENCE

FEWEST_CALLERS = 60
"""Ten callers a coefficient, the usual least."""
UNIT = "outcome categories"
_METHOD = "polynomial_ols"
_TERMS = 6
_GAP_ALONE = np.array(
    [[0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]], dtype=np.float64
)

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ResponseSurface:
    """The coefficients b0 to b5, what they say along the two lines, and whether a difference score would have done.

    ``gap_alone_p`` is the p-value of the constraints of a difference score: small means that it hides something.
    """

    coefficients: tuple[Estimate, ...]
    agreement_slope: Estimate
    agreement_curvature: Estimate
    disagreement_slope: Estimate
    disagreement_curvature: Estimate
    r_squared: float | None
    gap_alone_p: float | None


def response_surface(callers: Mapping[tuple[int, int, int], int], categories: int) -> ResponseSurface:
    """Fit the surface to counts of callers by (expectation, perception, outcome), categories from 0 = worst.

    ``categories`` is the number of categories of the two first items, whose middle becomes 0. Fewer than FEWEST_CALLERS
    are insufficient; answers that do not spread over the plane identify no surface.
    """
    rows = [(key, count) for key, count in sorted(callers.items()) if count]
    n = sum(count for _, count in rows)
    if n < FEWEST_CALLERS:
        why = f"{n} callers answered all three questions; {FEWEST_CALLERS} are needed for a surface"
        return _none(Status.INSUFFICIENT, why, n)
    answers = np.array([key for key, _ in rows], dtype=np.float64)
    weights = np.array([count for _, count in rows], dtype=np.float64)
    x, y = answers[:, 0] - (categories - 1) / 2, answers[:, 1] - (categories - 1) / 2
    design = np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    information = (design * weights[:, None]).T @ design
    if np.linalg.matrix_rank(information) < _TERMS:
        why = "the answers do not spread over enough combinations of expectation and perception"
        return _none(Status.NOT_IDENTIFIED, why, n)
    return _fitted(design, weights, answers[:, 2], information, n)


def _fitted(design: _Floats, weights: _Floats, outcome: _Floats, information: _Floats, n: int) -> ResponseSurface:
    inverse = np.linalg.inv(information)
    found = inverse @ (design * weights[:, None]).T @ outcome
    residual = float(weights @ (outcome - design @ found) ** 2)
    spread = float(weights @ (outcome - weights @ outcome / n) ** 2)
    if spread == 0:
        return _none(Status.INSUFFICIENT, "every caller gave the same outcome", n)
    variance = residual / (n - _TERMS)

    def along(*contrast: float) -> Estimate:
        direction = np.array(contrast)
        centre, error = float(direction @ found), sqrt(max(0.0, float(direction @ inverse @ direction) * variance))
        reach = float(stdtrit(n - _TERMS, 0.5 + CONFIDENCE / 2)) * error
        return Estimate(centre, centre - reach, centre + reach, UNIT, n, _METHOD, Status.OK, (INTERVAL_SCALE,))

    broken = _GAP_ALONE @ found
    if variance > 0:
        statistic = float(broken @ np.linalg.solve(_GAP_ALONE @ inverse @ _GAP_ALONE.T, broken)) / 4 / variance
        gap_alone = float(fdtrc(4, n - _TERMS, statistic))
    else:
        gap_alone = None
    return ResponseSurface(
        tuple(along(*row) for row in np.eye(_TERMS)),
        along(0, 1, 1, 0, 0, 0),
        along(0, 0, 0, 1, 1, 1),
        along(0, 1, -1, 0, 0, 0),
        along(0, 0, 0, 1, -1, 1),
        1 - residual / spread,
        gap_alone,
    )


def _none(status: Status, reason: str, n: int) -> ResponseSurface:
    figure = no_figure(status, reason, unit=UNIT, n=n, method=_METHOD)
    return ResponseSurface((figure,) * _TERMS, figure, figure, figure, figure, None, None)
