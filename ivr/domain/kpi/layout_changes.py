"""Layout changes: the days in a window from which callers heard something else, read from its layouts' spans."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.domain.kpi.series import Span

LONG = timedelta(days=10)
"""A layout that begins so long after the others, or ends so long before them, has come or gone."""


class Change(StrEnum):
    """What became of a layout."""

    NEW_VERSION = "new_version"
    CAME = "came"
    WENT = "went"


@dataclass(frozen=True, slots=True)
class LayoutChange:
    """``layout`` changed at a moment: its first call since, or for one that went its last."""

    layout: str
    change: Change
    at: datetime


def layout_changes(series: Mapping[str, Sequence[Span]]) -> tuple[LayoutChange, ...]:
    """Return the changes among the layouts' spans, the earliest first. A figure before one and after it differ by it.

    A layout that nobody has rated changes nothing.
    """
    rated = {layout: heard for layout, spans in series.items() if (heard := [span for span in spans if span.rated])}
    if not rated:
        return ()
    begin = min(span.since for spans in rated.values() for span in spans)
    end = max(span.until for spans in rated.values() for span in spans)
    found = [change for layout, spans in rated.items() for change in _of_layout(layout, spans, begin, end)]
    return tuple(sorted(found, key=lambda each: (each.at, each.layout)))


def _of_layout(layout: str, spans: Sequence[Span], begin: datetime, end: datetime) -> Iterable[LayoutChange]:
    first = min(span.since for span in spans)
    last = max(span.until for span in spans)
    if first - begin >= LONG:
        yield LayoutChange(layout, Change.CAME, first)
    for span in sorted(spans, key=lambda each: (each.since, each.version or ""))[1:]:
        yield LayoutChange(layout, Change.NEW_VERSION, span.since)
    if end - last >= LONG:
        yield LayoutChange(layout, Change.WENT, last)
