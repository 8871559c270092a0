"""The continuum of resistance: how the pressed share moves with the response rate. A picture, never a figure.

Theory: callers who answer only when it is easy are thought to lie between those who always answer and those who never
do. Each delay arm has its own response rate and its own share in the best category; the slope of the line through them
says in which direction the silent ones may differ, and its end at a response rate of 1 is where they would lead if
the line went on. Lin and Schaeffer found that it often does not, so what is returned is drawn and not reported:
there is no Estimate here on purpose.

F. L. Filion (1976), Pacific Sociological Review 19:401-408. I-F. Lin and N. C. Schaeffer (1995), Public Opinion
Quarterly 59:236-258.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.domain.kpi.bounds import DelayArm, joined_arms
from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.wilson import proportion

LEAST_SPREAD = 0.05
"""Response rates that lie closer together than this carry no line."""


@dataclass(frozen=True, slots=True)
class ResistancePoint:
    """One delay arm: its response rate, and the share of its ratings in the best category."""

    delay_seconds: float
    response: Estimate
    observed: Estimate


@dataclass(frozen=True, slots=True)
class Resistance:
    """The points to draw and the line through them; ``slope`` is share per unit of response, None without a line."""

    points: tuple[ResistancePoint, ...]
    slope: float | None
    intercept: float | None
    reasons: tuple[str, ...] = ()


def resistance(arms: Sequence[DelayArm]) -> Resistance:
    """Return the points of the delay arms, by delay, and the line weighted by their ratings."""
    used = [arm for arm in joined_arms(arms) if arm.judged]
    points = tuple(
        ResistancePoint(
            arm.delay_seconds,
            proportion(arm.judged, arm.eligible, of="eligible calls"),
            proportion(arm.best, arm.judged, of="ratings"),
        )
        for arm in used
    )
    rates = [arm.judged / arm.eligible for arm in used]
    if len(used) < 2 or max(rates) - min(rates) < LEAST_SPREAD:
        why = f"the delays' response rates do not differ by {100 * LEAST_SPREAD:g} points: no line"
        return Resistance(points, None, None, (why,))
    ratings = sum(arm.judged for arm in used)
    mean_rate = sum(arm.judged * rate for arm, rate in zip(used, rates, strict=True)) / ratings
    mean_share = sum(arm.best for arm in used) / ratings
    along = sum(arm.judged * (rate - mean_rate) ** 2 for arm, rate in zip(used, rates, strict=True))
    slope = (
        sum(
            arm.judged * (rate - mean_rate) * (arm.best / arm.judged - mean_share)
            for arm, rate in zip(used, rates, strict=True)
        )
        / along
    )
    return Resistance(points, slope, mean_share - slope * mean_rate)
