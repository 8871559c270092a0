"""Reading an import: a thread that reads and decodes the file, while the event loop serves callers."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from ivr.store.calls_file import CallsFile
from ivr.store.import_columns import CallColumns, ColumnDecoder

T = TypeVar("T")


class ImportReading:
    """A calls file that is being read, and the one thread for it; jobs run one after the other."""

    def __init__(self, thread: ThreadPoolExecutor, file: CallsFile, decoder: ColumnDecoder) -> None:
        self._thread = thread
        self._file = file
        self.decoder = decoder

    async def some(self, at_most: int) -> CallColumns | None:
        """Return the next calls of the file, None at its end; raises ImportRefused."""
        return await self.run(lambda: self._decoded(at_most))

    async def run(self, job: Callable[[], T]) -> T:
        """Run ``job`` in the thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    def _decoded(self, at_most: int) -> CallColumns | None:
        lines = self._file.some(at_most)
        return self.decoder.decode(lines.numbers, lines.cells) if lines.numbers else None


@asynccontextmanager
async def opened_reading(path: Path, pseudonym: Callable[[str], str | None]) -> AsyncIterator[ImportReading]:
    """Open the file at ``path`` and end the thread afterwards; raises ImportRefused for what is wrong at its head."""
    with ThreadPoolExecutor(1, "import-read") as thread:
        file = await asyncio.get_running_loop().run_in_executor(thread, CallsFile, path)
        yield ImportReading(thread, file, ColumnDecoder(file.header, pseudonym))


async def one_ahead(items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
    """Yield ``items``, each while the next one is in the making; close it, so that nothing goes on."""
    coming = asyncio.ensure_future(anext(items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.ensure_future(anext(items, None))
            yield item
    finally:
        coming.cancel()
        await asyncio.wait([coming])
