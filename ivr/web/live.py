"""Live figures: one watch over the ledger's changes, one computation for all browsers that want the same page.

A change makes a new generation, at most one a second; a report that was begun before it is not served after it.
Browsers are told of the generation and fetch what they show. Between changes a slow pulse makes a generation too,
so that calls in progress, and rows that another process wrote, appear without a reload.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from ivr.usecases.ports import Changes
from ivr.usecases.report_agents import AgentReport
from ivr.usecases.report_window import ReportWindow

FASTEST_SECONDS = 1.0
PULSE_SECONDS = 20.0
MOST_WINDOWS = 64


@dataclass(frozen=True, slots=True)
class _Computed:
    generation: int
    begun_at: float
    report: asyncio.Future[AgentReport]


class LiveFigures:
    """Shares reports between browsers and tells them when there are new ones."""

    def __init__(
        self,
        agent_reports: Callable[[ReportWindow], Awaitable[AgentReport]],
        changes: Changes,
        *,
        fastest_seconds: float = FASTEST_SECONDS,
        pulse_seconds: float = PULSE_SECONDS,
    ) -> None:
        self._agent_reports = agent_reports
        self._changes = changes
        self._fastest_seconds = fastest_seconds
        self._pulse_seconds = pulse_seconds
        self._generation = 0
        self._next = asyncio.Event()
        self._computed: OrderedDict[ReportWindow, _Computed] = OrderedDict()
        self._ending = False

    async def report(self, window: ReportWindow) -> AgentReport:
        """Return the report of ``window``, computed once for all who ask: of this generation, a second old at most."""
        now = asyncio.get_running_loop().time()
        computed = self._computed.get(window)
        if computed is None or not self._is_fresh(computed, now):
            task = asyncio.ensure_future(self._agent_reports(window))
            computed = _Computed(self._generation, now, task)
            self._computed[window] = computed
            self._computed.move_to_end(window)
            while len(self._computed) > MOST_WINDOWS:
                self._computed.popitem(last=False)
        # One browser that goes away must not take the computation from the others.
        return await asyncio.shield(computed.report)

    async def generations(self, *, at_least_every_seconds: float) -> AsyncGenerator[int, None]:
        """Yield the generation at once and then whenever it changes, or again after so many seconds; ends on close."""
        while not self._ending:
            coming = self._next
            yield self._generation
            with suppress(TimeoutError):
                async with asyncio.timeout(at_least_every_seconds):
                    await coming.wait()

    async def follow_changes(self) -> None:
        """Turn the ledger's changes into generations until cancelled."""
        changes = self._changes.watch()
        coming = asyncio.ensure_future(anext(changes))
        try:
            while True:
                done, _ = await asyncio.wait({coming}, timeout=self._pulse_seconds)
                if done:
                    coming.result()  # raises what the watch raised
                    coming = asyncio.ensure_future(anext(changes))
                self._begin_generation()
                await asyncio.sleep(self._fastest_seconds)
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await coming
            if isinstance(changes, AsyncGenerator):
                await changes.aclose()

    def close(self) -> None:
        """End every stream of generations."""
        self._ending = True
        self._next.set()

    def _begin_generation(self) -> None:
        self._generation += 1
        previous, self._next = self._next, asyncio.Event()
        previous.set()

    def _is_fresh(self, computed: _Computed, now: float) -> bool:
        if computed.generation != self._generation:
            return False
        if not computed.report.done():
            return True
        has_failed = computed.report.cancelled() or computed.report.exception() is not None
        return not has_failed and now - computed.begun_at < self._fastest_seconds
