"""Lists an agent's own calls by the day, in an order within it that tells no time.

A list that goes from the newest call to the oldest tells by its pages which calls were in the afternoon. So all calls
of a day are put in the order of their keys' hashes before the day is cut into pages: the order is the same each time,
and says nothing of what came first.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from ivr.domain.calls import CallId
from ivr.usecases.call_lists import CallFilter, CallReads, CallSlice, ListedCall, OptionCount, Position
from ivr.usecases.report_window import ReportWindow


async def listed_by_day(
    reads: CallReads,
    window: ReportWindow,
    chosen: CallFilter,
    options: Sequence[OptionCount],
    *,
    after: Position | None,
    limit: int,
    zone: tzinfo,
) -> CallSlice:
    """Return at most ``limit`` calls behind ``after``, the newest day first; days are those of ``zone``.

    A place to go on from is a day's begin with the last call listed of it, or without one that day's end.
    """
    cursor = None if after is None or after.call is None else _place(after.ended_at, after.call, zone)
    begin = after if after is None or cursor is None else Position(_end_of(cursor[0], zone))
    place, found, is_cut = begin, list[ListedCall](), False
    while True:
        some = await reads.listed(window, chosen, options, after=place, limit=limit)
        found += some.calls
        place, is_cut = some.then, some.is_cut
        ready = _ready(found, place, cursor, zone)
        if place is None or len(ready) >= limit or (is_cut and _is_further(place, begin, zone)):
            break
    shown = ready[:limit]
    if len(ready) > limit:
        last = shown[-1]
        return CallSlice(shown, Position(_begin_of(_day(last.ended_at, zone), zone), last.call))
    return CallSlice(shown, None if place is None else Position(_end_of(_day(place.ended_at, zone), zone)), is_cut)


def _ready(
    found: Sequence[ListedCall], place: Position | None, cursor: tuple[date, bytes] | None, zone: tzinfo
) -> list[ListedCall]:
    """Return the calls of the days that are all there, in their order, those up to ``cursor`` left out."""
    latest = None if place is None else _day(place.ended_at, zone)
    keyed = [(_place(each.ended_at, each.call, zone), each) for each in found]
    whole = [
        (key, each) for key, each in keyed if (latest is None or key[0] > latest) and (cursor is None or key < cursor)
    ]
    return [each for _, each in sorted(whole, key=lambda pair: pair[0], reverse=True)]


def _is_further(place: Position, begin: Position | None, zone: tzinfo) -> bool:
    """Say whether the next page would begin on an earlier day than this one."""
    return begin is None or _end_of(_day(place.ended_at, zone), zone) < begin.ended_at


def _place(ended_at: datetime, call: CallId, zone: tzinfo) -> tuple[date, bytes]:
    return _day(ended_at, zone), hashlib.sha256(str(call).encode()).digest()


def _day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _begin_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _end_of(day: date, zone: tzinfo) -> datetime:
    return _begin_of(day + timedelta(days=1), zone)
