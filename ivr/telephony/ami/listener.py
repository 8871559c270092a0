"""The AMI listener: Asterisk's events in, facts of calls out, one at a time and in order.

The reader and the handler are two tasks with a bounded queue between them. A ledger that refuses is tried again,
for about a minute: it may be locked, or its disk full, and a fact that is lost leaves a call without its end. Events
wait meanwhile; those that find no room are made good by a new list of channels. What raises otherwise, or for
longer, loses its own event and nothing else, and the list is asked for once the ledger takes facts again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol, assert_never

import structlog

from ivr.domain.calls import Fact
from ivr.errors import IvrError
from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.connection import AmiConnection
from ivr.telephony.ami.events import AmiEvent, CallEvent, ChannelListed, ChannelsListed
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.legs import CallTracker, Seats
from ivr.telephony.ami.listing import ChannelListing
from ivr.telephony.ami.meter import AmiMeter, SilentMeter
from ivr.telephony.ami.protocol import LinkLost
from ivr.telephony.ami.reading import read_event
from ivr.telephony.ami.stream import EventStream, Gap, Item, LinkMade, ListAsked, RawEvent
from ivr.usecases.ports import Clock, Directory, Pseudonym


class Sink(Protocol):
    """Takes the facts that one event settled."""

    async def __call__(self, *facts: Fact) -> None:
        """Store ``facts``; the next event waits for it."""


OnSnapshot = Callable[[frozenset[str]], Awaitable[object]]
"""Told the Uniqueids of all live channels after each sign-in and after each gap."""

RETRY_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""The pauses before a ledger that has refused is tried again."""

log = structlog.get_logger(__name__)


class AmiListener:
    """Listens to the Asterisk named ``pbx``; see :class:`CallTracker` for ``strangers``."""

    def __init__(
        self,
        account: AmiAccount,
        *,
        pbx: str,
        sink: Sink,
        on_snapshot: OnSnapshot,
        directory: Directory,
        pseudonym: Pseudonym,
        clock: Clock,
        meter: AmiMeter | None = None,
        strangers: bool = False,
    ) -> None:
        self._sink = sink
        self._on_snapshot = on_snapshot
        self._directory = directory
        self._clock = clock
        self._meter = meter or SilentMeter()
        self._stream = EventStream(account.queue_limit, self._meter)
        self._tracker = CallTracker(pbx, pseudonym, strangers=strangers)
        self._listing = ChannelListing()
        self.connection = AmiConnection(account, self._stream, clock=clock, meter=self._meter)
        self.handler_failures = 0
        self.refusals = 0
        self._owes_list = False

    @property
    def signed_in(self) -> bool:
        """Whether Asterisk's events are being read now."""
        return self.connection.signed_in

    @property
    def dropped(self) -> int:
        """How many events a full queue has dropped."""
        return self._stream.dropped

    def expect(self, uniqueid: str) -> None:
        """Have the end of the channel ``uniqueid`` told, whatever it did: its caller is asked for a rating."""
        self._tracker.expect(uniqueid)

    async def run(self) -> None:
        """Listen until cancelled.

        Raises :class:`AmiRefused` where Asterisk refuses the account, :class:`SettingsRefused` where its name
        or secret cannot be sent.
        """
        handler = asyncio.create_task(self._handle_all(), name="ami-events")
        try:
            await self.connection.run()
        finally:
            handler.cancel()
            with suppress(asyncio.CancelledError):
                await handler

    async def _handle_all(self) -> None:
        while True:
            item = await self._stream.take()
            try:
                await self._handle(item)
            except Exception:  # whatever a sink raises, the next event must go on
                self.handler_failures += 1
                log.exception("ami_event_failed", item=type(item).__name__)

    async def _handle(self, item: Item) -> None:
        match item:
            case RawEvent():
                self._meter.ami_lagged((self._clock() - item.read_at).total_seconds())
                frame = Frame.parse(item.data)
                event = None if frame is None else read_event(frame, item.read_at)
                if event is not None:
                    await self._follow(event)
            case ListAsked():
                self._listing.begin(item.action_id)
            case LinkMade():
                log.info("ami_link_made", pbx_restarted=item.restarted)
            case Gap():
                log.warning("ami_events_dropped", events=item.events)
                await self._ask_for_channels()
            case _:
                assert_never(item)

    async def _follow(self, event: AmiEvent) -> None:
        match event:
            case ChannelListed():
                self._listing.add(event)
            case ChannelsListed():
                rows = self._listing.complete(event)
                if rows is not None:
                    self._tracker.resume(rows)
                    live = frozenset(row.channel.uniqueid for row in rows)
                    await self._settle(lambda: self._on_snapshot(live))
            case _:
                facts = self._tracker.follow(event, await self._seats(event))
                if facts:
                    await self._settle(lambda: self._sink(*facts))

    async def _settle(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do ``work``, again and again where the ledger refuses it."""
        for pause_seconds in RETRY_SECONDS:
            try:
                await work()
                break
            except IvrError as refused:
                self.refusals += 1
                log.warning("ami_facts_wait", reason=str(refused), retry_in_seconds=pause_seconds)
                await asyncio.sleep(pause_seconds)
        else:
            self._owes_list = True
            await work()
        if self._owes_list:
            self._owes_list = False
            await self._ask_for_channels()

    async def _ask_for_channels(self) -> None:
        with suppress(LinkLost):
            await self.connection.ask_for_channels()

    async def _seats(self, event: CallEvent) -> Seats:
        """Ask who sits where; an interface that cannot be asked for now is left out."""
        seats: dict[str, str | None] = {}
        for interface in self._tracker.asks(event):
            try:
                seats[interface] = await self._directory.person_at(interface, event.at)
            except Exception:  # the talk must be followed even while the directory is away
                self.handler_failures += 1
                log.exception("directory_failed", interface=interface)
        return seats
