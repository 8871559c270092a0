"""Sans-I/O framing of AGI: bytes in, a header block and then replies out.

Asterisk opens with a block of ``agi_name: value`` lines that an empty line ends. After that it answers each
command, usually with one line, but not always (``res/res_agi.c`` of Asterisk 22):

* ``200 result=1 (value) endpos=123``, where the value of a variable may itself hold line ends;
* ``100 Trying...`` before a reply that takes long, which is no reply;
* ``510``, ``511`` in one line;
* ``520 ...`` in one line where no usage text exists, or ``520-...``, the usage, and ``520 End of proper usage.``;
* ``HANGUP``, unsolicited, at any moment between the lines.

A reader that takes one line for one reply is one answer behind for the rest of the call, so all of these are
known here, and whatever is none of them is :class:`FramingLost`: the connection is closed, nothing is guessed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from ivr.telephony.agi.header import Header

LONGEST_LINE = 8 * 1024
LONGEST_HEADER = 64 * 1024
MOST_HEADER_LINES = 128
LONGEST_REPLY = 64 * 1024

_SHORT_REPLY = 64

_OPENS_VALUE = re.compile(r"200 result=-?[0-9]{0,10} \(")
_CLOSES_VALUE = re.compile(r"\)(?: endpos=[0-9]{1,18})?\s*$")
_RESULT = re.compile(r"200 result=(-?[0-9]{0,10})(?: \((.*)\))?(?: endpos=([0-9]{1,18}))?\s*", re.DOTALL)


class FramingLost(Exception):
    """The peer sent what AGI does not know; where the next reply begins can no longer be told."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Asterisk's answer to one command.

    ``code`` is AGI's three digits. ``result`` and ``value`` are None where the reply has none;
    ``endpos`` counts samples played, at 8 kHz.
    """

    code: int
    result: int | None = None
    value: str | None = None
    endpos: int | None = None


@dataclass(frozen=True, slots=True)
class HangupNotice:
    """The caller hung up; a reply to the command under way still follows."""


class Framer:
    """Cuts a byte stream into one header block and then replies."""

    __slots__ = ("_header", "_is_lost", "_is_midway", "_open", "_open_bytes", "_rest")

    def __init__(self) -> None:
        self._rest = b""
        self._header: str | None = ""  # the text so far; None once it is whole
        self._is_lost = False
        self._is_midway = True  # in the header, in a line, or in a reply that spans lines
        self._open: list[str] | None = None  # the lines so far of a reply that spans lines
        self._open_bytes = 0

    def whole_reply(self, data: bytes) -> Reply | None:
        """Return the reply where ``data`` is exactly one short line of it, as nearly every read is; else None.

        Then nothing has been taken, and :meth:`feed` is to be asked.
        """
        if self._is_midway or len(data) > _SHORT_REPLY or b"(" in data:
            return None
        return _remembered_reply(data)

    def feed(self, data: bytes) -> list[Header | Reply | HangupNotice]:
        """Take ``data`` and return what it completes: once the header block, then replies and notices.

        Raises:
            FramingLost: the stream is not AGI, or one of the limits above is passed.
        """
        if (reply := self.whole_reply(data)) is not None:
            return [reply]
        try:
            return self._cut(data)
        except FramingLost:
            # For good: where the next reply begins is not known, so nothing is handed out any more.
            self._is_lost = self._is_midway = True
            raise

    def _cut(self, data: bytes) -> list[Header | Reply | HangupNotice]:
        if self._is_lost:
            raise FramingLost("what comes after lost framing")
        data = self._rest + data
        cut = data.rfind(b"\n") + 1
        self._rest = data[cut:]
        self._is_midway = True
        if len(self._rest) > LONGEST_LINE:
            raise FramingLost("a line without end")
        if not cut:
            return []
        if cut > LONGEST_LINE and max(map(len, data.split(b"\n"))) > LONGEST_LINE:
            raise FramingLost("a line over the limit")
        # Whole lines only, so no character is cut in two.
        text = data[:cut].decode("utf-8", "replace").replace("\r\n", "\n")
        found: list[Header | Reply | HangupNotice] = []
        if self._header is not None:
            text = self._take_header(self._header, text, found)
        if text:
            for line in text[:-1].split("\n"):
                item = self._take_reply(line)
                if item is not None:
                    found.append(item)
        self._is_midway = self._header is not None or self._open is not None or bool(self._rest)
        return found

    def _take_header(self, before: str, text: str, found: list[Header | Reply | HangupNotice]) -> str:
        """Add ``text`` to the header ``before`` it as far as the header goes, and return what is behind its end."""
        text = before + text
        # Its end is an empty line, which is the first one where there is nothing in it.
        end = 0 if text[0] == "\n" else text.find("\n\n", max(0, len(before) - 1)) + 1
        header = text[:end] if end else text
        if header[0] != "\n" and not before:
            first, _, _ = header.partition("\n")
            if not (first.startswith("agi_") and ":" in first):
                raise FramingLost("a header line that is not agi_name: value")
            # What else is no such line is a caller's name with a line end in it, which Asterisk passes through.
        if len(header) > LONGEST_HEADER or header.count("\n") >= MOST_HEADER_LINES:
            raise FramingLost("a header block over the limit")
        if not end and header[0] != "\n":
            self._header = header
            return ""
        self._header = None
        found.append(Header(text[: max(0, end - 1)]))
        return text[end + 1 :]

    def _take_reply(self, line: str) -> Reply | HangupNotice | None:
        if self._open is not None:
            return self._take_more(self._open, line)
        if line == "HANGUP":
            return HangupNotice()
        if line.startswith("100 "):
            return None
        if line.startswith(("510 ", "511 ", "520 ")):
            return Reply(code=int(line[:3]), value=line[4:])
        if line.startswith("520-"):
            self._begin(line)
            return None
        if line.startswith("200 "):
            reply = _whole(line)
            if reply is None:
                # A value is in parentheses; one that holds line ends leaves them open on this line.
                if _OPENS_VALUE.match(line) is None:
                    raise FramingLost("a 200 line without result")
                self._begin(line)
            return reply
        raise FramingLost("a line that is no reply")

    def _begin(self, line: str) -> None:
        self._open, self._open_bytes = [line], len(line)

    def _take_more(self, lines: list[str], line: str) -> Reply | None:
        lines.append(line)
        self._open_bytes += len(line) + 1
        if self._open_bytes > LONGEST_REPLY:
            raise FramingLost("a reply over the limit")
        if lines[0].startswith("520-"):
            if not line.startswith("520 "):
                return None
            reply: Reply | None = Reply(code=520, value="\n".join(lines)[4:])
        elif _CLOSES_VALUE.search(line) is None:
            return None  # looked at line by line, so that a long value costs no more than its length
        else:
            reply = _whole("\n".join(lines))
        if reply is not None:
            self._open = None
        return reply


# A prompt that is played to its end always answers the same; values of variables are never kept.
@lru_cache(maxsize=1024)
def _remembered_reply(line: bytes) -> Reply | None:
    if line.find(b"\n") != len(line) - 1:
        return None
    return _whole(line.decode("utf-8", "replace").removesuffix("\n").removesuffix("\r"))


def _whole(text: str) -> Reply | None:
    match = _RESULT.fullmatch(text)
    if match is None:
        return None
    result, value, endpos = match.groups()
    return Reply(
        code=200,
        result=int(result) if result not in ("", "-") else None,
        value=value,
        endpos=int(endpos) if endpos is not None else None,
    )
