"""Tallies for pages: from the daily tallies where the window is one of whole days, else from the rows of the calls.

Both say the same: a corrected call is counted right at once, and test calls, excluded calls and files that are still
being imported are never counted. How many calls were handled is always counted from the rows, apart from all else.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, not_, select

from ivr.domain.kpi.mis_keys import ConfirmationCount
from ivr.domain.kpi.tallies import OutcomeCount
from ivr.domain.outcomes import Outcome
from ivr.store import daily_reads
from ivr.store.call_rows import is_handled
from ivr.store.database import Database
from ivr.store.tables import calls, legs
from ivr.usecases.report_window import ReportWindow

_KNOWN_OUTCOMES = frozenset(outcome.value for outcome in Outcome)
_GROUP = (
    calls.c.agent,
    calls.c.team,
    calls.c.layout,
    calls.c.layout_version,
    calls.c.outcome,
    calls.c.category,
)
_CONFIRMED = (calls.c.layout, calls.c.layout_version, calls.c.category, calls.c.confirm_key)


class SqlTallies:
    """Implements :class:`ivr.usecases.ports.Tallies`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outcome_counts(self, window: ReportWindow) -> Sequence[OutcomeCount]:
        """Return the window's calls counted by agent, layout, outcome and category."""

        def query(connection: Connection) -> Sequence[OutcomeCount]:
            days = daily_reads.days_of(connection, window)
            if days is not None:
                return daily_reads.outcome_counts(connection, days)
            statement = (
                select(
                    *_GROUP,
                    func.count().label("counted"),
                    func.max(calls.c.ended_at).label("last_ended_at"),
                    func.min(calls.c.ended_at).label("first_ended_at"),
                    func.count(calls.c.asked_seconds).label("asked"),
                    func.coalesce(func.sum(calls.c.asked_seconds), 0.0).label("asked_seconds"),
                    func.coalesce(func.sum(calls.c.asked_seconds * calls.c.asked_seconds), 0.0).label("squares"),
                )
                .where(*_selected(window))
                .group_by(*_GROUP)
                .order_by(*(column.nulls_first() for column in _GROUP))
            )
            return [_count(row) for row in connection.execute(statement)]

        return await self._database.read_report(query)

    async def confirmation_counts(self, window: ReportWindow) -> Sequence[ConfirmationCount]:
        """Return the window's confirmed ratings counted by layout, version, category and the second key."""

        def query(connection: Connection) -> Sequence[ConfirmationCount]:
            days = daily_reads.days_of(connection, window)
            if days is not None:
                return daily_reads.confirmation_counts(connection, days)
            statement = (
                select(*_CONFIRMED, func.count().label("counted"))
                .where(*_selected(window), calls.c.outcome == Outcome.RATED.value, calls.c.confirm_key.is_not(None))
                .group_by(*_CONFIRMED)
                .order_by(*(column.nulls_first() for column in _CONFIRMED))
            )
            return [
                ConfirmationCount(row.layout, row.layout_version, row.category, row.confirm_key, row.counted)
                for row in connection.execute(statement)
            ]

        return await self._database.read_report(query)

    async def allocations(self, window: ReportWindow) -> Sequence[str]:
        """Return each distribution that a layout of the window's calls was drawn from once, ``key:p key:p``."""

        def query(connection: Connection) -> Sequence[str]:
            days = daily_reads.days_of(connection, window)
            if days is not None:
                return daily_reads.allocations(connection, days)
            statement = select(calls.c.allocation).distinct().where(*_selected(window), calls.c.allocation.is_not(None))
            return sorted(connection.execute(statement).scalars())

        return await self._database.read_report(query)

    async def handled_calls(self, window: ReportWindow) -> int:
        """Return how many handled calls closed in the window, counted apart from the outcomes."""
        statement = select(func.count()).select_from(calls).where(*_selected(window))
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar_one())

    async def calls_in_progress(self) -> int:
        """Return how many calls with an answered leg are not closed yet; test calls are left out."""
        answered = select(legs.c.leg).where(legs.c.pbx == calls.c.pbx, legs.c.uniqueid == calls.c.uniqueid).exists()
        statement = select(func.count()).select_from(calls).where(calls.c.state == "open", not_(calls.c.test), answered)
        return await self._database.read_report(lambda connection: connection.execute(statement).scalar_one())


def _selected(window: ReportWindow) -> list[ColumnElement[bool]]:
    conditions = [is_handled(), not_(calls.c.test), not_(calls.c.excluded)]
    if window.since is not None:
        conditions.append(calls.c.ended_at >= window.since)
    if window.until is not None:
        conditions.append(calls.c.ended_at < window.until)
    filters = ((calls.c.queue, window.queue), (calls.c.site, window.site), (calls.c.language, window.language))
    conditions.extend(column == wanted for column, wanted in filters if wanted is not None)
    return conditions


def _count(row: Row[*tuple[Any, ...]]) -> OutcomeCount:
    return OutcomeCount(
        agent=row.agent,
        team=row.team,
        layout=row.layout,
        layout_version=row.layout_version,
        outcome=Outcome(row.outcome) if row.outcome in _KNOWN_OUTCOMES else None,
        category=row.category,
        calls=row.counted,
        last_ended_at=row.last_ended_at,
        first_ended_at=row.first_ended_at,
        asked=row.asked,
        asked_seconds=row.asked_seconds,
        asked_seconds_squared=row.squares,
    )
