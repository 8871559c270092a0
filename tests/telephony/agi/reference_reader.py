"""A slow reader of AGI that sees the whole stream at once: what the framing is held against.

It is written from the forms that ``res/res_agi.c`` of Asterisk 22 sends, and shares nothing with the framing but the
names of its items. No line is looked at before the stream is cut into lines, nothing is remembered between calls, and
where a reply ends is looked for from its beginning.

The forms: a header of ``agi_name: value`` lines and an empty one; ``100`` lines, which are no replies; ``200 result=R``
with ``(value)`` and ``endpos=N`` or without; ``510 text``, ``511 text``, ``520 text``; ``520-text``, any lines,
``520 text``; ``HANGUP``. Two of them span lines. A value ends at the first line that can end it, because nothing in the
stream says more: a value in which a line ends with ``)`` is cut there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.telephony.agi.framing import HangupNotice, Reply
from ivr.telephony.agi.header import Header

Item = Header | Reply | HangupNotice


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a peer is cut off: bytes in a line, lines and characters in the header, characters in a reply."""

    line: int
    header_lines: int
    header: int
    reply: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stream says. ``items`` stand with the number of bytes that complete each.

    ``lost_at`` is the number of bytes after which it is certain that this is no AGI; None where it is, so far.
    """

    items: tuple[tuple[int, Item], ...]
    lost_at: int | None

    def within(self, count: int) -> list[Item]:
        """Return the items that the first ``count`` bytes complete."""
        return [item for end, item in self.items if end <= count]


class _Lost(Exception):
    pass


def read(stream: bytes, limits: Limits) -> Reading:
    """Return what the whole of ``stream`` says."""
    *raw, tail = stream.split(b"\n")
    ends = [sum(len(line) + 1 for line in raw[: number + 1]) for number in range(len(raw))]
    items: list[tuple[int, Item]] = []
    number = 0
    while number < len(raw):
        take = _header if not items else _reply
        started = ends[number] - len(raw[number]) - 1
        size, item = 0, None
        for size in range(1, len(raw) - number + 1):
            if len(raw[number + size - 1]) > limits.line:
                start_of_line = ends[number + size - 1] - len(raw[number + size - 1]) - 1
                return Reading(tuple(items), start_of_line + limits.line + 1)
            try:
                is_whole, item = take(raw[number : number + size], limits)
            except _Lost:
                return Reading(tuple(items), ends[number + size - 1])
            if is_whole:
                break
        else:
            break  # the stream ends inside this item
        assert started < ends[number + size - 1]
        number += size
        if item is not None:
            items.append((ends[number - 1], item))
    if len(tail) > limits.line:
        return Reading(tuple(items), len(stream) - len(tail) + limits.line + 1)
    return Reading(tuple(items), None)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").removesuffix("\r")


def _header(raw: Sequence[bytes], limits: Limits) -> tuple[bool, Item | None]:
    """Return whether ``raw`` is a whole header block, and the block."""
    lines = [_text(line) for line in raw]
    before_the_end = [line for line in lines if line]
    if len(before_the_end) >= limits.header_lines or sum(len(line) + 1 for line in before_the_end) > limits.header:
        raise _Lost
    if lines[0] and not (lines[0].startswith("agi_") and ":" in lines[0]):
        raise _Lost
    if lines[-1]:
        return False, None
    return True, Header("\n".join(lines[:-1]))


def _reply(raw: Sequence[bytes], limits: Limits) -> tuple[bool, Item | None]:
    """Return whether ``raw`` is a whole reply, notice or interim line, and what it is."""
    lines = [_text(line) for line in raw]
    text = "\n".join(lines)
    if len(lines) > 1 and len(text) > limits.reply:
        raise _Lost
    if text == "HANGUP":
        return True, HangupNotice()
    if text.startswith("100 "):
        return True, None
    if text.startswith(("510 ", "511 ", "520 ")):
        return True, Reply(int(text[:3]), value=text[4:])
    if text.startswith("520-"):
        return lines[-1].startswith("520 "), Reply(520, value=text[4:])
    if not text.startswith("200 result="):
        raise _Lost
    return _success(text.removeprefix("200 result="), lines[-1])


def _success(text: str, last_line: str) -> tuple[bool, Item | None]:
    """Read what follows ``200 result=``: a number or nothing, a value in parentheses, how far was played."""
    sign = "-" if text.startswith("-") else ""
    digits = _digits(text.removeprefix("-"))
    if len(digits) > 10:
        raise _Lost
    result = int(sign + digits) if digits else None
    rest = text[len(sign + digits) :]
    if rest.startswith(" ("):
        before, endpos = _without_endpos(rest)
        if before.endswith(")") and _without_endpos(last_line)[0].endswith(")"):
            return True, Reply(200, result, before[2:-1], endpos)
        return False, None
    before, endpos = _without_endpos(rest)
    if before:
        raise _Lost
    return True, Reply(200, result, None, endpos)


def _without_endpos(text: str) -> tuple[str, int | None]:
    """Return ``text`` without white space at its end and without `` endpos=N``, and N."""
    text = text.rstrip()
    before, mark, number = text.rpartition(" endpos=")
    if mark and 1 <= len(number) <= 18 and _digits(number) == number:
        return before, int(number)
    return text, None


def _digits(text: str) -> str:
    """Return the decimal digits that ``text`` begins with."""
    count = 0
    while count < len(text) and text[count] in "0123456789":
        count += 1
    return text[:count]
