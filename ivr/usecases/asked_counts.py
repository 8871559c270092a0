"""Counts of the callers who were asked: by agent and by queue, in all and on each day; what the caps are held against.

A day is a date on the call's own site's clock. Two sites can be on two dates at once, so two days are kept, no more.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ivr.domain.asking_rules import AskedSoFar
from ivr.domain.calls import CallId


@dataclass(frozen=True, slots=True)
class AskedCall:
    """A call whose caller was asked, with what its rating entry stated."""

    call: CallId
    at: datetime
    agent: str | None
    queue: str | None
    site: str | None


@dataclass(frozen=True, slots=True)
class AskedTotals:
    """How many callers were asked before some moment, by agent and by queue."""

    agents: Mapping[str, int] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Day:
    agents: Counter[str] = field(default_factory=Counter)
    queues: Counter[str] = field(default_factory=Counter)


class AskedCounts:
    """Grows by one call at a time from what was counted before."""

    def __init__(self, before: AskedTotals | None = None) -> None:
        self._agents = Counter(before.agents if before else {})
        self._queues = Counter(before.queues if before else {})
        self._days: dict[date, _Day] = {}

    def add(self, agent: str | None, queue: str | None, day: date, *, is_in_total: bool = True) -> None:
        """Count a call that was asked on ``day``."""
        if day not in self._days:
            self._days[day] = _Day()
            newest = max(self._days)
            self._days = {each: kept for each, kept in self._days.items() if each >= newest - timedelta(days=1)}
        of_day = self._days.get(day) or _Day()
        if agent is not None:
            of_day.agents[agent] += 1
            self._agents[agent] += is_in_total
        if queue is not None:
            of_day.queues[queue] += 1
            self._queues[queue] += is_in_total

    def so_far(self, agent: str | None, queue: str | None, day: date) -> AskedSoFar:
        """Return the counts that hold for a candidate of ``agent`` and ``queue`` on ``day``."""
        of_day = self._days.get(day) or _Day()
        return AskedSoFar(
            agent_day=0 if agent is None else of_day.agents[agent],
            agent_total=0 if agent is None else self._agents[agent],
            queue_day=0 if queue is None else of_day.queues[queue],
            queue_total=0 if queue is None else self._queues[queue],
        )
