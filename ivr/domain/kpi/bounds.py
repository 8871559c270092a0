"""Worst-case bounds: what the silent callers could at most change (Manski 1990, 2003).

With a share r of the eligible calls rated and a share p of those in the best category, the share among all
eligible calls lies in [r p, r p + 1 - r], whatever the others would have pressed. No assumption is made, and
sampling error is not included: the bounds speak of these very calls.

Where chance gives callers a longer silence before the first prompt, fewer of them answer, and what they think of the
agent stays the same. Each such delay arm then bounds the same share, so the truth lies above the highest lower bound
and below the lowest upper bound. Bounds that cross contradict this: the delay changed what callers think or press, or
did not come by chance. An arm's bounds vary by chance themselves, and the narrowest of several is the luckiest, so the
intersection comes with limits that hold for all arms at once (Bonferroni over Wilson limits).

C. F. Manski (1990), American Economic Review 80:319-323; (2003), Partial Identification of Probability Distributions.
V. Chernozhukov, S. Lee and A. M. Rosen (2013), Econometrica 81:667-737 (inference on intersected bounds).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.wilson import CONFIDENCE, wilson_interval


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest possible share; both None where there is no figure."""

    lo: float | None
    hi: float | None


NO_BOUNDS = Bounds(None, None)


def worst_case_bounds(best: int, judged: int, eligible: int) -> Bounds:
    """Bound the share of ``eligible`` calls in the best category.

    ``judged`` calls have a rating that can be read, ``best`` of them in the best category. No eligible call: no bounds.
    """
    if eligible == 0:
        return NO_BOUNDS
    return Bounds(best / eligible, (best + eligible - judged) / eligible)


class DelayArm(NamedTuple):
    """The calls that chance gave one delay before the first prompt: eligible, with a readable rating, and best."""

    delay_seconds: float
    eligible: int
    judged: int
    best: int


def joined_arms(arms: Sequence[DelayArm]) -> list[DelayArm]:
    """Return the arms that have calls, those of one delay added up, by delay."""
    found: dict[float, DelayArm] = {}
    for arm in arms:
        known = found.get(arm.delay_seconds, DelayArm(arm.delay_seconds, 0, 0, 0))
        found[arm.delay_seconds] = DelayArm(
            arm.delay_seconds, known.eligible + arm.eligible, known.judged + arm.judged, known.best + arm.best
        )
    return sorted(arm for arm in found.values() if arm.eligible)


@dataclass(frozen=True, slots=True)
class IntersectedBounds:
    """What the delay arms bound together. ``bounds`` hold for these calls, ``limits`` with 95 % for calls like them.

    ``arms`` are each arm's own bounds, in the order of the delays; ``bounds`` and ``limits`` are without figures unless
    ``status`` is ok.
    """

    arms: tuple[tuple[float, Bounds], ...]
    bounds: Bounds
    limits: Bounds
    status: Status
    reasons: tuple[str, ...] = ()


def intersected_bounds(arms: Sequence[DelayArm]) -> IntersectedBounds:
    """Intersect the worst-case bounds of the delay arms; bounds that cross are refused.

    Raises:
        ValueError: where the counts of an arm are no parts of its calls.
    """
    for arm in arms:
        if not 0 <= arm.best <= arm.judged <= arm.eligible:
            raise ValueError(f"the counts of the arm of {arm.delay_seconds:g} s are no parts of its calls")
    used = joined_arms(arms)
    own = tuple((arm.delay_seconds, worst_case_bounds(arm.best, arm.judged, arm.eligible)) for arm in used)
    if not used:
        return IntersectedBounds((), NO_BOUNDS, NO_BOUNDS, Status.INSUFFICIENT, ("no eligible calls",))
    lo = max(arm.best / arm.eligible for arm in used)
    hi = min((arm.best + arm.eligible - arm.judged) / arm.eligible for arm in used)
    confidence = 1 - (1 - CONFIDENCE) / len(used)
    least = max(wilson_interval(arm.best, arm.eligible, confidence)[0] for arm in used)
    most = min(wilson_interval(arm.best + arm.eligible - arm.judged, arm.eligible, confidence)[1] for arm in used)
    if least > most:
        why = "the delays contradict each other: they change what callers press, or were not given by chance"
        return IntersectedBounds(own, NO_BOUNDS, NO_BOUNDS, Status.REFUSED, (why,))
    if lo > hi:
        why = "the delays' bounds cross, by no more than chance does: too few calls to intersect them"
        return IntersectedBounds(own, NO_BOUNDS, NO_BOUNDS, Status.REFUSED, (why,))
    return IntersectedBounds(own, Bounds(lo, hi), Bounds(least, most), Status.OK)
