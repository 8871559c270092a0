"""Tallies: the counts that the figures are made of; frozen, and addable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from math import fsum
from typing import Self

from ivr.domain.calls import EndedBy
from ivr.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """How many closed, counted calls share an agent, a team, a layout, an outcome and a category.

    ``outcome`` is None where a stored call has none or one that is not known: a leak, shown as one.
    ``last_ended_at`` is the latest end among them, ``first_ended_at`` the earliest. For ``asked`` of the calls it is
    known how long their callers were asked: ``asked_seconds`` in all, ``asked_seconds_squared`` the sum of squares.
    """

    agent: str | None
    team: str | None
    layout: str | None
    layout_version: str | None
    outcome: Outcome | None
    category: int | None
    calls: int
    last_ended_at: datetime
    first_ended_at: datetime | None = None
    asked: int = 0
    asked_seconds: float = 0.0
    asked_seconds_squared: float = 0.0


def of_centre(counts: Iterable[OutcomeCount]) -> list[OutcomeCount]:
    """Return the counts of the whole centre: those of all agents and teams added up, as figures of layouts need."""
    alike: dict[tuple[object, ...], list[OutcomeCount]] = {}
    for count in counts:
        alike.setdefault((count.layout, count.layout_version, count.outcome, count.category), []).append(count)
    return [_added(some) for some in alike.values()]


def by_agent(counts: Iterable[OutcomeCount]) -> dict[str | None, list[OutcomeCount]]:
    """Return the counts of each agent; None holds those of nobody."""
    found: dict[str | None, list[OutcomeCount]] = {}
    for count in counts:
        found.setdefault(count.agent, []).append(count)
    return found


def _added(counts: list[OutcomeCount]) -> OutcomeCount:
    one = counts[0]
    return OutcomeCount(
        None,
        None,
        one.layout,
        one.layout_version,
        one.outcome,
        one.category,
        calls=sum(each.calls for each in counts),
        last_ended_at=max(each.last_ended_at for each in counts),
        first_ended_at=min(each.first_ended_at or each.last_ended_at for each in counts),
        asked=sum(each.asked for each in counts),
        # Exact, so that the order of the counts leaves no trace.
        asked_seconds=fsum(each.asked_seconds for each in counts),
        asked_seconds_squared=fsum(each.asked_seconds_squared for each in counts),
    )


@dataclass(frozen=True, slots=True)
class EndingCount:
    """How many counted calls share an agent, who ended them and an outcome.

    ``ended_by`` is None where nothing at all was noted of the end; UNKNOWN where it was noted and not who ended it.
    """

    agent: str | None
    ended_by: EndedBy | None
    outcome: Outcome | None
    calls: int


@dataclass(frozen=True, slots=True)
class HearingCount:
    """How many rated calls share an agent, a version of a layout and how many of its options had been played."""

    agent: str | None
    layout: str | None
    layout_version: str | None
    options_heard: int | None
    calls: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many counted calls share a site-local day (``2026-03-01``), an agent, a layout, an outcome and a category.

    They share an ``allocation``, too: the distribution that their layout was drawn from.
    """

    day: str
    agent: str | None
    layout: str | None
    layout_version: str | None
    outcome: Outcome | None
    category: int | None
    calls: int
    allocation: str | None = None


@dataclass(frozen=True, slots=True)
class CallDays:
    """The site-local days of the first and the last counted call of a window."""

    first: date
    last: date

    @classmethod
    def of(cls, moments: Iterable[datetime | None], zone: tzinfo) -> Self | None:
        """Return the days of the earliest and the latest of ``moments`` in ``zone``; None where there is none."""
        days = sorted(each.astimezone(zone).date() for each in moments if each is not None)
        return cls(days[0], days[-1]) if days else None


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """What a reader can choose from, each in the order of the alphabet; what has no name is left out."""

    queues: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @classmethod
    def of(cls, places: Iterable[tuple[str | None, str | None, str | None, str | None]]) -> Self:
        """Return the names among ``places``, each a queue, a site, a language and a team."""
        columns = list(zip(*places, strict=True)) or [(), (), (), ()]
        return cls(*(tuple(sorted({name for name in column if name is not None})) for column in columns))
