"""How many more ratings until two can be told apart, and how many weeks that is.

Theory: a variance falls as 1 / n. A difference d with variance v at n observations is found with the wanted power once
(z_a + z_b)^2 v n / d^2 observations are there; a sequence that may be looked at every day excludes 0 once its
half-width has fallen to |d|. Both take the difference that is seen for the true one, which it is not: the smaller it
is the less the answer is worth, so it is told in round numbers and never beyond a million.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from ivr.domain.kpi.comparisons import Comparison
from ivr.domain.kpi.confidence_sequences import TUNED_FOR, observations_until
from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.power import ALPHA, POWER, size_for_proportions

MOST = 1_000_000
"""Beyond this many more the two are called as good as equal."""


@dataclass(frozen=True, slots=True)
class MoreRatings:
    """How many more observations, of both together, it takes; 0 where they suffice, None where none would do."""

    more: int | None
    weeks: float | None
    status: Status
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say it in words: ``about 1,300 more (9 weeks at the present rate)``."""
        return self.words()

    def words(self, what: str = "") -> str:
        """Say it with ``what`` is counted: ``about 1,300 more ratings of both together (9 weeks ...)``."""
        if self.more is None:
            return "; ".join(self.reasons)
        if self.more == 0:
            return "no more are needed"
        weeks = "" if self.weeks is None else f" ({_weeks(self.weeks)} at the present rate)"
        return f"about {_rounded(self.more):,} more{what and ' '}{what}{weeks}"


def more_for_proportions(
    successes: int,
    n: int,
    reference_successes: int,
    reference_n: int,
    *,
    per_week: float | None = None,
    power: float = POWER,
    alpha: float = ALPHA,
) -> MoreRatings:
    """Return how many more ratings tell two shares (two agents, two layouts) apart, their numbers in today's ratio."""
    if not (0 <= successes <= n and 0 <= reference_successes <= reference_n):
        return _none(Status.REFUSED, "more successes than ratings")
    if min(n, reference_n) == 0:
        return _none(Status.INSUFFICIENT, "one of the two has no ratings yet")
    size = size_for_proportions(
        successes / n, reference_successes / reference_n, ratio=reference_n / n, power=power, alpha=alpha
    )
    if size.both is None:
        return _none(Status.NOT_IDENTIFIED, "the two are equal so far, so nobody can say when they will differ")
    return _more(size.both, n + reference_n, per_week)


def more_for_comparison(
    comparison: Comparison, *, per_week: float | None = None, power: float = POWER, alpha: float = ALPHA
) -> MoreRatings:
    """Return how many more observations find a difference of this size at one look."""
    found = _usable(comparison)
    if isinstance(found, MoreRatings):
        return found
    difference, variance = found
    reach = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(power)
    return _more(reach**2 * variance * comparison.n / difference**2, comparison.n, per_week)


def more_for_sequence(
    comparison: Comparison, *, alpha: float, tuned_for: float = TUNED_FOR, per_week: float | None = None
) -> MoreRatings:
    """Return how many more observations bring the sequence's interval away from no difference."""
    found = _usable(comparison)
    if isinstance(found, MoreRatings):
        return found
    difference, variance = found
    needed = observations_until(difference, math.sqrt(comparison.n * variance), alpha, tuned_for)
    if needed is None:
        return _none(Status.NOT_IDENTIFIED, "as good as equal: no number of ratings that you will see tells them apart")
    return _more(needed, comparison.n, per_week)


def _usable(comparison: Comparison) -> tuple[float, float] | MoreRatings:
    difference, variance = comparison.difference, comparison.variance
    if difference is None or variance is None or variance == 0:
        return _none(Status.INSUFFICIENT, "there is no difference to go by yet")
    if difference == 0:
        return _none(Status.NOT_IDENTIFIED, "the two are equal so far, so nobody can say when they will differ")
    return difference, variance


def _more(needed: float, have: int, per_week: float | None) -> MoreRatings:
    more = max(0, math.ceil(needed - have))
    if more > MOST:
        reason = f"as good as equal: more than {MOST:,} further ones would be needed to tell them apart"
        return _none(Status.NOT_IDENTIFIED, reason)
    weeks = None if per_week is None or per_week <= 0 else more / per_week
    return MoreRatings(more, weeks, Status.OK, ("takes the difference seen so far for the true one",))


def _none(status: Status, reason: str) -> MoreRatings:
    return MoreRatings(None, None, status, (reason,))


def _rounded(number: int) -> int:
    """Return ``number`` with its first two digits: more would be pretended."""
    step = int(10 ** max(0, len(str(number)) - 2))
    return math.ceil(number / step) * step


def _weeks(weeks: float) -> str:
    if weeks > 520:
        return "more than ten years"
    number = max(1, math.ceil(weeks))
    return "1 week" if number == 1 else f"{number} weeks"
