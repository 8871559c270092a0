"""The bounded queue between the reader of the socket and the handler of events.

The socket is always drained, however slow the handler is: Asterisk drops a manager that does not read. So the
queue has a limit, and what does not fit is counted and leaves a :class:`Gap` at its place in the order.
"""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from ivr.telephony.ami.meter import AmiMeter


@dataclass(frozen=True, slots=True, repr=False)
class RawEvent:
    """An event as read, not decoded yet."""

    data: bytes
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


Item = RawEvent | Gap | LinkMade | ListAsked


class EventStream:
    """A queue of at most ``limit`` raw events; marks are rare and always fit."""

    def __init__(self, limit: int, meter: AmiMeter) -> None:
        self._limit = limit
        self._meter = meter
        self._items: deque[Item] = deque()
        self._filled = asyncio.Event()
        self._missing = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, event: RawEvent) -> None:
        """Append an event, or count it as dropped where the queue is full."""
        if len(self._items) >= self._limit:
            self._missing += 1
            self.dropped += 1
            self._meter.ami_dropped(1)
            return
        self.mark(event)

    def mark(self, item: Item) -> None:
        """Append an item whatever the limit."""
        if self._missing:
            self._items.append(Gap(self._missing))
            self._missing = 0
        self._items.append(item)
        self._filled.set()

    async def take(self) -> Item:
        """Return the next item, waiting for it."""
        while True:
            if self._items:
                return self._items.popleft()
            if self._missing:
                gap, self._missing = Gap(self._missing), 0
                return gap
            self._filled.clear()
            await self._filled.wait()
