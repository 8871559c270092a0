"""The ledger: facts and closed calls, durable when a call returns, the same whatever order they came in."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from ivr.domain.calls import CallFacts, CallId, Fact, HandledCall, Invited
from ivr.store.closing_writes import ClosingWrites
from ivr.store.database import Database
from ivr.store.fact_reads import FactReads
from ivr.store.fact_writes import FactWrites
from ivr.store.tables import calls
from ivr.store.writer import Writer


class SqlLedger:
    """Implements :class:`ivr.usecases.ports.Ledger`; every method raises DatabaseRefused where the database fails."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._facts = FactWrites(database.dialect)
        self._known = FactReads(database.dialect)
        self._closings = ClosingWrites(database.dialect)

    async def record(self, *facts: Fact) -> None:
        """Store ``facts`` all or none; returns once they are on disk."""
        if facts:
            await self._writer.join(self._facts.store, self._facts.rows_of(facts), touches_calls=True)

    async def facts_of(self, call: CallId) -> CallFacts | None:
        """Return what is known of ``call``; None where nothing is."""
        return await self._database.read(lambda connection: self._known.read(connection, call))

    async def invitation_of(self, call: CallId) -> Invited | None:
        """Return how ``call`` was invited before it reached an agent; None where it was not."""
        return await self._database.read(lambda connection: self._known.read_invitation(connection, call))

    async def close(self, row: HandledCall) -> None:
        """Store the call's one row, replacing an earlier closing; presses that are not there yet are added."""
        await self._writer.join(self._closings.close, self._closings.closing_of(row), touches_calls=True)

    async def discard(self, call: CallId) -> None:
        """Mark a channel that was never handled as settled; a closed call stays closed."""
        await self._writer.join(self._closings.discard, call, touches_calls=True)

    async def open_calls(self) -> Sequence[CallId]:
        """Return the calls that have facts and no closing yet, in the order of their keys."""

        def query(connection: Connection) -> list[CallId]:
            statement = select(calls.c.pbx, calls.c.uniqueid).where(calls.c.state == "open")
            rows = connection.execute(statement.order_by("pbx", "uniqueid"))
            return [CallId(row.pbx, row.uniqueid) for row in rows]

        return await self._database.read(query)
