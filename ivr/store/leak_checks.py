"""Leak checks: whether the tallies hold every counted call, day after day, compared with the rows of the calls.

Both sides of a comparison are read in one transaction, so a call that closes meanwhile is in both or in neither. A day
takes a moment, all days of a large ledger take minutes; so they are looked at one by one, beside everything else, and
again and again. What is found is kept, with when it was, and stands until the day is looked at again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from itertools import zip_longest
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, cast, exists, func, literal, or_, select, union_all

from ivr.store.cell_writes import LIVE
from ivr.store.tables import calls, daily_tallies, imports, tally_changes
from ivr.store.tally_writes import read_state
from ivr.store.window_rows import counted_rows
from ivr.usecases.report_window import ALL_CALLS

FIRST = ""
"""The name of what is before the first day, calls without an end among it."""


class Span(NamedTuple):
    """A day that has tallies, up to before ``until``, the next that had some when it was looked up; None is open."""

    day: str
    until: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many counted calls the rows of a span have and how many the tallies, as of one moment."""

    rows: int
    tallied: int
    at: datetime

    @property
    def missed(self) -> int:
        """How many calls the tallies lack; below 0 where they have too many."""
        return self.rows - self.tallied


class LeakChecks:
    """What the comparisons have found, by day."""

    def __init__(self) -> None:
        self._found: Mapping[str, Comparison] = {}

    def note(self, span: Span, found: Comparison, days: Sequence[str]) -> None:
        """Keep what was found of a span; what was found of days that are not among ``days`` any more is forgotten."""
        kept = {name: self._found[name] for name in (FIRST, *days) if name in self._found}
        self._found = {**kept, span.day: found}

    def clear(self) -> None:
        """Forget everything: other tallies are in use."""
        self._found = {}

    def missed(self, since: str | None = None, until: str | None = None) -> int:
        """Return how many calls of these days the tallies lack."""
        return sum(found.missed for day, found in self._found.items() if _is_within(day, since, until))

    def checked_at(self, days: Sequence[str]) -> datetime | None:
        """Return when the one of ``days`` was looked at that was not for longest; None where one never was."""
        found = self._found
        if not all(day in found for day in (FIRST, *days)):
            return None
        return min(each.at for each in found.values())

    def next_of(self, days: Sequence[str], changed: Sequence[str]) -> Span:
        """Return what to look at next: what never was, newest first, then ``changed`` days, then the longest ago."""
        spans = spans_of(days)
        never = [span for span in spans if span.day not in self._found]
        if never:
            return never[-1]
        again = [span for span in spans if span.day in changed]
        return again[-1] if again else min(spans, key=lambda span: self._found[span.day].at)


def spans_of(days: Sequence[str]) -> list[Span]:
    """Return the spans that hold all time, in their order."""
    names = [FIRST, *sorted(days)]
    return [Span(name, until) for name, until in zip_longest(names, names[1:])]


def compare_span(connection: Connection, span: Span, zone: tzinfo) -> Comparison | None:
    """Compare the tallies of a span with its calls; None where a change is noted and not in the tallies yet."""
    state = read_state(connection)
    if state.book is None or connection.execute(select(exists(select(tally_changes.c.id)))).scalar():
        return None
    rows = counted_rows(ALL_CALLS)
    if span.day == FIRST:
        if span.until is not None:
            rows.append(or_(calls.c.ended_at.is_(None), calls.c.ended_at < _begin(span.until, zone)))
    else:
        rows.append(calls.c.ended_at >= _begin(span.day, zone))
        if span.until is not None:
            rows.append(calls.c.ended_at < _begin(span.until, zone))
    counted = connection.execute(select(func.count()).select_from(calls).where(*rows)).scalar_one()
    # Numbers by themselves, each a step into the tree; with an OR every cell would be looked at.
    seen = union_all(select(literal(LIVE)), select(imports.c.id).where(imports.c.complete)).subquery()
    cells = daily_tallies.c
    # All days of the span: the first call of a day may have closed since the days were looked up.
    days = [cells.day >= span.day, *([] if span.until is None else [cells.day < span.until])]
    statement = select(func.coalesce(cast(func.sum(cells.calls), BigInteger), 0)).where(
        cells.book == state.book, cells.import_id.in_(select(seen)), *days
    )
    return Comparison(counted, connection.execute(statement).scalar_one(), datetime.now(UTC))


def _begin(day: str, zone: tzinfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), tzinfo=zone)


def _is_within(day: str, since: str | None, until: str | None) -> bool:
    if day == FIRST:
        return since is None and until is None
    return (since is None or since <= day) and (until is None or day < until)
