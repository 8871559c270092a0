"""Spans: from when to when each of several things lasted, as bars under each other on one line of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from ivr.web.charts.scales import Scale

WIDTH = 960.0
LEFT = 130.0
RIGHT = 20.0
ROW = 30.0
LEAST_WIDTH = 3.0


@dataclass(frozen=True, slots=True)
class Lasting:
    """Something that lasted; ``until`` None: it still does. ``kind`` colours it."""

    name: str
    since: datetime
    until: datetime | None
    label: str
    kind: str = "best"


@dataclass(frozen=True, slots=True)
class SpanBar:
    """One bar; ``y`` is the top of its row."""

    name: str
    label: str
    kind: str
    x: str
    width: str
    y: float


@dataclass(frozen=True, slots=True)
class DayTick:
    """A day on the axis."""

    x: str
    day: date


@dataclass(frozen=True, slots=True)
class SpanChart:
    """The bars, an axis of days, and how high the drawing is."""

    bars: tuple[SpanBar, ...]
    ticks: tuple[DayTick, ...]
    height: float


def span_chart(lasting: Sequence[Lasting], now: datetime, zone: tzinfo, *, most_ticks: int = 7) -> SpanChart | None:
    """Place what lasted, a row for each name in the order given; None where there is nothing."""
    if not lasting:
        return None
    first = min(each.since for each in lasting)
    last = max(each.until or now for each in lasting)
    scale = Scale(first.timestamp(), max(last.timestamp(), first.timestamp() + 3600.0), LEFT, WIDTH - RIGHT)
    rows = {name: number for number, name in enumerate(dict.fromkeys(each.name for each in lasting))}
    bars = tuple(
        SpanBar(
            each.name,
            each.label,
            each.kind,
            scale.at(each.since.timestamp()),
            f"{_width(scale, each, now):.2f}",
            rows[each.name] * ROW,
        )
        for each in lasting
    )
    return SpanChart(bars, _ticks(first, last, zone, scale, most_ticks), len(rows) * ROW)


def _width(scale: Scale, each: Lasting, now: datetime) -> float:
    x = scale.place(each.since.timestamp())
    return max(LEAST_WIDTH, scale.place((each.until or now).timestamp()) - x)


def _ticks(first: datetime, last: datetime, zone: tzinfo, scale: Scale, most: int) -> tuple[DayTick, ...]:
    """Return midnights, evenly; where all is within a day, its beginning."""
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    days = (end - begin).days
    if days == 0:
        return (DayTick(scale.at(first.timestamp()), begin),)
    step = -(-days // most)
    chosen = [begin + timedelta(days=number) for number in range(1, days + 1, step)]
    return tuple(
        DayTick(scale.at(datetime.combine(day, datetime.min.time(), tzinfo=zone).timestamp()), day) for day in chosen
    )
