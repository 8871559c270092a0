"""AMI framing without I/O: bytes come in as the network cuts them, whole frames come out.

A frame is a run of header lines that ends with an empty line (CR LF CR LF). Text is not decoded here: a
character may be cut in two by the network, a frame cannot. Events that nobody asked for are thrown away by
their name alone, before anything of them is decoded: on a busy PBX they are most of the stream.

The work of all reads together grows with the bytes, however they are cut: what was searched without an end is
not searched again, and what has an end is cut up once, whole.
"""

from collections import Counter

from ivr.telephony.ami.meter import Discard

GREETING = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"
_LINE = b"\r\n"
_EVENT = b"event: "
_RESPONSE = b"response: "
_GREETING_BYTES = 256
_HEAD_BYTES = 40
"""Of a usual frame: the first line, the privilege, and no time yet, so that frames of a kind have the same head."""
_MOST_VERDICTS = 512


class NotAManager(Exception):
    """Whatever answers on this port, it is not Asterisk's manager."""


class Framer:
    """Cuts one connection's byte stream into frames; holds at most one unfinished frame.

    ``wanted`` are the event names to let through, in lower case. ``discarded`` counts the frames that were
    thrown away, by reason; ``greeting`` is Asterisk's first line once it has come.
    """

    def __init__(self, wanted: frozenset[bytes], *, max_frame_bytes: int = 65536) -> None:
        self._wanted = frozenset(_EVENT + name for name in wanted)
        # Whether it is wanted, by a frame's head, so that what comes a thousand times is judged once.
        self._verdicts: dict[bytes, bool] = {}
        self._max_frame_bytes = max_frame_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._skipping = False
        self.greeting: str | None = None
        self.discarded: Counter[Discard] = Counter()

    def feed(self, data: bytes | bytearray | memoryview) -> list[bytes]:
        """Return the frames that ``data`` completes, in order, without their empty line.

        Each is a response or an event that is wanted, and holds no NUL. Raises :class:`NotAManager` where the
        first line is not Asterisk's greeting.
        """
        buffer = self._buffer
        buffer += data
        if self.greeting is None and not self._take_greeting():
            return []
        frames: list[bytes] = []
        if buffer.find(_END, self._searched) >= 0:
            parts = bytes(buffer).split(_END)
            del buffer[: len(buffer) - len(parts.pop())]
            if self._skipping:
                # The end of a frame that was counted when it grew too long.
                self._skipping = False
                del parts[0]
            frames = self._passed(parts)
        # The end may have been cut in two: look at its first three bytes again next time.
        self._searched = max(0, len(buffer) - len(_END) + 1)
        if self._searched > self._max_frame_bytes or self._skipping:
            if not self._skipping:
                self.discarded[Discard.OVERSIZED] += 1
            self._skipping = True
            del buffer[: self._searched]
            self._searched = 0
        return frames

    def _take_greeting(self) -> bool:
        end = self._buffer.find(_LINE)
        line = bytes(self._buffer[: end if end >= 0 else None])
        if not line.startswith(GREETING[: len(line)]) or (end < 0 and len(line) > _GREETING_BYTES):
            raise NotAManager
        if end < 0:
            return False
        if not line.startswith(GREETING):
            raise NotAManager
        self.greeting = line.decode("ascii", "replace")
        del self._buffer[: end + len(_LINE)]
        return True

    def _passed(self, parts: list[bytes]) -> list[bytes]:
        """Return the frames that are wanted; count the others."""
        none_oversized = max(map(len, parts), default=0) <= self._max_frame_bytes
        verdict_on = self._verdicts.get if none_oversized else _no_verdict
        frames = []
        unwanted = 0
        for part in parts:
            verdict = verdict_on(part[:_HEAD_BYTES])
            if verdict is False:
                unwanted += 1
            elif verdict and b"\0" not in part:
                frames.append(part)
            elif part and (frame := self._judged(part)):
                frames.append(frame)
        if unwanted:
            self.discarded[Discard.UNWANTED] += unwanted
        return frames

    def _judged(self, part: bytes) -> bytes:
        """Return the frame without stray leading line ends; nothing where it is empty, and where it is refused."""
        frame = part.lstrip(_LINE)
        line = frame.partition(_LINE)[0].lower()
        if len(part) > self._max_frame_bytes:
            reason = Discard.OVERSIZED
        elif not frame:
            return b""
        elif line == _EVENT or not line.startswith((_EVENT, _RESPONSE)):
            reason = Discard.MALFORMED
        else:
            wanted = line in self._wanted or line.startswith(_RESPONSE)
            head = part[:_HEAD_BYTES]
            if len(self._verdicts) < _MOST_VERDICTS and head.find(_LINE) == len(line):
                self._verdicts[head] = wanted
            if wanted and b"\0" not in frame:
                return frame
            reason = Discard.MALFORMED if wanted else Discard.UNWANTED
        self.discarded[reason] += 1
        return b""


def _no_verdict(_head: bytes) -> bool | None:
    return None
