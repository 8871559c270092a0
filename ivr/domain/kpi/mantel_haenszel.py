"""The Mantel-Haenszel comparison of two groups over strata: their difference among like calls.

Theory: where one agent takes the easy queue and another the hard one, pooled shares compare the queues. Inside a
stratum (a queue, a reason of contact) the calls are alike; the strata's tables are joined with weights that need no
model. In stratum i, a of n1 calls of the group and c of n0 calls of the reference are in the best category, b and d
are not, N = n1 + n0. Then

    common odds ratio       R / S with R = sum(a d / N), S = sum(b c / N)
    variance of its log     sum(P R_i) / 2R^2 + sum(P S_i + Q R_i) / 2RS + sum(Q S_i) / 2S^2, P = (a+d)/N, Q = (b+c)/N
    common difference       sum((a n0 - c n1) / N) / W with W = sum(n1 n0 / N)
    its variance            (difference sum(p_i) + sum(q_i)) / W^2,
                            p_i = (n1^2 c - n0^2 a + n1 n0 (n0 - n1) / 2) / N^2,
                            q_i = (a (n0 - c) + c (n1 - a)) / 2N
    test of no difference   (|sum(a) - E| - 1/2)^2 / V, the 1/2 being the correction for continuity

Both variances hold for few large strata and for many small ones.

N. Mantel and W. Haenszel (1959), J. Natl. Cancer Inst. 22:719-748. J. Robins, N. Breslow and S. Greenland (1986),
Biometrics 42:311-323. T. Sato (1989), Biometrics 45:1323-1324. N. Mantel and J. L. Fleiss (1980), Am. J. Epidemiol.
112:129-134 (when the test may be trusted).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from ivr.domain.kpi.estimates import POINTS, Estimate, Status, no_figure
from ivr.domain.kpi.wilson import Z

RATIO_UNIT = "odds ratio"
_RATIO_METHOD = "mantel_haenszel_rbg"
_DIFFERENCE_METHOD = "mantel_haenszel_sato"
_ROOM = 5.0
"""Mantel and Fleiss: the test may be trusted where the strata leave the count this much room either way."""

_Counts = NDArray[np.float64]


class Stratum(NamedTuple):
    """One stratum's counts: so many of ``n`` calls in the best category, and so many of the reference's."""

    name: str
    best: int
    n: int
    reference_best: int
    reference_n: int


@dataclass(frozen=True, slots=True)
class MantelHaenszel:
    """The group against the reference; ``statistic`` is chi-square on 1 degree of freedom, None where there is no test.

    ``left_out`` names the strata in which one of the two has no call.
    """

    odds_ratio: Estimate
    difference_points: Estimate
    statistic: float | None
    p_value: float | None
    corrected_statistic: float | None
    corrected_p_value: float | None
    left_out: tuple[str, ...]


def mantel_haenszel(strata: Sequence[Stratum]) -> MantelHaenszel:
    """Compare a group with its reference over ``strata``; those of one name are one.

    Without a stratum that both share nothing is identified; where every shared call ended alike no error can be told.

    Raises:
        ValueError: where the counts of a stratum are no parts of its calls.
    """
    for each in strata:
        if not (0 <= each.best <= each.n and 0 <= each.reference_best <= each.reference_n):
            raise ValueError(f"the counts of stratum {each.name} are no parts of its calls")
    joined = _joined(strata)
    shared = [each for each in joined if each.n and each.reference_n]
    left_out = tuple(each.name for each in joined if not (each.n and each.reference_n))
    if not shared:
        why = "no stratum has calls of both: what differs may be the calls as well as the people"
        return _nothing(Status.NOT_IDENTIFIED, why, 0, left_out)
    counts = np.array([each[1:] for each in shared], dtype=np.float64).T
    n = sum(each.n for each in shared)
    a, n1, c, n0 = counts
    total = n1 + n0
    best = a + c
    expected = float(np.sum(n1 * best / total))
    spread = float(np.sum(n1 * n0 * best * (total - best) / (total**2 * np.maximum(total - 1, 1))))
    if spread == 0:
        why = "within each stratum all calls ended alike: the error of a difference cannot be told"
        return _nothing(Status.INSUFFICIENT, why, n, left_out)
    room = min(
        expected - float(np.sum(np.maximum(0, best - n0))), float(np.sum(np.minimum(n1, best))) - expected
    )  # how far the count could go either way
    caveats = (f"left out, as one of the two has no call there: {', '.join(left_out)}",) if left_out else ()
    if room < _ROOM:
        caveats = ("too few calls in the strata for the interval to be trusted", *caveats)
    status = Status.WIDE if room < _ROOM else Status.OK
    apart = abs(float(np.sum(a)) - expected)
    plain, corrected = apart**2 / spread, (apart - min(0.5, apart)) ** 2 / spread
    return MantelHaenszel(
        _odds_ratio(a, n1, c, n0, n, status, caveats),
        _difference(a, n1, c, n0, n, status, caveats),
        plain,
        float(chdtrc(1, plain)),
        corrected,
        float(chdtrc(1, corrected)),
        left_out,
    )


def _joined(strata: Sequence[Stratum]) -> list[Stratum]:
    found: dict[str, Stratum] = {}
    for each in strata:
        known = found.get(each.name, Stratum(each.name, 0, 0, 0, 0))
        found[each.name] = Stratum(each.name, *(a + b for a, b in zip(known[1:], each[1:], strict=True)))
    return list(found.values())


def _odds_ratio(
    a: _Counts, n1: _Counts, c: _Counts, n0: _Counts, n: int, status: Status, caveats: tuple[str, ...]
) -> Estimate:
    b, d, total = n1 - a, n0 - c, n1 + n0
    for_it, against = a * d / total, b * c / total
    r, s = float(np.sum(for_it)), float(np.sum(against))
    if r == 0 or s == 0:
        why = "separation: wherever the two meet, one of them has only the best answers or none"
        return no_figure(Status.NOT_IDENTIFIED, why, *caveats, unit=RATIO_UNIT, n=n, method=_RATIO_METHOD)
    p, q = (a + d) / total, (b + c) / total
    variance = (
        np.sum(p * for_it) / (2 * r * r)
        + np.sum(p * against + q * for_it) / (2 * r * s)
        + np.sum(q * against) / (2 * s * s)
    )
    reach = Z * sqrt(float(variance))
    centre = log(r / s)
    return Estimate(r / s, exp(centre - reach), exp(centre + reach), RATIO_UNIT, n, _RATIO_METHOD, status, caveats)


def risk_difference(a: _Counts, n1: _Counts, c: _Counts, n0: _Counts) -> tuple[float, float]:
    """Return the common difference of the strata and its variance, which may not be above 0 where they are uneven."""
    total = n1 + n0
    weight = float(np.sum(n1 * n0 / total))
    difference = float(np.sum((a * n0 - c * n1) / total)) / weight
    p = float(np.sum((n1 * n1 * c - n0 * n0 * a + n1 * n0 * (n0 - n1) / 2) / total**2))
    q = float(np.sum((a * (n0 - c) + c * (n1 - a)) / (2 * total)))
    return difference, (difference * p + q) / weight**2


def _difference(
    a: _Counts, n1: _Counts, c: _Counts, n0: _Counts, n: int, status: Status, caveats: tuple[str, ...]
) -> Estimate:
    difference, variance = risk_difference(a, n1, c, n0)
    if variance <= 0:
        why = "the strata are too uneven for the error of the difference to be told"
        return no_figure(Status.INSUFFICIENT, why, *caveats, unit=POINTS, n=n, method=_DIFFERENCE_METHOD)
    reach = Z * sqrt(variance)
    lo, hi = max(-1.0, difference - reach), min(1.0, difference + reach)
    return Estimate(100 * difference, 100 * lo, 100 * hi, POINTS, n, _DIFFERENCE_METHOD, status, caveats)


def _nothing(status: Status, why: str, n: int, left_out: tuple[str, ...]) -> MantelHaenszel:
    return MantelHaenszel(
        no_figure(status, why, unit=RATIO_UNIT, n=n, method=_RATIO_METHOD),
        no_figure(status, why, unit=POINTS, n=n, method=_DIFFERENCE_METHOD),
        None,
        None,
        None,
        None,
        left_out,
    )
