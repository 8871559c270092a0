"""The utility-weighted score: what the ratings are worth, where a best rating may be worth six of the next.

Theory: a mean of keys says that 5 is one more than 4. Xerox found that a customer who gave 5 of 5 bought again six
times as often as one who gave 4 (Jones and Sasser 1995), so the distances have to be said, not assumed. The user gives
a utility u for each category, from the worst to the best, such as (0, 1, 6); the score is the mean utility, raw or
rescaled to 0 to 1.

The interval: the rescaled score is a mean x of values within 0 to 1. Its variance is at most x (1 - x), that of a
proportion, so the ratings are worth n x (1 - x) / variance ratings of a yes or no; Wilson's interval is taken at that
number. It cannot leave the range, and with two categories it is Wilson's interval itself. The variance comes from the
counts with half a rating added to each category, so that alike ratings do not pretend to certainty.

T. O. Jones and W. E. Sasser (1995), Why satisfied customers defect, Harvard Business Review 73(6):88-99.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isfinite

from ivr.domain.kpi.effective_sample import effective_share
from ivr.domain.kpi.estimates import Estimate, Status, no_figure
from ivr.domain.kpi.pressed import Pressed, mixing_note

METHOD = "wilson_effective"
RAW_UNIT = "utility"
_ADDED = 0.5


@dataclass(frozen=True, slots=True)
class UtilityScore:
    """The mean utility: ``rescaled`` to 0 (every rating the worst) to 1 (every rating the best), and ``raw``."""

    rescaled: Estimate
    raw: Estimate


def utility_fault(utility: Sequence[float]) -> str | None:
    """Return one sentence with the remedy where ``utility`` cannot be used; None where it can."""
    if len(utility) < 2:
        return "a utility needs a number for each category, at least two"
    if not all(isfinite(each) for each in utility):
        return "a utility needs finite numbers"
    if any(later < earlier for earlier, later in pairwise(utility)):
        return f"the utility {_listed(utility)} falls; write it from the worst category to the best, such as (0, 1, 6)"
    if utility[0] == utility[-1]:
        return f"the utility {_listed(utility)} gives every category the same worth"
    return None


def utility_score(pressed: Sequence[Pressed], utility: Sequence[float]) -> UtilityScore:
    """Return the mean ``utility`` of the ratings on scales with as many categories; others are left out and counted."""
    fault = utility_fault(utility)
    if fault is not None:
        return _none(Status.REFUSED, 0, fault)
    used = [each for each in pressed if len(each.categories) == len(utility) and each.n]
    left_out = sum(each.n for each in pressed) - sum(each.n for each in used)
    reasons = mixing_note(used)
    if left_out:
        reasons = (*reasons, f"{left_out} ratings on scales without {len(utility)} categories are left out")
    counts = [sum(each.counts[category] for each in used) for category in range(len(utility))]
    n = sum(counts)
    if n == 0:
        return _none(Status.INSUFFICIENT, 0, "no ratings on a scale that the utility fits", *reasons)
    low, span = utility[0], utility[-1] - utility[0]
    worth = [(each - low) / span for each in utility]
    score = min(1.0, max(0.0, sum(count * each for count, each in zip(counts, worth, strict=True)) / n))
    rescaled = effective_share(score, n / _deff(counts, worth), n, method=METHOD, of="ratings", reasons=reasons)
    return UtilityScore(rescaled, _raw(rescaled, low, span))


def _deff(counts: Sequence[int], worth: Sequence[float]) -> float:
    """Return the variance of a rating's worth over that of a proportion with the same mean, above 0 and at most 1."""
    shares = [(count + _ADDED) / (sum(counts) + _ADDED * len(counts)) for count in counts]
    mean = sum(share * each for share, each in zip(shares, worth, strict=True))
    variance = sum(share * (each - mean) ** 2 for share, each in zip(shares, worth, strict=True))
    return variance / (mean * (1 - mean))


def _raw(rescaled: Estimate, low: float, span: float) -> Estimate:
    def utility_of(share: float | None) -> float | None:
        return None if share is None else low + span * share

    return replace(
        rescaled,
        estimate=utility_of(rescaled.estimate),
        lo=utility_of(rescaled.lo),
        hi=utility_of(rescaled.hi),
        unit=RAW_UNIT,
    )


def _none(status: Status, n: int, *reasons: str) -> UtilityScore:
    return UtilityScore(
        no_figure(status, *reasons, n=n, method=METHOD), no_figure(status, *reasons, unit=RAW_UNIT, n=n, method=METHOD)
    )


def _listed(utility: Sequence[float]) -> str:
    return f"({', '.join(f'{each:g}' for each in utility)})"
