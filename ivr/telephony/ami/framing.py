"""AMI framing without I/O: bytes come in as the network cuts them, whole frames come out.

A frame is a run of header lines that ends with an empty line (CR LF CR LF). Text is not decoded here: a
character may be cut in two by the network, a frame cannot. Events that nobody asked for are thrown away by
their name alone, before anything of them is decoded: on a busy PBX they are most of the stream.
"""

GREETING = b"Asterisk Call Manager/"
_END = b"\r\n\r\n"
_LINE = b"\r\n"
_EVENT = b"event: "
_GREETING_BYTES = 256


class NotAManager(Exception):
    """Whatever answers on this port, it is not Asterisk's manager."""


class Framer:
    """Cuts one connection's byte stream into frames; holds at most one unfinished frame.

    ``wanted`` are the event names to let through, in lower case. ``oversized`` and ``unwanted`` count the
    frames that were thrown away; ``greeting`` is Asterisk's first line once it has come.
    """

    def __init__(self, wanted: frozenset[bytes], *, max_frame_bytes: int = 65536) -> None:
        self._wanted = wanted
        self._max_frame_bytes = max_frame_bytes
        self._buffer = bytearray()
        self._searched = 0
        self._skipping = False
        self.greeting: str | None = None
        self.oversized = 0
        self.unwanted = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the frames that ``data`` completes, in order, without their empty line.

        Raises :class:`NotAManager` where the first line is not Asterisk's greeting.
        """
        self._buffer += data
        if self.greeting is None and not self._take_greeting():
            return []
        frames = []
        start, search = 0, self._searched
        while (end := self._buffer.find(_END, search)) >= 0:
            if self._skipping or end - start > self._max_frame_bytes:
                self.oversized += 1
                self._skipping = False
            elif frame := self._passed(bytes(self._buffer[start:end])):
                frames.append(frame)
            start = search = end + len(_END)
        if start:
            del self._buffer[:start]
        # The end may have been cut in two: look at its first three bytes again next time.
        self._searched = max(0, len(self._buffer) - len(_END) + 1)
        if self._searched > self._max_frame_bytes or self._skipping:
            self._skipping = True
            del self._buffer[: self._searched]
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

    def _passed(self, frame: bytes) -> bytes:
        """Return the frame without stray leading line ends; nothing where no one asked for it."""
        frame = frame.lstrip(_LINE)
        if frame[: len(_EVENT)].lower() != _EVENT:
            return frame
        name, _, _ = frame[len(_EVENT) :].partition(_LINE)
        if name.strip().lower() in self._wanted:
            return frame
        self.unwanted += 1
        return b""
