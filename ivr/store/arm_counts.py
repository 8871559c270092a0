"""Arm counts: the closed calls of an experiment by what they were given and how they ended."""

from datetime import datetime

from sqlalchemy import Connection, func, not_, select

from ivr.domain.guardrails import CallCount
from ivr.domain.outcomes import Outcome
from ivr.store.call_rows import is_handled
from ivr.store.database import Database
from ivr.store.tables import calls

_GROUP = (calls.c.site, calls.c.queue, calls.c.layout, calls.c.delay_seconds, calls.c.outcome)


class SqlArmCounts:
    """Implements :class:`ivr.usecases.ports.ArmCounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, experiment: str, since: datetime, until: datetime | None) -> list[CallCount]:
        """Return the calls of ``experiment`` that ended from ``since`` to before ``until``; test calls are left out."""
        statement = (
            select(*_GROUP, func.count().label("counted"))
            .where(is_handled(), not_(calls.c.test), not_(calls.c.excluded))
            .where(calls.c.experiment == experiment, calls.c.ended_at >= since)
            .group_by(*_GROUP)
        )
        if until is not None:
            statement = statement.where(calls.c.ended_at < until)

        def query(connection: Connection) -> list[CallCount]:
            return [
                CallCount(row.site, row.queue, row.layout, row.delay_seconds or 0.0, Outcome(row.outcome), row.counted)
                for row in connection.execute(statement)
                if row.layout is not None
            ]

        return await self._database.read_report(query)
