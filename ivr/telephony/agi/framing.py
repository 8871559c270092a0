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

LONGEST_LINE = 8 * 1024
LONGEST_HEADER = 64 * 1024
MOST_HEADER_LINES = 128
LONGEST_REPLY = 64 * 1024

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

    def __init__(self) -> None:
        self._rest = b""
        self._header: dict[str, str] | None = {}
        self._header_bytes = 0
        self._header_lines = 0
        self._open: list[str] = []  # the lines so far of a reply that spans lines
        self._open_bytes = 0

    def feed(self, data: bytes) -> list[dict[str, str] | Reply | HangupNotice]:
        """Take ``data`` and return what it completes: once the header block, then replies and notices.

        Raises:
            FramingLost: the stream is not AGI, or one of the limits above is passed.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise FramingLost("a line without end")
        found: list[dict[str, str] | Reply | HangupNotice] = []
        for raw in lines:
            if len(raw) > LONGEST_LINE:
                raise FramingLost("a line over the limit")
            line = raw.decode("utf-8", "replace").removesuffix("\r")
            item = self._take_header(line, len(raw)) if self._header is not None else self._take_reply(line)
            if item is not None:
                found.append(item)
        return found

    def _take_header(self, line: str, size: int) -> dict[str, str] | None:
        assert self._header is not None  # noqa: S101 - for the type checker; feed() has looked
        self._header_bytes += size
        self._header_lines += 1
        if self._header_bytes > LONGEST_HEADER or self._header_lines > MOST_HEADER_LINES:
            raise FramingLost("a header block over the limit")
        if not line:
            header, self._header = self._header, None
            return header
        name, colon, value = line.partition(":")
        if colon and name.startswith("agi_"):
            self._header[name] = value.strip()
        elif not self._header:
            raise FramingLost("a header line that is not agi_name: value")
        # Else a caller's name with a line end in it, which Asterisk passes through: no value that is used here.
        return None

    def _take_reply(self, line: str) -> Reply | HangupNotice | None:
        if self._open:
            return self._take_more(line)
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
            reply = self._whole(line)
            if reply is None:
                # A value is in parentheses; one that holds line ends leaves them open on this line.
                if _OPENS_VALUE.match(line) is None:
                    raise FramingLost("a 200 line without result")
                self._begin(line)
            return reply
        raise FramingLost("a line that is no reply")

    def _begin(self, line: str) -> None:
        self._open, self._open_bytes = [line], len(line)

    def _take_more(self, line: str) -> Reply | None:
        self._open.append(line)
        self._open_bytes += len(line) + 1
        if self._open_bytes > LONGEST_REPLY:
            raise FramingLost("a reply over the limit")
        if self._open[0].startswith("520-"):
            if not line.startswith("520 "):
                return None
            reply: Reply | None = Reply(code=520, value="\n".join(self._open)[4:])
        elif _CLOSES_VALUE.search(line) is None:
            return None  # looked at line by line, so that a long value costs no more than its length
        else:
            reply = self._whole("\n".join(self._open))
        if reply is not None:
            self._open = []
        return reply

    @staticmethod
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
