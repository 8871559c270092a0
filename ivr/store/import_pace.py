"""The pace of an import: how much it stores in one transaction, and for how long it lets others write after each.

SQLite lets one program write at a time and does not queue them. Our writers that wait look again every millisecond
(:mod:`ivr.store.database`), so a rest of some milliseconds lets each of them in, and the longest that anybody
waits for an import is one of its transactions. PostgreSQL locks rows, not the database.
"""

import asyncio
import time
from typing import TypeVar

from sqlalchemy import Connection

from ivr.store.import_rows import ROWS_AT_ONCE
from ivr.store.writer import Work, Writer

T = TypeVar("T")
REST_SECONDS = 0.005
_HELD_SECONDS = 0.12
_FIRST_ROWS = 2 * ROWS_AT_ONCE
_MOST_ROWS = 16 * ROWS_AT_ONCE


class PacedWrites:
    """Writes that hold an SQLite database for a bounded time, each followed by a rest if it ``rests``."""

    def __init__(self, writer: Writer, *, rests: bool) -> None:
        self._writer = writer
        self._rest_seconds = REST_SECONDS if rests else 0.0
        self._held_seconds = 0.0
        self.rows = _FIRST_ROWS
        """How many rows the next transaction should store."""

    async def write(self, work: Work[T], *, touches_calls: bool = False) -> T:
        """Run ``work`` durably, rest, and return its result; raises as :meth:`Writer.write`."""
        began = 0.0

        def timed(connection: Connection) -> T:
            nonlocal began
            began = time.perf_counter()
            return work(connection)

        result = await self._writer.write(timed, touches_calls=touches_calls)
        self._held_seconds = time.perf_counter() - began
        await asyncio.sleep(self._rest_seconds)
        return result

    async def write_rows(self, work: Work[int]) -> int:
        """Run ``work``, which returns how many rows it touched; the next transaction is to be as long as it should."""
        rows = await self.write(work)
        if rows:
            fitting = int(rows * _HELD_SECONDS / self._held_seconds)
            # At most twice as many as before: one quick transaction may have been luck.
            many = min(fitting, 2 * self.rows, _MOST_ROWS)
            self.rows = max(ROWS_AT_ONCE, many - many % ROWS_AT_ONCE)
        return rows
