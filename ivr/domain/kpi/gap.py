"""The gap: what callers found minus what they expected, with both beside it, for callers who answered both questions.

A gap alone hides where it comes from: -1 may be high hopes or bad service, and it is less reliable than either answer
(Edwards 2002). So it never stands without its components and their covariance. Both items need the same categories,
and the expectation has to be asked: no other answer says what was expected. Steps between categories are taken to be
alike, and every figure says so; ``response_surface.py`` is what to read where a third item gives an outcome.

A. Parasuraman, V. A. Zeithaml and L. L. Berry (1988), SERVQUAL, Journal of Retailing 64:12-40. J. R. Edwards (2002),
Alternatives to difference scores, in F. Drasgow and N. Schmitt (eds), Measuring and Analyzing Behavior in
Organizations, Jossey-Bass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.mean_interval import METHOD, counted_mean

UNIT = "categories"


@dataclass(frozen=True, slots=True)
class Gap:
    """The mean expectation and perception (category, 1 = worst), their gap, and their covariance over callers."""

    expectation: Estimate
    perception: Estimate
    gap: Estimate
    covariance: float | None


def gap(pairs: Mapping[tuple[int, int], int] | None, expected_categories: int, perceived_categories: int) -> Gap:
    """Return perception minus expectation, paired by caller.

    ``pairs`` counts the callers by (expectation, perception), categories from 0 = worst; None where no expectation is
    asked for: not identified. Items with different numbers of categories are refused.

    Raises:
        ValueError: where a category is outside its item.
    """
    if pairs is None:
        why = "expectation item missing: no question asks what callers expected, and no other answer says it"
        return _none(Status.NOT_IDENTIFIED, why, 0)
    n = sum(pairs.values())
    if expected_categories != perceived_categories:
        why = (
            f"the two items have {expected_categories} and {perceived_categories} categories: "
            "their difference has no meaning"
        )
        return _none(Status.REFUSED, why, n)
    best = expected_categories
    expected: dict[float, int] = {}
    perceived: dict[float, int] = {}
    apart: dict[float, int] = {}
    for (before, after), callers in pairs.items():
        if not (0 <= before < best and 0 <= after < best and callers >= 0):
            raise ValueError(f"{callers} callers with the categories {before} and {after} of {best}")
        for counts, value in ((expected, before + 1), (perceived, after + 1), (apart, after - before)):
            counts[float(value)] = counts.get(float(value), 0) + callers
    unit = f"category, 1 to {best}"
    within = (1.0, float(best))
    of = "callers who answered both questions"
    return Gap(
        counted_mean(expected, within, unit=unit, of=of),
        counted_mean(perceived, within, unit=unit, of=of),
        counted_mean(apart, (1.0 - best, best - 1.0), unit=UNIT, of=of),
        _covariance(pairs, n),
    )


def _covariance(pairs: Mapping[tuple[int, int], int], n: int) -> float | None:
    if n < 2:
        return None
    before = sum(x * callers for (x, _), callers in pairs.items()) / n
    after = sum(y * callers for (_, y), callers in pairs.items()) / n
    return sum(callers * (x - before) * (y - after) for (x, y), callers in pairs.items()) / (n - 1)


def _none(status: Status, reason: str, n: int) -> Gap:
    figure = no_figure(status, reason, unit=UNIT, n=n, method=METHOD)
    return Gap(figure, figure, figure, None)
