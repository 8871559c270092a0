"""The AMI listener: Asterisk's events in, facts of calls out, those of each call in order.

The reader and the handler are two tasks with a bounded queue between them: whatever happens on one side, the other
goes on.
"""

import asyncio
from contextlib import suppress

from ivr.telephony.ami.account import AmiAccount
from ivr.telephony.ami.connection import AmiConnection
from ivr.telephony.ami.handler import EventHandler, OnSnapshot, Sink
from ivr.telephony.ami.legs import CallTracker
from ivr.telephony.ami.meter import AmiMeter, SilentMeter
from ivr.telephony.ami.protocol import LinkLost
from ivr.telephony.ami.stream import EventStream
from ivr.usecases.ports import Clock, Directory, Pseudonym


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
        meter = meter or SilentMeter()
        self._stream = EventStream(account.queue_limit, account.queue_bytes, meter)
        self._tracker = CallTracker(pbx, pseudonym, strangers=strangers)
        self.connection = AmiConnection(account, self._stream, clock=clock, meter=meter)
        self._handler = EventHandler(
            self._stream,
            self._tracker,
            sink=sink,
            on_snapshot=on_snapshot,
            directory=directory,
            ask_for_channels=self._ask_for_channels,
            clock=clock,
            meter=meter,
        )

    @property
    def signed_in(self) -> bool:
        """Whether Asterisk's events are being read now."""
        return self.connection.signed_in

    @property
    def dropped(self) -> int:
        """How many events a full queue has dropped."""
        return self._stream.dropped

    @property
    def waiting(self) -> int:
        """How many events wait to be handled."""
        return self._handler.waiting

    @property
    def handled(self) -> int:
        """How many events of calls were followed."""
        return self._handler.handled

    @property
    def handler_failures(self) -> int:
        """How many events were lost, or followed without an agent, because a part behind raised."""
        return self._handler.failures

    @property
    def refusals(self) -> int:
        """How often the ledger refused facts and was tried again."""
        return self._handler.refusals

    @property
    def in_flight(self) -> int:
        """How many events were handled whose facts are not stored yet."""
        return self._handler.in_flight

    def expect(self, uniqueid: str) -> None:
        """Have the end of the channel ``uniqueid`` told, whatever it did: its caller is asked for a rating."""
        self._tracker.expect(uniqueid)

    async def run(self) -> None:
        """Listen until cancelled; what is in flight then is stored first, within some seconds.

        Raises :class:`AmiRefused` where Asterisk refuses the account, :class:`SettingsRefused` where its name
        or secret cannot be sent.
        """
        handling = asyncio.create_task(self._handler.run(), name="ami-events")
        try:
            await self.connection.run()
        finally:
            handling.cancel()
            with suppress(asyncio.CancelledError):
                await handling

    async def _ask_for_channels(self) -> None:
        with suppress(LinkLost):
            await self.connection.ask_for_channels()
