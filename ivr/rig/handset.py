"""A telephone's media side: hears what Asterisk plays, presses keys, and records what it really sent.

Theory. SIPp could press keys only through raw sockets, which need root, and would tell only what was scheduled.
So SIPp does the signalling and names this handset's port in its SDP. A key is a named telephone event
(RFC 4733): packets every 20 ms that share the timestamp of key-down, whose duration grows, and whose last one
carries the end bit and is sent three times. No other RTP is sent: a telephone may stay silent, and hundreds of
handsets then fit into one event loop. What "was pressed" means everywhere in the rig is :class:`KeyPress`.
"""

import asyncio
import random
import struct
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from ivr.rig.ports import LOOPBACK

KEYS = "0123456789*#"
EVENT_PAYLOAD_TYPE = 101
ULAW_PAYLOAD_TYPE = 0
CLOCK_HZ = 8000
PACKET_SECONDS = 0.02
RTP_HEADER = struct.Struct("!BBHII")
EVENT = struct.Struct("!BBH")

# Magnitude of a mu-law sample on its own logarithmic scale, 0 to 127; a peak below this is silence (about -40 dB).
_MAGNITUDE = bytes(127 - (code & 0x7F) for code in range(256))
SPEECH_MAGNITUDE = 32
# Shorter silences lie between words.
SPEECH_GAP_SECONDS = 0.3

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class KeyPress:
    """One key as sent. Times are of the first packet and of the first packet with the end bit."""

    key: str
    down: float
    """Key-down on the monotonic clock, in seconds."""
    up: float
    """Key-up on the monotonic clock, in seconds."""
    up_at: datetime
    """Key-up in wall time (UTC)."""


@dataclass(frozen=True, slots=True)
class SpeechSpan:
    """A stretch in which the handset heard sound; monotonic seconds."""

    start: float
    end: float


class Handset(asyncio.DatagramProtocol):
    """One RTP end point on loopback; make it with :meth:`open`."""

    def __init__(self) -> None:
        self.port = 0
        self.presses: list[KeyPress] = []
        self.frames = 0
        self.first_frame: float | None = None
        self.last_frame: float | None = None
        self._speech: list[list[float]] = []
        self._first = asyncio.Event()
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: tuple[str, int] | None = None
        self._opened = time.monotonic()
        self._source = _random.getrandbits(32)
        self._sequence = _random.getrandbits(15)
        self._clock_offset = _random.getrandbits(31)

    @classmethod
    async def open(cls) -> "Handset":
        """Bind a free port of loopback and listen there."""
        loop = asyncio.get_running_loop()
        _, handset = await loop.create_datagram_endpoint(cls, local_addr=(LOOPBACK, 0))
        return handset

    def connect(self, port: int) -> None:
        """Say where Asterisk's RTP port for this call is (known from its SDP)."""
        self._peer = (LOOPBACK, port)

    def begin_stage(self) -> None:
        """Forget what was heard so far: the next frame is the first of a new stage of the call."""
        self.frames = 0
        self.first_frame = None
        self.last_frame = None
        self._speech = []
        self._first.clear()

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()

    @property
    def speech(self) -> tuple[SpeechSpan, ...]:
        """What was heard so far, in order."""
        return tuple(SpeechSpan(start, end) for start, end in self._speech)

    async def wait_first_frame(self) -> float:
        """Wait for the first frame that Asterisk plays; return its monotonic time."""
        await self._first.wait()
        return self.first_frame or time.monotonic()

    async def wait_pause(self, number: int, silence_seconds: float) -> float:
        """Wait until the ``number``-th stretch of speech is over for so long; return its end (monotonic)."""
        while True:
            if len(self._speech) >= number:
                end = self._speech[number - 1][1]
                if len(self._speech) > number or time.monotonic() - end >= silence_seconds:
                    return end
            await asyncio.sleep(PACKET_SECONDS)

    async def press(self, key: str, hold_seconds: float = 0.12) -> KeyPress:
        """Press a key for so long and let it go; return, and keep, what was really sent.

        Raises:
            ValueError: no such key, or :meth:`connect` was not called.
        """
        if len(key) != 1 or key not in KEYS:
            raise ValueError(f"{key!r} is no key of a telephone; press one of {KEYS}")
        if self._peer is None or self._transport is None:
            raise ValueError("the handset has no call to press a key in; connect() it first")
        event = KEYS.index(key)
        down = time.monotonic()
        timestamp = (self._clock_offset + int((down - self._opened) * CLOCK_HZ)) & 0xFFFFFFFF
        self._send_event(event, timestamp, PACKET_SECONDS, marker=True)
        packet = 1
        while packet * PACKET_SECONDS < hold_seconds:
            await asyncio.sleep(down + packet * PACKET_SECONDS - time.monotonic())
            # A packet that is late must not claim more than the last one will.
            elapsed_seconds = time.monotonic() - down
            self._send_event(event, timestamp, min(elapsed_seconds + PACKET_SECONDS, hold_seconds))
            packet += 1
        await asyncio.sleep(down + hold_seconds - time.monotonic())
        up, up_at = time.monotonic(), datetime.now(UTC)
        for _ in range(3):
            self._send_event(event, timestamp, up - down, end=True)
        press = KeyPress(key, down, up, up_at)
        self.presses.append(press)
        return press

    def _send_event(
        self, event: int, timestamp: int, seconds: float, *, marker: bool = False, end: bool = False
    ) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        kind = EVENT_PAYLOAD_TYPE | (0x80 if marker else 0)
        header = RTP_HEADER.pack(0x80, kind, self._sequence, timestamp, self._source)
        volume = 10 | (0x80 if end else 0)
        if self._transport is not None:
            self._transport.sendto(header + EVENT.pack(event, volume, int(seconds * CLOCK_HZ)), self._peer)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the port (called by asyncio)."""
        self._transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        """Note a frame of audio (called by asyncio)."""
        # RTCP of a neighbour's stream can arrive here: its port is the stream's plus one.
        if len(data) <= RTP_HEADER.size or data[1] & 0x7F != ULAW_PAYLOAD_TYPE:
            return
        if self._peer is not None and addr[1] != self._peer[1]:
            return
        now = time.monotonic()
        self.frames += 1
        self.last_frame = now
        if self.first_frame is None:
            self.first_frame = now
            self._first.set()
        if max(data[RTP_HEADER.size :].translate(_MAGNITUDE)) >= SPEECH_MAGNITUDE:
            if self._speech and now - self._speech[-1][1] < SPEECH_GAP_SECONDS:
                self._speech[-1][1] = now
            else:
                self._speech.append([now, now])
