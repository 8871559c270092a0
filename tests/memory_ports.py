"""The ports of the figures and the web kept in memory: real, small, and for tests."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ivr.domain.calls import EndedBy
from ivr.domain.experiment_lock import ExperimentDecision
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays, DayCount, EndingCount, HearingCount, OutcomeCount, PlaceNames
from ivr.domain.outcomes import Outcome
from ivr.usecases.report_window import ReportWindow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One closed call."""

    agent: str | None = "ana"
    team: str | None = "blue"
    layout: str | None = "sequential-123"
    layout_version: str | None = "v1"
    outcome: Outcome | None = Outcome.RATED
    category: int | None = 2
    ended_at: datetime = NOON
    queue: str = "sales"
    site: str | None = None
    language: str | None = "en"
    asked_seconds: float | None = None
    confirm_key: str | None = None
    allocation: str | None = None
    ended_by: EndedBy | None = EndedBy.UNKNOWN
    options_heard: int | None = None
    excluded: bool = False


@dataclass
class MemoryTallies:
    """Counts a list of calls. ``uncounted`` are handled calls that no outcome tells of: a leak."""

    calls: list[StoredCall] = field(default_factory=list)
    in_progress: int = 0
    uncounted: int = 0

    async def outcome_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        return _outcomes(self._selected(window))

    async def excluded_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        return _outcomes(self._chosen(window, excluded=True))

    async def ending_counts(self, window: ReportWindow) -> Sequence[EndingCount]:
        ended = Counter((call.agent, call.ended_by, call.outcome) for call in self._selected(window))
        return [EndingCount(*key, calls) for key, calls in ended.items()]

    async def hearing_counts(self, window: ReportWindow) -> Sequence[HearingCount]:
        heard = Counter(
            (call.agent, call.layout, call.layout_version, call.options_heard)
            for call in self._selected(window)
            if call.outcome is Outcome.RATED
        )
        return [HearingCount(*key, calls) for key, calls in heard.items()]

    async def day_counts(self, window: ReportWindow) -> Sequence[DayCount]:
        counted = Counter(
            (
                f"{call.ended_at.astimezone(UTC):%Y-%m-%d}",
                call.agent,
                call.layout,
                call.layout_version,
                call.outcome,
                call.category,
                call.allocation,
            )
            for call in self._selected(window)
        )
        return [
            DayCount(*key, calls, given)
            for (*key, given), calls in sorted(counted.items(), key=lambda item: item[0][0])
        ]

    async def call_days(self, window: ReportWindow) -> CallDays | None:
        return CallDays.of((call.ended_at for call in self._selected(window)), UTC)

    async def place_names(self, window: ReportWindow) -> PlaceNames:
        scope = ReportWindow(teams=window.teams, agent=window.agent)
        return PlaceNames.of((call.queue, call.site, call.language, call.team) for call in self._selected(scope))

    async def confirmation_counts(self, window: ReportWindow) -> Sequence[ConfirmationCount]:
        confirmed = Counter(
            (call.layout, call.layout_version, call.category, call.confirm_key)
            for call in self._selected(window)
            if call.outcome is Outcome.RATED and call.confirm_key is not None
        )
        return [ConfirmationCount(*key, calls) for key, calls in confirmed.items()]

    async def allocations(self, window: ReportWindow) -> Sequence[str]:
        return sorted({call.allocation for call in self._selected(window) if call.allocation is not None})

    async def handled_calls(self, window: ReportWindow) -> int:
        return len(self._selected(window)) + self.uncounted

    async def calls_in_progress(self) -> int:
        return self.in_progress

    def _selected(self, window: ReportWindow) -> list[StoredCall]:
        return self._chosen(window, excluded=False)

    def _chosen(self, window: ReportWindow, *, excluded: bool) -> list[StoredCall]:
        return [
            call
            for call in self.calls
            if call.excluded is excluded
            and (window.since is None or call.ended_at >= window.since)
            and (window.until is None or call.ended_at < window.until)
            and window.queue in {None, call.queue}
            and window.site in {None, call.site}
            and window.language in {None, call.language}
            and window.agent in {None, call.agent}
            and (window.teams is None or call.team in window.teams)
        ]


def _outcomes(calls: Sequence[StoredCall]) -> Sequence[OutcomeCount]:
    cells: dict[tuple[object, ...], OutcomeCount] = {}
    for call in calls:
        key = (call.agent, call.team, call.layout, call.layout_version, call.outcome, call.category)
        cell = cells.get(key)
        if cell is None:
            cells[key] = count(
                agent=call.agent,
                team=call.team,
                layout=call.layout,
                version=call.layout_version,
                outcome=call.outcome,
                category=call.category,
                ended_at=call.ended_at,
            )
        else:
            latest = max(cell.last_ended_at, call.ended_at)
            earliest = min(cell.first_ended_at, call.ended_at)
            cells[key] = replace(cell, calls=cell.calls + 1, last_ended_at=latest, first_ended_at=earliest)
        if call.asked_seconds is not None:
            cells[key] = replace(
                cells[key],
                asked=cells[key].asked + 1,
                asked_seconds=cells[key].asked_seconds + call.asked_seconds,
                asked_seconds_squared=cells[key].asked_seconds_squared + call.asked_seconds**2,
            )
    return list(cells.values())


@dataclass
class MemoryPeople:
    """Names by key."""

    called: dict[str, str] = field(default_factory=dict)

    async def names(self) -> Mapping[str, str]:
        return self.called


class MemoryChanges:
    """Tells every watcher the newest number."""

    def __init__(self) -> None:
        self.number = 0
        self.watchers = 0
        self._changed = asyncio.Condition()

    async def announce(self) -> None:
        async with self._changed:
            self.number += 1
            self._changed.notify_all()

    async def watch(self) -> AsyncIterator[int]:
        seen = self.number
        self.watchers += 1
        try:
            while True:
                async with self._changed:
                    while self.number == seen:
                        await self._changed.wait()
                    seen = self.number
                yield seen
        finally:
            self.watchers -= 1


def count(
    *,
    agent: str | None = "ana",
    team: str | None = "blue",
    layout: str | None = "sequential-123",
    version: str | None = "v1",
    outcome: Outcome | None = Outcome.RATED,
    category: int | None = 2,
    calls: int = 1,
    ended_at: datetime = NOON,
    since: datetime | None = None,
) -> OutcomeCount:
    """Return one cell of counts; its calls ended between ``since`` and ``ended_at``."""
    return OutcomeCount(agent, team, layout, version, outcome, category, calls, ended_at, since or ended_at)


@dataclass
class MemoryDecisions:
    """The log of decisions in a list."""

    decisions: list[ExperimentDecision] = field(default_factory=list)

    async def of(self, experiment: str | None = None) -> Sequence[ExperimentDecision]:
        return [each for each in self.decisions if experiment in {None, each.experiment}]

    async def add(self, decision: ExperimentDecision) -> bool:
        self.decisions.append(decision)
        return True
