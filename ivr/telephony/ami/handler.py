"""From the queue of raw events to facts in the ledger: calls are followed event by event, in order.

What an event settles is stored beside the events that follow, in the chain of its call (:mod:`.chains`), and tried
again where the ledger refuses it (:mod:`.settling`). The handler waits for the ledger in two cases. While as much is in
flight as may be, events wait; those that find no room are made good by a new list of channels. And a list of live
channels waits for all that came before it, and what comes behind waits for the list: calls that are not on it are
closed, so nothing of them may be on its way, and a call that is younger than the list must not be in the ledger yet.

What raises loses its own event and nothing else. The handler goes aside every few milliseconds: callers are answered on
the same loop, and a flood of events must not keep them waiting. An event that has nothing to wait for costs no
coroutine. Once stopped, the handler takes no more events and waits a moment for what is in flight.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from operator import length_hint
from typing import Protocol, assert_never

import structlog

from ivr.domain.calls import Fact
from ivr.telephony.ami.chains import LINKS, Chains
from ivr.telephony.ami.events import AmiEvent, CallEvent, ChannelListed, ChannelsListed
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.legs import NO_SEATS, CallTracker, Seats
from ivr.telephony.ami.listing import ChannelListing, ListSpoilt
from ivr.telephony.ami.meter import AmiMeter, Discard
from ivr.telephony.ami.reading import EventMangled, read_event
from ivr.telephony.ami.settling import Settling, is_to_end
from ivr.telephony.ami.stream import EventStream, Gap, LinkMade, ListAsked, RawEvents
from ivr.telephony.ami.turn import Turn
from ivr.usecases.ports import Clock, Directory


class Sink(Protocol):
    """Takes the facts that one event settled, all of one call."""

    async def __call__(self, *facts: Fact) -> None:
        """Store ``facts``; those of the same call that follow wait for it, those of others come beside them."""


OnSnapshot = Callable[[frozenset[str]], Awaitable[object]]
"""Told the Uniqueids of all live channels after each sign-in and after each gap."""

_MOST_COMPLAINTS = 50

log = structlog.get_logger(__name__)


class EventHandler:
    """Takes the items of ``stream`` in order; ``ask_for_channels`` asks for a new list of channels.

    ``links`` bounds the events whose facts are in flight. ``handled`` counts the events of calls that were followed.
    """

    def __init__(
        self,
        stream: EventStream,
        tracker: CallTracker,
        *,
        sink: Sink,
        on_snapshot: OnSnapshot,
        directory: Directory,
        ask_for_channels: Callable[[], Awaitable[None]],
        clock: Clock,
        meter: AmiMeter,
        turn: Turn | None = None,
        links: int = LINKS,
    ) -> None:
        self._stream = stream
        self._tracker = tracker
        self._sink = sink
        self._on_snapshot = on_snapshot
        self._directory = directory
        self._ask_for_channels = ask_for_channels
        self._clock = clock
        self._meter = meter
        self._turn = turn or Turn()
        self._settling = Settling(ask_for_channels)
        self._chains = Chains(self._store, links)
        self._listing = ChannelListing()
        self._in_hand: Iterator[bytes] = iter(())
        self._complained_of: set[str] = set()
        self._lost = 0
        self.handled = 0

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return len(self._stream) + length_hint(self._in_hand)

    @property
    def in_flight(self) -> int:
        """How many events were followed whose facts are not stored yet."""
        return self._chains.in_flight

    @property
    def failures(self) -> int:
        """How many events were lost, or followed without an agent, because a part behind raised."""
        return self._lost + self._settling.failures

    @property
    def refusals(self) -> int:
        """How often the ledger was tried again."""
        return self._settling.refusals

    async def run(self) -> None:
        """Handle what comes until cancelled; returns once what is in flight is stored, or given up."""
        try:
            await self._handle()
        finally:
            self._settling.hurry()
            await self._chains.stop()

    async def _handle(self) -> None:
        while True:
            item = self._stream.next()
            if item is None:
                await self._stream.filled()
                self._turn.begin()
            elif isinstance(item, RawEvents):
                await self._handle_events(item)
            else:
                try:
                    await self._handle_mark(item)
                except Exception:  # a mark is a hint; the events behind it are what matters
                    self._lost += 1
                    log.exception("ami_mark_failed")

    async def _handle_events(self, read: RawEvents) -> None:
        self._in_hand = iter(read.frames)
        lag_noted = False
        for data in self._in_hand:
            if not lag_noted:
                # Events of one read share their time: one note of them is enough, or one a turn.
                self._meter.ami_lagged((self._clock() - read.read_at).total_seconds())
                lag_noted = True
            try:
                event = read_event(Frame(data), read.read_at)
                work = None if event is None else self._take(event)
                if work is not None:
                    await work
            except EventMangled as mangled:
                self._complain(str(mangled))
            except asyncio.CancelledError:
                if is_to_end():
                    raise
                self._lost += 1
                log.exception("ami_event_failed")
            except Exception:  # whatever a part behind raises, the next event must go on
                self._lost += 1
                log.exception("ami_event_failed")
            if self._turn.is_over:
                await asyncio.sleep(0)
                self._turn.begin()
                lag_noted = False

    async def _handle_mark(self, mark: ListAsked | LinkMade | Gap) -> None:
        match mark:
            case ListAsked():
                self._listing.begin(mark.action_id)
            case LinkMade():
                log.info("ami_link_made", pbx_restarted=mark.restarted)
            case Gap():
                log.warning("ami_events_dropped", events=mark.events)
                await self._ask_for_channels()
            case _:
                assert_never(mark)

    def _take(self, event: AmiEvent) -> Awaitable[None] | None:
        """Take the event in; return what is to be waited for before the next one."""
        if isinstance(event, ChannelListed):
            if not self._listing.add(event):
                self._meter.ami_discarded(Discard.UNASKED, 1)
            return None
        if isinstance(event, ChannelsListed):
            return self._take_list(event)
        self.handled += 1
        asked = self._tracker.asks(event)
        if asked:
            return self._follow(event, asked)
        return self._chain(self._tracker.follow(event, NO_SEATS))

    async def _follow(self, event: CallEvent, asked: Sequence[str]) -> None:
        room = self._chain(self._tracker.follow(event, await self._seats(event, asked)))
        if room is not None:
            await room

    def _chain(self, facts: Sequence[Fact]) -> Awaitable[None] | None:
        if facts:
            self._chains.add(facts)
        return self._chains.room() if self._chains.is_full else None

    def _store(self, facts: Sequence[Fact]) -> Awaitable[None]:
        return self._settling.settle(partial(self._sink, *facts))

    async def _take_list(self, end: ChannelsListed) -> None:
        try:
            rows = self._listing.complete(end)
        except ListSpoilt as spoilt:
            self._meter.ami_discarded(Discard.LIST_SPOILT, spoilt.rows)
            log.warning("ami_list_spoilt", rows=spoilt.rows, announced=end.rows)
            return
        if rows is None:
            self._meter.ami_discarded(Discard.UNASKED, 1)
            return
        self._tracker.resume(rows)
        await self._chains.drained()
        live = frozenset(row.channel.uniqueid for row in rows)
        await self._settling.settle(partial(self._on_snapshot, live))

    async def _seats(self, event: CallEvent, interfaces: Sequence[str]) -> Seats:
        """Ask who sits where; an interface that cannot be asked for now is left out."""
        seats: dict[str, str | None] = {}
        for interface in interfaces:
            try:
                seats[interface] = await self._directory.person_at(interface, event.at)
            except Exception:  # the talk must be followed even while the directory is away
                self._lost += 1
                log.exception("directory_failed", interface=interface)
        return seats

    def _complain(self, of: str) -> None:
        """Count an event that cannot be read, and log the first of its kind: there may be a flood of them."""
        self._meter.ami_discarded(Discard.MALFORMED, 1)
        if of not in self._complained_of and len(self._complained_of) < _MOST_COMPLAINTS:
            self._complained_of.add(of)
            log.warning("ami_event_malformed", reason=of)
