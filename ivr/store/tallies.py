"""Tallies for pages: from the daily tallies where the window is one of whole days, else from the rows of the calls.

Both say the same: a corrected call is counted right at once, and test calls, excluded calls and files that are still
being imported are never counted. How many calls were handled is always counted from the rows, apart from all else.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection, func, not_, select

from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import CallDays, DayCount, EndingCount, HearingCount, OutcomeCount, PlaceNames
from ivr.store import daily_reads, row_reads
from ivr.store.database import Database
from ivr.store.tables import calls, legs
from ivr.store.tally_writes import read_state
from ivr.store.window_rows import Conditions, counted_rows, excluded_rows
from ivr.usecases.report_window import ReportWindow

T = TypeVar("T")
_Read = Callable[[Connection, Conditions], T]


class SqlTallies:
    """Implements :class:`ivr.usecases.ports.Tallies`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outcome_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's calls counted by agent, layout, outcome and category."""
        return await self._read(window, daily_reads.outcome_counts, row_reads.outcome_counts)

    async def confirmation_counts(self, window: ReportWindow) -> Sequence[ConfirmationCount]:
        """Return the window's confirmed ratings counted by layout, version, category and the second key."""
        return await self._read(window, daily_reads.confirmation_counts, row_reads.confirmation_counts)

    async def ending_counts(self, window: ReportWindow) -> Sequence[EndingCount]:
        """Return the window's calls counted by agent, who ended the call, and outcome."""
        return await self._read(window, daily_reads.ending_counts, row_reads.ending_counts)

    async def hearing_counts(self, window: ReportWindow) -> Sequence[HearingCount]:
        """Return the window's rated calls counted by agent, layout, version and options heard."""
        return await self._read(window, daily_reads.hearing_counts, row_reads.hearing_counts)

    async def day_counts(self, window: ReportWindow) -> Sequence[DayCount]:
        """Return the window's calls counted by day, agent, layout, outcome, category and allocation."""
        return await self._read(window, daily_reads.day_counts, row_reads.day_counts)

    async def allocations(self, window: ReportWindow) -> Sequence[str]:
        """Return each distribution that a layout of the window's calls was drawn from once, ``key:p key:p``."""
        return await self._read(window, daily_reads.allocations, row_reads.allocations)

    async def call_days(self, window: ReportWindow) -> CallDays | None:
        """Return the days of the first and the last of the window's counted calls; None where it has none."""
        return await self._read(window, daily_reads.call_days, row_reads.call_days)

    async def excluded_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's excluded calls, which no other count has, as :meth:`outcome_counts` would."""
        return await self._database.read_report(
            lambda connection: row_reads.outcome_counts(connection, excluded_rows(window))
        )

    async def place_names(self, window: ReportWindow) -> PlaceNames:
        """Return the queues, sites, languages and teams of the reader's calls, of all time."""
        scope = ReportWindow(teams=window.teams, agent=window.agent)

        def query(connection: Connection) -> PlaceNames:
            # The places do not tell agents apart, and an index of the rows does.
            if scope.agent is None and read_state(connection).book is not None:
                return daily_reads.place_names(connection, scope.teams)
            return row_reads.place_names(connection, scope)

        return await self._database.read_report(query)

    async def handled_calls(self, window: ReportWindow) -> int:
        """Return how many handled calls closed in the window, counted apart from the outcomes."""
        statement = select(func.count()).select_from(calls).where(*counted_rows(window))
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar_one())

    async def calls_in_progress(self) -> int:
        """Return how many calls with an answered leg are not closed yet; test calls are left out."""
        answered = select(legs.c.leg).where(legs.c.pbx == calls.c.pbx, legs.c.uniqueid == calls.c.uniqueid).exists()
        statement = select(func.count()).select_from(calls).where(calls.c.state == "open", not_(calls.c.test), answered)
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar_one())

    async def _read(self, window: ReportWindow, of_days: _Read[T], of_rows: _Read[T]) -> T:
        def query(connection: Connection) -> T:
            days = daily_reads.days_of(connection, window)
            return of_rows(connection, counted_rows(window)) if days is None else of_days(connection, days)

        return await self._database.read_report(query)
