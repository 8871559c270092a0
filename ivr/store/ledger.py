"""The ledger: facts and closed calls, durable when a call returns, the same whatever order they came in."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from ivr.domain.calls import CallFacts, CallId, Fact, HandledCall
from ivr.store.call_rows import CLOSED_COLUMNS, closed_values
from ivr.store.database import Database
from ivr.store.fact_reads import read_facts
from ivr.store.fact_writes import FactWrites, key_of
from ivr.store.tables import calls
from ivr.store.upserts import insert_or_replace
from ivr.store.writer import Writer


class SqlLedger:
    """Implements :class:`ivr.usecases.ports.Ledger`; every method raises DatabaseRefused where the database fails."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._facts = FactWrites(database.dialect)
        # A live closing makes an imported row a live one, which no failing import can take away.
        self._close = insert_or_replace(calls, database.dialect, ("state", "import_id", *CLOSED_COLUMNS))
        self._discard = update(calls).where(calls.c.state == "open").values(state="discarded")

    async def record(self, *facts: Fact) -> None:
        """Store ``facts`` all or none; returns once they are on disk."""

        def work(connection: Connection) -> None:
            for fact in facts:
                self._facts.write(connection, fact)

        if facts:
            await self._writer.write(work, touches_calls=True)

    async def facts_of(self, call: CallId) -> CallFacts | None:
        """Return what is known of ``call``; None where nothing is."""
        return await self._database.read(lambda connection: read_facts(connection, call))

    async def close(self, row: HandledCall) -> None:
        """Store the call's one row, replacing an earlier closing; presses that are not there yet are added."""

        def work(connection: Connection) -> None:
            connection.execute(self._close, {**closed_values(row), "import_id": None})
            self._facts.write_presses(connection, row.keys)

        await self._writer.write(work, touches_calls=True)

    async def discard(self, call: CallId) -> None:
        """Mark a channel that was never handled as settled; a closed call stays closed."""

        def work(connection: Connection) -> None:
            key = key_of(call)
            connection.execute(self._discard.where(calls.c.pbx == key["pbx"], calls.c.uniqueid == key["uniqueid"]))

        await self._writer.write(work, touches_calls=True)

    async def open_calls(self) -> Sequence[CallId]:
        """Return the calls that have facts and no closing yet, in the order of their keys."""

        def query(connection: Connection) -> list[CallId]:
            statement = select(calls.c.pbx, calls.c.uniqueid).where(calls.c.state == "open")
            rows = connection.execute(statement.order_by("pbx", "uniqueid"))
            return [CallId(row.pbx, row.uniqueid) for row in rows]

        return await self._database.read(query)
