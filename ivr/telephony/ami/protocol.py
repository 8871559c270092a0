"""One TCP link to Asterisk's manager: answers go to whoever asked, events into the stream.

What is read at once is bounded, and so is the time until other tasks of the loop have their turn: the bytes come
into a buffer of our own, and where that was filled the next read waits for the loop's next round. (The standard
loop would allocate 256 KiB for each read; uvloop would read many times in a row.)
"""

import asyncio
from typing import cast

from panoramisk.actions import Action

from ivr.telephony.ami.actions import encoded
from ivr.telephony.ami.frames import Frame
from ivr.telephony.ami.framing import Framer, NotAManager
from ivr.telephony.ami.meter import AmiMeter, Discard
from ivr.telephony.ami.stream import EventStream
from ivr.usecases.ports import Clock

READ_BYTES = 65_536
"""The most that is read at once."""

_E = b"Ee"


class LinkLost(Exception):
    """The link to Asterisk is gone; the text says how it was noticed."""


class AmiProtocol(asyncio.BufferedProtocol):
    """Reads without ever waiting for anybody; a fault in the data ends the link and nothing else."""

    def __init__(self, framer: Framer, stream: EventStream, clock: Clock, meter: AmiMeter) -> None:
        loop = asyncio.get_running_loop()
        self._loop = loop
        self._framer = framer
        self._stream = stream
        self._clock = clock
        self._meter = meter
        self._inbox = memoryview(bytearray(READ_BYTES))
        self._pending: dict[str, Action] = {}
        self._transport: asyncio.Transport | None = None
        self.greeted: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the base class names it
        """Return where the next bytes go."""
        return self._inbox

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what is whole."""
        if nbytes == READ_BYTES and self._transport is not None:
            self._transport.pause_reading()
            self._loop.call_soon(self._transport.resume_reading)
        try:
            frames = self._framer.feed(self._inbox[:nbytes])
        except NotAManager:
            self._end("what answers on this port is not Asterisk's manager")
            self.abort()
            return
        if self._framer.greeting is not None and not self.greeted.done():
            self.greeted.set_result(self._framer.greeting)
        # The framing lets events and responses through, and nothing else.
        events = [frame for frame in frames if frame[0] in _E]
        if events:
            self._stream.put(events, self._clock())
        if len(events) < len(frames):
            for frame in frames:
                if frame[0] not in _E:
                    self._answer(frame)
        self._tell_discarded()

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
            return cast("Frame", action.future.result())
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
        frame = Frame(data)
        action_id = frame.value("ActionID")
        action = None if action_id is None else self._pending.pop(action_id, None)
        if action is None:
            self._framer.discarded[Discard.UNASKED] += 1
        else:
            action.future.set_result(frame)

    def _tell_discarded(self) -> None:
        discarded = self._framer.discarded
        if discarded:
            for reason, frames in discarded.items():
                self._meter.ami_discarded(reason, frames)
            discarded.clear()

    def _end(self, how: str) -> None:
        if not self.lost.done():
            self.lost.set_result(how)
