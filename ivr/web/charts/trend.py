"""The trend's geometry: points with their intervals over time, lines within a stretch, and the breaks between."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ivr.domain.kpi.estimates import Status
from ivr.domain.kpi.series_breaks import SeriesBreak
from ivr.domain.kpi.trend import Trend, TrendPoint
from ivr.usecases.read_agent import FittedMonth
from ivr.web.charts.scales import Scale

WIDTH, HEIGHT = 560, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 546, 24, 206
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FEWEST_PIXELS_A_LABEL = 62.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with its interval; ``x``, ``y``, ``top`` and ``bottom`` are places in the drawing."""

    point: TrendPoint
    x: str
    y: str
    top: str
    bottom: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Diamond:
    """The comparable figure of a month that has a fit of its own; ``top`` and ``bottom`` are its interval's ends."""

    month: FittedMonth
    x: str
    top: str
    bottom: str
    y: str
    path: str


@dataclass(frozen=True, slots=True)
class BreakLine:
    """A break; ``number`` leads to its words beside the drawing. Breaks of one day have one line."""

    number: int
    x: str
    day: date
    breaks: tuple[SeriesBreak, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A date under the axis; ``anchor`` keeps it inside the drawing."""

    x: str
    day: date
    anchor: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """The drawing: ``lines`` join points of one stretch, and none crosses a break."""

    marks: tuple[Mark, ...]
    lines: tuple[str, ...]
    diamonds: tuple[Diamond, ...]
    breaks: tuple[BreakLine, ...]
    labels: tuple[Label, ...]
    ticks: tuple[tuple[str, float], ...]


def trend_chart(over_time: Trend, fitted: Sequence[FittedMonth] = ()) -> TrendChart:
    """Place ``over_time``; a step without ratings leaves a gap, and a line passes over it only within a stretch."""
    y = Scale(0.0, 1.0, BOTTOM, TOP)
    ticks = tuple((y.at(each), each) for each in _TICKS)
    rated = [each for each in over_time.points if each.pressed.estimate is not None]
    if not rated:
        return TrendChart((), (), (), (), (), ticks)
    first, last = over_time.points[0].first.toordinal(), over_time.points[-1].last.toordinal() + 1
    x = Scale(first, last, LEFT + 10, RIGHT - 10)
    marks = tuple(_mark(each, x, y) for each in rated)
    days = sorted({each.day for each in over_time.breaks})
    return TrendChart(
        marks,
        _lines(marks),
        tuple(_diamond(each, x, y) for each in fitted if each.standardised.estimate is not None),
        tuple(
            BreakLine(number, x.at(day.toordinal()), day, tuple(each for each in over_time.breaks if each.day == day))
            for number, day in enumerate(days, 1)
        ),
        _labels(over_time.points, x),
        ticks,
    )


def middle(point: TrendPoint) -> float:
    """Return the middle of a point's days, as an ordinal."""
    return (point.first.toordinal() + point.last.toordinal() + 1) / 2


def _mark(point: TrendPoint, x: Scale, y: Scale) -> Mark:
    figure = point.pressed
    return Mark(
        point,
        x.at(middle(point)),
        y.at(figure.estimate or 0.0),
        y.at(figure.hi or 0.0),
        y.at(figure.lo or 0.0),
        is_wide=figure.status is Status.WIDE,
    )


def _diamond(month: FittedMonth, x: Scale, y: Scale) -> Diamond:
    days = monthrange(month.first.year, month.first.month)[1]
    centre = x.place(month.first.toordinal() + days / 2)
    figure = month.standardised
    height = y.place(figure.estimate or 0.0)
    path = f"M{centre - 6:.2f} {height:.2f}l6 -6l6 6l-6 6z"
    return Diamond(month, f"{centre:.2f}", y.at(figure.hi or 0.0), y.at(figure.lo or 0.0), f"{height:.2f}", path)


def _lines(marks: Sequence[Mark]) -> tuple[str, ...]:
    lines: list[list[Mark]] = [[marks[0]]]
    for before, after in pairwise(marks):
        if before.point.segment == after.point.segment:
            lines[-1].append(after)
        else:
            lines.append([after])
    return tuple(" ".join(f"{each.x},{each.y}" for each in line) for line in lines if len(line) > 1)


def _labels(points: Sequence[TrendPoint], x: Scale) -> tuple[Label, ...]:
    """Name the days on which steps begin, as many as fit side by side."""
    labels: list[Label] = []
    latest = -_FEWEST_PIXELS_A_LABEL
    for day in sorted({each.first for each in points if not each.segment or each.is_whole} or {points[0].first}):
        place = x.place(day.toordinal())
        if place - latest >= _FEWEST_PIXELS_A_LABEL:
            labels.append(Label(f"{place:.2f}", day, "start" if place < LEFT + 30 else "middle"))
            latest = place
    return tuple(labels)
