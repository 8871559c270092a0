"""Indirect standardisation: what was counted over what the mix of calls let expect, for small cells.

Theory: an agent with twelve calls in each of five queues has no share of her own worth standardising. The shares of
the whole centre have: multiplied by her calls they give the number E that an average agent would have had. O / E is 1
for that average. Taken for a Poisson count, O has the exact limits of Garwood; the ratio's are those over E. Poisson
is right for rare events (complaints, worst ratings); for frequent ones its interval is wider than it need be. Ratios
of two agents with different mixes are each right against the centre, and not comparable with one another.

F. Garwood (1936), Biometrika 28:437-442. N. E. Breslow and N. E. Day (1987), Statistical Methods in Cancer Research
II, IARC, pp. 68-71 (Byar's approximation).
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from scipy.special import gammaincinv

from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.wilson import CONFIDENCE

UNIT = "observed / expected"
_METHOD = "poisson_exact"
_FEWEST_EXPECTED = 5.0
_FREQUENT = 0.2


class MixCell(NamedTuple):
    """So many calls of one kind, and the share of such calls that ends so in the whole centre (None: not known)."""

    name: str
    calls: int
    reference_share: float | None


def exact_poisson_limits(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Garwood's limits for the mean behind ``count`` events.

    Raises:
        ValueError: where ``count`` is negative.
    """
    if count < 0:
        raise ValueError(f"{count} events are none")
    tail = (1 - confidence) / 2
    lo = 0.0 if count == 0 else float(gammaincinv(count, tail))
    return lo, float(gammaincinv(count + 1, 1 - tail))


def byar_limits(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Byar's approximate limits; raises as exact_poisson_limits."""
    if count < 0:
        raise ValueError(f"{count} events are none")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    lo = 0.0 if count == 0 else count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    above = count + 1
    return max(0.0, lo), above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3


def expected_count(cells: Iterable[MixCell]) -> float:
    """Return E, what the centre's shares let expect of these calls; cells of an unknown share add nothing.

    Raises:
        ValueError: where a share is not within 0 to 1.
    """
    known = [(each.calls, each.reference_share) for each in cells if each.reference_share is not None]
    for _, share in known:
        if not 0 <= share <= 1:
            raise ValueError(f"a reference share of {share} is none")
    return sum(calls * share for calls, share in known)


def observed_to_expected(observed: int, cells: Sequence[MixCell]) -> Estimate:
    """Return O / E with exact Poisson limits; n counts the calls.

    A cell whose share in the centre is not known leaves E unknown: not identified. Below 5 expected it is wide.

    Raises:
        ValueError: where there are more events than calls, or a share is not within 0 to 1.
    """
    calls = sum(each.calls for each in cells)
    if not 0 <= observed <= calls or any(each.calls < 0 for each in cells):
        raise ValueError(f"{observed} events among {calls} calls")
    if calls == 0:
        return no_figure(Status.INSUFFICIENT, "no calls", unit=UNIT, method=_METHOD)
    alone = sorted(each.name for each in cells if each.calls and each.reference_share is None)
    if alone:
        reason = f"nobody else has calls of the kind {', '.join(alone)}: there is nothing to expect from"
        return no_figure(Status.NOT_IDENTIFIED, reason, unit=UNIT, n=calls, method=_METHOD)
    expected = expected_count(cells)
    if expected == 0:
        reason = "nothing was to be expected: no such call ended so in the whole centre"
        return no_figure(Status.NOT_IDENTIFIED, reason, unit=UNIT, n=calls, method=_METHOD)
    lo, hi = exact_poisson_limits(observed)
    reasons = []
    if expected < _FEWEST_EXPECTED:
        reasons.append(f"fewer than {_FEWEST_EXPECTED:g} expected: do not rank")
    if expected / calls > _FREQUENT:
        reasons.append("what is counted is frequent, so the interval is wider than it need be: count the rarer answer")
    status = Status.WIDE if expected < _FEWEST_EXPECTED else Status.OK
    return Estimate(observed / expected, lo / expected, hi / expected, UNIT, calls, _METHOD, status, tuple(reasons))
