"""Live figures: one watch over the figures' changes for all browsers.

A change makes a new generation, at most one a second. Browsers are told of it and fetch the page that they show; what
computes the figures has them ready by then (:mod:`ivr.usecases.page_reads`).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress

from ivr.domain.access import Scope
from ivr.usecases.ports import Changes
from ivr.usecases.read_news import Marks

FASTEST_SECONDS = 1.0


class LiveFigures:
    """Tells browsers when there are new figures."""

    def __init__(
        self, changes: Changes, marks: Callable[[], Awaitable[Marks]], *, fastest_seconds: float = FASTEST_SECONDS
    ) -> None:
        """Take the parts; ``marks`` are read once a generation, by the first who sees a part of the figures alone."""
        self._changes = changes
        self._read_marks = marks
        self._marks: asyncio.Future[Marks] | None = None
        self._fastest_seconds = fastest_seconds
        self._generation = 0
        self._next = asyncio.Event()
        self._ending = False

    async def news_of(self, scope: Scope) -> object:
        """Return what changes with the figures in ``scope``, and with nothing else."""
        if scope.is_everybody:
            return self._generation
        if self._marks is None or (self._marks.done() and not _has_come(self._marks)):
            self._marks = asyncio.ensure_future(self._read_marks())
        # One browser that goes away must not take the marks from the others.
        return (await asyncio.shield(self._marks)).of(scope)

    async def generations(self, *, at_least_every_seconds: float) -> AsyncGenerator[int, None]:
        """Yield the generation at once and then whenever it changes, or again after so many seconds; ends on close."""
        while not self._ending:
            coming = self._next
            yield self._generation
            with suppress(TimeoutError):
                async with asyncio.timeout(at_least_every_seconds):
                    await coming.wait()

    async def follow_changes(self) -> None:
        """Turn changes into generations until cancelled."""
        changes = self._changes.watch()
        try:
            async for _ in changes:
                self._begin_generation()
                await asyncio.sleep(self._fastest_seconds)
        finally:
            if isinstance(changes, AsyncGenerator):
                await changes.aclose()

    def close(self) -> None:
        """End every stream of generations."""
        self._ending = True
        self._next.set()

    def _begin_generation(self) -> None:
        self._generation += 1
        self._marks = None
        previous, self._next = self._next, asyncio.Event()
        previous.set()


def _has_come(marks: asyncio.Future[Marks]) -> bool:
    return not marks.cancelled() and marks.exception() is None
