"""Series breaks: the days from which somebody's ratings are not comparable with those before.

A line over pressed shares may not be drawn across a day on which callers began to hear something else: another version
of a layout (its keys, pauses, words or recordings), or layouts drawn with other shares. Both are found in the calls
themselves. Several shares may be in use at once, one for each site or queue; they are told from a change by whether the
one that was usual before is heard of again soon.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ivr.domain.kpi.instruments import Instrument, Instruments
from ivr.domain.kpi.tallies import DayCount
from ivr.domain.outcomes import Outcome

SOON_DAYS = 10
"""What is not heard again on so many days with ratings is over."""


class Changed(StrEnum):
    """What callers heard differently."""

    KEYS = "keys"
    CATEGORIES = "categories"
    TIMING = "timing"
    RECORDINGS = "recordings"
    SHARES = "shares"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """From ``day`` on callers heard something else.

    ``layout`` has another version; None where the shares of the layouts changed, to ``shares``
    (``sequential-123:0.5 paced-123:0.5``). ``changed`` says what differs.
    """

    day: date
    changed: tuple[Changed, ...]
    layout: str | None = None
    shares: str | None = None


def series_breaks(
    days: Iterable[DayCount], known: Instruments, begins: Mapping[tuple[str, str], date] | None = None
) -> tuple[SeriesBreak, ...]:
    """Return the breaks among the ratings in ``days``, the earliest first.

    ``begins`` says when a layout's version was first heard by anybody; a break is then there, and not where one of
    these ratings was first made on it.
    """
    drawn: dict[str, Counter[str]] = {}
    versions: dict[str, dict[str, Counter[str]]] = {}
    for each in days:
        if each.outcome is not Outcome.RATED or each.layout is None or not each.calls:
            continue
        # A layout that was not drawn is drawn from itself alone.
        drawn.setdefault(each.day, Counter())[each.allocation or f"{each.layout}:1"] += each.calls
        of_layout = versions.setdefault(each.layout, {})
        of_layout.setdefault(each.day, Counter())[each.layout_version or ""] += each.calls
    breaks = [
        SeriesBreak(date.fromisoformat(day), (Changed.SHARES,), shares=new)
        for day, new, _old in _turns(drawn, every_new=False)
    ]
    for layout, of_layout in versions.items():
        breaks += [
            SeriesBreak(
                _begin(day, old, of_layout, (begins or {}).get((layout, new))),
                _differences(layout, old, new, known),
                layout,
            )
            for day, new, old in _turns(of_layout, every_new=True)
        ]
    return tuple(sorted(breaks, key=lambda each: (each.day, each.layout or "", each.shares or "")))


def _turns(days: Mapping[str, Counter[str]], *, every_new: bool) -> list[tuple[str, str, str]]:
    """Return (day, new, old) for each day on which something new took the place of what was usual.

    ``every_new``: whatever was never there before is such a day, even if the old goes on beside it.
    """
    ordered = sorted(days)
    turns: list[tuple[str, str, str]] = []
    in_use: dict[str, int] = {}
    seen: set[str] = set()
    for place, day in enumerate(ordered):
        for new in sorted(days[day].keys() - in_use.keys()):
            usual = max(sorted(in_use), key=in_use.__getitem__, default=None)
            is_first = every_new and new not in seen
            if usual is not None and in_use[usual] and (is_first or _is_over(usual, days, ordered[place + 1 :])):
                turns.append((day, new, usual))
                in_use = {}
            in_use[new] = 0
        for key in days[day].keys() & in_use.keys():
            in_use[key] += days[day][key]
        seen |= days[day].keys()
    return turns


def _begin(day: str, old: str, days: Mapping[str, Counter[str]], known: date | None) -> date:
    """Return the day on which a version began: ``known``, unless the old one was rated again after that."""
    if known is None or any(old in days[each] for each in days if known.isoformat() < each < day):
        return date.fromisoformat(day)
    return min(known, date.fromisoformat(day))


def _is_over(key: str, days: Mapping[str, Counter[str]], coming: Sequence[str]) -> bool:
    return all(key not in days[day] for day in coming[:SOON_DAYS])


def _differences(layout: str, old: str, new: str, known: Instruments) -> tuple[Changed, ...]:
    before, after = (known.noted.get((layout, version)) for version in (old, new))
    if before is None or after is None:
        return (Changed.UNKNOWN,)
    return _between(before, after)


def _between(before: Instrument, after: Instrument) -> tuple[Changed, ...]:
    found = [
        what
        for what, differs in (
            (Changed.CATEGORIES, before.categories != after.categories),
            (Changed.KEYS, dict(before.keys) != dict(after.keys)),
            (Changed.TIMING, before.read_seconds != after.read_seconds or before.options != after.options),
        )
        if differs
    ]
    return tuple(found) or (Changed.RECORDINGS,)
