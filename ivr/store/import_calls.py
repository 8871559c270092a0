"""Importing calls: a file of closed calls becomes rows of the ledger, whole or not at all.

The file is read twice: once to find everything that is wrong with it, once to store it, in small transactions.
SQLite lets one program write at a time and does not queue them, so between two transactions the importer rests
as long as one took: live calls, of this program or of another one at the same file, are stored in between.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from ivr.domain.calls import HandledCall
from ivr.errors import DatabaseRefused, ImportRefused
from ivr.store.calls_csv import differing_columns
from ivr.store.calls_file import read_calls
from ivr.store.database import Database
from ivr.store.import_lock import sole_import
from ivr.store.imported_rows import (
    ImportedRows,
    begin_import,
    complete_import,
    find_rows,
    purge_unfinished,
)
from ivr.store.writer import Work, Writer

Numbered = tuple[int, HandledCall]
_AT_ONCE = 250


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
) -> ImportReport:
    """Store every call of the file at ``path``; calls that are there and the same are left alone.

    ``pseudonym`` turns any identifier of a caller into its keyed hash. Raises ImportRefused, with nothing kept,
    for anything wrong in the file and for a call that is there and differs, unless ``update``.
    """
    _require_readable_twice(path)
    with sole_import(database):
        await _purge(writer)
        return await _Import(path, database, writer, pseudonym, update=update).run()


def _require_readable_twice(path: Path) -> None:
    if path.is_fifo() or path.is_socket() or path.is_char_device():
        raise ImportRefused(1, f"{path} is no file and would be empty at the second reading", "save it as a file first")


async def _purge(writer: Writer) -> None:
    while await writer.write(purge_unfinished):
        pass


class _Import:
    def __init__(
        self,
        path: Path,
        database: Database,
        writer: Writer,
        pseudonym: Callable[[str], str | None],
        *,
        update: bool,
    ) -> None:
        self._path = path
        self._database = database
        self._writer = writer
        self._pseudonym = pseudonym
        self._update = update
        self._rows = ImportedRows(database.dialect)

    async def run(self) -> ImportReport:
        changed, unchanged = await self._examine()
        kept = unchanged | {line for line, _ in changed}
        number, added = None, 0
        try:
            async for chunk in self._chunks():
                fresh = [row for line, row in chunk if line not in kept]
                if not fresh:
                    continue
                if number is None:
                    number = await self._writer.write(begin_import)
                await self._store(self._adding(fresh, number))
                added += len(fresh)
            if number is not None or changed:
                await self._finish(number, [row for _, row in changed])
        except BaseException:
            await _purge(self._writer)
            raise
        return ImportReport(added, len(changed), len(unchanged))

    async def _examine(self) -> tuple[list[Numbered], set[int]]:
        """Read the whole file; return the rows that differ from those there, and the lines of those that do not."""
        changed: list[Numbered] = []
        unchanged: set[int] = set()
        async for chunk in self._chunks():
            found = await self._database.read_report(partial(find_rows, keys=[row.call for _, row in chunk]))
            for line, row in chunk:
                if row.call not in found:
                    continue
                there = found[row.call]
                differing = [] if there is None else differing_columns(row, there)
                if there is not None and not differing:
                    unchanged.add(line)
                elif self._update:
                    changed.append((line, row))
                else:
                    how = "is still open" if there is None else f"differs in {', '.join(differing)}"
                    raise ImportRefused(
                        line,
                        f"call {row.call.uniqueid} is in the ledger and {how}",
                        "correct the file, or import it with --update to replace what is there",
                    )
        return changed, unchanged

    async def _finish(self, number: int | None, changed: Sequence[HandledCall]) -> None:
        def work(connection: Connection) -> None:
            for row in changed:
                self._rows.replace(connection, row)
            if number is not None:
                complete_import(connection, number)

        await self._writer.write(work, touches_calls=True)

    async def _chunks(self) -> AsyncIterator[list[Numbered]]:
        """Read the file a piece at a time, in a thread, so that the event loop serves callers meanwhile."""
        rows = read_calls(self._path, self._pseudonym)
        while chunk := await asyncio.to_thread(lambda: list(islice(rows, _AT_ONCE))):
            yield chunk

    def _adding(self, rows: Sequence[HandledCall], number: int) -> Work[None]:
        def work(connection: Connection) -> None:
            try:
                self._rows.add(connection, rows, number)
            except IntegrityError as error:
                raise DatabaseRefused(
                    "a call of the file came into the ledger while the file was read; import it again"
                ) from error

        return work

    async def _store(self, work: Work[None]) -> None:
        started = time.perf_counter()
        await self._writer.write(work)
        if self._database.dialect == "sqlite":
            await asyncio.sleep(time.perf_counter() - started)
