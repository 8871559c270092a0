"""What a reader did with the flood: events, time, memory, pauses."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

GIVE_UP_SECONDS = 90.0
_TICK_SECONDS = 0.001
_RARE_TICK_SECONDS = 0.005  # where CPU time is measured as well: the ticker must not be much of it


@dataclass(frozen=True, slots=True)
class Task:
    """What a reader has to do: take ``wanted`` events (which make ``facts`` facts) from ``port``.

    ``stalled``: its consumer stands still until the flood is over.
    """

    port: int
    wanted: int
    facts: int
    stalled: bool


@dataclass
class Seen:
    """``events``: wanted ones that came out at the far end; ``dropped``: wanted ones that the reader said it lost.

    ``done_at`` (monotonic clock) and ``cpu_seconds`` are taken when the last one came out; memory and pauses from
    the sign-in on.
    """

    events: int = 0
    dropped: int = 0
    done_at: float = 0.0
    cpu_seconds: float = 0.0
    longest_pause_ms: float = 0.0
    grown_mb: float = 0.0
    _cpu_began: float = field(default=0.0, repr=False)
    _memory_began: float = field(default=0.0, repr=False)

    def begin(self) -> None:
        """Start to count time and memory: the reader is signed in, the flood has not begun."""
        self._cpu_began = time.process_time()
        self._memory_began = _memory_mb("VmRSS")

    def stamp(self) -> None:
        """Note the time: the last event is out."""
        self.done_at = time.monotonic()
        self.cpu_seconds = time.process_time() - self._cpu_began

    def end(self) -> None:
        """Note how high the memory went."""
        self.grown_mb = _memory_mb("VmHWM") - self._memory_began

    async def watch_pauses(self, task: Task) -> None:
        """Note by how much the loop was late for a task that sleeps a millisecond, or a few."""
        tick_seconds = _TICK_SECONDS if task.stalled else _RARE_TICK_SECONDS
        while True:
            began = time.perf_counter()
            await asyncio.sleep(tick_seconds)
            late_ms = (time.perf_counter() - began - tick_seconds) * 1000
            self.longest_pause_ms = max(self.longest_pause_ms, late_ms)


async def until(seen: Callable[[], bool]) -> None:
    """Wait until ``seen``; raises TimeoutError where that takes too long."""
    async with asyncio.timeout(GIVE_UP_SECONDS):
        while not seen():  # noqa: ASYNC110 - nothing of a peer can be waited for
            await asyncio.sleep(0.01)


def _memory_mb(what: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024
