"""Framings with a known fault each, to see whether the tests find it; each fault is one that real libraries have."""

from ivr.telephony.agi.framing import Framer, FramingLost, HangupNotice, Reply

Found = list[dict[str, str] | Reply | HangupNotice]


class OneLineOneReply(Framer):
    """Takes one line for one reply: one answer behind, for the rest of the call, after a value of two lines."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = b""
        self._is_in_session = False

    def feed(self, data: bytes) -> Found:
        found: Found = []
        while data:
            line, end, data = data.partition(b"\n")
            self._begun += line[:20]
            given = super().feed(line + end)
            if end:
                opened, self._begun = self._begun.startswith(b"200 result=") and b" (" in self._begun, b""
                given = given or (super().feed(b")\n") if opened and self._is_in_session else [])
                self._is_in_session = self._is_in_session or given != []
            found += given
        return found


class DecodesEachPiece(Framer):
    """Decodes what comes in one read by itself, so that a letter cut in two is none any more."""

    def feed(self, data: bytes) -> Found:
        return super().feed(data.decode("utf-8", "replace").encode())


class HoldsEverything(Framer):
    """Keeps all that it has read."""

    def __init__(self) -> None:
        super().__init__()
        self._all = b""

    def feed(self, data: bytes) -> Found:
        self._all += data
        return super().feed(data)


class BeginsAnew(Framer):
    """Reads on after it was lost, as if nothing had been."""

    def __init__(self) -> None:
        super().__init__()
        self._next = Framer()
        self._is_lost = False

    def feed(self, data: bytes) -> Found:
        if self._is_lost:
            return self._next.feed(data)
        try:
            return super().feed(data)
        except FramingLost:
            self._is_lost = True
            raise


class BreaksOnNumbers(Framer):
    """Lets another error through than FramingLost."""

    def feed(self, data: bytes) -> Found:
        found = super().feed(data)
        for item in found:
            if isinstance(item, Reply) and item.value:
                int(item.value)
        return found


class Impatient(Framer):
    """Hands out a value before its line has ended."""

    def feed(self, data: bytes) -> Found:
        found = super().feed(data)
        return found if found or not data.endswith(b")") else super().feed(b"\n")
