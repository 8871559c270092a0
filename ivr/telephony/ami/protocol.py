"""One TCP link to Asterisk's manager: answers go to whoever asked, events into the stream."""

import asyncio
from datetime import datetime
from typing import cast

from panoramisk.actions import Action

from ivr.telephony.ami.actions import encoded
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.framing import Framer, NotAManager
from ivr.telephony.ami.stream import EventStream, RawEvent
from ivr.usecases.ports import Clock

_EVENT = b"event:"


class LinkLost(Exception):
    """The link to Asterisk is gone; the text says how it was noticed."""


class AmiProtocol(asyncio.Protocol):
    """Reads without ever waiting for anybody; a fault in the data ends the link and nothing else."""

    def __init__(self, framer: Framer, stream: EventStream, clock: Clock) -> None:
        loop = asyncio.get_running_loop()
        self._framer = framer
        self._stream = stream
        self._clock = clock
        self._pending: dict[str, Action] = {}
        self._transport: asyncio.Transport | None = None
        self.greeted: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand on what is whole."""
        try:
            frames = self._framer.feed(data)
        except NotAManager:
            self._end("what answers on this port is not Asterisk's manager")
            self.abort()
            return
        if self._framer.greeting is not None and not self.greeted.done():
            self.greeted.set_result(self._framer.greeting)
        read_at: datetime | None = None
        for frame in frames:
            if frame[: len(_EVENT)].lower() == _EVENT:
                read_at = read_at or self._clock()
                self._stream.put(RawEvent(frame, read_at))
            else:
                self._answer(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        self._end(f"the connection broke: {exc}" if exc else "Asterisk closed the connection")

    async def ask(self, action: Action, deadline_seconds: float) -> Frame:
        """Send ``action`` and return Asterisk's response.

        Raises :class:`LinkLost` where the link ends first, or no answer comes by the deadline.
        """
        if self._transport is None or self.lost.done():
            raise LinkLost("there is no connection")
        self._pending[action.id] = action
        self._transport.write(encoded(action))
        try:
            await asyncio.wait(
                {action.future, self.lost}, timeout=deadline_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            self._pending.pop(action.id, None)
        if action.future.done():
            return Frame(action.future.result())
        action.future.cancel()
        if self.lost.done():
            raise LinkLost(self.lost.result())
        raise LinkLost(f"Asterisk did not answer {action['Action']} within {deadline_seconds:g} s")

    async def close(self, farewell: Action | None = None) -> None:
        """Close the link, after a last word; waits a moment for it to be gone."""
        if self._transport is None or self.lost.done():
            return
        if farewell is not None:
            self._transport.write(encoded(farewell))
        self._transport.close()
        await asyncio.wait({self.lost}, timeout=1)
        self.abort()

    def abort(self) -> None:
        """Drop the link at once; a half-open one would never finish closing."""
        if self._transport is not None:
            self._transport.abort()

    def _answer(self, data: bytes) -> None:
        frame = Frame.parse(data)
        action_id = None if frame is None else frame.value("ActionID")
        action = None if action_id is None else self._pending.pop(action_id, None)
        if frame is not None and action is not None:
            action.add_message(frame.message)

    def _end(self, how: str) -> None:
        if not self.lost.done():
            self.lost.set_result(how)
