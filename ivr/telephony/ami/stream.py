"""The bounded queue between the reader of the socket and the handler of events.

The socket is always drained, however slow the handler is: Asterisk drops a manager that does not read. So the
queue has a limit, in events and in bytes, and what does not fit is counted and leaves a :class:`Gap` at its place
in the order. Once full it takes nothing more until an eighth of it is free: each gap costs a list of live channels,
and at a queue that stays full every second event would be one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from ivr.telephony.ami.meter import AmiMeter, Discard


@dataclass(frozen=True, slots=True, repr=False)
class RawEvents:
    """The events of one read, not decoded yet."""

    frames: Sequence[bytes]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Here so many events are missing."""

    events: int


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A new link begins; events between the last one and this were never seen."""

    restarted: bool


@dataclass(frozen=True, slots=True)
class ListAsked:
    """The list of live channels was asked for; its rows follow with this ActionID."""

    action_id: str
    asked_at: datetime


Item = RawEvents | Gap | LinkMade | ListAsked


class EventStream:
    """A queue of at most ``limit`` raw events with ``limit_bytes`` together; marks are rare and always fit."""

    def __init__(self, limit: int, limit_bytes: int, meter: AmiMeter) -> None:
        self._limit = limit
        self._limit_bytes = limit_bytes
        self._meter = meter
        self._items: deque[Item] = deque()
        self._events = 0
        self._bytes = 0
        self._full = False
        self._filled = asyncio.Event()
        self._missing = 0
        self.dropped = 0

    def __len__(self) -> int:
        """Return how many events wait."""
        return self._events

    def put(self, frames: Sequence[bytes], read_at: datetime) -> None:
        """Append the events of one read; those that find the queue full are counted as dropped."""
        kept = self._fitting(frames)
        if kept:
            self._events += len(kept)
            self._bytes += sum(map(len, kept))
            self.mark(RawEvents(kept, read_at))
        dropped = len(frames) - len(kept)
        if dropped:
            self._full = True
            self._missing += dropped
            self._filled.set()
            self.dropped += dropped
            self._meter.ami_dropped(dropped)
            self._meter.ami_discarded(Discard.QUEUE_FULL, dropped)

    def mark(self, item: Item) -> None:
        """Append an item whatever the limit."""
        if self._missing:
            self._items.append(Gap(self._missing))
            self._missing = 0
        self._items.append(item)
        self._filled.set()

    def next(self) -> Item | None:
        """Take the next item; None where there is none now."""
        if not self._items:
            gap = Gap(self._missing) if self._missing else None
            self._missing, self._full = 0, False
            return gap
        item = self._items.popleft()
        if isinstance(item, RawEvents):
            self._events -= len(item.frames)
            self._bytes -= sum(map(len, item.frames))
        if self._full:
            self._full = self._events > self._limit * 7 // 8 or self._bytes > self._limit_bytes * 7 // 8
        return item

    async def filled(self) -> None:
        """Wait until there is an item."""
        while not (self._items or self._missing):
            self._filled.clear()
            await self._filled.wait()

    def _fitting(self, frames: Sequence[bytes]) -> Sequence[bytes]:
        """Return those of ``frames`` that there is room for: the first ones, so that a gap is in one place."""
        if self._full:
            return ()
        events, room = self._limit - self._events, self._limit_bytes - self._bytes
        if len(frames) <= events and sum(map(len, frames)) <= room:
            return frames
        sizes = accumulate(map(len, frames))
        return frames[: min(events, sum(size <= room for size in sizes))]
