"""panoramisk's Manager with a callback for the wanted events, which does nothing but count."""

import asyncio

from panoramisk import Manager
from panoramisk.message import Message

from benchmarks.ami.events import WANTED_NAMES
from benchmarks.ami.readers.seen import Seen, Task, until


class Consumer:
    """Counts; one that stands still is a coroutine, for which panoramisk makes a task an event."""

    def __init__(self, task: Task, seen: Seen) -> None:
        self._task = task
        self._seen = seen
        self.started = 0
        self.open = asyncio.Event()

    def count(self, _manager: Manager, _event: Message) -> None:
        self._seen.events += 1
        if self._seen.events == self._task.wanted:
            self._seen.stamp()

    def start(self, manager: Manager, event: Message) -> object:
        self.started += 1
        return self._wait_and_count(manager, event)

    async def _wait_and_count(self, manager: Manager, event: Message) -> None:
        await self.open.wait()
        self.count(manager, event)


async def read(task: Task) -> Seen:
    """Take the flood."""
    seen = Seen()
    consumer = Consumer(task, seen)
    loop = asyncio.get_running_loop()
    manager = Manager(loop=loop, host="127.0.0.1", port=task.port, username="bench", secret="bench", ping_delay=60)
    for name in WANTED_NAMES:
        manager.register_event(name, consumer.start if task.stalled else consumer.count)
    await manager.connect()
    await until(lambda: manager.authenticated)
    seen.begin()
    ticker = asyncio.create_task(seen.watch_pauses(task))
    if task.stalled:
        await until(lambda: consumer.started >= task.wanted)
        seen.end()
        consumer.open.set()
    await until(lambda: seen.events >= task.wanted)
    if not task.stalled:
        seen.end()
    ticker.cancel()
    manager.close()
    return seen
