"""The trend: pressed shares over time, in months, weeks or days, cut where callers began to hear something else.

Each point stands on its own ratings with its own interval. A point never holds ratings from both sides of a series
break, so a month with a break in it is two points, and no line may join them.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ivr.domain.kpi.estimates import Estimate
from ivr.domain.kpi.instruments import Instruments
from ivr.domain.kpi.response import Dispositions, count_dispositions
from ivr.domain.kpi.series_breaks import SeriesBreak, series_breaks
from ivr.domain.kpi.tallies import DayCount
from ivr.domain.kpi.top_box import read_ratings, top_box

MOST_POINTS = 48
"""Of a longer history the latest so many points are kept."""
_MONTHS_FROM_DAYS = 120
_WEEKS_FROM_DAYS = 21


class Step(StrEnum):
    """How long a point's calls were collected."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The calls of ``first`` to ``last``, both included; ``segment`` numbers the stretches between breaks, from 0.

    ``is_whole`` says that the span is a whole step, not cut by a break.
    """

    first: date
    last: date
    segment: int
    calls: Dispositions
    pressed: Estimate
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """Points in the order of time; a step without calls has none.

    ``left_out`` older points were not kept, with ``left_out_ratings`` that can be read.
    """

    step: Step
    points: tuple[TrendPoint, ...]
    breaks: tuple[SeriesBreak, ...]
    left_out: int = 0
    left_out_ratings: int = 0


def trend(days: Sequence[DayCount], known: Instruments, begins: Mapping[tuple[str, str], date] | None = None) -> Trend:
    """Return the trend of ``days``; the step follows from how long they reach.

    ``begins`` says when versions of layouts were first heard, by layout and version.
    """
    if not days:
        return Trend(Step.MONTH, (), ())
    dates = sorted({date.fromisoformat(each.day) for each in days})
    step = _step(dates[0], dates[-1])
    breaks = series_breaks(days, known, begins)
    cuts = sorted({each.day for each in breaks})
    pieces: dict[tuple[date, int], list[DayCount]] = {}
    for each in days:
        day = date.fromisoformat(each.day)
        pieces.setdefault((_span(day, step)[0], sum(cut <= day for cut in cuts)), []).append(each)
    points = tuple(_point(piece, pieces[piece], step, cuts, known) for piece in sorted(pieces))
    older, kept = points[:-MOST_POINTS], points[-MOST_POINTS:]
    return Trend(
        step,
        kept,
        tuple(each for each in breaks if each.day > kept[0].first),
        left_out=len(older),
        left_out_ratings=sum(each.pressed.n for each in older),
    )


def _point(
    piece: tuple[date, int], days: Iterable[DayCount], step: Step, cuts: Sequence[date], known: Instruments
) -> TrendPoint:
    begin, segment = piece
    first, last = _span(begin, step)
    if segment and first < cuts[segment - 1]:
        first = cuts[segment - 1]
    if segment < len(cuts) and last >= cuts[segment]:
        last = cuts[segment] - timedelta(days=1)
    counts = list(days)
    return TrendPoint(
        first,
        last,
        segment,
        count_dispositions(counts),
        top_box(read_ratings(counts, known)),
        is_whole=(first, last) == _span(begin, step),
    )


def _step(first: date, last: date) -> Step:
    days = (last - first).days + 1
    if days > _MONTHS_FROM_DAYS:
        return Step.MONTH
    return Step.WEEK if days > _WEEKS_FROM_DAYS else Step.DAY


def _span(day: date, step: Step) -> tuple[date, date]:
    """Return the first and the last day of the step that ``day`` is in; weeks begin on Monday."""
    if step is Step.MONTH:
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    if step is Step.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return day, day
