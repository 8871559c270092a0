"""A telephone's media side: hears what Asterisk plays, presses keys, speaks, and records what it really sent.

Theory. SIPp could press keys only through raw sockets, which need root, and would tell only what was scheduled.
So SIPp does the signalling and names this handset's port in its SDP. A key is a named telephone event
(RFC 4733): packets every 20 ms that share the timestamp of key-down, whose duration grows, and whose last one
carries the end bit and is sent three times. While it neither presses nor speaks it sends no RTP: a telephone may
stay silent, and hundreds of handsets then fit into one event loop. What "was pressed" means everywhere in the rig
is :class:`KeyPress`.

When a frame arrived is told by the kernel (SO_TIMESTAMPNS), not by the moment at which a busy event loop reads it.
"""

import asyncio
import random
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.rig.hearing import Hearing, SpeechSpan
from ivr.rig.ports import LOOPBACK
from ivr.rig.rtp import (
    CLOCK_HZ,
    EVENT,
    EVENT_PAYLOAD_TYPE,
    HEADER,
    KEYS,
    PACKET_SECONDS,
    SILENT_FRAME,
    ULAW_PAYLOAD_TYPE,
    Frame,
    voice_frame,
)

_LONGEST_DATAGRAM = 2048
# <asm-generic/socket.h>; Python names neither.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@ll")
_LONGEST_WAIT_SECONDS = 60
_AT_ONCE_SECONDS = 0.0005
_ANCILLARY_BYTES = socket.CMSG_SPACE(_TIMESPEC.size)

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


class Handset:
    """One RTP end point on loopback; make it with :meth:`open`."""

    def __init__(self, media: socket.socket, *, keeps_tape: bool = False) -> None:
        self.port: int = media.getsockname()[1]
        self.presses: list[KeyPress] = []
        self.spoken: list[SpeechSpan] = []
        self.hearing = Hearing(keeps_tape=keeps_tape)
        self._media = media
        self._peer: tuple[str, int] | None = None
        self._opened = time.monotonic()
        self._source = _random.getrandbits(32)
        self._sequence = _random.getrandbits(15)
        self._clock_offset = _random.getrandbits(31)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(media, self._read)

    @classmethod
    async def open(cls, *, keeps_tape: bool = False) -> "Handset":
        """Bind a free port of loopback and listen there; ``keeps_tape`` keeps every frame that is heard."""
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        media.settimeout(0)
        with suppress(OSError):
            media.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        media.bind((LOOPBACK, 0))
        return cls(media, keeps_tape=keeps_tape)

    def connect(self, port: int) -> None:
        """Say where Asterisk's RTP port for this call is (known from its SDP)."""
        self._peer = (LOOPBACK, port)

    def close(self) -> None:
        """Stop listening."""
        if self._media.fileno() >= 0:
            self._loop.remove_reader(self._media)
            self._media.close()

    async def press(self, key: str, hold_seconds: float = 0.12) -> KeyPress:
        """Press a key for so long and let it go; return, and keep, what was really sent.

        Raises:
            ValueError: no such key, or :meth:`connect` was not called.
        """
        if len(key) != 1 or key not in KEYS:
            raise ValueError(f"{key!r} is no key of a telephone; press one of {KEYS}")
        self._check_connected("press a key in")
        event = KEYS.index(key)
        down = time.monotonic()
        timestamp = self._timestamp(down)
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
        self.hearing.begin_turn()
        return press

    async def speak(self, seconds: float, silence_seconds: float = 0.0) -> SpeechSpan:
        """Speak for so long, then send silence for so long, as a telephone does; return when there was a voice.

        Without the silence no frame follows, and a recording does not notice that nobody speaks any more.

        Raises:
            ValueError: :meth:`connect` was not called.
        """
        self._check_connected("speak in")
        begun = time.monotonic()
        voiced = round(seconds / PACKET_SECONDS)
        for number in range(voiced + round(silence_seconds / PACKET_SECONDS)):
            due = begun + number * PACKET_SECONDS
            await asyncio.sleep(due - time.monotonic())
            payload = voice_frame(number) if number < voiced else SILENT_FRAME
            self._send(ULAW_PAYLOAD_TYPE, self._timestamp(due), payload, marker=number == 0)
        span = SpeechSpan(begun, begun + voiced * PACKET_SECONDS)
        self.spoken.append(span)
        return span

    def _check_connected(self, purpose: str) -> None:
        if self._peer is None:
            raise ValueError(f"the handset has no call to {purpose}; connect() it first")

    def _timestamp(self, moment: float) -> int:
        return (self._clock_offset + int((moment - self._opened) * CLOCK_HZ)) & 0xFFFFFFFF

    def _send_event(
        self, event: int, timestamp: int, seconds: float, *, marker: bool = False, end: bool = False
    ) -> None:
        volume = 10 | (0x80 if end else 0)
        payload = EVENT.pack(event, volume, int(seconds * CLOCK_HZ))
        self._send(EVENT_PAYLOAD_TYPE, timestamp, payload, marker=marker)

    def _send(self, kind: int, timestamp: int, payload: bytes, *, marker: bool = False) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        header = HEADER.pack(0x80, kind | (0x80 if marker else 0), self._sequence, timestamp, self._source)
        # A full buffer loses the packet, as a network does; a closed handset is one whose call is over.
        with suppress(OSError):
            self._media.sendto(header + payload, self._peer or ("", 0))

    def _read(self) -> None:
        """Note a frame of audio."""
        try:
            data, ancillary, _, sender = self._media.recvmsg(_LONGEST_DATAGRAM, _ANCILLARY_BYTES)
        except OSError:
            return
        # RTCP of a neighbour's stream can arrive here: its port is the stream's plus one.
        if len(data) <= HEADER.size or data[1] & 0x7F != ULAW_PAYLOAD_TYPE:
            return
        if self._peer is not None and sender[1] != self._peer[1]:
            return
        timestamp = int.from_bytes(data[4:8], "big")
        self.hearing.note(Frame(_arrival(ancillary), timestamp, data[HEADER.size :]))


def _arrival(ancillary: list[tuple[int, int, bytes]]) -> float:
    """Return the monotonic time at which the kernel took the packet; now, where it does not say."""
    now, wall = _both_clocks()
    for level, kind, stamp in ancillary:
        if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(stamp) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(stamp)
            waited_seconds = wall - (seconds + nanoseconds / 1e9)
            # A clock that was set in between says nothing.
            return now - waited_seconds if 0 <= waited_seconds < _LONGEST_WAIT_SECONDS else now
    return now


def _both_clocks() -> tuple[float, float]:
    """Return the monotonic and the wall time of one moment; read again where this process was interrupted between."""
    while True:
        before, wall, after = time.monotonic(), time.time(), time.monotonic()
        if after - before < _AT_ONCE_SECONDS:
            return after, wall
