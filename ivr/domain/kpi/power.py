"""Sample sizes: how many ratings, and how many calls, a difference takes to be found.

Two proportions (J. L. Fleiss, B. Levin and M. C. Paik 2003, Statistical Methods for Rates and Proportions, 3rd ed.,
chapter 4, without continuity correction), with k ratings of the reference for one of the arm, p the weighted mean:

    n = [ z_a sqrt((1 + 1/k) p q) + z_b sqrt(p_1 q_1 + p_0 q_0 / k) ]^2 / (p_1 - p_0)^2.

Ordered categories under proportional odds (J. Whitehead 1993, Statistics in Medicine 12:2257-2271), with the log odds
ratio t and the mean share m_i of category i over both arms; in all

    N = 3 (k + 1)^2 (z_a + z_b)^2 / ( k t^2 (1 - sum m_i^3) ).

Ratings become calls by the design effect of repeat callers (times) and the response rate (divided).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from ivr.domain.kpi.estimates import Status

POWER = 0.8
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class SampleSize:
    """How many ratings the arm and its reference need; None where no number of them would do, or none is meant."""

    arm: int | None
    reference: int | None
    status: Status
    reasons: tuple[str, ...] = ()

    @property
    def both(self) -> int | None:
        """The ratings of the two together."""
        return None if self.arm is None or self.reference is None else self.arm + self.reference


def size_for_proportions(
    share: float, reference: float, *, ratio: float = 1.0, power: float = POWER, alpha: float = ALPHA
) -> SampleSize:
    """Return how many ratings tell ``share`` from ``reference``; ``ratio`` is the reference's ratings for one here."""
    if (fault := _fault(power, alpha, ratio)) is not None:
        return fault
    if not (0 <= share <= 1 and 0 <= reference <= 1):
        return _none(Status.REFUSED, "a share is no proportion from 0 to 1")
    if share == reference:
        return _none(Status.NOT_IDENTIFIED, "the two shares are equal: no number of ratings tells them apart")
    mean = (share + ratio * reference) / (1 + ratio)
    pooled = math.sqrt((1 + 1 / ratio) * mean * (1 - mean))
    apart = math.sqrt(share * (1 - share) + reference * (1 - reference) / ratio)
    needed = ((_z(1 - alpha / 2) * pooled + _z(power) * apart) / (share - reference)) ** 2
    return SampleSize(math.ceil(needed), math.ceil(ratio * needed), Status.OK)


def power_for_proportions(share: float, n: int, reference: float, reference_n: int, *, alpha: float = ALPHA) -> float:
    """Return the chance that the score test finds the difference of ``share`` and ``reference``.

    Raises:
        ValueError: where a share is no proportion or an n is not positive.
    """
    if not (0 <= share <= 1 and 0 <= reference <= 1 and n > 0 and reference_n > 0):
        raise ValueError(f"{share} of {n} and {reference} of {reference_n} are no two proportions")
    mean = (n * share + reference_n * reference) / (n + reference_n)
    pooled = math.sqrt(mean * (1 - mean) * (1 / n + 1 / reference_n))
    apart = math.sqrt(share * (1 - share) / n + reference * (1 - reference) / reference_n)
    critical = _z(1 - alpha / 2) * pooled
    if apart == 0:
        return 1.0 if abs(share - reference) > critical else 0.0
    far = abs(share - reference)
    normal = NormalDist()
    return normal.cdf((far - critical) / apart) + normal.cdf((-far - critical) / apart)


def size_for_categories(
    reference: Sequence[float],
    odds_ratio: float,
    *,
    ratio: float = 1.0,
    power: float = POWER,
    alpha: float = ALPHA,
) -> SampleSize:
    """Return how many ratings find an ``odds_ratio`` between ordered categories.

    ``reference`` holds the shares of the categories in the reference, in order; ``odds_ratio`` applies at each cut.
    """
    if (fault := _fault(power, alpha, ratio)) is not None:
        return fault
    if any(share < 0 for share in reference) or abs(math.fsum(reference) - 1) > 1e-6:
        return _none(Status.REFUSED, "the categories' shares do not sum to 1")
    if not odds_ratio > 0 or math.isinf(odds_ratio):
        return _none(Status.REFUSED, "an odds ratio is a number above 0")
    if odds_ratio == 1:
        return _none(Status.NOT_IDENTIFIED, "an odds ratio of 1: no number of ratings tells the two apart")
    shifted = shifted_shares(reference, odds_ratio)
    # One rating of the arm for ``ratio`` of the reference.
    means = [(arm + ratio * own) / (1 + ratio) for arm, own in zip(shifted, reference, strict=True)]
    untied = 1 - math.fsum(mean**3 for mean in means)
    if untied <= 1e-12:
        return _none(Status.NOT_IDENTIFIED, "all ratings are in one category: no number of them tells anything")
    reach = (_z(1 - alpha / 2) + _z(power)) ** 2
    needed = 3 * (ratio + 1) ** 2 * reach / (ratio * math.log(odds_ratio) ** 2 * untied)
    return SampleSize(math.ceil(needed / (1 + ratio)), math.ceil(ratio * needed / (1 + ratio)), Status.OK)


def shifted_shares(reference: Sequence[float], odds_ratio: float) -> list[float]:
    """Return the shares of ordered categories when the odds of lying at or below each cut are times ``odds_ratio``."""
    below, cumulated, shares = 0.0, 0.0, []
    for share in reference:
        cumulated += share
        now = 1.0 if cumulated >= 1 else odds_ratio * cumulated / (1 - cumulated + odds_ratio * cumulated)
        shares.append(max(0.0, now - below))
        below = now
    return shares


def calls_for(ratings: int, *, response_rate: float, design_effect: float = 1.0) -> int | None:
    """Return how many eligible calls bring ``ratings`` worth of independent ones; None where nobody answers.

    Raises:
        ValueError: where ``response_rate`` is no proportion or ``design_effect`` is below 1.
    """
    if not 0 <= response_rate <= 1 or not design_effect >= 1:
        raise ValueError(f"no response rate of {response_rate} and design effect of {design_effect}")
    return None if response_rate == 0 else math.ceil(ratings * design_effect / response_rate)


def _fault(power: float, alpha: float, ratio: float) -> SampleSize | None:
    if not (0 < power < 1 and 0 < alpha < 1 and ratio > 0):
        return _none(Status.REFUSED, "power and alpha lie between 0 and 1, and the ratio is above 0")
    return None


def _none(status: Status, reason: str) -> SampleSize:
    return SampleSize(None, None, status, (reason,))


def _z(probability: float) -> float:
    return NormalDist().inv_cdf(probability)
