"""Changes: a growing number that says when the ledger has changed in this process."""

import asyncio
from collections.abc import AsyncIterator
from threading import Lock

from ivr.store.writer import Writer


class CommitChanges:
    """Implements :class:`ivr.usecases.ports.Changes`: one change for each commit that touched calls."""

    def __init__(self, writer: Writer) -> None:
        self._lock = Lock()
        self._number = 0
        self._watchers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        writer.on_calls_changed(self._note)

    async def watch(self) -> AsyncIterator[int]:
        """Yield a growing number after each change, newest only; a slow reader skips."""
        changed = asyncio.Event()
        with self._lock:
            self._watchers[changed] = asyncio.get_running_loop()
        try:
            while True:
                await changed.wait()
                changed.clear()
                yield self._number
        finally:
            with self._lock:
                del self._watchers[changed]

    def _note(self) -> None:
        with self._lock:
            self._number += 1
            for changed, loop in self._watchers.items():
                if not loop.is_closed():
                    loop.call_soon_threadsafe(changed.set)
