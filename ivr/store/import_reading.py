"""Reading an import: the process that reads the file, as seen by the one that writes.

It has a processor of its own, which a thread of Python would not. It is started afresh instead of forked, as nothing
of the writer's threads and connections may live on in it; and in a group of its own, so that a Ctrl-C reaches the
writer alone, which ends it. Should the writer be killed, its end of the pipe closes and the other has no more to do.
"""

import asyncio
import os
import pickle
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from ivr.domain.calls import HandledCall
from ivr.errors import ImportBroken, ImportRefused
from ivr.store.counted_cells import CountedCells
from ivr.store.import_program import Refusal
from ivr.store.import_work import Batch, ImportOrder

T = TypeVar("T")
_PROGRAM = "from ivr.store.import_program import main; main()"


class ImportReading:
    """A calls file that is being read: the methods of ImportWork, done elsewhere, one after the other."""

    def __init__(self, process: subprocess.Popen[bytes], thread: ThreadPoolExecutor) -> None:
        self._process = process
        self._thread = thread

    async def some(self, at_most: int) -> Batch | None:
        """Return the next calls of the file, None at its end; raises ImportRefused."""
        batch: Batch | None = await self._ask("some", at_most)
        return batch

    async def only(self, number: int, places: Sequence[int]) -> Batch:
        """Return some calls of a batch."""
        batch: Batch = await self._ask("only", number, places)
        return batch

    async def records(self, number: int, places: Sequence[int]) -> list[tuple[int, HandledCall]]:
        """Return some calls of a batch as records, each with its line."""
        records: list[tuple[int, HandledCall]] = await self._ask("records", number, places)
        return records

    async def count(self, number: int, places: Sequence[int]) -> list[CountedCells]:
        """Count some calls of a batch and be done with it; return cells that should be stored now."""
        cells: list[CountedCells] = await self._ask("count", number, places)
        return cells

    async def forget(self, number: int) -> None:
        """Be done with a batch of which nothing is to be counted."""
        await self._ask("forget", number)

    async def counted(self) -> list[CountedCells]:
        """Return all cells that are left to store."""
        cells: list[CountedCells] = await self._ask("counted")
        return cells

    def send(self, message: object) -> None:
        """Send a message, which has to be short: whoever sends waits until it fits into the pipe."""
        try:
            pickle.dump(message, _pipe(self._process.stdin), pickle.HIGHEST_PROTOCOL)
            _pipe(self._process.stdin).flush()
        except OSError:
            raise self._broken() from None

    async def _ask(self, job: str, *given: object) -> Any:  # noqa: ANN401 - as the job has it
        self.send((job, given))
        # Answers come in the order of the requests, and the one thread takes them in that order.
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._answer)
        if isinstance(answer, Refusal):
            raise ImportRefused(*answer)
        return answer

    def _answer(self) -> Any:  # noqa: ANN401 - as the job has it
        try:
            return pickle.load(_pipe(self._process.stdout))  # noqa: S301 - from our own program
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._broken() from None

    def _broken(self) -> ImportBroken:
        return ImportBroken(
            f"the process that reads the file has ended by itself ({self._process.wait()}); look whether memory ran "
            "out, and import the file again; nothing of it was kept"
        )


@asynccontextmanager
async def opened_reading(order: ImportOrder) -> AsyncIterator[ImportReading]:
    """Start the process, and end it afterwards; what is wrong at the file's head is told by the first request."""
    with _started() as process, ThreadPoolExecutor(1, "import-read") as thread:
        try:
            reading = ImportReading(process, thread)
            reading.send(order)
            yield reading
        finally:
            # With it ends the thread, wherever it waits for an answer.
            process.kill()
            with suppress(OSError):
                _pipe(process.stdin).close()


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - no word from outside
        [sys.executable, "-P", "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.curdir for path in sys.path)},
        process_group=0,
    )


async def one_ahead(items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield ``items``, each while the next one is in the making; close it, so that nothing goes on."""
    coming = asyncio.ensure_future(anext(items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.ensure_future(anext(items, None))
            yield item
    finally:
        coming.cancel()
        # Also what it may have raised is of no more interest.
        await asyncio.gather(coming, return_exceptions=True)


def _pipe(pipe: T | None) -> T:
    if pipe is None:
        raise AssertionError("the process was started without its pipes")
    return pipe
