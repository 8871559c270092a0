"""Importing calls: a file of closed calls becomes rows of the ledger, whole or not at all.

The file is read once. A process of its own reads, checks and counts some lines while the writer stores those before
them, in small transactions, so that live calls of any program are stored in between. The rows are unseen until the
last statement makes all of them visible; if anything goes wrong before it, they are taken away again.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ivr.domain.calls import HandledCall
from ivr.errors import DatabaseRefused, ImportRefused
from ivr.store.counted_cells import CountedCells
from ivr.store.database import Database
from ivr.store.import_comparison import LedgerComparison
from ivr.store.import_lock import sole_import
from ivr.store.import_pace import PacedWrites
from ivr.store.import_reading import ImportReading, one_ahead, opened_reading
from ivr.store.import_threads import shared_swiftly
from ivr.store.import_work import Batch, ImportOrder
from ivr.store.import_writes import ImportWrites
from ivr.store.imported_rows import Replacement, begin_import, complete_import, purge_unfinished
from ivr.store.tally_imports import fold_some
from ivr.store.tally_writes import TallyWrites, tally_zone
from ivr.store.writer import Work, Writer

_CELLS_AT_ONCE = {"sqlite": 30_000, "postgresql": 5_000}  # PostgreSQL has live calls wait for the tallies meanwhile
Progress = Callable[[int], None]
"""Told how many calls of the file have been read."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in calls."""

    added: int
    changed: int
    unchanged: int


async def import_calls(
    path: Path,
    *,
    database: Database,
    writer: Writer,
    pseudonym: Callable[[str], str | None],
    update: bool = False,
    progress: Progress = lambda _: None,
) -> ImportReport:
    """Store every call of the file at ``path``; calls that are there and the same are left alone.

    ``pseudonym`` turns any identifier of a caller into its keyed hash; it must bear pickling, as it is done in another
    process. Raises ImportRefused, with nothing kept,
    for anything wrong in the file and for a call that is there and differs, unless ``update``.
    """
    _require_readable_twice(path)
    paced = PacedWrites(writer, rests=database.dialect == "sqlite")
    writes = ImportWrites(database.dialect)
    with sole_import(database), shared_swiftly():
        zone = await database.read_report(tally_zone)
        order = ImportOrder(path, pseudonym, writes.plan, zone, _CELLS_AT_ONCE[database.dialect])
        async with opened_reading(order) as reading:
            await _purge(paced)
            comparison = LedgerComparison(path, database, reading, update=update)
            try:
                report = await _Import(reading, comparison, writes, paced, database.dialect, progress).run()
            except BaseException:
                await _purge(paced)
                raise
        while await paced.write(fold_some):
            pass
        return report


def _require_readable_twice(path: Path) -> None:
    # Lines that stand twice are looked for in a second reading.
    if path.is_fifo() or path.is_socket() or path.is_char_device():
        raise ImportRefused(1, f"{path} is no file and would be empty at the second reading", "save it as a file first")


class _OccupiedError(Exception):
    """A call that should be new is there."""


async def _purge(paced: PacedWrites) -> None:
    """Take away what unfinished imports have left."""
    while await paced.write(purge_unfinished):
        pass


class _Import:
    def __init__(
        self,
        reading: ImportReading,
        comparison: LedgerComparison,
        writes: ImportWrites,
        paced: PacedWrites,
        dialect: str,
        progress: Progress,
    ) -> None:
        self._reading = reading
        self._comparison = comparison
        self._writes = writes
        self._paced = paced
        self._replacement = Replacement(dialect)
        self._tallies = TallyWrites(dialect)
        self._progress = progress
        self._number: int | None = None
        self._counting: asyncio.Future[Sequence[CountedCells]] = asyncio.get_running_loop().create_future()
        self._counting.set_result(())

    async def run(self) -> ImportReport:
        try:
            return await self._run()
        finally:
            # Where the import has failed, nobody else asks what became of the counting.
            self._counting.cancel()
            await asyncio.gather(self._counting, return_exceptions=True)

    async def _run(self) -> ImportReport:
        added = 0
        async with aclosing(one_ahead(self._fresh())) as ready:
            async for fresh in ready:
                stored = await self._store(fresh)
                added += len(stored.keys)
                await self._count(stored)
        await self._store_cells(await self._counting)
        await self._store_cells(await self._reading.counted())
        if self._number is not None or self._comparison.changed:
            await self._finish(self._comparison.changed)
        return ImportReport(added, len(self._comparison.changed), self._comparison.unchanged)

    async def _fresh(self) -> AsyncIterator[Batch]:
        """Yield the calls of the file that are not in the ledger, some at a time."""
        done = 0
        while found := await self._reading.some(self._paced.rows):
            self._progress(done := done + len(found.keys))
            fresh = await self._comparison.fresh(found, self._number)
            if fresh.keys:
                yield fresh
            else:
                await self._reading.forget(fresh.number)

    async def _store(self, fresh: Batch) -> Batch:
        """Store the calls and return those that were."""
        if self._number is None:
            self._number = await self._paced.write(begin_import)
        try:
            await self._paced.write_rows(self._adding(fresh, self._number))
        except _OccupiedError:
            # They came in meanwhile, or stand in the file twice.
            fresh = await self._comparison.fresh(fresh, self._number)
            try:
                await self._paced.write_rows(self._adding(fresh, self._number))
            except _OccupiedError as error:
                raise DatabaseRefused(
                    "calls of the file come into the ledger while the file is read; import it again"
                ) from error
        return fresh

    async def _count(self, stored: Batch) -> None:
        """Have ``stored`` counted beside what comes next, and store what was counted before if that is much."""
        counted = await self._counting
        self._counting = asyncio.ensure_future(self._reading.count(stored.number, stored.places))
        await self._store_cells(counted)

    async def _store_cells(self, parts: Sequence[CountedCells]) -> None:
        for part in parts:
            if self._number is not None:
                await self._paced.write(partial(self._tallies.store, given=part, import_id=self._number))

    def _adding(self, batch: Batch, number: int) -> Work[int]:
        def work(connection: Connection) -> int:
            try:
                self._writes.store(connection, batch.rows, number)
            except IntegrityError as error:
                raise _OccupiedError from error
            return len(batch.keys)

        return work

    async def _finish(self, changed: Sequence[HandledCall]) -> None:
        def work(connection: Connection) -> None:
            for row in changed:
                self._replacement.replace(connection, row)
            if changed:
                self._tallies.settle(connection)
            if self._number is not None:
                complete_import(connection, self._number)

        await self._paced.write(work, touches_calls=True)
