"""The ports of the figures and the web kept in memory: real, small, and for tests."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ivr.domain.experiment_lock import ExperimentDecision
from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.errors import UserRefused
from ivr.usecases.accounts import Credentials, Session
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


@dataclass
class MemoryTallies:
    """Counts a list of calls. ``uncounted`` are handled calls that no outcome tells of: a leak."""

    calls: list[StoredCall] = field(default_factory=list)
    in_progress: int = 0
    uncounted: int = 0

    async def outcome_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        cells: dict[tuple[object, ...], OutcomeCount] = {}
        for call in self._selected(window):
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
        return [
            call
            for call in self.calls
            if (window.since is None or call.ended_at >= window.since)
            and (window.until is None or call.ended_at < window.until)
            and window.queue in {None, call.queue}
            and window.site in {None, call.site}
            and window.language in {None, call.language}
        ]


@dataclass
class MemoryAccounts:
    """Users and sessions in dictionaries."""

    users: dict[str, Credentials] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)

    async def add_user(self, credentials: Credentials) -> None:
        if credentials.user.name in self.users:
            raise UserRefused(f"the user {credentials.user.name} is already there; choose another name")
        self.users[credentials.user.name] = credentials

    async def replace_password(self, name: str, password_hash: str) -> None:
        self.users[name] = replace(self.users[name], password_hash=password_hash)

    async def find_credentials(self, name: str) -> Credentials | None:
        return self.users.get(name)

    async def open_session(self, session: Session) -> None:
        self.sessions[session.token_hash] = session

    async def find_session(self, token_hash: str, now: datetime) -> Session | None:
        session = self.sessions.get(token_hash)
        return session if session is not None and session.expires_at > now else None

    async def close_session(self, token_hash: str) -> None:
        self.sessions.pop(token_hash, None)

    async def purge_sessions(self, now: datetime) -> None:
        self.sessions = {key: each for key, each in self.sessions.items() if each.expires_at > now}


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
