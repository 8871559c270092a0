"""Importance and performance: what matters to callers and is done badly comes first.

Each aspect of the service is a point: how important callers say it is, and how well it was done. Two lines, usually
the means over all aspects, part the plane into four quarters (Martilla and James 1977). A point is put into a quarter
only where both of its intervals clear the lines; else it would change quarters by chance from month to month.

J. A. Martilla and J. C. James (1977), Importance-performance analysis, Journal of Marketing 41(1):77-79.
"""

from dataclasses import dataclass
from enum import StrEnum

from ivr.domain.kpi.estimates import Estimate


class Quarter(StrEnum):
    """What to do about an aspect, in Martilla and James' words."""

    CONCENTRATE_HERE = "concentrate here"
    KEEP_UP = "keep up the good work"
    LOW_PRIORITY = "low priority"
    POSSIBLE_OVERKILL = "possible overkill"


@dataclass(frozen=True, slots=True)
class Placement:
    """The quarter of an aspect; None, with the reasons, where it cannot be told."""

    quarter: Quarter | None
    reasons: tuple[str, ...] = ()


def placement(
    importance: Estimate, performance: Estimate, importance_line: float, performance_line: float
) -> Placement:
    """Return the quarter of the aspect with these two figures; the lines are in the units of the figures."""
    reasons = []
    important, good = _side(importance, importance_line), _side(performance, performance_line)
    for name, figure, side in (("importance", importance, important), ("performance", performance, good)):
        if side is None:
            why = "no figure: " + "; ".join(figure.reasons) if figure.lo is None else "its interval crosses the line"
            reasons.append(f"{name}: {why}")
    if important is None or good is None:
        return Placement(None, tuple(reasons))
    if important:
        return Placement(Quarter.KEEP_UP if good else Quarter.CONCENTRATE_HERE)
    return Placement(Quarter.POSSIBLE_OVERKILL if good else Quarter.LOW_PRIORITY)


def _side(figure: Estimate, line: float) -> bool | None:
    """Return whether the whole interval lies above the line, False where below, None where neither."""
    if figure.lo is None or figure.hi is None:
        return None
    if figure.lo > line:
        return True
    return False if figure.hi < line else None
