"""Reads of callers and of reports: neither waits for the other's threads."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

from sqlalchemy import Connection, text

from ivr.store.database import CALLERS_THREADS, REPORTS_THREADS, Database
from ivr.store.known_callers import SqlKnownCallers
from ivr.store.ledger import SqlLedger

from .samples import CALLER, START
from .test_ledger import CALL

MANY = 40
"""More than the event loop's own threads, on any machine."""


class SlowRead:
    """A query that ends when it is told to; it holds its connection meanwhile."""

    def __init__(self) -> None:
        self.told = Event()

    def __call__(self, connection: Connection) -> int:
        one: int = connection.execute(text("SELECT 1")).scalar_one()
        assert self.told.wait(60)
        return one


@contextmanager
def slow_read() -> Iterator[SlowRead]:
    read = SlowRead()
    try:
        yield read
    finally:
        read.told.set()


async def test_no_number_of_slow_reports_holds_a_caller_up(database: Database, ledger: SqlLedger) -> None:
    known = SqlKnownCallers(database)
    with slow_read() as slow:
        reports = [asyncio.create_task(database.read_report(slow)) for _ in range(MANY)]
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            assert await ledger.facts_of(CALL) is None
            assert await ledger.invitation_of(CALL) is None
            assert not (await known.past_of(CALLER, START, None)).refuses
            # A password's hash takes one of the loop's own threads.
            assert await asyncio.to_thread(lambda: "hashed") == "hashed"
        assert not any(report.done() for report in reports)
    assert await asyncio.gather(*reports) == [1] * MANY


async def test_every_thread_has_a_connection_that_is_kept(database: Database, ledger: SqlLedger) -> None:
    with slow_read() as slow:
        reads = [
            *(asyncio.create_task(database.read_report(slow)) for _ in range(REPORTS_THREADS)),
            *(asyncio.create_task(database.read(slow)) for _ in range(CALLERS_THREADS)),
        ]
        await asyncio.sleep(0)
        async with asyncio.timeout(30):
            await ledger.discard(CALL)
    assert await asyncio.gather(*reads) == [1] * len(reads)
    assert database.engine.pool.size() > len(reads)  # type: ignore[attr-defined]  # the pool of either kind has it
