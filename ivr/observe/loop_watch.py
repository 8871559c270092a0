"""Watches the event loop: how late it wakes, and what it does when it does not wake at all.

Theory: everything that callers wait for passes through one loop, so a call that blocks it holds every caller at
once, and nothing inside the loop can tell. A timer in the loop notes how late it is woken; a thread beside the loop
looks at the timer's last moment and, where that is too long ago, at the stack of the loop's thread: there stands what
blocks. The thread only reads, so the loop never waits for it.

What stops the whole process (SIGSTOP, a machine that sleeps) stops this thread as well. It is told afterwards, from
the timer's gap, without a stack: there is no one to blame in it.
"""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event, Thread, get_ident
from time import monotonic
from traceback import walk_stack
from types import FrameType
from typing import Protocol

import structlog

TICK_SECONDS = 0.05
STALL_SECONDS = 1.0
_LOOK_SECONDS = 0.25
_MOST_FRAMES = 40

log = structlog.get_logger(__name__)


class LoopMeter(Protocol):
    """What the watch tells the metrics."""

    def loop_delayed(self, seconds: float) -> None:
        """Note how late the event loop woke a timer; told in the loop."""

    def loop_stalled(self) -> None:
        """Count a stall of the event loop; told from the watch's thread."""


@asynccontextmanager
async def watched_loop(meter: LoopMeter) -> AsyncIterator[None]:
    """Watch the running loop while the block runs."""
    watch = _LoopWatch(meter, asyncio.get_running_loop())
    watch.tick()
    thread = Thread(target=watch.look_again_and_again, name="loop-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        watch.stop()
        # It may be writing a line to a log that is stuck: it is not worth waiting for.
        await asyncio.to_thread(thread.join, STALL_SECONDS)


class _LoopWatch:
    def __init__(self, meter: LoopMeter, loop: asyncio.AbstractEventLoop) -> None:
        self._meter = meter
        self._loop = loop
        self._loop_thread = get_ident()
        self._ticked = monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = Event()
        # The stalls that are over: when each began, and its length in seconds.
        self._over: deque[tuple[float, float]] = deque()

    def tick(self) -> None:
        """Note the delay, and wake again in a moment; runs in the loop."""
        began, self._ticked = self._ticked, monotonic()
        gap_seconds = self._ticked - began
        if gap_seconds >= STALL_SECONDS:
            self._over.append((began, gap_seconds))
        if self._timer is not None:
            self._meter.loop_delayed(max(0.0, gap_seconds - TICK_SECONDS))
        self._timer = self._loop.call_later(TICK_SECONDS, self.tick)

    def stop(self) -> None:
        """End the timer and let the thread end; runs in the loop."""
        if self._timer is not None:
            self._timer.cancel()
        self._stopped.set()

    def look_again_and_again(self) -> None:
        """Tell of each stall once when it is seen, and once when it is over; runs in the thread."""
        told_of: float | None = None
        while not self._stopped.wait(_LOOK_SECONDS):
            began = self._ticked
            if began != told_of and monotonic() - began >= STALL_SECONDS:
                told_of = began
                self._tell(self._stack())
            while self._over:
                stalled_at, seconds = self._over.popleft()
                if stalled_at != told_of:
                    self._tell([])
                log.warning("event_loop_goes_on", stalled_seconds=round(seconds, 3))

    def _tell(self, stack: list[str]) -> None:
        self._meter.loop_stalled()
        log.warning("event_loop_stalled", stack=stack)

    def _stack(self) -> list[str]:
        """Return where the loop's thread is, innermost first: no source lines, no values."""
        frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001 - the documented way to another thread's stack
        if frame is None:
            return []
        return [_place(each, line) for each, line in walk_stack(frame)][:_MOST_FRAMES]


def _place(frame: FrameType, line: int) -> str:
    return f"{frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}"
