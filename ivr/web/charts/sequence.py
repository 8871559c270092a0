"""A confidence sequence: a difference day by day with the interval that holds at all days together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ivr.domain.kpi.estimates import POINTS, Estimate
from ivr.domain.kpi.looks import Look
from ivr.web.charts.scales import Scale, round_ticks

WIDTH = 480.0
HEIGHT = 220.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 26.0
_LEAST_REACH = {True: 10.0, False: 0.1}
_TIMES_LAST = 1.5
"""So many times the last interval's reach is drawn: early intervals are far wider, and would hide it."""


@dataclass(frozen=True, slots=True)
class ValueTick:
    """A difference on the axis; ``is_none`` marks that of no difference."""

    y: str
    value: float
    is_none: bool


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day on the axis."""

    x: str
    day: date
    anchor: str


@dataclass(frozen=True, slots=True)
class SequenceChart:
    """The drawing: ``band`` and ``line`` are points of SVG; ``decided_x`` is the day of a decision, None before it."""

    band: str
    line: str
    none_y: str
    values: tuple[ValueTick, ...]
    days: tuple[DayMark, ...]
    decided_x: str | None
    last_y: str
    last_x: str


def sequence_chart(looks: Sequence[Look], decided_on: str | None = None) -> SequenceChart | None:
    """Place the looks that have a figure; None where fewer than two have."""
    known = [(date.fromisoformat(each.day), each.figure) for each in looks if _is_figure(each.figure)]
    if len(known) < 2:
        return None
    is_points = known[-1][1].unit == POINTS
    none = 0.0 if is_points else 0.5
    first, last = known[0][0], known[-1][0]
    across = Scale(first.toordinal(), last.toordinal(), LEFT, WIDTH - RIGHT)
    reach = _reach([figure for _, figure in known], none, is_points=is_points)
    up = Scale(none - reach, none + reach, HEIGHT - BOTTOM, TOP)
    xs = [across.at(day.toordinal()) for day, _ in known]
    upper = [f"{x},{up.at(figure.hi or 0.0)}" for x, (_, figure) in zip(xs, known, strict=True)]
    lower = [f"{x},{up.at(figure.lo or 0.0)}" for x, (_, figure) in zip(xs, known, strict=True)]
    line = [f"{x},{up.at(figure.estimate or 0.0)}" for x, (_, figure) in zip(xs, known, strict=True)]
    decided = None if decided_on is None else date.fromisoformat(decided_on)
    return SequenceChart(
        band=" ".join([*upper, *reversed(lower)]),
        line=" ".join(line),
        none_y=up.at(none),
        values=tuple(
            ValueTick(up.at(value), value, value == none) for value in round_ticks(none - reach, none + reach, 7)
        ),
        days=(DayMark(xs[0], first, "start"), DayMark(xs[-1], last, "end")),
        decided_x=None if decided is None or not first <= decided <= last else across.at(decided.toordinal()),
        last_y=up.at(known[-1][1].estimate or 0.0),
        last_x=xs[-1],
    )


def _is_figure(figure: Estimate) -> bool:
    return figure.estimate is not None and figure.lo is not None and figure.hi is not None


def _reach(figures: Sequence[Estimate], none: float, *, is_points: bool) -> float:
    """Return how far the axis reaches from no difference: all of the last interval, and much of the ones before."""
    last = figures[-1]
    at_last = max(abs((last.lo or 0.0) - none), abs((last.hi or 0.0) - none))
    ever = max(max(abs((each.lo or 0.0) - none), abs((each.hi or 0.0) - none)) for each in figures)
    least = _LEAST_REACH[is_points]
    wanted = max(least, min(ever, _TIMES_LAST * at_last))
    step = least / 2
    return -(-wanted // step) * step
