"""One chain of facts for each call: the facts of one call are stored in their order, those of others beside them.

To store a fact is to wait for the disk, and the end of a call waits for it twice. Were the next event to wait as well,
a busy PBX would be followed as slowly as the disk turns; but the ledger commits together what waits together. So the
facts that an event settles become a link of their call's chain, and the next event is handled at once. Each chain is
one task, which stores its links one by one: a link that is refused and tried again holds up its own call alone.

Nothing is taken from a chain before it is stored or given up, and that bounds the whole: once ``limit`` links are in
flight the handler waits for room, events wait in their bounded queue, and what that cannot hold is dropped there and
counted. A link is added before the wait for room, never after it, so that nobody who is stopped while waiting has a
fact in hand that no chain knows.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog

from ivr.domain.calls import CallId, Fact

LINKS = 64
"""How many links may be in flight: enough to share commits, and few enough that callers, whose reads and writes wait in
the same lines, do not wait behind them."""

STOP_SECONDS = 5.0
"""How long a stop waits for what is in flight."""

log = structlog.get_logger(__name__)


class _Chain(NamedTuple):
    links: deque[Sequence[Fact]]
    task: asyncio.Task[None]


class Chains:
    """Stores facts through ``settle``, which does its work to the end and does not raise."""

    def __init__(self, settle: Callable[[Sequence[Fact]], Awaitable[None]], limit: int = LINKS) -> None:
        self._settle = settle
        self._limit = limit
        self._chains: dict[CallId, _Chain] = {}
        self._stored = asyncio.Event()
        self.in_flight = 0

    @property
    def is_full(self) -> bool:
        """Whether :meth:`room` is to be waited for before anything more is added."""
        return self.in_flight >= self._limit

    def add(self, facts: Sequence[Fact]) -> None:
        """Append what one event settled to the chain of its call; the facts are all of one call, at least one."""
        call = facts[0].call
        self.in_flight += 1
        chain = self._chains.get(call)
        if chain is not None:
            chain.links.append(facts)
            return
        links = deque([facts])
        self._chains[call] = _Chain(links, asyncio.create_task(self._store(call, links), name="ami-facts"))

    async def room(self) -> None:
        """Wait until one more link may be added."""
        await self._at_most(self._limit - 1)

    async def drained(self) -> None:
        """Wait until everything that was added is stored or given up."""
        await self._at_most(0)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Wait for what is in flight, ``seconds`` at most; the rest is given up and told in the log."""
        tasks = [chain.task for chain in self._chains.values()]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=seconds)
        finally:
            if left := [task for task in tasks if not task.done()]:
                log.error("ami_facts_given_up", events=self.in_flight, calls=len(left))
                for task in left:
                    task.cancel()
                await asyncio.wait(left)

    async def _store(self, call: CallId, links: deque[Sequence[Fact]]) -> None:
        while links:
            await self._settle(links[0])
            links.popleft()
            self.in_flight -= 1
            self._stored.set()
        del self._chains[call]

    async def _at_most(self, links: int) -> None:
        while self.in_flight > links:
            self._stored.clear()
            await self._stored.wait()
