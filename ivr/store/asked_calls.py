"""Asked calls: what the caps are counted from, once at the start."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, func, not_, select

from ivr.domain.calls import CallId
from ivr.store.database import Database
from ivr.store.tables import calls
from ivr.usecases.asked_counts import AskedCall, AskedTotals

_ASKED = (calls.c.entry_declined.is_(None), not_(calls.c.test))


class SqlAskedCalls:
    """Implements :class:`ivr.usecases.decide_asking.AskedCalls`; every method raises DatabaseRefused."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def asked_since(self, moment: datetime) -> Sequence[AskedCall]:
        """Return the calls whose callers were asked from ``moment`` on."""
        statement = select(
            calls.c.pbx, calls.c.uniqueid, calls.c.entered_at, calls.c.entry_agent, calls.c.entry_queue, calls.c.site
        ).where(calls.c.entered_at >= moment, *_ASKED)

        def query(connection: Connection) -> list[AskedCall]:
            return [
                AskedCall(CallId(pbx, uniqueid), at, agent, queue, site)
                for pbx, uniqueid, at, agent, queue, site in connection.execute(statement)
            ]

        return await self._database.read_report(query)

    async def asked_before(self, moment: datetime, since: datetime | None) -> AskedTotals:
        """Count the callers who were asked before ``moment``, from ``since`` on where it is given."""
        conditions = [calls.c.entered_at < moment, *_ASKED]
        if since is not None:
            conditions.append(calls.c.entered_at >= since)

        def query(connection: Connection) -> AskedTotals:
            return AskedTotals(
                agents=_counted(connection, calls.c.entry_agent, conditions),
                queues=_counted(connection, calls.c.entry_queue, conditions),
            )

        return await self._database.read_report(query)


def _counted(connection: Connection, by: Column[str], conditions: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    statement = select(by, func.count()).where(by.is_not(None), *conditions).group_by(by)
    return {name: count for name, count in connection.execute(statement)}  # noqa: C416 - rows are no pairs to the checker
