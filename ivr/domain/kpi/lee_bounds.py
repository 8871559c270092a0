"""Lee's bounds: what a layout does to the ratings of those who answer either way, when it also changes who answers.

Theory: layouts that are answered by different callers cannot be compared by their ratings alone. Assume monotony: the
layout with fewer answers only loses callers and wins none. Then its raters answer under both, and of the other
layout's raters the share q = 1 - r_low / r_high would not have answered there. Nobody knows which of them: at worst the
best ratings, at best the worst. So q of the raters are cut off from the top, and from the bottom, and what is left is
compared. The bounds are sharp: without more assumptions nothing narrower is true. For a best category of share p
among the raters of the trimmed arm they are max(0, (p - q) / (1 - q)) and min(1, p / (1 - q)).

Strata of different chances are brought to one mix of calls first, with the weights of Mantel and Haenszel, if answers
change in the same direction in all. Where a stratum changes the other way beyond chance, each is bounded by itself with
its own direction, and they are averaged by how many answer both ways (Lee 2009, section on covariates). The interval
covers the true effect, not the whole of the bounds (G. W. Imbens and C. F. Manski 2004, Econometrica 72:1845-1857); its
standard errors are those of the multinomial counts by the delta method.

D. S. Lee (2009), Training, Wages, and Sample Selection, Review of Economic Studies 76:1071-1102.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ivr.domain.kpi.estimates import POINTS, Status
from ivr.domain.kpi.wilson import CONFIDENCE, Z

METHOD = "lee_imbens_manski"
FEWEST_RATINGS = 30
_STEP = 1e-6

_Vector = NDArray[np.float64]


class Measure(StrEnum):
    """What is bounded: the difference in the best category, in points, or the win probability."""

    TOP_BOX = "top_box"
    WIN_PROBABILITY = "win_probability"


class Answered(NamedTuple):
    """One stratum: the eligible calls of the arm and its ratings from worst to best, and those of the reference."""

    eligible: int
    ratings: tuple[int, ...]
    reference_eligible: int
    reference_ratings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeeBounds:
    """The least and the greatest effect among those who answer either way, and a 95 % interval around both.

    ``trimmed_share`` is q, of the raters of the arm (above 0) or of the reference (below 0). All are None where there
    is no figure; ``reasons`` says why.
    """

    lo: float | None
    hi: float | None
    interval_lo: float | None
    interval_hi: float | None
    trimmed_share: float | None
    unit: str
    n: int
    method: str
    status: Status
    reasons: tuple[str, ...] = ()


def lee_bounds(strata: Sequence[Answered], measure: Measure, *, design_effect: float = 1.0) -> LeeBounds:
    """Bound the effect of the arm against its reference.

    Raises:
        ValueError: where ratings are more than the eligible calls, scales differ, or ``design_effect`` is not positive.
    """
    if not design_effect > 0:
        raise ValueError(f"a design effect of {design_effect} is none")
    _require_sound(strata)
    used = [each for each in strata if each.eligible and each.reference_eligible]
    rated = sum(sum(each.ratings) for each in used)
    reference_rated = sum(sum(each.reference_ratings) for each in used)
    if min(rated, reference_rated) == 0:
        return no_bounds(measure, Status.INSUFFICIENT, "no ratings of one of the two", n=rated + reference_rated)
    sizes = np.array([(each.eligible, each.reference_eligible) for each in used], dtype=np.float64)
    shares = sizes.prod(axis=1) / sizes.sum(axis=1)
    shares /= shares.sum()
    cells = _cells(used)
    direction, conflicting = _direction(used, shares, design_effect)
    signs = [_sign(each) for each in used] if conflicting else [direction] * len(used)
    bounds = _averaged(shares, signs, measure) if conflicting else _standardised(shares, direction, measure)
    ends = bounds(cells)
    if ends is None:
        return no_bounds(measure, Status.INSUFFICIENT, "nobody is known to answer both ways", n=rated + reference_rated)
    low, high = ends
    covariances = _covariances(used, cells, design_effect)
    errors = [_standard_error(bounds, cells, covariances, end) for end in (0, 1)]
    if max(errors) == 0:
        reason = "all ratings of a side are alike, so their spread is not known yet"
        return no_bounds(measure, Status.INSUFFICIENT, reason, n=rated + reference_rated)
    reach = _critical((high - low) / max(errors))
    scale = 100.0 if measure is Measure.TOP_BOX else 1.0
    floor, ceiling = (-1.0, 1.0) if measure is Measure.TOP_BOX else (0.0, 1.0)
    reasons = ["assumes that a layout which gets fewer answers only loses callers and wins none"]
    if conflicting:
        reasons.append("answers rise in one stratum and fall in another, so each is bounded by itself")
    few = min(rated, reference_rated) < FEWEST_RATINGS
    if few:
        reasons.append(f"fewer than {FEWEST_RATINGS} ratings of one of the two")
    return LeeBounds(
        lo=scale * low,
        hi=scale * high,
        interval_lo=scale * max(floor, low - reach * errors[0]),
        interval_hi=scale * min(ceiling, high + reach * errors[1]),
        trimmed_share=_trimmed(cells, shares),
        unit=_unit(measure),
        n=rated + reference_rated,
        method=METHOD,
        status=Status.WIDE if few else Status.OK,
        reasons=tuple(reasons),
    )


def no_bounds(measure: Measure, status: Status, *reasons: str, n: int = 0) -> LeeBounds:
    """Return the bounds that say why there are none."""
    return LeeBounds(None, None, None, None, None, _unit(measure), n, METHOD, status, reasons)


def _unit(measure: Measure) -> str:
    return POINTS if measure is Measure.TOP_BOX else "probability"


def _require_sound(strata: Sequence[Answered]) -> None:
    for each in strata:
        sides = ((each.eligible, each.ratings), (each.reference_eligible, each.reference_ratings))
        if len(each.ratings) != len(each.reference_ratings) or not each.ratings:
            raise ValueError(f"{each} are no two sides of one scale")
        if any(min(ratings) < 0 or sum(ratings) > eligible for eligible, ratings in sides):
            raise ValueError(f"{each} has more ratings than eligible calls")


def _cells(strata: Sequence[Answered]) -> _Vector:
    """Return the share of the eligible calls in each category: stratum, side (arm, reference), category."""
    return np.array(
        [
            [
                np.array(each.ratings, dtype=np.float64) / each.eligible,
                np.array(each.reference_ratings, dtype=np.float64) / each.reference_eligible,
            ]
            for each in strata
        ]
    )


def _direction(strata: Sequence[Answered], shares: _Vector, design_effect: float) -> tuple[int, bool]:
    """Return which side gets more answers (1: the arm), and whether a stratum says otherwise beyond chance."""
    rates = _cells(strata).sum(axis=2)
    differences = rates[:, 0] - rates[:, 1]
    direction = 1 if float(shares @ differences) >= 0 else -1
    critical = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / len(strata))
    sizes = np.array([[each.eligible, each.reference_eligible] for each in strata], dtype=np.float64)
    errors = np.sqrt(design_effect * (rates * (1 - rates) / sizes).sum(axis=1))
    opposed = -direction * differences > critical * errors
    return direction, bool(np.any(opposed & (differences != 0)))


def _sign(stratum: Answered) -> int:
    more = sum(stratum.ratings) * stratum.reference_eligible >= sum(stratum.reference_ratings) * stratum.eligible
    return 1 if more else -1


_Ends = Callable[[_Vector], tuple[float, float] | None]


def _standardised(shares: _Vector, direction: int, measure: Measure) -> _Ends:
    def ends(cells: _Vector) -> tuple[float, float] | None:
        arm, reference = np.tensordot(shares, cells, axes=1)
        return _of_two(arm, reference, direction, measure)

    return ends


def _averaged(shares: _Vector, signs: Sequence[int], measure: Measure) -> _Ends:
    def ends(cells: _Vector) -> tuple[float, float] | None:
        total = low = high = 0.0
        for share, sign, (arm, reference) in zip(shares, signs, cells, strict=True):
            both = share * min(arm.sum(), reference.sum())
            found = _of_two(arm, reference, sign, measure)
            if found is not None and both > 0:
                total += both
                low += both * found[0]
                high += both * found[1]
        return None if total == 0 else (low / total, high / total)

    return ends


def _of_two(arm: _Vector, reference: _Vector, direction: int, measure: Measure) -> tuple[float, float] | None:
    kept = min(arm.sum(), reference.sum())
    if kept <= 0:
        return None
    if direction > 0:
        cut = max(0.0, arm.sum() - reference.sum())
        return (
            _effect(_without_best(arm, cut), reference, measure),
            _effect(_without_worst(arm, cut), reference, measure),
        )
    cut = max(0.0, reference.sum() - arm.sum())
    return (
        _effect(arm, _without_worst(reference, cut), measure),
        _effect(arm, _without_best(reference, cut), measure),
    )


def _without_worst(mass: _Vector, cut: float) -> _Vector:
    before = np.concatenate(([0.0], np.cumsum(mass)[:-1]))
    return mass - np.clip(cut - before, 0.0, mass)


def _without_best(mass: _Vector, cut: float) -> _Vector:
    return _without_worst(mass[::-1], cut)[::-1]


def _effect(arm: _Vector, reference: _Vector, measure: Measure) -> float:
    own, other = arm / arm.sum(), reference / reference.sum()
    if measure is Measure.TOP_BOX:
        return float(own[-1] - other[-1])
    below = np.cumsum(other) - other / 2
    return float(own @ below)


def _covariances(strata: Sequence[Answered], cells: _Vector, design_effect: float) -> list[list[_Vector]]:
    sizes = [(each.eligible, each.reference_eligible) for each in strata]
    return [
        [design_effect * (np.diag(side) - np.outer(side, side)) / n for side, n in zip(stratum, size, strict=True)]
        for stratum, size in zip(cells, sizes, strict=True)
    ]


def _standard_error(bounds: _Ends, cells: _Vector, covariances: list[list[_Vector]], end: int) -> float:
    variance = 0.0
    for stratum, sides in enumerate(covariances):
        for side, covariance in enumerate(sides):
            slope = np.zeros(cells.shape[2])
            for category in range(cells.shape[2]):
                ends = []
                for step in (_STEP, -_STEP):
                    moved = cells.copy()
                    moved[stratum, side, category] += step
                    ends.append(bounds(moved))
                above, below = ends
                if above is not None and below is not None:
                    slope[category] = (above[end] - below[end]) / (2 * _STEP)
            variance += float(slope @ covariance @ slope)
    return float(np.sqrt(max(0.0, variance)))


def _critical(width: float) -> float:
    """Return by how many standard errors the interval reaches beyond bounds ``width`` standard errors apart."""
    normal = NormalDist()
    low, high = normal.inv_cdf(CONFIDENCE), Z
    while high - low > 1e-9:
        middle = (low + high) / 2
        covered = normal.cdf(middle + width) - normal.cdf(-middle)
        low, high = (middle, high) if covered < CONFIDENCE else (low, middle)
    return high


def _trimmed(cells: _Vector, shares: _Vector) -> float:
    arm, reference = (float(side.sum()) for side in np.tensordot(shares, cells, axes=1))
    return 1 - reference / arm if arm >= reference else -(1 - arm / reference)
