"""The real listener as far as the sink: framing, decoding, the calls followed."""

import asyncio
import hashlib
import logging
from datetime import UTC, datetime

import structlog

from benchmarks.ami.readers.seen import Seen, Task, until
from ivr.domain.calls import Fact
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.listener import AmiListener


class Office:
    """Stands behind the listener: counts facts, knows everybody."""

    def __init__(self, task: Task, seen: Seen) -> None:
        self._task = task
        self._seen = seen
        self.facts = 0
        self.open = asyncio.Event()
        if not task.stalled:
            self.open.set()

    async def __call__(self, *facts: Fact) -> None:
        await self.open.wait()
        self.facts += len(facts)
        if self.facts == self._task.facts:
            self._seen.stamp()

    async def snapshot(self, live: frozenset[str]) -> None:
        """Take note of nothing."""

    async def person_at(self, interface: str, at: datetime) -> str | None:  # noqa: ARG002 - the port names it
        return interface

    async def team_of(self, person: str, at: datetime) -> str | None:
        raise NotImplementedError


async def read(task: Task) -> Seen:
    """Take the flood."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    seen = Seen()
    office = Office(task, seen)
    listener = AmiListener(
        AmiAccount("127.0.0.1", task.port, "bench", "bench"),
        pbx="bench",
        sink=office,
        on_snapshot=office.snapshot,
        directory=office,
        pseudonym=lambda number: "h1:" + hashlib.blake2s(number.encode()).hexdigest(),
        clock=lambda: datetime.now(UTC),
    )
    running = asyncio.create_task(listener.run())
    await until(lambda: listener.signed_in)
    seen.begin()
    ticker = asyncio.create_task(seen.watch_pauses(task))
    if task.stalled:
        await until(lambda: listener.handled + listener.waiting + listener.dropped >= task.wanted)
        seen.end()
        office.open.set()
    await until(lambda: listener.handled + listener.dropped >= task.wanted)
    if not task.stalled:
        await until(lambda: office.facts >= task.facts)
        seen.end()
    seen.events, seen.dropped = listener.handled, listener.dropped
    ticker.cancel()
    running.cancel()
    await asyncio.wait({running})
    return seen
