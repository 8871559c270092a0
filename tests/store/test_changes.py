import asyncio
from contextlib import aclosing

from ivr.store.changes import CommitChanges
from ivr.store.ledger import SqlLedger
from ivr.store.writer import Writer

from .samples import plain_row


async def test_a_commit_that_touches_calls_is_a_change(ledger: SqlLedger, writer: Writer) -> None:
    async with aclosing(CommitChanges(writer).watch()) as watching:
        first = asyncio.create_task(anext(watching))
        await asyncio.sleep(0)
        await ledger.close(plain_row(1))
        assert await first == 1


async def test_a_slow_reader_skips_to_the_newest(ledger: SqlLedger, writer: Writer) -> None:
    async with aclosing(CommitChanges(writer).watch()) as watching:
        first = asyncio.create_task(anext(watching))
        await asyncio.sleep(0)
        for number in range(5):
            await ledger.close(plain_row(number))
        await writer.close()
        seen = await first
        while seen < 5:
            newer = await anext(watching)
            assert newer > seen
            seen = newer
        assert seen == 5


async def test_other_writes_are_no_change(writer: Writer, ledger: SqlLedger) -> None:
    async with aclosing(CommitChanges(writer).watch()) as watching:
        first = asyncio.create_task(anext(watching))
        await asyncio.sleep(0)
        await writer.write(lambda connection: None)
        await ledger.close(plain_row(1))
        assert await first == 1
